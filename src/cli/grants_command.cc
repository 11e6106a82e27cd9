#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "text/printable.h"
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

namespace {

// Nobody could read in the SQL whom it is for; and of a name PostgreSQL takes the first 63 bytes for the whole.
void CheckRole(const std::string& role) {
  constexpr std::size_t kLongest = 63;
  if (role.size() <= kLongest && Plain(role) == role && role.find('\n') == role.npos) return;
  Fail("--role " + Quoted(role) + ": name a role of at most 63 bytes, without control or invisible characters");
}

}  // namespace

int RunGrants(const GrantsOptions& options) {
  CheckRole(options.role);
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
