// A PostgreSQL server that is killed, frozen, migrated and emptied under a router that goes on serving.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "pointsman/load/postgresql_changes.h"
#include "support/chaos.h"
#include "support/postgres_server.h"

namespace pointsman {
namespace {

using std::chrono::milliseconds;
using namespace testing;  // NOLINT(google-build-using-namespace): all of the above

// A server of its own, since it does not live long.
class ChaosPostgresql : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::IsInstalled()) GTEST_SKIP() << PostgresServer::WhyNone();
    server_ = std::make_unique<PostgresServer>();
    db_ = std::make_unique<PostgresDatabase>(*server_);
    Sql(ChaosTables());
    // So that a load lasts: abilities of channels that are not there serve nothing.
    Sql("INSERT INTO abilities SELECT 'bulk', 'x', 1000000 + i, true, 0, 1, NULL FROM generate_series(1, 20000) i");
    loader_ = std::make_unique<PostgresqlLoader>(
        db_->uri(), PostgresqlOptions{.connect_timeout = milliseconds(300), .lock_timeout = milliseconds(200)});
    listener_ = std::make_unique<PostgresqlListener>(db_->uri());
    chaos_ = std::make_unique<Chaos>(*loader_, listener_.get(), [&](std::int64_t v) { Sql(ChaosVersion(v)); });
  }
  void Sql(const std::string& sql) { db_->Run(sql); }
  void Administrate(const std::string& sql) { PostgresSession(server_->Uri("postgres")).Run(sql); }

  void KillInTheMiddleOfALoad() {
    const std::string busy =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pointsman' AND query LIKE '%\"abilities\"%' "
        "AND state = 'active'";
    PostgresSession watcher(db_->uri());
    EXPECT_TRUE(Eventually([&] { return watcher.Ask(busy) != "0"; }));
    server_->Kill();
  }

  // Another table takes the place of this one, in one commit, in which one column is something else.
  void Spoil(const std::string& table, const std::string& column, const std::string& wrong) {
    Sql("BEGIN; ALTER TABLE " + table + " RENAME TO good; CREATE TABLE " + table + " AS TABLE good; ALTER TABLE " +
        table + " ALTER COLUMN \"" + column + "\" TYPE " + wrong + "; COMMIT");
  }
  void Restore(const std::string& table) {
    Sql("BEGIN; DROP TABLE " + table + "; ALTER TABLE good RENAME TO " + table + "; COMMIT");
  }
  // Some loads later: not everything that is wrong is wrong for routing.
  static auto AfterSomeLoads() {
    return [since = std::optional<std::uint64_t>()](const RefreshStatus& status) mutable {
      if (!since) since = status.loads;  // asked for the first time when it is broken already
      return status.loads >= *since + 3;
    };
  }

  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<PostgresDatabase> db_;
  std::unique_ptr<PostgresqlLoader> loader_;
  std::unique_ptr<PostgresqlListener> listener_;
  std::unique_ptr<Chaos> chaos_;
};

TEST_F(ChaosPostgresql, RoutingGoesOnAndRecoversByItself) {
  for (int i = 0; i < 3; ++i) {
    chaos_->Suffer(
        "killed in the middle of a load", [&] { KillInTheMiddleOfALoad(); },
        IsFailingWith(absl::StatusCode::kUnavailable), [&] { server_->StartAgain(); });
  }
  chaos_->Suffer(
      "refuses",
      [&] {
        Administrate("ALTER DATABASE " + db_->name() +
                     " ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid) FROM "
                     "pg_stat_activity WHERE datname = '" +
                     db_->name() + "'");
      },
      IsFailing, [&] { Administrate("ALTER DATABASE " + db_->name() + " ALLOW_CONNECTIONS true"); });
  chaos_->Suffer(
      "hangs", [&] { server_->Freeze(); }, IsFailingWith(absl::StatusCode::kUnavailable), [&] { server_->Thaw(); });
  {
    PostgresSession migration(db_->uri());
    chaos_->Suffer(
        "is locked by a migration", [&] { migration.Run("BEGIN; LOCK TABLE abilities"); },
        IsFailingWith(absl::StatusCode::kUnavailable), [&] { migration.Run("COMMIT"); });
  }
  chaos_->Suffer(
      "empties the abilities", [&] { Sql("CREATE TABLE kept AS TABLE abilities; TRUNCATE abilities"); }, IsHeldBack,
      [&] { Sql("INSERT INTO abilities SELECT * FROM kept; DROP TABLE kept"); });
  chaos_->Suffer(
      "fills them again bit by bit",
      [&] {
        Sql("CREATE TABLE kept AS TABLE abilities; TRUNCATE abilities");
        Sql("INSERT INTO abilities SELECT * FROM kept WHERE model = 'm0'");
      },
      IsHeldBack, [&] { Sql("INSERT INTO abilities SELECT * FROM kept WHERE model <> 'm0'; DROP TABLE kept"); });
  chaos_->Suffer(
      "returns a million rows",
      [&] {
        Sql("INSERT INTO abilities SELECT 'bulk', 'y', 2000000 + i, true, 0, 1, NULL FROM generate_series(1, 1000000) "
            "i");
      },
      AfterSomeLoads(), [&] { Sql("DELETE FROM abilities WHERE model = 'y'"); });
  Sql("DELETE FROM abilities WHERE \"group\" = 'bulk'");
  Sql("VACUUM FULL abilities");
  for (const char* const column : kChaosAbilityColumns) {
    chaos_->Suffer(
        "renames abilities." + std::string(column),
        [&] { Sql("ALTER TABLE abilities RENAME \"" + std::string(column) + "\" TO gone"); }, AfterSomeLoads(),
        [&] { Sql("ALTER TABLE abilities RENAME gone TO \"" + std::string(column) + "\""); });
    const std::string type =
        std::string(column) == "group" || std::string(column) == "model" ? "text[] USING NULL" : "text USING 'wrong'";
    chaos_->Suffer(
        "wrong values in abilities." + std::string(column), [&] { Spoil("abilities", column, type); }, AfterSomeLoads(),
        [&] { Restore("abilities"); });
  }
  for (const char* const column : kChaosChannelColumns) {
    chaos_->Suffer(
        "renames channels." + std::string(column),
        [&] { Sql("ALTER TABLE channels RENAME \"" + std::string(column) + "\" TO gone"); }, AfterSomeLoads(),
        [&] { Sql("ALTER TABLE channels RENAME gone TO \"" + std::string(column) + "\""); });
    chaos_->Suffer(
        "wrong values in channels." + std::string(column),
        [&] { Spoil("channels", column, "text[] USING ARRAY['wrong']"); }, AfterSomeLoads(),
        [&] { Restore("channels"); });
  }
  chaos_->Report("PostgreSQL");
}

}  // namespace
}  // namespace pointsman
