// SQL about names that mean harm: of the cures that doctor prints each is one statement that does what --apply does,
// and the undo file takes it back; what export-sql asks for is the rows that are there.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "support/command_line.h"
#include "support/hostile_database.h"
#include "support/hostile_names.h"
#include "support/plain_text.h"

namespace pointsman::testing {
namespace {

using HostileSql = CommandLine;

// A cure holds a name whole: once as the key and once as the old value, each byte as two digits at most.
constexpr std::size_t kMostMentions = 16;

// Runs every statement there is in the text and gives back how many there were; each changes one row, if any.
std::size_t RunEach(const std::string& db, const std::string& sql) {
  Writer writer(db);
  std::size_t count = 0;
  for (const char* rest = sql.c_str(); *rest != '\0';) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(writer.db(), rest, -1, &statement, &rest), SQLITE_OK) << sqlite3_errmsg(writer.db());
    if (statement == nullptr) break;  // comments after the last, or an error
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE) << Shown(sqlite3_sql(statement));
    sqlite3_finalize(statement);
    EXPECT_LE(sqlite3_changes(writer.db()), 1);
    ++count;
  }
  return count;
}

// Everything that a database holds: its tables as they were made, and the bytes of each value.
std::string Everything(const std::string& db) {
  Writer writer(db);
  std::string all = writer.Ask("SELECT name, sql FROM sqlite_master ORDER BY name");
  for (const std::string table : {"channels", "abilities", "tokens", "users", "options"}) {
    sqlite3_stmt* rows = nullptr;
    const std::string sql = "SELECT * FROM " + table + " ORDER BY rowid";
    EXPECT_EQ(sqlite3_prepare_v2(writer.db(), sql.c_str(), -1, &rows, nullptr), SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(rows); ++i) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(rows, i));
        all += "|" + std::to_string(sqlite3_column_type(rows, i)) + ":";
        if (bytes != nullptr) all.append(bytes, static_cast<std::size_t>(sqlite3_column_bytes(rows, i)));
      }
      all += "\n";
    }
    sqlite3_finalize(rows);
  }
  return all;
}

// Would catch: a name that ends the literal, the comment or the line that it stands in.
TEST_F(HostileSql, ThePrintedCuresAreAsManyStatementsAsTheyAreAndDoWhatApplyDoes) {
  for (const std::string& name : HostileNames()) {
    const TempFolder folder;
    const std::string db = HostileDatabase(folder / "one-api.db", name);
    const std::string before = Everything(db);
    std::filesystem::copy_file(db, folder / "fixed.db");
    const std::string only = "token-empty-group,ability-orphan";
    const Outcome fix = Pointsman({"doctor", "--from", db, "--fix", "--only", only});
    EXPECT_EQ(WhatIsWrong(fix.out, 64 * 1024 + kMostMentions * 2 * name.size()), "") << Shown(name);
    std::size_t cures = 0;
    const nlohmann::json examined = Document(Pointsman({"doctor", "--from", db, "--json", "--only", only}));
    for (const nlohmann::json& finding : examined["findings"]) cures += finding["cure_sql"].size();
    EXPECT_EQ(RunEach(folder / "fixed.db", fix.out), cures) << Shown(name);
    EXPECT_TRUE(name.find('\0') != name.npos || cures > 0) << Shown(name);

    const std::string undo = folder / "undo.sql";
    const Outcome applied = Pointsman({"doctor", "--from", db, "--apply", "--yes", "--undo", undo, "--only", only});
    if (name.find('\0') != name.npos) continue;  // has no literal
    EXPECT_LE(applied.code, 1) << applied.err;
    EXPECT_EQ(Everything(db), Everything(folder / "fixed.db")) << Shown(name);
    EXPECT_NE(Everything(db), before) << Shown(name);
    RunSql(db, ReadText(undo));
    EXPECT_EQ(Everything(db), before) << Shown(name);
  }
}

TEST_F(HostileSql, WhatIsExportedIsTheSameRows) {
  const std::string sql = Pointsman({"export-sql", "--dialect", "sqlite"}).out;
  for (const std::string& name : HostileNames()) {
    const TempFolder folder;
    const std::string db = HostileDatabase(folder / "one-api.db", name);
    const std::string rows = folder / "rows.json";
    WriteText(rows, Ask(db, sql));
    if (!nlohmann::json::accept(ReadText(rows))) continue;  // bytes that are no UTF-8 are none of JSON's
    EXPECT_EQ(Document(Pointsman({"show", "--from", db, "--json"}))["content_hash"],
              Document(Pointsman({"show", "--from", "json:" + rows, "--json"}))["content_hash"])
        << Shown(name);
  }
}

}  // namespace
}  // namespace pointsman::testing
