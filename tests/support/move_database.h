// MoveDatabase: a gateway's SQLite file moved into PostgreSQL, row by row and column by column, as administrators do it
// with a migration tool. What is not moved are the defaults of columns: they are those of the schema that is there.
#ifndef POINTSMAN_TESTS_SUPPORT_MOVE_DATABASE_H_
#define POINTSMAN_TESTS_SUPPORT_MOVE_DATABASE_H_

#include <sqlite3.h>

#include <string>

#include "gtest/gtest.h"
#include "support/postgres_server.h"

namespace pointsman {

// A literal that PostgreSQL takes for every type: '1' is a bigint, a text or a true boolean.
inline std::string AnyLiteral(sqlite3_stmt* row, int column) {
  if (sqlite3_column_type(row, column) == SQLITE_NULL) return "NULL";
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  std::string literal = "'";
  for (int i = 0; i < sqlite3_column_bytes(row, column); ++i)
    literal += bytes[i] == '\'' ? "''" : std::string(1, bytes[i]);
  return literal + "'";
}

inline void MoveTable(sqlite3* from, const std::string& table, PostgresSession& to) {
  sqlite3_stmt* rows = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(from, ("SELECT * FROM " + table).c_str(), -1, &rows, nullptr), SQLITE_OK) << table;
  while (sqlite3_step(rows) == SQLITE_ROW) {
    std::string columns;
    std::string values;
    for (int i = 0; i < sqlite3_column_count(rows); ++i) {
      columns += (i == 0 ? "\"" : ", \"") + std::string(sqlite3_column_name(rows, i)) + "\"";
      values += (i == 0 ? "" : ", ") + AnyLiteral(rows, i);
    }
    to.Run("INSERT INTO " + table + " (" + columns + ") VALUES (" + values + ")");
  }
  sqlite3_finalize(rows);
}

inline void MoveDatabase(const std::string& sqlite_path, const PostgresDatabase& database) {
  sqlite3* from = nullptr;
  EXPECT_EQ(sqlite3_open_v2(sqlite_path.c_str(), &from, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  PostgresSession to(database.uri());
  to.Run("BEGIN");
  for (const char* const table : {"channels", "abilities", "tokens", "users", "options"}) MoveTable(from, table, to);
  to.Run("COMMIT");
  sqlite3_close(from);
}

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_MOVE_DATABASE_H_
