// Schema: how a database declares a gateway's tables, and where two databases differ. This is how a move from one
// database to another is checked: in the incident, a column's default got lost on the way.
//
//   absl::StatusOr<Schema> before = ReadSqliteSchema("old.db");         // load/sqlite3.h
//   for (const SchemaDifference& d : CompareSchemas(*before, *after)) std::cout << d.Text() << "\n";
//   // tokens.group: default was 'default', is none
//
// Names, declarations and numbers of rows only: no value of any row is read.
//
// Thread safety: thread-compatible (plain values). Cost of comparing: O(columns * log columns).
#ifndef POINTSMAN_SCHEMA_H_
#define POINTSMAN_SCHEMA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

struct SchemaColumn {
  std::string name;
  bool not_null = false;                   // declared so, or part of the primary key
  std::optional<std::string> default_sql;  // as the database spells it, without a cast
};

// Where a database numbers new rows itself.
struct Numbering {
  std::string sequence;      // quoted, with its schema
  std::string table;         // likewise; empty: its name is enough
  std::int64_t next = 0;     // the id that the next row gets
  std::int64_t highest = 0;  // of the ids that are there, deleted rows included; 0 without rows
};

struct SchemaTable {
  std::string name;
  std::vector<SchemaColumn> columns;
  std::vector<std::string> primary_key;               // columns, in order
  std::vector<std::vector<std::string>> unique_keys;  // the others
  std::uint64_t rows = 0;                             // deleted ones included
  std::optional<Numbering> numbering;                 // nothing: it is not known, or cannot fall behind
  std::string missing_grant;                          // the SQL that lets this user look at the numbering
};

struct Schema {
  std::string source;
  std::vector<SchemaTable> tables;  // those of the gateway's that the database has
};

struct SchemaDifference {
  enum class Aspect : std::uint8_t { kTable, kColumn, kDefault, kNotNull, kPrimaryKey, kUniqueKey, kRows };
  Aspect aspect = Aspect::kTable;
  std::string table;
  std::string column;  // empty where it is about the table
  std::string before;  // "none" where there is nothing
  std::string after;

  // "tokens.group: default was 'default', is none". Names are escaped and shortened.
  POINTSMAN_EXPORT std::string Text() const;
};

// "table", "column", "default", "not_null", "primary_key", "unique_key", "rows".
POINTSMAN_EXPORT std::string_view SchemaAspectName(SchemaDifference::Aspect aspect);

// By table and column. Names of columns are compared without case, as databases do.
POINTSMAN_EXPORT std::vector<SchemaDifference> CompareSchemas(const Schema& before, const Schema& after);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SCHEMA_H_
