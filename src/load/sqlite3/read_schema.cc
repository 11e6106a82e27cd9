#include "load/sqlite3/read_schema.h"

#include <map>
#include <memory>
#include <string>

#include "load/sqlite3/connection.h"
#include "pointsman/load/sqlite3.h"

namespace pointsman::inline v0 {
namespace {

constexpr SourceTable kTables[] = {SourceTable::kChannels, SourceTable::kAbilities, SourceTable::kTokens,
                                   SourceTable::kUsers, SourceTable::kOptions};

std::string Identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string(2, c) : std::string(1, c);
  return quoted + "\"";
}

// No columns where there is no such table.
absl::Status ReadColumns(Connection& connection, SchemaTable& table) {
  std::map<std::int64_t, std::string> key;
  Statement info = connection.Prepare("PRAGMA table_info(" + Identifier(table.name) + ")");
  while (info.Next()) {
    const std::int64_t place = info.cell(5).Int();
    SchemaColumn& column = table.columns.emplace_back();
    column.name = info.cell(1).Text();
    column.not_null = info.cell(3).Int() != 0 || place > 0;
    if (info.cell(4).type() != SQLITE_NULL) column.default_sql = std::string(info.cell(4).Text());
    if (place > 0) key.emplace(place, column.name);
  }
  for (const auto& [place, name] : key) table.primary_key.push_back(name);
  return info.status();
}

absl::Status ReadUniqueKeys(Connection& connection, SchemaTable& table) {
  std::vector<std::string> indexes;
  Statement list = connection.Prepare("PRAGMA index_list(" + Identifier(table.name) + ")");
  while (list.Next()) {
    if (list.cell(2).Int() != 0 && list.cell(3).Text() != "pk") indexes.emplace_back(list.cell(1).Text());
  }
  if (!list.status().ok()) return list.status();
  for (const std::string& index : indexes) {
    Statement info = connection.Prepare("PRAGMA index_info(" + Identifier(index) + ")");
    std::vector<std::string>& key = table.unique_keys.emplace_back();
    while (info.Next()) key.emplace_back(info.cell(2).Text());
    if (!info.status().ok()) return info.status();
  }
  return absl::OkStatus();
}

absl::Status ReadTable(Connection& connection, SourceTable which, Schema& schema) {
  SchemaTable table{.name = std::string(TableName(which))};
  if (absl::Status read = ReadColumns(connection, table); !read.ok() || table.columns.empty()) return read;
  if (absl::Status read = ReadUniqueKeys(connection, table); !read.ok()) return read;
  Statement count = connection.Prepare("SELECT count(*) FROM " + Identifier(table.name));
  if (count.Next()) table.rows = static_cast<std::uint64_t>(count.cell(0).Int());
  if (!count.status().ok()) return count.status();
  schema.tables.push_back(std::move(table));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Schema> ReadSchema(Connection& connection) {
  Schema schema{.source = connection.path()};
  for (const SourceTable table : kTables) {
    if (absl::Status read = ReadTable(connection, table, schema); !read.ok()) return read;
  }
  return schema;
}

absl::StatusOr<Schema> ReadSqliteSchema(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(path, Connection::Access::kRead, Deadline::max());
  if (!connection.ok()) return connection.status();
  Transaction transaction(**connection);
  if (absl::Status begun = transaction.Begin(Transaction::Lock::kRead); !begun.ok()) return begun;
  absl::StatusOr<Schema> schema = ReadSchema(**connection);
  if (!schema.ok()) return schema;
  if (absl::Status same = (*connection)->CheckUnchanged(); !same.ok()) return same;
  if (schema->tables.empty()) {
    return absl::InvalidArgumentError((*connection)->name() +
                                      ": has none of a gateway's tables; name the gateway's own database");
  }
  return schema;
}

}  // namespace pointsman::inline v0
