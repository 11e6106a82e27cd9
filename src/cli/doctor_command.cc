#include <algorithm>
#include <ctime>
#include <iostream>

#include "cli/apply_command.h"
#include "cli/baseline.h"
#include "cli/commands.h"
#include "cli/doctor_html.h"
#include "cli/doctor_text.h"
#include "cli/html_page.h"
#include "cli/json_output.h"
#include "cli/terminal.h"
#include "pointsman/load/json.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql.h"
#endif
#include "pointsman/load/sqlite3.h"

namespace pointsman::cli {
namespace {

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

// Before anything is read: a database may be large, and a misspelled code would have examined nothing.
void CheckCodes(const std::vector<std::string>& only) {
  const absl::StatusOr<Examination> known = Examine(Rows(), {.only = only});
  if (!known.ok()) Fail(known.status());
}

// How the source declares its tables; nothing where it does not, or does not say.
std::optional<Schema> SchemaOf(const Source& source, const std::string& from) {
  absl::StatusOr<Schema> schema = Schema();
  if (source.kind == Source::Kind::kSqlite) schema = ReadSqliteSchema(source.path);
#ifdef POINTSMAN_WITH_POSTGRESQL
  if (source.kind == Source::Kind::kPostgresql) schema = ReadPostgresqlSchema(from);
#endif
  if (schema.ok()) {
    for (const SchemaTable& table : schema->tables) {
      if (!table.missing_grant.empty())
        std::cerr << "pointsman: sequence-behind is not looked at for " << table.name
                  << ": its sequence may not be read; run: " << table.missing_grant << "\n";
    }
    return *std::move(schema);
  }
  std::cerr << "pointsman: keys and sequences are not looked at: " << MessageOf(schema.status()) << "\n";
  return std::nullopt;
}

// One run, once everything is known that is asked of it.
class DoctorRun {
 public:
  explicit DoctorRun(const DoctorCommandOptions& options)
      : options_(options), source_(OpenSource(options.common.from)) {
    if (!options.baseline_file.empty()) baseline_ = Baseline::Read(options.baseline_file);
  }

  int Run() {
    const Rows rows = LoadRows(source_, Wanted::Everything());
    const DoctorOptions doctor = Asked(rows);
    if (options_.apply) return Apply(doctor);
    const absl::StatusOr<Examination> examination = Examine(rows, doctor);
    if (!examination.ok()) Fail(examination.status());
    return Tell(*examination, doctor.dialect, std::nullopt);
  }

 private:
  DoctorOptions Asked(const Rows& rows) const {
    DoctorOptions doctor{.policy = AskedPolicy(options_.common, source_),
                         .schema = SchemaOf(source_, options_.common.from),
                         .now = std::time(nullptr),
                         .dialect = ChosenDialect(options_.dialect, source_),
                         .only = options_.only,
                         .assume_default = options_.assume_default};
    doctor.rejected_options =
        PolicyFromOptions(rows.options(), doctor.policy.value_or(Policy()), rows.source()).rejections;
    return doctor;
  }

  int Apply(const DoctorOptions& doctor) const {
    const CureResult result = ApplyCures(source_, doctor, options_);
    if (!options_.common.json) {
      const ExaminationSummary& before = result.before.summary;
      const ExaminationSummary& after = result.after.summary;
      std::cout << "\nbefore: " << before.empty_group_tokens << " of " << before.tokens
                << " tokens without a group\nafter:  " << after.empty_group_tokens << " of " << after.tokens
                << " tokens without a group; " << Amount(result.changed_rows, "row", "rows") << " changed\n";
      for (const std::string& statement : result.ran_statements) std::cout << "ran:    " << statement << "\n";
      if (!result.undo_file.empty()) std::cout << "undo:   " << ShownPath(result.undo_file) << "\n";
      std::cout << "\n";
    }
    const int code = Tell(result.after, doctor.dialect,
                          Applied{.before = result.before.summary,
                                  .changed_rows = result.changed_rows,
                                  .ran_statements = result.ran_statements,
                                  .undo_file = result.undo_file});
    if (result.statements.ok()) return code;
    std::cerr << "pointsman: the rows were changed, but a statement after them failed: " << MessageOf(result.statements)
              << "\n";
    return kRefused;
  }

  int Tell(const Examination& e, Dialect dialect, const std::optional<Applied>& applied) const {
    const bool fine = IsFine(e);
    const auto is_known = [&](const Finding& finding) { return baseline_.Knows(finding); };
    if (!options_.html_file.empty()) {
      WritePage(options_.html_file, DoctorPage(e, source_.path, dialect, baseline_));
    }
    if (options_.common.json) {
      PrintDoctorJson(e, fine, dialect, applied, is_known);
    } else if (options_.fix) {
      PrintFix(e, dialect);
    } else {
      PrintExamination(e, {.source = source_.path, .can_apply = CanApply(source_, dialect), .is_known = is_known});
    }
    return fine ? kFine : kAnswerIsNo;
  }

  // Whether nothing is both new and as severe as what is asked about.
  bool IsFine(const Examination& e) const {
    const Severity fail_on = ParseSeverity(options_.fail_on);
    return std::none_of(e.findings.begin(), e.findings.end(),
                        [&](const Finding& f) { return f.severity >= fail_on && !baseline_.Knows(f); });
  }

  const DoctorCommandOptions& options_;
  const Source source_;
  Baseline baseline_;
};

}  // namespace

int RunDoctor(const DoctorCommandOptions& options) {
  CheckCodes(options.only);
  return DoctorRun(options).Run();
}

}  // namespace pointsman::cli
