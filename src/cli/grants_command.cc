#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/terminal.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql.h"
#endif

namespace pointsman::cli {

#ifdef POINTSMAN_WITH_POSTGRESQL
namespace {

// What is not SQL is a comment, so that the whole can be read by a person and run by psql.
constexpr char kAllColumns[] =
    "-- All columns that any gateway has, in the schema public. PostgreSQL refuses those that yours lacks; with\n"
    "-- --from postgresql://… only those that are there are named. The sequences at the end are for doctor alone.\n";
constexpr char kOptionsHoldSecrets[] =
    "-- Other rows of options hold passwords. To keep them from this role as well, grant it no options, but a view of\n"
    "-- the same name, in a schema that comes earlier in the role's search_path.\n";

std::vector<std::string> Statements(const GrantsOptions& options) {
  if (options.from.empty()) return PostgresqlGrants(options.role);
  absl::StatusOr<std::vector<std::string>> grants = ReadPostgresqlGrants(options.from, options.role);
  if (!grants.ok()) Fail(grants.status());
  return *std::move(grants);
}

}  // namespace
#endif

int RunGrants(const GrantsOptions& options) {
  RequireDatabaseOrDialect(options.from, options.dialect, "grants");
#ifdef POINTSMAN_WITH_POSTGRESQL
  const std::vector<std::string> statements = Statements(options);
  std::cout << (options.from.empty() ? kAllColumns : "") << kOptionsHoldSecrets;
  for (const std::string& statement : statements) std::cout << statement << ";\n";
  return kFine;
#else
  FailWithoutPostgresql();
#endif
}

}  // namespace pointsman::cli
