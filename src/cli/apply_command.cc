#include "cli/apply_command.h"

#include <algorithm>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "cli/doctor_text.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql.h"
#endif
#include "pointsman/load/sqlite3.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kChangesShown = 12;

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

// Names and numbers of what was done; values are in the undo file alone.
void Audit(const Source& source, const DoctorOptions& doctor, const absl::StatusOr<CureResult>& result) {
  nlohmann::ordered_json line = {{"event", "pointsman doctor --apply"}, {"time", UtcNow()}, {"target", source.path}};
  line["ok"] = result.ok() && result->statements.ok();
  if (result.ok()) {
    std::set<std::string> codes;
    for (const Finding& f : result->before.findings) {
      const bool named = std::find(doctor.only.begin(), doctor.only.end(), f.code) != doctor.only.end();
      const bool made = !f.changes.empty() && (named || f.cure == CureClass::kSafe);
      if (made || (named && !f.statements.empty())) codes.insert(f.code);
    }
    line["codes"] = codes;
    line["changed_rows"] = result->changed_rows;
    line["ran_statements"] = result->ran_statements;
    line["undo_file"] = result->undo_file;
    if (!result->statements.ok()) line["error"] = MessageOf(result->statements);
  } else {
    line["error"] = MessageOf(result.status());
  }
  PrintJson(std::cerr, line);
}

void PrintPlan(std::ostream& out, const PlannedCure& plan, Dialect dialect, const std::string& target) {
  out << SummaryText(plan.before.summary, target) << "\n"
      << Amount(plan.changes.size(), "change", "changes") << " to " << ShownPath(target) << ":\n";
  for (std::size_t i = 0; i < plan.changes.size() && i < kChangesShown; ++i) {
    const absl::StatusOr<std::string> sql = RenderSql(plan.changes[i], dialect);
    out << "  " << (sql.ok() ? *sql : MessageOf(sql.status())) << "\n";
  }
  if (plan.changes.size() > kChangesShown) out << "  and " << plan.changes.size() - kChangesShown << " more\n";
  for (const std::string& statement : plan.statements) out << "  then: " << statement << "\n";
  for (const Finding& finding : plan.revealed) {
    out << "  which reveals: " << finding.code << " (" << finding.count << "): " << finding.message << "\n";
    for (const FindingRow& row : finding.where) out << "    " << WhereText(row) << "\n";
  }
  out.flush();
}

// Shown before anything is changed, on stderr where stdout belongs to a document.
bool AskFor(const PlannedCure& plan, Dialect dialect, const DoctorCommandOptions& options, const std::string& target) {
  PrintPlan(options.common.json ? std::cerr : std::cout, plan, dialect, target);
  if (options.yes) return true;
  if (!CanAsk())
    Fail("--apply asks before it changes anything, and there is no terminal to ask on; add --yes", kRefused);
  return Confirm("apply to " + ShownPath(target) + "?");
}

absl::StatusOr<CureResult> Run(const Source& source, const std::string& from, const CureOptions& cure) {
#ifdef POINTSMAN_WITH_POSTGRESQL
  if (source.kind == Source::Kind::kPostgresql) return ApplyPostgresqlCures(from, cure);
#endif
  if (source.kind == Source::Kind::kSqlite) return ApplySafeCures(source.path, cure);
  Fail(from + ": --apply needs a database, sqlite: or postgresql:; for others print the SQL with --fix");
}

}  // namespace

bool CanApply(const Source& source, Dialect dialect) {
  return (source.kind == Source::Kind::kSqlite && dialect == Dialect::kSqlite) ||
         (source.kind == Source::Kind::kPostgresql && dialect == Dialect::kPostgresql);
}

CureResult ApplyCures(const Source& source, const DoctorOptions& doctor, const DoctorCommandOptions& options) {
  const bool is_database = source.kind == Source::Kind::kSqlite || source.kind == Source::Kind::kPostgresql;
  if (is_database && !CanApply(source, doctor.dialect))
    Fail("--apply writes to the database it reads; leave --dialect away, or print the SQL with --fix");
  const CureOptions cure{.doctor = doctor, .undo_file = options.undo_file, .confirm = [&](const PlannedCure& plan) {
                           return AskFor(plan, doctor.dialect, options, source.path);
                         }};
  absl::StatusOr<CureResult> result = Run(source, options.common.from, cure);
  Audit(source, doctor, result);
  if (!result.ok()) Fail(result.status(), kRefused);  // the source was read before: whatever it is, it was no usage
  return *std::move(result);
}

}  // namespace pointsman::cli
