// A SQLite file that is locked, damaged, replaced and spoilt under a router that goes on serving.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "pointsman/load/sqlite3.h"
#include "support/chaos.h"
#include "support/scratch_database.h"

namespace pointsman {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): all of the above
namespace fs = std::filesystem;

class ChaosSqlite : public ::testing::Test {
 protected:
  void SetUp() override {
    RunSql(path(), ChaosTables());
    chaos_ = std::make_unique<Chaos>(loader_, nullptr, [&](std::int64_t v) { Sql(ChaosVersion(v)); });
  }
  std::string path() const { return folder_ / "one-api.db"; }
  std::string kept() const { return folder_ / "kept.db"; }
  // A reader may be at it just now.
  void Sql(const std::string& sql) {
    EXPECT_TRUE(Eventually([&] { return Writer(path()).TryRun(sql) == SQLITE_OK; })) << sql;
  }
  void Keep() { fs::copy_file(path(), kept(), fs::copy_options::overwrite_existing); }
  // At once, as deployments do.
  void PutBack() { fs::rename(kept(), path()); }
  void ReplaceBy(const std::string& bytes) {
    WriteFile(folder_ / "other", bytes);
    fs::rename(folder_ / "other", path());
  }
  static auto AfterSomeLoads() {
    return [since = std::optional<std::uint64_t>()](const RefreshStatus& status) mutable {
      if (!since) since = status.loads;  // asked for the first time when it is broken already
      return status.loads >= *since + 3;
    };
  }

  ScratchFolder folder_;
  SqliteLoader loader_{folder_ / "one-api.db"};
  std::unique_ptr<Chaos> chaos_;
};

TEST_F(ChaosSqlite, RoutingGoesOnAndRecoversByItself) {
  {
    Writer writer(path());
    chaos_->Suffer(
        "is locked by a writer",
        [&] { EXPECT_TRUE(Eventually([&] { return writer.TryRun("BEGIN EXCLUSIVE") == SQLITE_OK; })); },
        IsFailingWith(absl::StatusCode::kUnavailable), [&] { writer.Run("COMMIT"); });
  }
  for (const int share : {0, 1, 4, 7}) {
    chaos_->Suffer(
        "is truncated to " + std::to_string(share) + " eighths",
        [&] {
          Keep();
          fs::resize_file(path(), fs::file_size(path()) * static_cast<unsigned>(share) / 8);
        },
        IsInTrouble, [&] { PutBack(); });
  }
  chaos_->Suffer(
      "ends inside its last page", [&] { Keep(), fs::resize_file(path(), fs::file_size(path()) - 1); },
      IsFailingWith(absl::StatusCode::kDataLoss), [&] { PutBack(); });
  const auto replaced = [&](const std::string& what, const std::function<void()>& by) {
    chaos_->Suffer(what, [&] { Keep(), by(); }, IsFailing, [&] { PutBack(); });
  };
  replaced("is replaced by something else", [&] { ReplaceBy("not a database at all, but long enough to be read"); });
  replaced("is replaced by nothing", [&] { ReplaceBy(""); });
  replaced("is replaced by a foreign database", [&] {
    RunSql(folder_ / "foreign", "CREATE TABLE songs (title text)");
    fs::rename(folder_ / "foreign", path());
  });
  replaced("is gone", [&] { fs::remove(path()); });
  chaos_->Suffer(
      "empties the abilities", [&] { Sql("CREATE TABLE kept AS SELECT * FROM abilities; DELETE FROM abilities"); },
      IsHeldBack, [&] { Sql("INSERT INTO abilities SELECT * FROM kept; DROP TABLE kept"); });
  const auto spoilt = [&](const std::string& table, const std::string& column) {
    const std::string name = "\"" + column + "\"";
    chaos_->Suffer(
        "renames " + table + "." + column, [&] { Sql("ALTER TABLE " + table + " RENAME " + name + " TO gone"); },
        AfterSomeLoads(), [&] { Sql("ALTER TABLE " + table + " RENAME gone TO " + name); });
    if (column == "id") return;  // SQLite itself refuses another type there
    // A blob that is no UTF-8, where a number or a text belongs.
    chaos_->Suffer(
        "wrong values in " + table + "." + column,
        [&] {
          Sql("CREATE TABLE kept AS SELECT * FROM " + table + "; UPDATE " + table + " SET " + name + " = x'FF00FE'");
        },
        AfterSomeLoads(),
        [&] { Sql("DELETE FROM " + table + "; INSERT INTO " + table + " SELECT * FROM kept; DROP TABLE kept"); });
  };
  for (const char* const column : kChaosAbilityColumns) spoilt("abilities", column);
  for (const char* const column : kChaosChannelColumns) spoilt("channels", column);
  chaos_->Report("SQLite");
}

}  // namespace
}  // namespace pointsman
