#include <algorithm>
#include <iostream>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/terminal.h"
#include "pointsman/doctor.h"
#include "pointsman/load/json.h"
#include "pointsman/load/sqlite3.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kRowsShown = 5;
constexpr std::size_t kChangesShown = 12;

// Where none is named, the source's own.
Dialect ChosenDialect(const std::string& name, const Source& source) {
  if (name == "mysql") return Dialect::kMysql;
  const bool postgresql = name.empty() ? source.kind == Source::Kind::kPostgresql : name == "postgresql";
  return postgresql ? Dialect::kPostgresql : Dialect::kSqlite;
}

Severity ParseSeverity(const std::string& name) {
  if (name == "error") return Severity::kError;
  return name == "warning" ? Severity::kWarning : Severity::kInfo;
}

bool IsFine(const Examination& e, Severity fail_on) {
  return std::none_of(e.findings.begin(), e.findings.end(), [&](const Finding& f) { return f.severity >= fail_on; });
}

std::string Amount(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

void PrintSummary(const ExaminationSummary& s, const std::string& source, std::ostream& out) {
  out << source << ": " << Amount(s.tokens, "token", "tokens") << " in use, " << s.empty_group_tokens
      << " of them with an empty group; " << Amount(s.channels, "channel", "channels") << ", " << s.enabled_channels
      << " enabled; " << Amount(s.abilities, "ability", "abilities") << "; " << Amount(s.groups, "group", "groups")
      << ", " << Amount(s.models, "model", "models") << "\n";
}

std::string WhereText(const FindingRow& row) {
  std::string text(TableName(row.table));
  if (!row.key.empty()) text += " " + row.key;
  if (!row.name.empty()) text += " " + Quoted(row.name, 32);
  if (!row.detail.empty()) return text + ": " + row.detail;
  if (!row.column.empty()) text += " " + row.column + " = " + (row.value ? Quoted(*row.value, 48) : "NULL");
  return text;
}

// Whether --apply can run a cure: only where the rows come from.
bool CanApply(const Source& source, Dialect dialect) {
  return source.kind == Source::Kind::kSqlite && dialect == Dialect::kSqlite;
}

void PrintFinding(const Finding& f, bool can_apply) {
  std::cout << "\n" << SeverityName(f.severity) << "  " << f.code << "  (" << f.count << ")\n  " << f.message << "\n";
  if (!f.why.empty()) std::cout << "  why it matters: " << f.why << "\n";
  for (std::size_t i = 0; i < f.where.size() && i < kRowsShown; ++i)
    std::cout << "    " << WhereText(f.where[i]) << "\n";
  if (f.count > kRowsShown) std::cout << "    and " << f.count - std::min(f.count, kRowsShown) << " more\n";
  if (!f.advice.empty()) std::cout << "  advice: " << f.advice << "\n";
  const std::size_t statements = f.changes.size() + f.statements.size();
  if (statements > 0) {
    const std::string them = statements == 1 ? "it" : "them";
    std::cout << "  cure (" << CureClassName(f.cure) << "): " << Amount(statements, "statement", "statements")
              << "; --fix prints " << them << (f.cure == CureClass::kSafe && can_apply ? ", --apply runs " + them : "")
              << "\n";
  }
}

void PrintExamination(const Examination& e, const Source& source, Dialect dialect) {
  PrintSummary(e.summary, source.path, std::cout);
  for (const Finding& finding : e.findings) PrintFinding(finding, CanApply(source, dialect));
  if (e.findings.empty()) std::cout << "nothing to complain about\n";
}

// Everything that is not SQL is a comment, so that the whole can be read by a person and run by a database.
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

// Shown before anything is changed, on stderr where stdout belongs to a document.
bool AskFor(const Examination& before, const std::vector<RowChange>& changes, const DoctorCommandOptions& options,
            const std::string& path) {
  std::ostream& out = options.common.json ? std::cerr : std::cout;
  PrintSummary(before.summary, path, out);
  out << changes.size() << " safe " << (changes.size() == 1 ? "change" : "changes") << " to " << path << ":\n";
  for (std::size_t i = 0; i < changes.size() && i < kChangesShown; ++i) {
    const absl::StatusOr<std::string> sql = RenderSql(changes[i], Dialect::kSqlite);
    out << "  " << (sql.ok() ? *sql : MessageOf(sql.status())) << "\n";
  }
  if (changes.size() > kChangesShown) out << "  and " << changes.size() - kChangesShown << " more\n";
  out.flush();
  if (options.yes) return true;
  if (!CanAsk())
    Fail("--apply asks before it changes anything, and there is no terminal to ask on; add --yes", kRefused);
  return Confirm("apply?");
}

ExitCode CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition: return kRefused;
    default: return kBadUsage;
  }
}

int Apply(const Source& source, const DoctorOptions& doctor, const DoctorCommandOptions& options) {
  if (source.kind != Source::Kind::kSqlite) Fail("--apply needs a sqlite: source; for others print the SQL with --fix");
  if (doctor.dialect != Dialect::kSqlite)
    Fail("--apply writes to SQLite; leave --dialect away, or print the SQL with --fix");
  const CureOptions cure{.doctor = doctor,
                         .undo_file = options.undo_file,
                         .confirm = [&](const Examination& before, const std::vector<RowChange>& changes) {
                           return AskFor(before, changes, options, source.path);
                         }};
  const absl::StatusOr<CureResult> result = ApplySafeCures(source.path, cure);
  if (!result.ok()) Fail(result.status(), CodeOf(result.status()));

  const bool fine = IsFine(result->after, ParseSeverity(options.fail_on));
  if (options.common.json) {
    PrintDoctorJson(
        result->after, fine, doctor.dialect,
        Applied{
            .before = result->before.summary, .changed_rows = result->changed_rows, .undo_file = result->undo_file});
    return fine ? kFine : kAnswerIsNo;
  }
  std::cout << "\nbefore: " << result->before.summary.empty_group_tokens << " of " << result->before.summary.tokens
            << " tokens without a group\nafter:  " << result->after.summary.empty_group_tokens << " of "
            << result->after.summary.tokens << " tokens without a group; "
            << Amount(result->changed_rows, "row", "rows") << " changed\n";
  if (!result->undo_file.empty()) std::cout << "undo:   " << result->undo_file << "\n";
  std::cout << "\n";
  PrintExamination(result->after, source, doctor.dialect);
  return fine ? kFine : kAnswerIsNo;
}

}  // namespace

int RunDoctor(const DoctorCommandOptions& options) {
  const Source source = OpenSource(options.common.from);
  DoctorOptions doctor{.policy = AskedPolicy(options.common, source),
                       .dialect = ChosenDialect(options.dialect, source),
                       .only = options.only,
                       .assume_default = options.assume_default};
  const Rows rows = LoadRows(source, Wanted::Everything());
  doctor.rejected_options =
      PolicyFromOptions(rows.options(), doctor.policy.value_or(Policy()), rows.source()).rejections;
  if (options.apply) return Apply(source, doctor, options);

  const absl::StatusOr<Examination> examination = Examine(rows, doctor);
  if (!examination.ok()) Fail(examination.status());
  const bool fine = IsFine(*examination, ParseSeverity(options.fail_on));
  if (options.common.json) {
    PrintDoctorJson(*examination, fine, doctor.dialect, std::nullopt);
  } else if (options.fix) {
    PrintFix(*examination, doctor.dialect);
  } else {
    PrintExamination(*examination, source, doctor.dialect);
  }
  return fine ? kFine : kAnswerIsNo;
}

}  // namespace pointsman::cli
