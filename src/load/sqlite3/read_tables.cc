#include "load/sqlite3/read_tables.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "load/sql/selected_columns.h"
#include "load/sqlite3/read_cell.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr int kShownTables = 8;

// The columns of a table or view; none where there is no such table.
absl::StatusOr<std::vector<DeclaredColumn>> DeclaredColumns(Connection& connection, SourceTable table) {
  std::vector<DeclaredColumn> columns;
  Statement info = connection.Prepare("PRAGMA table_info(\"" + std::string(TableName(table)) + "\")");
  while (info.Next()) {
    DeclaredColumn& column = columns.emplace_back();
    column.name = info.cell(1).Text();
    column.default_sql = nullptr;
    if (info.cell(4).type() != SQLITE_NULL) column.default_sql = std::string(info.cell(4).Text());
  }
  if (!info.status().ok()) return info.status();
  return columns;
}

// SQLite's own rule: names of columns differ by more than case.
const DeclaredColumn* Find(const std::vector<DeclaredColumn>& columns, std::string_view name) {
  const std::string wanted(name);
  for (const DeclaredColumn& column : columns) {
    if (absl::EqualsIgnoreCase(column.name, wanted)) return &column;
  }
  return nullptr;
}

template <class Row>
absl::Status ReadRows(Connection& connection, const SelectedColumns<Row>& columns, const std::string& sql,
                      RowSink& sink) {
  Statement rows = connection.Prepare(sql);
  while (rows.Next()) {
    Row row;
    if (!columns.Fill(rows, connection.name(), sink, row)) continue;
    if (!sink.Add(row)) return absl::CancelledError(connection.name() + ": the sink of the rows asked to stop");
  }
  return rows.status();
}

absl::Status ForeignDatabase(Connection& connection) {
  std::string names;
  int count = 0;
  Statement tables = connection.Prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
  while (tables.Next()) {
    if (++count <= kShownTables) names += (names.empty() ? "" : ", ") + Quoted(tables.cell(0).Text());
  }
  if (!tables.status().ok()) return tables.status();
  if (count == 0) {
    return absl::InvalidArgumentError(connection.name() +
                                      ": an empty database, without any table; name the file that the gateway uses, or "
                                      "start the gateway on this one first");
  }
  if (count > kShownTables) names += " and " + std::to_string(count - kShownTables) + " more";
  return absl::InvalidArgumentError(connection.name() +
                                    ": no table \"channels\", so this is not a gateway's database (it has " + names +
                                    "); name the gateway's SQLite file");
}

absl::Status CheckIsGateways(Connection& connection) {
  const absl::StatusOr<std::vector<DeclaredColumn>> channels = DeclaredColumns(connection, SourceTable::kChannels);
  if (!channels.ok()) return channels.status();
  return channels->empty() ? ForeignDatabase(connection) : absl::OkStatus();
}

template <class Row>
absl::Status ReadTable(Connection& connection, SourceTable table, std::span<const Column<Row>> all, RowSink& sink) {
  if (absl::Status in_time = connection.CheckDeadline(); !in_time.ok()) return in_time;
  const absl::StatusOr<std::vector<DeclaredColumn>> declared = DeclaredColumns(connection, table);
  if (!declared.ok()) return declared.status();
  if (declared->empty()) return absl::OkStatus();
  const std::string name(TableName(table));
  const SelectedColumns<Row> columns(table, all, [&](std::string_view column) { return Find(*declared, column); });
  columns.Describe(sink);
  if (!columns.missing_key().empty()) {
    return absl::InvalidArgumentError(connection.name() + ": table " + name + " has no column " +
                                      std::string(columns.missing_key()) +
                                      ", so this is not a gateway's database; name the gateway's SQLite file");
  }
  return ReadRows(connection, columns, columns.Select("\"" + name + "\""), sink);
}

}  // namespace

absl::Status ReadTables(Connection& connection, RowSink& sink, const Wanted& wanted) {
  absl::Status read = CheckIsGateways(connection);
  ForEachTable([&](SourceTable table, auto columns) {
    if (read.ok() && wanted.Includes(table)) read = ReadTable(connection, table, columns, sink);
  });
  read.Update(connection.CheckWhole());
  return read;
}

}  // namespace pointsman::inline v0
