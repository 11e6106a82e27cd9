// When PostgreSQL does not do as it is asked: who says what, how soon, and without the password.
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"
#include "support/acting_sink.h"
#include "support/postgres_loader_fixture.h"
#include "support/scratch_database.h"
#include "support/silent_server.h"

namespace pointsman {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PostgresqlErrors : public PostgresLoaderTest {
 protected:
  // Rows by the ten thousand, so that a load is still going on while something happens to it.
  void ManyRows() {
    Sql(R"(CREATE TABLE channels (id bigint); INSERT INTO channels VALUES (1);
           CREATE TABLE abilities ("group" text, model text, channel_id bigint);
           INSERT INTO abilities SELECT 'default', repeat('m', 200) || i, 1 FROM generate_series(1, 200000) AS i)");
  }

  // The process that serves the load which is going on.
  pid_t Backend() {
    return std::atoi(db_->Ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'pointsman' AND "
                              "datname = current_database()")
                         .c_str());
  }
};

milliseconds Since(Clock::time_point start) { return std::chrono::duration_cast<milliseconds>(Clock::now() - start); }

TEST_F(PostgresqlErrors, NoServerIsUnavailable) {
  const ScratchFolder empty;
  const absl::Status error = LoadError("postgresql://reader:secret@/one_api?host=" + empty.path());
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(error.message()),
              HasSubstr("db: no connection to the server (connection to server on socket"));
  EXPECT_THAT(std::string(error.message()), HasSubstr("check host, port and TLS, and that the server is up"));
}

TEST_F(PostgresqlErrors, NoSuchDatabaseIsNotFound) {
  const absl::Status error = LoadError(server_->Uri("missing"));
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(error.message()), HasSubstr("no such database"));
  EXPECT_THAT(std::string(error.message()), HasSubstr("FATAL: database 'missing' does not exist)"));
}

TEST_F(PostgresqlErrors, AWrongPasswordIsRefusedAndNotRepeated) {
  PostgresSession(db_->uri()).TryRun("CREATE ROLE locked LOGIN PASSWORD 'right-one'");
  const std::string uri = "postgresql://locked:wr0ng%40one@/" + db_->name() + "?host=" + server_->folder();
  const absl::Status wrong = LoadError(uri);
  EXPECT_EQ(wrong.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(wrong.message()), HasSubstr("password authentication failed for user 'locked'"));
  EXPECT_THAT(std::string(wrong.message()), Not(HasSubstr("wr0ng")));
  EXPECT_THAT(std::string(wrong.message()), Not(HasSubstr("28P01"))) << "a code is for programs";

  const absl::Status none = LoadError(db_->uri("locked"));
  EXPECT_EQ(none.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(none.message()), HasSubstr("PGPASSWORD"));

  Sql("CREATE TABLE channels (id bigint); GRANT SELECT ON channels TO locked");
  EXPECT_EQ(LoadError("postgresql://locked:right-one@/" + db_->name() + "?host=" + server_->folder()).code(),
            absl::StatusCode::kOk);
}

TEST_F(PostgresqlErrors, ASettingThatLibpqRefusesIsNamed) {
  const absl::Status error = LoadError(db_->uri() + "&sslmode=perhaps");
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(error.message()), HasSubstr("invalid sslmode value: 'perhaps'"));
}

TEST_F(PostgresqlErrors, AForeignDatabaseIsRefused) {
  const absl::Status empty = LoadError();
  EXPECT_EQ(empty.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(empty.message(),
            "db: no table channels in the search path ('$user', public), so this is not a gateway's database; name the "
            "one that the gateway uses");

  Sql("CREATE SCHEMA gateway; CREATE TABLE gateway.channels (id bigint)");
  EXPECT_EQ(LoadError().message(),
            "db: no table channels in the search path ('$user', public), but there is one in the schema \"gateway\"; "
            "run: ALTER ROLE \"postgres\" SET search_path = \"gateway\"");

  Sql("CREATE TABLE channels (name text)");
  EXPECT_EQ(LoadError().message(),
            "db: table channels has no column id, so this is not a gateway's database; name the one that the gateway "
            "uses");
}

// Absent would mean something else: a loader that took a forbidden weight for an absent one would route by other
// shares.
TEST_F(PostgresqlErrors, AColumnWithoutAGrantIsNotAbsent) {
  Sql(kPostgresSchema);
  PostgresSession(db_->uri()).TryRun("CREATE ROLE reader LOGIN");
  Sql(R"(GRANT SELECT ON channels TO reader;
         GRANT SELECT ("group", model, channel_id, enabled, priority, tag) ON abilities TO reader)");
  const absl::Status column = LoadError(db_->uri("reader"), {});
  EXPECT_EQ(column.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(column.message(),
            "db: the user \"reader\" may not read abilities.weight; run: GRANT SELECT (\"weight\") ON "
            "\"public\".\"abilities\" TO \"reader\"");

  const absl::Status tables = LoadError(db_->uri("reader"));
  EXPECT_EQ(tables.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(
      std::string(tables.message()),
      HasSubstr("may not read abilities.weight, tokens.id, tokens.user_id, tokens.name, tokens.status and 14 more"));
  EXPECT_THAT(std::string(tables.message()),
              HasSubstr("; GRANT SELECT (\"key\", \"value\") ON \"public\".\"options\" TO \"reader\""));
  EXPECT_THAT(std::string(tables.message()), HasSubstr("\"deleted_at\") ON \"public\".\"tokens\""));

  Sql("GRANT SELECT (weight) ON abilities TO reader");
  EXPECT_TRUE(LoadError(db_->uri("reader"), {}).ok());
}

// PostgreSQL leaves such a schema out of the search path without a word.
TEST_F(PostgresqlErrors, ASchemaWithoutAGrantIsNotAbsent) {
  PostgresSession(db_->uri()).TryRun("CREATE ROLE reader LOGIN");
  Sql(R"(CREATE TABLE channels (id bigint); GRANT SELECT ON channels TO reader;
         CREATE SCHEMA "Own"; CREATE TABLE "Own".tokens (id bigint);
         ALTER DATABASE )" +
      db_->name() + R"( SET search_path = "Own", public)");
  EXPECT_TRUE(LoadError(db_->uri("reader"), {}).ok()) << "tokens are not wanted";
  const absl::Status error = LoadError(db_->uri("reader"));
  EXPECT_EQ(error.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(error.message(),
            "db: the table tokens is in the schema \"Own\", which the user \"reader\" may not use; run: GRANT USAGE ON "
            "SCHEMA \"Own\" TO \"reader\"");
}

TEST_F(PostgresqlErrors, RowLevelSecurityHidesNothingInSilence) {
  PostgresSession(db_->uri()).TryRun("CREATE ROLE reader LOGIN");
  Sql(R"(CREATE TABLE channels (id bigint); INSERT INTO channels VALUES (1), (2); GRANT SELECT ON channels TO reader;
         ALTER TABLE channels ENABLE ROW LEVEL SECURITY; CREATE POLICY half ON channels USING (id = 1))");
  const absl::Status error = LoadError(db_->uri("reader"), {});
  EXPECT_EQ(error.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(error.message()), HasSubstr("would be affected by row-level security policy"));
  EXPECT_THAT(std::string(error.message()), HasSubstr("BYPASSRLS or a view"));
}

TEST_F(PostgresqlErrors, ASlowStatementExceedsItsTimeout) {
  Sql("CREATE VIEW channels AS SELECT 1::bigint AS id, pg_sleep(60)::text AS name");
  const Clock::time_point start = Clock::now();
  const absl::Status error = LoadError(db_->uri(), {}, {.statement_timeout = milliseconds(300)});
  EXPECT_EQ(error.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(error.message(),
            "db: a statement took longer than statement_timeout, 300 ms; allow more, or look at what keeps the server "
            "busy");
  EXPECT_LT(Since(start), seconds(5));
}

TEST_F(PostgresqlErrors, TheDeadlineEndsALoad) {
  Sql("CREATE VIEW channels AS SELECT 1::bigint AS id, pg_sleep(60)::text AS name");
  const Clock::time_point start = Clock::now();
  const absl::Status error = LoadError(db_->uri(), {.deadline = start + milliseconds(400)});
  EXPECT_EQ(error.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(error.message()), HasSubstr("deadline"));
  EXPECT_LT(Since(start), seconds(5));
  EXPECT_EQ(LoadError(db_->uri(), {.deadline = start}).code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(PostgresqlErrors, ATableUnderMigrationIsUnavailable) {
  Sql(kPostgresSchema);
  PostgresSession migration(db_->uri());
  migration.Run("BEGIN; ALTER TABLE abilities ADD COLUMN note text");
  const Clock::time_point start = Clock::now();
  const absl::Status error = LoadError(db_->uri(), {}, {.lock_timeout = milliseconds(200)});
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(
      error.message(),
      "db: a table is locked, as by a migration (canceling statement due to lock timeout); try again when that is "
      "over, or raise lock_timeout");
  EXPECT_LT(Since(start), seconds(5));
}

TEST_F(PostgresqlErrors, AStatementThatSomebodyCancelsIsUnavailable) {
  Sql("CREATE TABLE channels (id bigint); CREATE VIEW abilities AS SELECT 'a' AS \"group\", pg_sleep(60)::text AS "
      "model, 1::bigint "
      "AS "
      "channel_id");
  std::thread administrator([&] {
    for (int i = 0; i < 500; ++i) {
      if (db_->Ask("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE application_name = 'pointsman' "
                   "AND datname = current_database() AND query LIKE 'COPY%abilities\"%'") != "0")
        break;
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  const absl::Status error = LoadError(db_->uri(), {});
  administrator.join();
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(error.message()), HasSubstr("somebody cancelled the statement"));
}

TEST_F(PostgresqlErrors, ATerminatedConnectionIsUnavailable) {
  ManyRows();
  ActingSink sink;
  sink.on_first_ability = [&] {
    Sql("SELECT pg_terminate_backend(" + std::to_string(Backend()) + ")");
    return true;
  };
  const absl::Status error = PostgresqlLoader(db_->uri()).Load(sink, {});
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable) << error;
  EXPECT_LT(sink.abilities, 200000);
}

// On a server of its own: PostgreSQL restarts as a whole when one of its processes is killed.
TEST_F(PostgresqlErrors, AServerKilledInTheMiddleIsUnavailable) {
  PostgresServer doomed;
  PostgresDatabase database(doomed);
  database.Run(R"(CREATE TABLE channels (id bigint); INSERT INTO channels VALUES (1);
                  CREATE TABLE abilities ("group" text, model text, channel_id bigint);
                  INSERT INTO abilities SELECT 'default', repeat('m', 200) || i, 1 FROM generate_series(1, 200000) AS i)");
  ActingSink sink;
  sink.on_first_ability = [&] {
    const std::string pid = database.Ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'pointsman'");
    kill(std::atoi(pid.c_str()), SIGKILL);
    return true;
  };
  const Clock::time_point start = Clock::now();
  PostgresqlLoader loader(database.uri());
  const absl::Status error = loader.Load(sink, {});
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable) << error;
  EXPECT_THAT(std::string(error.message()), HasSubstr("the connection to the server was lost"));
  EXPECT_LT(sink.abilities, 200000);
  EXPECT_LT(Since(start), seconds(10));

  absl::Status again = error;
  while (!again.ok() && Since(start) < seconds(60)) {
    std::this_thread::sleep_for(milliseconds(50));
    again = loader.Load(sink, {.abilities = false});
  }
  EXPECT_TRUE(again.ok()) << "the loader that failed loads again once the server is back: " << again;
}

TEST_F(PostgresqlErrors, AServerThatFreezesInTheMiddleIsGivenUp) {
  ManyRows();
  ActingSink sink;
  pid_t frozen = 0;
  sink.on_first_ability = [&] {
    frozen = Backend();
    return kill(frozen, SIGSTOP) == 0;
  };
  const Clock::time_point start = Clock::now();
  const absl::Status error = PostgresqlLoader(db_->uri(), {.statement_timeout = milliseconds(500)}).Load(sink, {});
  if (frozen > 0) kill(frozen, SIGCONT);
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable) << error;
  EXPECT_THAT(std::string(error.message()), HasSubstr("has fallen silent"));
  EXPECT_LT(Since(start), seconds(8));
}

TEST_F(PostgresqlErrors, AServerThatNeverAnswersIsGivenUp) {
  const ScratchFolder folder;
  const SilentServer silent(folder.path());
  const std::string uri = "postgresql://reader@/one_api?host=" + folder.path();
  Clock::time_point start = Clock::now();
  const absl::Status error = LoadError(uri, {}, {.connect_timeout = milliseconds(300)});
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(error.message(), "db: the server does not answer; check that it is up and can be reached");
  EXPECT_LT(Since(start), seconds(5));

  start = Clock::now();
  const absl::Status late = LoadError(uri, {.deadline = start + milliseconds(200)});
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_LT(Since(start), seconds(5));

  start = Clock::now();
  EXPECT_EQ(LoadError(uri + "&connect_timeout=1").code(), absl::StatusCode::kUnavailable) << "the URI's own wins";
  EXPECT_LT(Since(start), seconds(5));
}

TEST_F(PostgresqlErrors, TheNextHostIsTriedWhereOneRefuses) {
  Sql("CREATE TABLE channels (id bigint)");
  const ScratchFolder empty;
  const std::string uri = "postgresql://postgres@/" + db_->name() + "?host=" + empty.path() + "," + server_->folder();
  EXPECT_TRUE(LoadError(uri, {}).ok()) << LoadError(uri, {});
}

TEST_F(PostgresqlErrors, TimeoutsThatTheServerCannotCountAreRefused) {
  const absl::Status error = LoadError(db_->uri(), {}, {.lock_timeout = milliseconds(0)});
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.message(), "db: lock_timeout is 0 ms; set it between 1 ms and 24 days");
  EXPECT_EQ(LoadError(db_->uri(), {}, {.statement_timeout = std::chrono::hours(10000)}).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pointsman
