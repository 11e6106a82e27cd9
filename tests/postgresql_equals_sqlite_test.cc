// The same rows in SQLite and in PostgreSQL are the same to pointsman: row by row, and by what they compile to.
#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/compile.h"
#include "pointsman/doctor.h"
#include "pointsman/load/postgresql.h"
#include "pointsman/load/sqlite3.h"
#include "support/move_database.h"
#include "support/postgres_loader_fixture.h"
#include "support/row_text.h"
#include "support/scratch_database.h"

namespace pointsman {
namespace {

class MovedDatabase : public PostgresLoaderTest {
 protected:
  // Fills the SQLite file, moves it, and loads both.
  void Move(const std::string& sql) {
    RunSql(path(), sql);
    Sql(kPostgresSchema);
    MoveDatabase(path(), *db_);
    const absl::Status loaded = SqliteLoader(path()).Load(before_, Wanted::Everything());
    ASSERT_TRUE(loaded.ok()) << loaded;
    after_ = MustLoad();
  }

  std::string path() const { return folder_ / "one-api.db"; }

  ScratchFolder folder_;
  Rows before_{"sqlite"};
  Rows after_{"postgresql"};
};

// Rows may come in any order, and do: a database reads options through an index, or not.
std::vector<std::string> Sorted(const Rows& rows) {
  std::vector<std::string> texts = RowTexts(rows);
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::string HashOf(const Rows& rows) {
  const absl::StatusOr<Compiled> compiled = Compile(rows, Policy());
  EXPECT_TRUE(compiled.ok()) << compiled.status();
  return compiled.ok() ? compiled->table->content_hash() : "";
}

std::vector<std::string> Codes(const Rows& rows) {
  const absl::StatusOr<Examination> examination = Examine(rows, DoctorOptions());
  EXPECT_TRUE(examination.ok()) << examination.status();
  std::vector<std::string> codes;
  if (!examination.ok()) return codes;
  for (const Finding& finding : examination->findings) {
    codes.push_back(finding.code + " " + std::to_string(finding.count));
  }
  return codes;
}

TEST_F(MovedDatabase, TheIncidentIsTheSameInBoth) {
  Move(ReadFile(POINTSMAN_INCIDENT_SQL));
  EXPECT_EQ(Sorted(after_), Sorted(before_));
  EXPECT_EQ(HashOf(after_), HashOf(before_));
  EXPECT_EQ(Codes(after_), Codes(before_));
  EXPECT_THAT(Codes(after_), ::testing::IsSupersetOf({"token-empty-group 12", "token-group-default 1"}));
  const absl::StatusOr<Examination> examination = Examine(after_, DoctorOptions());
  EXPECT_EQ(examination->summary.tokens, 63U);
  EXPECT_EQ(examination->summary.empty_group_tokens, 12U);
  EXPECT_THAT(after_.rejections(), ::testing::IsEmpty());
}

TEST_F(MovedDatabase, ATokenGroupWithADefaultIsNoFinding) {
  Move(ReadFile(POINTSMAN_INCIDENT_SQL));
  Sql(R"(ALTER TABLE tokens ALTER COLUMN "group" SET DEFAULT 'default')");
  EXPECT_THAT(Codes(MustLoad()), ::testing::Not(::testing::Contains("token-group-default 1")));
  Sql(R"(ALTER TABLE tokens ALTER COLUMN "group" SET DEFAULT '')");
  EXPECT_THAT(Codes(MustLoad()), ::testing::Contains("token-group-default 1"));
}

// Values as administrators and their tools leave them, among them names that end a literal, a line or a COPY.
std::string RandomValue(std::mt19937& random, bool number) {
  static constexpr const char* kTexts[] = {"''",          "' '",    "'default'", "'VIP '", "'a,b,,a'",
                                           "'it''s'",     "'漢字'", "'a\\tb'",   "'\\N'",  "'\"q\"'",
                                           "'line\nend'", "'0'",    "'o3'",      "'\\.'"};
  if (random() % 5 == 0) return "NULL";
  if (!number) return kTexts[random() % std::size(kTexts)];
  static constexpr const char* kNumbers[] = {"0", "1", "2", "-1", "10", "4294967296", "9223372036854775807", "70", "3"};
  return kNumbers[random() % std::size(kNumbers)];
}

std::string RandomRows(std::mt19937& random) {
  std::string sql = "BEGIN;";
  const auto text = [&] { return RandomValue(random, false); };
  const auto number = [&] { return RandomValue(random, true); };
  const auto flag = [&] { return random() % 5 == 0 ? "NULL" : random() % 2 == 0 ? "1" : "0"; };
  for (int id = 1; id <= 40; ++id) {
    const std::string key = std::to_string(id);
    sql += "INSERT INTO channels (id, key, name, type, status, \"group\", models, priority, weight, tag) VALUES (" +
           key + ", 'sk', " + text() + ", " + number() + ", " + number() + ", " + text() + ", " + text() + ", " +
           number() + ", " + number() + ", " + text() + ");";
    sql += "INSERT INTO abilities VALUES ('g" + std::to_string(id % 3) + "', 'm" + std::to_string(id % 7) + "', " +
           key + ", " + flag() + ", " + number() + ", " + number() + ", " + text() + ");";
    sql +=
        "INSERT INTO tokens (id, user_id, key, name, status, \"group\", expired_time, model_limits_enabled, "
        "model_limits, cross_group_retry, auto_groups) VALUES (" +
        key + ", " + number() + ", '" + key + "', " + text() + ", " + number() + ", " + text() + ", " + number() +
        ", " + flag() + ", " + text() + ", " + flag() + ", " + text() + ");";
    sql += "INSERT INTO users (id, username, password, status, \"group\") VALUES (" + key + ", 'u" + key + "', '', " +
           number() + ", " + text() + ");";
  }
  return sql + "COMMIT;";
}

TEST_F(MovedDatabase, RandomRowsAreTheSameInBoth) {
  std::mt19937 random(20250131);
  const std::string incident = ReadFile(POINTSMAN_INCIDENT_SQL);
  const std::string tables = incident.substr(0, incident.find("-- Higher priority is tried first")) + "COMMIT;";
  Move(tables + RandomRows(random));
  EXPECT_EQ(before_.channels().size(), 40U);
  EXPECT_EQ(Sorted(after_), Sorted(before_));
  EXPECT_EQ(HashOf(after_), HashOf(before_));
  EXPECT_EQ(Codes(after_), Codes(before_));
}

}  // namespace
}  // namespace pointsman
