#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql.h"
#endif
#include "pointsman/load/sqlite3.h"
#include "pointsman/schema.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

using Json = nlohmann::ordered_json;

absl::StatusOr<Schema> SchemaOf(const Source& source, const std::string& from) {
  if (source.kind == Source::Kind::kSqlite) return ReadSqliteSchema(source.path);
#ifdef POINTSMAN_WITH_POSTGRESQL
  if (source.kind == Source::Kind::kPostgresql) return ReadPostgresqlSchema(from);
#endif
  Fail(from + ": --schema compares databases, and this is none; name a sqlite: or postgresql: source");
}

Schema ReadSchema(const std::string& from) {
  absl::StatusOr<Schema> schema = SchemaOf(OpenSource(from), from);
  if (!schema.ok()) Fail(schema.status());
  return *std::move(schema);
}

Json DifferencesJson(const std::vector<SchemaDifference>& differences) {
  Json list = Json::array();
  for (const SchemaDifference& d : differences) {
    list.push_back({{"table", d.table},
                    {"column", d.column},
                    {"aspect", SchemaAspectName(d.aspect)},
                    {"before", d.before},
                    {"after", d.after},
                    {"text", d.Text()}});
  }
  return list;
}

}  // namespace

int RunSchemaDiff(const DiffCommandOptions& options) {
  const Schema before = ReadSchema(options.before);
  const Schema after = ReadSchema(options.after);
  const std::vector<SchemaDifference> differences = CompareSchemas(before, after);
  if (options.json) {
    const Json document = {{"ok", differences.empty()}, {"differences", DifferencesJson(differences)}};
    PrintJson(std::cout, document);
  } else {
    std::cout << "before " << Printable(before.source) << "\nafter  " << Printable(after.source) << "\n";
    for (const SchemaDifference& d : differences) std::cout << "  " << d.Text() << "\n";
    if (differences.empty()) std::cout << "no difference in tables, columns, defaults, keys and numbers of rows\n";
  }
  return differences.empty() ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
