#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "load/postgresql/catalog.h"
#include "load/sql/table_columns.h"
#include "pointsman/load/postgresql.h"

namespace pointsman::inline v0 {
namespace {

std::vector<std::string> GrantsFor(const Catalog& catalog, std::string_view role) {
  std::vector<std::string> statements;
  for (const PgTable& table : catalog.tables) {
    std::string usage = GrantUsage(table.schema, role);
    if (std::find(statements.begin(), statements.end(), usage) == statements.end()) {
      statements.push_back(std::move(usage));
    }
  }
  for (const PgTable& table : catalog.tables) {
    std::vector<std::string_view> columns = ColumnsRead(table.table);
    std::erase_if(columns, [&](std::string_view column) { return table.Find(column) == nullptr; });
    if (!columns.empty()) statements.push_back(GrantSelect(columns, table.sql_name(), role));
  }
  for (const PgTable& table : catalog.tables) {
    if (!table.sequence.empty()) statements.push_back(GrantSequence(table.sequence, role));
  }
  return statements;
}

}  // namespace

std::vector<std::string> PostgresqlGrants(std::string_view role, std::string_view schema) {
  std::vector<std::string> statements = {GrantUsage(schema, role)};
  ForEachTable([&](SourceTable table, auto) {
    statements.push_back(GrantSelect(ColumnsRead(table), PgName(schema) + "." + PgName(TableName(table)), role));
  });
  for (const SourceTable table : {SourceTable::kChannels, SourceTable::kTokens, SourceTable::kUsers}) {
    const std::string sequence = std::string(TableName(table)) + "_id_seq";  // as a serial column names its own
    statements.push_back(GrantSequence(PgName(schema) + "." + PgName(sequence), role));
  }
  return statements;
}

absl::StatusOr<std::vector<std::string>> ReadPostgresqlGrants(const std::string& connection, std::string_view role,
                                                              const PostgresqlOptions& options) {
  const absl::StatusOr<Catalog> catalog = ReadCatalogOf(connection, options);
  if (!catalog.ok()) return catalog.status();
  return GrantsFor(*catalog, role);
}

}  // namespace pointsman::inline v0
