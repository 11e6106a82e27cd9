#include "cli/doctor_text.h"

#include <algorithm>
#include <iostream>

#include "cli/terminal.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kRowsShown = 5;

void PrintFinding(const Finding& f, const DoctorTextOptions& options) {
  std::cout << "\n"
            << SeverityName(f.severity) << "  " << f.code << "  (" << f.count << ")"
            << (options.is_known(f) ? "  known" : "") << "\n  " << f.message << "\n";
  if (!f.why.empty()) std::cout << "  why it matters: " << f.why << "\n";
  for (std::size_t i = 0; i < f.where.size() && i < kRowsShown; ++i)
    std::cout << "    " << WhereText(f.where[i]) << "\n";
  if (f.count > kRowsShown) std::cout << "    and " << f.count - std::min(f.count, kRowsShown) << " more\n";
  if (!f.advice.empty()) std::cout << "  advice: " << f.advice << "\n";
  const std::size_t statements = f.changes.size() + f.statements.size();
  if (statements > 0) {
    const std::string them = statements == 1 ? "it" : "them";
    std::cout << "  cure (" << CureClassName(f.cure) << "): " << Amount(statements, "statement", "statements")
              << "; --fix prints " << them
              << (f.cure == CureClass::kSafe && options.can_apply ? ", --apply runs " + them : "") << "\n";
  }
}

// The last line, which is the one that a long output leaves on the screen.
void PrintTotal(const Examination& e, const DoctorTextOptions& options) {
  std::size_t counts[3] = {};
  std::size_t known = 0;
  for (const Finding& f : e.findings) {
    ++counts[static_cast<std::size_t>(f.severity)];
    if (options.is_known(f)) ++known;
  }
  const auto of = [&](Severity severity) { return counts[static_cast<std::size_t>(severity)]; };
  std::cout << "\nfound: " << Amount(of(Severity::kError), "error", "errors") << ", "
            << Amount(of(Severity::kWarning), "warning", "warnings") << ", "
            << Amount(of(Severity::kInfo), "info", "infos")
            << (known > 0 ? "; " + std::to_string(known) + " of them known" : "") << "\n";
}

}  // namespace

std::string Amount(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string WhereText(const FindingRow& row) {
  std::string text(TableName(row.table));
  if (!row.key.empty()) text += " " + row.key;
  if (!row.name.empty()) text += " " + Quoted(row.name, 32);
  if (!row.detail.empty()) return text + ": " + row.detail;
  if (!row.column.empty()) text += " " + row.column + " = " + (row.value ? Quoted(*row.value, 48) : "NULL");
  return text;
}

std::string SummaryText(const ExaminationSummary& s, const std::string& source) {
  return ShownPath(source) + ": " + Amount(s.tokens, "token", "tokens") + " in use, " +
         std::to_string(s.empty_group_tokens) + " of them with an empty group; " +
         Amount(s.channels, "channel", "channels") + ", " + std::to_string(s.enabled_channels) + " enabled; " +
         Amount(s.abilities, "ability", "abilities") + "; " + Amount(s.groups, "group", "groups") + ", " +
         Amount(s.models, "model", "models");
}

void PrintExamination(const Examination& e, const DoctorTextOptions& options) {
  std::cout << SummaryText(e.summary, options.source) << "\n";
  for (const Finding& finding : e.findings) PrintFinding(finding, options);
  if (e.findings.empty()) {
    std::cout << "nothing to complain about\n";
  } else {
    PrintTotal(e, options);
  }
}

void PrintFix(const Examination& e, Dialect dialect) {
  for (const Finding& f : e.findings) {
    std::cout << "-- " << f.code << " (" << CureClassName(f.cure) << "): " << f.message << "\n";
    if (!f.advice.empty()) std::cout << "-- " << f.advice << "\n";
    for (const RowChange& change : f.changes) {
      const absl::StatusOr<std::string> sql = RenderSql(change, dialect);
      std::cout << (sql.ok() ? *sql + ";" : "-- cannot be written as SQL: " + MessageOf(sql.status())) << "\n";
    }
    for (const std::string& statement : f.statements) std::cout << statement << ";\n";
  }
  if (e.findings.empty()) std::cout << "-- nothing to fix\n";
}

}  // namespace pointsman::cli
