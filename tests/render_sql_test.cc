// RenderSql: the SQL is compared letter by letter for each dialect, and for SQLite it is run.
#include <sqlite3.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"

namespace pointsman {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = RowChange::Kind;

RowChange TokenUpdate(SqlValue before, SqlValue after) {
  return {.kind = Kind::kUpdate,
          .table = SourceTable::kTokens,
          .key = {{"id", std::int64_t{3}}},
          .before = {{"group", std::move(before)}},
          .after = {{"group", std::move(after)}}};
}

RowChange AbilityInsert(std::string group, std::string model) {
  return {.kind = Kind::kInsert,
          .table = SourceTable::kAbilities,
          .key = {{"group", std::move(group)}, {"model", std::move(model)}, {"channel_id", std::int64_t{8}}},
          .before = {},
          .after = {{"enabled", std::int64_t{1}}, {"priority", std::int64_t{-2}}, {"tag", SqlValue()}}};
}

std::string Sql(const RowChange& change, Dialect dialect) {
  const absl::StatusOr<std::string> sql = RenderSql(change, dialect);
  return sql.ok() ? *sql : sql.status().ToString();
}

TEST(RenderSql, UpdateNamesPrimaryKeyAndOldValue) {
  const RowChange change = TokenUpdate("", "default");
  EXPECT_EQ(Sql(change, Dialect::kSqlite), R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 3 AND "group" = '')");
  EXPECT_EQ(Sql(change, Dialect::kPostgresql), Sql(change, Dialect::kSqlite));
  EXPECT_EQ(Sql(change, Dialect::kMysql), "UPDATE tokens SET `group` = 'default' WHERE `id` = 3 AND `group` = ''");
}

TEST(RenderSql, OldNullIsAskedForWithIsNull) {
  EXPECT_EQ(Sql(TokenUpdate(SqlValue(), "vip"), Dialect::kPostgresql),
            R"(UPDATE tokens SET "group" = 'vip' WHERE "id" = 3 AND "group" IS NULL)");
}

TEST(RenderSql, NewNullIsAssignedWithAnEqualsSign) {
  EXPECT_EQ(Sql(TokenUpdate("vip", SqlValue()), Dialect::kSqlite),
            R"(UPDATE tokens SET "group" = NULL WHERE "id" = 3 AND "group" = 'vip')");
}

TEST(RenderSql, InsertHoldsKeyAndNewValues) {
  EXPECT_EQ(Sql(AbilityInsert("default", "pika"), Dialect::kSqlite),
            R"(INSERT INTO abilities ("group", "model", "channel_id", "enabled", "priority", "tag") )"
            R"(VALUES ('default', 'pika', 8, 1, -2, NULL))");
}

TEST(RenderSql, DeleteAsksForEveryOldValue) {
  EXPECT_EQ(Sql(AbilityInsert("default", "pika").Undo(), Dialect::kMysql),
            "DELETE FROM abilities WHERE `group` = 'default' AND `model` = 'pika' AND `channel_id` = 8 AND "
            "`enabled` = 1 AND `priority` = -2 AND `tag` IS NULL");
}

TEST(RenderUndo, InsertsARowThatIsMissingAndNoOther) {
  const RowChange change = AbilityInsert("default", "pika").Undo();
  const std::string columns =
      R"(INSERT INTO abilities ("group", "model", "channel_id", "enabled", "priority", "tag") )";
  const std::string absent =
      R"( WHERE NOT EXISTS (SELECT 1 FROM abilities WHERE "group" = 'default' AND "model" = 'pika' AND "channel_id" = 8))";
  EXPECT_EQ(*RenderUndo(change, Dialect::kSqlite), columns + "SELECT 'default', 'pika', 8, 1, -2, NULL" + absent);
  EXPECT_EQ(*RenderUndo(change, Dialect::kPostgresql), columns + "SELECT 'default', 'pika', 8, '1', -2, NULL" + absent);
  EXPECT_THAT(*RenderUndo(change, Dialect::kMysql),
              HasSubstr(" SELECT 'default', 'pika', 8, 1, -2, NULL FROM DUAL WHERE "));
}

TEST(RenderUndo, OfAnythingElseIsTheUndoItself) {
  for (const RowChange& change : {TokenUpdate("", "vip"), AbilityInsert("default", "pika")}) {
    for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql})
      EXPECT_EQ(*RenderUndo(change, dialect), Sql(change.Undo(), dialect));
  }
}

// Catches: true and false, which an integer column refuses; 0 and 1, which a boolean one does.
TEST(RenderSql, EnabledIsUntypedInPostgresqlOnly) {
  const RowChange change = {.kind = Kind::kUpdate,
                            .table = SourceTable::kAbilities,
                            .key = {{"channel_id", std::int64_t{1}}},
                            .before = {{"enabled", std::int64_t{0}}},
                            .after = {{"enabled", std::int64_t{1}}}};
  EXPECT_EQ(Sql(change, Dialect::kPostgresql),
            R"(UPDATE abilities SET "enabled" = '1' WHERE "channel_id" = 1 AND "enabled" = '0')");
  EXPECT_EQ(Sql(change, Dialect::kMysql),
            "UPDATE abilities SET `enabled` = 1 WHERE `channel_id` = 1 AND `enabled` = 0");
}

TEST(RenderSql, QuotesAreDoubledInEveryDialect) {
  for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql}) {
    EXPECT_THAT(Sql(TokenUpdate("", "x'; DROP TABLE tokens; --"), dialect), HasSubstr("'x''; DROP TABLE tokens; --'"))
        << DialectName(dialect);
  }
}

// A backslash before the closing quote must not swallow it, however the server is set.
TEST(RenderSql, BackslashesAreWrittenSoThatNoServerSettingChangesThem) {
  const RowChange change = TokenUpdate("", "a\\");
  EXPECT_THAT(Sql(change, Dialect::kSqlite), HasSubstr(R"( = 'a\' )"));
  EXPECT_THAT(Sql(change, Dialect::kPostgresql), HasSubstr(R"( = E'a\\' )"));
  EXPECT_THAT(Sql(change, Dialect::kMysql), HasSubstr(" = _utf8mb4 X'615c' "));
}

TEST(RenderSql, ControlAndInvisibleCharactersAreSpelled) {
  const RowChange change = TokenUpdate("", "a\n\x1b[2J\u202e'");
  EXPECT_THAT(Sql(change, Dialect::kSqlite), HasSubstr("'a'||char(10)||char(27)||'[2J'||char(8238)||''''"));
  EXPECT_THAT(Sql(change, Dialect::kPostgresql), HasSubstr(R"(E'a\u000a\u001b[2J\u202e''')"));
  EXPECT_THAT(Sql(change, Dialect::kMysql), HasSubstr("_utf8mb4 X'610a1b5b324ae280ae27'"));
}

TEST(RenderSql, InvisibleCharactersBeyondSixteenBitsTakeEightDigitsInPostgresql) {
  EXPECT_THAT(Sql(TokenUpdate("", "\U000e0041"), Dialect::kPostgresql), HasSubstr(R"(E'\U000e0041')"));
}

TEST(RenderSql, ReadableTextBeyondAsciiStaysReadable) {
  for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql}) {
    EXPECT_THAT(Sql(TokenUpdate("", "分组 🚂"), dialect), HasSubstr("'分组 🚂'"));
  }
}

TEST(RenderSql, NulByteIsRefused) {
  for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql}) {
    const auto sql = RenderSql(TokenUpdate("", std::string("a\0b", 3)), dialect);
    EXPECT_EQ(sql.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(RenderSql, InvalidUtf8IsCarriedBySqliteAndRefusedByTheOthers) {
  const RowChange change = TokenUpdate("a\xff", "b");
  EXPECT_THAT(Sql(change, Dialect::kSqlite), HasSubstr("CAST(x'61ff' AS TEXT)"));
  EXPECT_EQ(RenderSql(change, Dialect::kPostgresql).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RenderSql(change, Dialect::kMysql).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RenderSql, ChangeWithoutAKeyIsRefused) {
  RowChange change = TokenUpdate("", "default");
  change.key.clear();
  EXPECT_EQ(RenderSql(change, Dialect::kSqlite).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RenderSql, UpdateWithoutNewValuesIsRefused) {
  RowChange change = TokenUpdate("", "default");
  change.after.clear();
  EXPECT_EQ(RenderSql(change, Dialect::kSqlite).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(RowChange, UndoOfAnUpdateSwapsOldAndNew) {
  EXPECT_EQ(Sql(TokenUpdate(SqlValue(), "vip").Undo(), Dialect::kSqlite),
            R"(UPDATE tokens SET "group" = NULL WHERE "id" = 3 AND "group" = 'vip')");
}

TEST(RowChange, UndoTwiceIsTheChangeItself) {
  for (const RowChange& change : {TokenUpdate(SqlValue(), "vip"), AbilityInsert("g", "m")}) {
    EXPECT_EQ(Sql(change.Undo().Undo(), Dialect::kSqlite), Sql(change, Dialect::kSqlite));
  }
}

// A database with the two tables that cures write to.
class Database {
 public:
  Database() {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(":memory:", &raw), SQLITE_OK);
    db_.reset(raw);
    Run(R"(CREATE TABLE tokens (id INTEGER PRIMARY KEY, "group" TEXT))");
    Run(R"(CREATE TABLE abilities ("group" TEXT, model TEXT, channel_id INTEGER, enabled NUMERIC, priority INTEGER,
           tag TEXT, PRIMARY KEY ("group", model, channel_id)))");
  }

  // The number of rows that the statement touched.
  int Run(const std::string& sql) {
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error << ": " << sql;
    sqlite3_free(error);
    return sqlite3_changes(db_.get());
  }

  // The text in the only column of the only row, by bytes.
  std::optional<std::string> Text(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr), SQLITE_OK) << sql;
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, &sqlite3_finalize);
    if (sqlite3_step(raw) != SQLITE_ROW || sqlite3_column_type(raw, 0) != SQLITE_TEXT) return std::nullopt;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw, 0));
    return std::string(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw, 0)));
  }

 private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> db_{nullptr, &sqlite3_close};
};

TEST(RenderSqlInSqlite, HostileTextArrivesByteForByteAndIsFoundAgain) {
  const std::vector<std::string> texts = {"default",
                                          "it's",
                                          "''",
                                          "\"quoted\"",
                                          "back\\slash\\",
                                          "`tick`",
                                          "line\nbreak\r\n\ttab",
                                          "\x1b[2J\x7f",
                                          "🚂 分组",
                                          "\u202e\u200b",
                                          "a\xff\xfe",
                                          "; DROP TABLE tokens; --",
                                          " ",
                                          "\xc3",
                                          "$1 ?1 :name @x %s",
                                          std::string(5000, '\n')};
  for (const std::string& text : texts) {
    Database db;
    db.Run("INSERT INTO tokens VALUES (3, NULL), (4, NULL)");
    const RowChange change = TokenUpdate(SqlValue(), text);
    EXPECT_EQ(db.Run(Sql(change, Dialect::kSqlite)), 1);
    EXPECT_EQ(db.Text(R"(SELECT "group" FROM tokens WHERE id = 3)"), text);
    EXPECT_EQ(db.Text(R"(SELECT "group" FROM tokens WHERE id = 4)"), std::nullopt);
    EXPECT_EQ(db.Run(Sql(change.Undo(), Dialect::kSqlite)), 1) << "the old value was not found again";
    EXPECT_EQ(db.Text(R"(SELECT "group" FROM tokens WHERE id = 3)"), std::nullopt);
  }
}

TEST(RenderSqlInSqlite, RowThatChangedMeanwhileIsLeftAlone) {
  Database db;
  db.Run("INSERT INTO tokens VALUES (3, 'svip')");
  for (const SqlValue& before : {SqlValue(), SqlValue(""), SqlValue("SVIP"), SqlValue("svip ")}) {
    EXPECT_EQ(db.Run(Sql(TokenUpdate(before, "default"), Dialect::kSqlite)), 0);
  }
  EXPECT_EQ(db.Text(R"(SELECT "group" FROM tokens)"), "svip");
}

TEST(RenderSqlInSqlite, InsertAndItsUndoLeaveNothingBehind) {
  Database db;
  const RowChange change = AbilityInsert("d'e\nf", "pika\\");
  EXPECT_EQ(db.Run(Sql(change, Dialect::kSqlite)), 1);
  EXPECT_EQ(db.Text(R"(SELECT model FROM abilities WHERE enabled = 1 AND priority = -2 AND tag IS NULL)"), "pika\\");
  EXPECT_EQ(db.Run(Sql(change.Undo(), Dialect::kSqlite)), 1);
  EXPECT_EQ(db.Text("SELECT model FROM abilities"), std::nullopt);
}

// The advice for a column without a default is words, but words that somebody will paste.
TEST(RenderSqlInSqlite, TriggerThatTheDoctorOffersGivesNewTokensAGroup) {
  Rows rows;
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = nullptr});
  const auto exam =
      Examine(rows, {.policy = Policy{.groups = {.default_group = "it's"}}, .only = {"token-group-default"}});
  const std::string advice = exam->findings.at(0).advice;
  const std::size_t begin = advice.find("CREATE TRIGGER");
  Database db;
  db.Run(advice.substr(begin, advice.find("; END", begin) + 5 - begin));
  db.Run("INSERT INTO tokens VALUES (1, NULL), (2, ''), (3, '  '), (4, 'vip')");
  EXPECT_EQ(db.Text(R"(SELECT group_concat("group") FROM (SELECT * FROM tokens ORDER BY id))"), "it's,it's,it's,vip");
}

TEST(RenderSqlInSqlite, TheSmallestAndLargestNumbersSurvive) {
  for (const std::int64_t number :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    Database db;
    RowChange change = AbilityInsert("g", "m");
    change.after[1].value = number;
    EXPECT_EQ(db.Run(Sql(change, Dialect::kSqlite)), 1);
    EXPECT_EQ(db.Text("SELECT typeof(priority) || ' ' || priority FROM abilities"),
              "integer " + std::to_string(number));
    EXPECT_EQ(db.Run(Sql(change.Undo(), Dialect::kSqlite)), 1);
  }
}

}  // namespace
}  // namespace pointsman
