#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "doctor/sql_text.h"
#include "load/sql/table_columns.h"
#include "rows/routing_options.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

// Holds what upstreams answered: of it the time alone is exported, since when a channel has its status.
constexpr std::string_view kOtherInfo = "other_info";

// MariaDB cuts what it aggregates at a megabyte, and goes on with a warning.
constexpr char kWhole[] = "SET SESSION group_concat_max_len = 4294967295;\n";

// What a dialect calls things.
struct Words {
  std::string_view object, array_begin, array_end, how_to_run;
};

Words WordsOf(Dialect dialect) {
  switch (dialect) {
    case Dialect::kSqlite:
      return {"json_object", "json_group_array(", ")", "sqlite3 -batch -readonly DATABASE < export.sql > rows.json"};
    case Dialect::kPostgresql:
      return {"json_build_object", "coalesce(json_agg(", "), '[]')",
              "psql -XAtq -v ON_ERROR_STOP=1 -f export.sql DATABASE > rows.json"};
    case Dialect::kMysql:
      return {"JSON_OBJECT", "coalesce(JSON_ARRAYAGG(", "), JSON_ARRAY())",
              "mysql -N -B --raw DATABASE < export.sql > rows.json"};
  }
  return {};
}

class Exporter {
 public:
  Exporter(Dialect dialect, const std::vector<std::string>& without)
      : dialect_(dialect), words_(WordsOf(dialect)), without_(without) {}

  std::string Sql() const {
    std::string tables;
    ForEachTable([&](SourceTable table, auto columns) {
      const std::string name(TableName(table));
      if (IsLeftOut(name)) return;
      tables += (tables.empty() ? "\n  '" : ",\n  '") + name + "', (SELECT " + std::string(words_.array_begin) +
                Object(table, columns) + std::string(words_.array_end) + "\n    FROM " + name + Where(table) + ")";
    });
    return "SELECT " + std::string(words_.object) + "(" + tables + ");\n";
  }

 private:
  bool IsLeftOut(const std::string& name) const {
    return std::find(without_.begin(), without_.end(), name) != without_.end();
  }

  template <class Row>
  std::string Object(SourceTable table, std::span<const Column<Row>> columns) const {
    std::string members;
    for (const Column<Row>& column : columns) {
      if (IsLeftOut(std::string(TableName(table)) + "." + std::string(column.name))) continue;
      members += (members.empty() ? "'" : ", '") + std::string(column.name) + "', " + Value(column.name, column.kind);
    }
    return std::string(words_.object) + "(" + members + ")";
  }

  // Text stays text, whatever the column was made: a blob is none in JSON, and JSON in JSON would not be one.
  std::string Value(std::string_view column, ColumnKind kind) const {
    std::string name = SqlName(column, dialect_);
    if (column == kOtherInfo) return StatusTime(name);
    if (kind != ColumnKind::kText) return name;
    return "CAST(" + name + " AS " + (dialect_ == Dialect::kMysql ? "CHAR)" : "text)");
  }

  // {"status_time": 1700000000}, or NULL. PostgreSQL has no cast that spares a text that is no JSON.
  std::string StatusTime(const std::string& column) const {
    const auto if_number = [&](const std::string& type, const std::string& concatenated) {
      return "CASE WHEN JSON_VALID(" + column + ") THEN CASE WHEN " + type + " = 'INTEGER' THEN " + concatenated +
             " END END";
    };
    const std::string time = "json_extract(" + column + ", '$.status_time')";
    switch (dialect_) {
      case Dialect::kSqlite:
        return if_number("upper(json_type(" + column + ", '$.status_time'))",
                         "'{\"status_time\":' || " + time + " || '}'");
      case Dialect::kMysql:
        return if_number("JSON_TYPE(" + time + ")", "CONCAT('{\"status_time\":', " + time + ", '}')");
      case Dialect::kPostgresql:
        return "'{\"status_time\":' || substring(CAST(" + column +
               " AS text) from '\"status_time\"[[:space:]]{0,9}:[[:space:]]{0,9}([0-9]{1,18})[[:space:]]{0,9}[,}]') || "
               "'}'";
    }
    return "NULL";
  }

  std::string Where(SourceTable table) const {
    const std::string name(TableName(table));
    if (MayBeSoftDeleted(table) && !IsLeftOut(name + "." + std::string(kDeletedAt))) {
      return " WHERE " + SqlName(kDeletedAt, dialect_) + " IS NULL";
    }
    if (table != SourceTable::kOptions) return "";
    std::string keys;
    for (const std::string_view key : kRoutingOptions) keys += (keys.empty() ? "'" : ", '") + std::string(key) + "'";
    return " WHERE " + SqlName("key", dialect_) + " IN (" + keys + ")";
  }

  Dialect dialect_;
  Words words_;
  const std::vector<std::string>& without_;
};

// Tables, and columns as "table.column".
std::vector<std::string> Exported() {
  std::vector<std::string> names;
  ForEachTable([&](SourceTable table, auto) {
    if (table != SourceTable::kChannels) names.emplace_back(TableName(table));
    for (const std::string_view column : ColumnsRead(table)) {
      names.push_back(std::string(TableName(table)) + "." + std::string(column));
    }
  });
  return names;
}

void CheckNames(const std::vector<std::string>& without) {
  const std::vector<std::string> exported = Exported();
  const std::vector<std::string_view> known(exported.begin(), exported.end());
  for (const std::string& name : without) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    Fail("--without " + Quoted(name) + ": no such table or column is exported" + DidYouMean(name, known));
  }
}

Dialect DialectOf(const std::string& name) {
  if (name == "mysql") return Dialect::kMysql;
  return name == "postgresql" ? Dialect::kPostgresql : Dialect::kSqlite;
}

}  // namespace

int RunExportSql(const ExportSqlOptions& options) {
  CheckNames(options.without);
  const Dialect dialect = DialectOf(options.dialect);
  std::cout << (dialect == Dialect::kMysql ? "-- Two statements, of which the second" : "-- One statement that")
            << " gives one JSON document, what pointsman reads with --from json:rows.json.\n"
               "-- Run it with:  "
            << WordsOf(dialect).how_to_run
            << "\n-- No key, URL or other secret is named. Columns that your gateway lacks: --without TABLE.COLUMN\n"
            << (dialect == Dialect::kMysql ? kWhole : "") << Exporter(dialect, options.without).Sql();
  return kFine;
}

}  // namespace pointsman::cli
