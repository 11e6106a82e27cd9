// The triggers, on a real server: who is told of what, what they cost, and that they are in nobody's way.
#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/load/postgresql_changes.h"
#include "support/postgres_loader_fixture.h"

namespace pointsman {
namespace {

// Counts what is notified.
class Ear {
 public:
  explicit Ear(const std::string& uri) : handle_(PQconnectdb(uri.c_str())) { Exec("LISTEN pointsman"); }
  ~Ear() { PQfinish(handle_); }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  // Since the last call. What was committed before is there: the server sends it with the answer.
  int Heard() {
    Exec("SELECT 1");
    int count = 0;
    while (PGnotify* const notification = PQnotifies(handle_)) {
      PQfreemem(notification);
      ++count;
    }
    return count;
  }

 private:
  void Exec(const char* sql) {
    PGresult* const result = PQexec(handle_, sql);
    EXPECT_NE(PQresultStatus(result), PGRES_FATAL_ERROR) << PQerrorMessage(handle_);
    PQclear(result);
  }
  PGconn* handle_;
};

class PostgresqlTriggersTest : public PostgresLoaderTest {
 protected:
  void SetUp() override {
    PostgresLoaderTest::SetUp();
    if (db_ == nullptr) return;
    Sql(kPostgresSchema);
    Sql(R"(INSERT INTO channels (id, name, models, "group", channel_info) VALUES
             (8, 'Bltcy', 'runway', 'default', '{"is_multi_key": true, "multi_key_polling_index": 1}'),
             (9, 'other', 'runway', 'default', NULL);
           INSERT INTO abilities VALUES ('default', 'runway', 8, true, 0, 1, NULL);
           INSERT INTO users (id, username, "group") VALUES (1, 'alice', 'vip'), (2, 'bob', E' \x0b');
           INSERT INTO tokens (id, user_id, name, "group") VALUES (1, 1, 'a', '');
           INSERT INTO options VALUES ('GroupRatio', '{}'), ('SMTPToken', 'secret'))");
  }

  void Install(const PostgresqlTriggersOptions& what = {}) {
    PostgresSession owner(db_->uri());
    for (const std::string& statement : PostgresqlTriggers("public", what)) owner.Run(statement);
  }

  // What a statement of a transaction of its own notifies.
  int Heard(Ear& ear, const std::string& sql) {
    (void)ear.Heard();
    Sql(sql);
    return ear.Heard();
  }
};

TEST_F(PostgresqlTriggersTest, TenThousandUpdatesOfQuotasAndResponseTimesNotifyNobody) {
  Install();
  Ear ear(db_->uri());
  PostgresSession gateway(db_->uri());
  constexpr int kRounds = 2000;
  // As the gateways write: one column, several columns, and a whole row saved back by an ORM.
  const std::string each[] = {
      "UPDATE channels SET used_quota = used_quota + 7 WHERE id = 8",
      "UPDATE channels SET response_time = %d, test_time = %d WHERE id = 9",
      "UPDATE tokens SET remain_quota = remain_quota - 7, used_quota = used_quota + 7, accessed_time = %d WHERE id = 1",
      "UPDATE users SET quota = quota - 7, request_count = request_count + 1 WHERE id = 1",
      R"(UPDATE channels SET id = 8, name = name, models = models, "group" = "group", weight = weight, status = status,
         channel_info = ('{"is_multi_key": true, "multi_key_polling_index": ' || %d || '}')::json, balance = %d WHERE id = 8)"};
  const auto numbered = [](std::string sql, int number) {
    for (std::size_t at; (at = sql.find("%d")) != std::string::npos;) sql.replace(at, 2, std::to_string(number));
    return sql;
  };
  for (int i = 0; i < kRounds; ++i) {
    for (const std::string& sql : each) gateway.Run(numbered(sql, i));
  }
  EXPECT_EQ(ear.Heard(), 0);
  EXPECT_EQ(Heard(ear, "UPDATE channels SET weight = 7 WHERE id = 8"), 1) << "the ear hears";
}

// The list of columns is the loader's own, so that neither knows one that the other does not.
TEST_F(PostgresqlTriggersTest, EveryColumnThatRoutingReadsNotifiesAndNoOther) {
  Install();
  Ear ear(db_->uri());
  const std::set<std::string> routing = {"id",       "name",   "type", "status",        "group",        "models",
                                         "priority", "weight", "tag",  "model_mapping", "channel_info", "other_info"};
  PostgresSession owner(db_->uri());
  for (const auto& [column, value] :
       std::vector<std::pair<std::string, std::string>>{{"id", "10"},
                                                        {"type", "56"},
                                                        {"key", "'sk'"},
                                                        {"status", "2"},
                                                        {"name", "'x'"},
                                                        {"weight", "NULL"},
                                                        {"created_time", "5"},
                                                        {"base_url", "'http'"},
                                                        {"balance", "1.5"},
                                                        {"models", "'sora'"},
                                                        {"group", "'vip'"},
                                                        {"model_mapping", "'{}'"},
                                                        {"priority", "-1"},
                                                        {"auto_ban", "0"},
                                                        {"other_info", "'{}'"},
                                                        {"tag", "'t'"},
                                                        {"setting", "'{}'"},
                                                        {"param_override", "'{}'"},
                                                        {"channel_info", "'{\"is_multi_key\": false}'"}}) {
    const std::string set = "UPDATE channels SET \"" + column + "\" = " + value + " WHERE name IN ('other', 'x')";
    EXPECT_EQ(Heard(ear, set), routing.contains(column) ? 1 : 0) << column;
    EXPECT_EQ(Heard(ear, set), 0) << column << ", the same value again";
  }
  for (const char* const set : {"enabled = false", "weight = 2", "priority = 3", "tag = 't'", "model = 'pika'",
                                "\"group\" = 'vip'", "channel_id = 9"}) {
    EXPECT_EQ(Heard(ear, "UPDATE abilities SET " + std::string(set)), 1) << set;
  }
}

TEST_F(PostgresqlTriggersTest, RowsThatComeAndGoNotifyOnceAStatementAndOnceATransaction) {
  Install();
  Ear ear(db_->uri());
  EXPECT_EQ(Heard(ear, "INSERT INTO abilities SELECT 'default', 'm' || i, 8, true FROM generate_series(1, 1000) i"), 1);
  EXPECT_EQ(Heard(ear, "BEGIN; UPDATE abilities SET weight = 5; DELETE FROM abilities WHERE model = 'm1'; COMMIT"), 1);
  EXPECT_EQ(Heard(ear, "BEGIN; UPDATE abilities SET weight = 6; ROLLBACK"), 0);
  EXPECT_EQ(Heard(ear, "DELETE FROM channels WHERE id = 9"), 1);
  EXPECT_EQ(Heard(ear, "TRUNCATE abilities"), 1);
  EXPECT_EQ(Heard(ear, "INSERT INTO tokens (id, user_id) VALUES (2, 1); DELETE FROM tokens; TRUNCATE users"), 0);
}

TEST_F(PostgresqlTriggersTest, OptionsNotifyIfTheyConcernRouting) {
  Install();
  Ear ear(db_->uri());
  EXPECT_EQ(Heard(ear, "UPDATE options SET value = '{\"vip\": 1}' WHERE key = 'GroupRatio'"), 1);
  EXPECT_EQ(Heard(ear, "UPDATE options SET value = 'another' WHERE key = 'SMTPToken'"), 0);
}

// Catches: a look at the new name only, after which the option is gone and nobody has been told.
TEST_F(PostgresqlTriggersTest, AnOptionThatIsRenamedNotifiesUnderEitherName) {
  Install();
  Ear ear(db_->uri());
  EXPECT_EQ(Heard(ear, "UPDATE options SET key = 'GroupRatioOld' WHERE key = 'GroupRatio'"), 1);
  EXPECT_EQ(Heard(ear, "UPDATE options SET key = 'GroupRatio' WHERE key = 'GroupRatioOld'"), 1);
  EXPECT_EQ(Heard(ear, "UPDATE options SET key = 'Other' WHERE key = 'SMTPToken'"), 0);
}

// Catches: a row that cannot be compared, after which nobody can change it any more.
TEST_F(PostgresqlTriggersTest, WhatGoesWrongInThemIsNotTheWritersFault) {
  Sql(R"(UPDATE channels SET channel_info = '{"a": "\u0000"}' WHERE id = 8)");
  Install({.normalize = true});
  Ear ear(db_->uri());
  EXPECT_EQ(Heard(ear, "UPDATE channels SET weight = 5 WHERE id = 8"), 1) << "told rather than not";
  Sql("DROP TABLE users CASCADE");
  Sql("INSERT INTO tokens (id, user_id, \"group\") VALUES (70, 1, '')");
  EXPECT_EQ(db_->Ask("SELECT \"group\" FROM tokens WHERE id = 70"), "") << "the owner's group cannot be read any more";
}

// Catches: a database whose default privileges keep EXECUTE from PUBLIC.
TEST_F(PostgresqlTriggersTest, WhoeverMayWriteMayRunThem) {
  const std::string role = db_->name();
  Sql("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; CREATE ROLE " + role + " LOGIN");
  Sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role);
  Install({.normalize = true});
  PostgresSession writer(db_->uri(role));
  EXPECT_EQ(writer.TryRun("UPDATE channels SET weight = 5 WHERE id = 8"), "");
  EXPECT_EQ(writer.TryRun("INSERT INTO tokens (id, user_id, \"group\") VALUES (71, 1, '')"), "");
  Sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(PostgresqlTriggersTest, CanBeInstalledAgainAndTakenAway) {
  Install({.normalize = true});
  Install({.normalize = true});
  Ear ear(db_->uri());
  EXPECT_EQ(Heard(ear, "UPDATE channels SET weight = 7 WHERE id = 8"), 1) << "not twice";
  for (const std::string& statement : PostgresqlDropTriggers()) Sql(statement);
  EXPECT_EQ(Heard(ear, "UPDATE channels SET weight = 8 WHERE id = 8"), 0);
  EXPECT_EQ(db_->Ask("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0");
  EXPECT_EQ(db_->Ask("SELECT count(*) FROM pg_proc WHERE proname LIKE 'pointsman%'"), "0");
}

// A trigger that names a column forbids to change the column's type.
TEST_F(PostgresqlTriggersTest, StandInTheWayOfNoMigration) {
  Install({.normalize = true});
  Ear ear(db_->uri());
  Sql(R"(ALTER TABLE channels ALTER COLUMN "group" TYPE text; ALTER TABLE channels ALTER COLUMN weight TYPE integer;
         ALTER TABLE abilities ALTER COLUMN model TYPE text; ALTER TABLE tokens ALTER COLUMN "group" TYPE varchar(64);
         ALTER TABLE options ALTER COLUMN value TYPE varchar(9000);
         ALTER TABLE channels DROP COLUMN channel_info; ALTER TABLE channels RENAME COLUMN models TO model_list)");
  EXPECT_EQ(Heard(ear, "UPDATE channels SET used_quota = 1"), 0);
  EXPECT_EQ(Heard(ear, "UPDATE channels SET weight = 9"), 1);
  Sql("ALTER TABLE channels RENAME COLUMN model_list TO models");
  EXPECT_EQ(Heard(ear, "UPDATE channels SET models = 'kling'"), 1) << "what is back is watched again";
  Sql("INSERT INTO tokens (id, user_id) VALUES (2, 1)");
}

TEST_F(PostgresqlTriggersTest, AskedOfADatabaseTheyStandOnWhatIsThere) {
  Sql(R"(DROP TABLE options, tokens, users; CREATE SCHEMA "Gate way"; ALTER TABLE channels SET SCHEMA "Gate way";
         ALTER DATABASE )" +
      db_->name() + R"( SET search_path = "Gate way", public)");
  const absl::StatusOr<std::vector<std::string>> triggers = ReadPostgresqlTriggers(db_->uri(), {.normalize = true});
  ASSERT_TRUE(triggers.ok()) << triggers.status();
  PostgresSession owner(db_->uri());
  for (const std::string& statement : *triggers) owner.Run(statement);
  Ear ear(db_->uri());
  EXPECT_EQ(Heard(ear, "UPDATE channels SET weight = 7 WHERE id = 8"), 1);
  EXPECT_EQ(Heard(ear, "TRUNCATE abilities"), 1);

  EXPECT_EQ(ReadPostgresqlTriggers(server_->Uri("missing")).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PostgresqlTriggersTest, ServeAGatewayThatOwnsNothing) {
  Install({.normalize = true});
  PostgresSession(db_->uri()).TryRun("CREATE ROLE gateway LOGIN");
  Sql("GRANT SELECT, INSERT, UPDATE, DELETE ON channels, tokens, users TO gateway; GRANT USAGE ON ALL SEQUENCES IN "
      "SCHEMA "
      "public TO gateway");
  Ear ear(db_->uri("gateway"));
  PostgresSession gateway(db_->uri("gateway"));
  gateway.Run("UPDATE channels SET weight = 7 WHERE id = 8");
  EXPECT_EQ(ear.Heard(), 1);
  gateway.Run("INSERT INTO tokens (id, user_id, name) VALUES (70, 1, 'new')");
  EXPECT_EQ(db_->Ask("SELECT \"group\" FROM tokens WHERE id = 70"), "vip");
}

TEST_F(PostgresqlTriggersTest, NormalizingGivesATokenTheGroupThatAnEmptyOneMeans) {
  Install({.normalize = true});
  const auto group_of = [&](const std::string& user, const std::string& group) {
    Sql("DELETE FROM tokens WHERE id = 50; INSERT INTO tokens (id, user_id, \"group\") VALUES (50, " + user + ", " +
        group + ")");
    return db_->Ask("SELECT \"group\" FROM tokens WHERE id = 50");
  };
  EXPECT_EQ(group_of("1", "''"), "vip") << "the owner's";
  EXPECT_EQ(group_of("1", "NULL"), "vip");
  EXPECT_EQ(group_of("1", "E' \\t\\n'"), "vip");
  EXPECT_EQ(group_of("1", "'auto'"), "auto") << "what is said stays";
  EXPECT_EQ(group_of("2", "''"), "default") << "whose owner's is blank";
  EXPECT_EQ(group_of("99", "''"), "default") << "without an owner";
  EXPECT_EQ(group_of("NULL", "''"), "default");

  Sql("UPDATE tokens SET \"group\" = 'vip' WHERE id = 50; UPDATE tokens SET \"group\" = '', user_id = 1 WHERE id = 50");
  EXPECT_EQ(db_->Ask("SELECT \"group\" FROM tokens WHERE id = 50"), "vip");
  Sql("UPDATE tokens SET remain_quota = 5 WHERE id = 1");
  EXPECT_EQ(db_->Ask("SELECT \"group\" FROM tokens WHERE id = 1"), "")
      << "old rows are cured by the doctor, with an undo";
}

// A figure, not a bound: the machine is shared.
TEST_F(PostgresqlTriggersTest, WhatAnUpdateOfAQuotaCostsWithThem) {
  const auto microseconds = [&] {
    PostgresSession gateway(db_->uri());
    const std::string loop =
        "DO $$ BEGIN FOR i IN 1..5000 LOOP UPDATE channels SET used_quota = i WHERE id = 9; END LOOP; END $$";
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
      const auto start = std::chrono::steady_clock::now();
      gateway.Run(loop);
      best =
          std::min(best, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
      gateway.Run("VACUUM channels");
    }
    return best / 5000;
  };
  Sql("UPDATE channels SET models = repeat('model-name,', 300)");
  const double without = microseconds();
  Install();
  const double with = microseconds();
  EXPECT_GT(with, 0.0);
  std::printf("an UPDATE of a quota, 3.3 kB of models: %.1f us without triggers, %.1f us with them\n", without, with);
}

}  // namespace
}  // namespace pointsman
