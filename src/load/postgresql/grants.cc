#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/postgresql/catalog.h"
#include "load/postgresql/pg_connection.h"
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
  return statements;
}

}  // namespace

std::vector<std::string> PostgresqlGrants(std::string_view role, std::string_view schema) {
  std::vector<std::string> statements = {GrantUsage(schema, role)};
  ForEachTable([&](SourceTable table, auto) {
    statements.push_back(GrantSelect(ColumnsRead(table), PgName(schema) + "." + PgName(TableName(table)), role));
  });
  return statements;
}

absl::StatusOr<std::vector<std::string>> ReadPostgresqlGrants(const std::string& connection, std::string_view role,
                                                              const PostgresqlOptions& options) {
  absl::StatusOr<std::unique_ptr<PgConnection>> opened =
      PgConnection::Open(connection, options, PgConnection::Clock::time_point::max());
  if (!opened.ok()) return opened.status();
  if (absl::Status begun = (*opened)->Begin(); !begun.ok()) return begun;
  const absl::StatusOr<Catalog> catalog = ReadCatalog(**opened);
  if (!catalog.ok()) return catalog.status();
  const Wanted names_only{.channels = false, .abilities = false};
  if (absl::Status usable = catalog->CheckUsable((*opened)->name(), names_only); !usable.ok()) return usable;
  if (absl::Status ended = (*opened)->Commit(); !ended.ok()) return ended;
  return GrantsFor(*catalog, role);
}

}  // namespace pointsman::inline v0
