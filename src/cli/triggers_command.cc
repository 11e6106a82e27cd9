#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/terminal.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql_changes.h"
#endif

namespace pointsman::cli {

#ifdef POINTSMAN_WITH_POSTGRESQL
namespace {

constexpr char kAbout[] =
    "-- Triggers that tell pointsman, on the channel \"pointsman\", that routing may have changed. Run as the owner of "
    "the\n"
    "-- tables; they can be run again. Quotas and response times notify nobody. No trigger names a column, so none is "
    "in\n"
    "-- the way of a migration. To be rid of them: pointsman triggers --dialect postgresql --drop\n";

std::vector<std::string> Statements(const TriggersOptions& options) {
  if (options.drop) return PostgresqlDropTriggers();
  const PostgresqlTriggersOptions what{.normalize = options.normalize};
  if (options.from.empty()) return PostgresqlTriggers("public", what);
  absl::StatusOr<std::vector<std::string>> triggers = ReadPostgresqlTriggers(options.from, what);
  if (!triggers.ok()) Fail(triggers.status());
  return *std::move(triggers);
}

}  // namespace
#endif

int RunTriggers(const TriggersOptions& options) {
  RequireDatabaseOrDialect(options.from, options.dialect, "triggers");
#ifdef POINTSMAN_WITH_POSTGRESQL
  const std::vector<std::string> statements = Statements(options);
  if (!options.drop) std::cout << kAbout;
  // All or nothing, and never for long in the way of whoever writes.
  std::cout << "BEGIN;\nSET LOCAL lock_timeout = '5s';\n";
  for (const std::string& statement : statements) std::cout << statement << ";\n";
  std::cout << "COMMIT;\n";
  return kFine;
#else
  FailWithoutPostgresql();
#endif
}

}  // namespace pointsman::cli
