#include "doctor/cure_run.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pointsman::inline v0 {
namespace {

bool IsNamed(const Finding& finding, const DoctorOptions& options) {
  return std::find(options.only.begin(), options.only.end(), finding.code) != options.only.end();
}

bool IsMade(const Finding& finding, const DoctorOptions& options) {
  return finding.cure == CureClass::kSafe || (finding.cure == CureClass::kReview && IsNamed(finding, options));
}

absl::StatusOr<std::vector<std::string>> Statements(const std::vector<RowChange>& changes, Dialect dialect) {
  std::vector<std::string> statements;
  for (const RowChange& change : changes) {
    absl::StatusOr<std::string> sql = RenderSql(change, dialect);
    if (!sql.ok()) return sql.status();
    statements.push_back(*std::move(sql));
  }
  return statements;
}

// The last change is taken back first.
std::vector<RowChange> UndoChanges(const std::vector<RowChange>& changes) {
  std::vector<RowChange> undo;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) undo.push_back(change->Undo());
  return undo;
}

// How often each code is found, and how often it may still be found once its changes are made.
std::map<std::string, std::size_t> Counts(const Examination& examination, const DoctorOptions* cured) {
  std::map<std::string, std::size_t> counts;
  for (const Finding& finding : examination.findings) {
    const std::size_t gone = cured != nullptr && IsMade(finding, *cured) ? finding.changes.size() : 0;
    counts[finding.code] += finding.count - std::min(gone, finding.count);
  }
  return counts;
}

// Rolls back at its end, whatever became of it.
class OpenTransaction {
 public:
  OpenTransaction(CureTarget& target, CureTarget::Access access) : target_(target), begun_(target.Begin(access)) {}
  ~OpenTransaction() { target_.RollBack(); }
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  const absl::Status& begun() const { return begun_; }

 private:
  CureTarget& target_;
  absl::Status begun_;
};

// One run of the cures, step by step: each step is a precondition of the next.
class Cure {
 public:
  Cure(CureTarget& target, const CureOptions& options) : target_(target), options_(options) {
    options_.doctor.dialect = target.dialect();
  }

  absl::StatusOr<CureResult> Run() {
    absl::StatusOr<Examination> seen = ExamineUnlocked();
    if (!seen.ok()) return seen.status();
    const std::vector<RowChange> changes = ChangesToMake(*seen, options_.doctor);
    const std::vector<std::string> schema = SchemaStatements(*seen, options_.doctor);
    if (changes.empty() && schema.empty()) return CureResult{.before = *seen, .after = *seen};
    if (!options_.confirm(*seen, changes)) {
      return absl::CancelledError(target_.name() + ": nothing was changed: the changes were not confirmed");
    }
    absl::StatusOr<std::vector<std::string>> confirmed = Statements(changes, target_.dialect());
    if (!confirmed.ok()) return confirmed.status();
    absl::StatusOr<CureResult> result = ChangeRows(*confirmed, schema);
    if (result.ok()) RunSchemaStatements(schema, *result);
    return result;
  }

 private:
  absl::Status Aborted(const std::string& why) const {
    return absl::AbortedError(target_.name() + ": nothing was changed: " + why);
  }

  // What is wrong, as the open transaction sees it.
  absl::StatusOr<Examination> ExamineNow() {
    Rows rows(target_.name());
    if (absl::Status read = target_.Read(rows); !read.ok()) return read;
    return Examine(rows, options_.doctor);
  }

  absl::StatusOr<Examination> ExamineUnlocked() {
    const OpenTransaction transaction(target_, CureTarget::Access::kRead);
    if (!transaction.begun().ok()) return transaction.begun();
    return ExamineNow();
  }

  absl::StatusOr<CureResult> ChangeRows(const std::vector<std::string>& confirmed,
                                        const std::vector<std::string>& schema) {
    const OpenTransaction transaction(target_, CureTarget::Access::kWrite);
    if (!transaction.begun().ok()) return transaction.begun();
    absl::StatusOr<Examination> before = ExamineNow();
    if (!before.ok()) return before.status();
    const std::vector<RowChange> changes = ChangesToMake(*before, options_.doctor);
    if (absl::Status same = CheckStillThose(*before, changes, confirmed, schema); !same.ok()) return same;
    absl::StatusOr<UndoFile> undo = WriteUndo(*before, changes);
    if (!undo.ok()) return undo.status();
    for (const std::string& statement : confirmed) {
      if (absl::Status changed = ChangeOneRow(statement); !changed.ok()) return changed;
    }
    absl::StatusOr<Examination> after = ExamineNow();
    if (!after.ok()) return after.status();
    if (absl::Status cured = CheckCured(*before, *after); !cured.ok()) return cured;
    CureResult result{.before = *std::move(before), .after = *std::move(after), .changed_rows = changes.size()};
    result.undo_file = undo->path();
    if (absl::Status committed = Commit(*undo); !committed.ok()) return committed;
    return result;
  }

  absl::Status CheckStillThose(const Examination& before, const std::vector<RowChange>& changes,
                               const std::vector<std::string>& confirmed,
                               const std::vector<std::string>& schema) const {
    absl::StatusOr<std::vector<std::string>> statements = Statements(changes, target_.dialect());
    if (!statements.ok()) return statements.status();
    if (*statements == confirmed && SchemaStatements(before, options_.doctor) == schema) return absl::OkStatus();
    return Aborted("the rows were changed while the changes were being confirmed; look again and confirm again");
  }

  absl::StatusOr<UndoFile> WriteUndo(const Examination& before, const std::vector<RowChange>& changes) const {
    absl::StatusOr<std::vector<std::string>> statements = Statements(UndoChanges(changes), target_.dialect());
    if (!statements.ok()) return statements.status();
    std::vector<std::string> by_hand;
    for (const Finding& finding : before.findings) {
      if (!IsNamed(finding, options_.doctor)) continue;
      by_hand.insert(by_hand.end(), finding.undo_statements.begin(), finding.undo_statements.end());
    }
    const UndoForm form = target_.undo_form();
    const std::string path = options_.undo_file.empty() ? StampedUndoPath(form.path_prefix) : options_.undo_file;
    return UndoFile::Write(path, UndoScript(target_.name(), form, *statements, by_hand));
  }

  absl::Status ChangeOneRow(const std::string& statement) {
    const absl::StatusOr<std::int64_t> rows = target_.Execute(statement);
    if (!rows.ok()) return rows.status();
    if (*rows == 1) return absl::OkStatus();
    return Aborted("a statement touched " + std::to_string(*rows) + " rows instead of one: " + statement);
  }

  absl::Status CheckCured(const Examination& before, const Examination& after) const {
    std::map<std::string, std::size_t> expected = Counts(before, &options_.doctor);
    for (const auto& [code, count] : Counts(after, nullptr)) {
      const std::size_t most = expected[code];
      if (count <= most) continue;
      return Aborted("after the changes " + code + " was found " + std::to_string(count) + " times instead of " +
                     std::to_string(most) + "; look at the rows with doctor, without applying");
    }
    return absl::OkStatus();
  }

  // A commit that fails for want of a lock has changed nothing. One that fails otherwise may have, as far as anybody
  // can tell: the undo file then stays, since it leaves alone what was not changed.
  absl::Status Commit(UndoFile& undo) {
    absl::Status committed = target_.Commit();
    if (!absl::IsUnavailable(committed)) undo.Keep();
    return committed;
  }

  // The rows are safe by now: what fails here is told beside them.
  void RunSchemaStatements(const std::vector<std::string>& statements, CureResult& result) {
    for (const std::string& statement : statements) {
      result.statements = RunAlone(statement);
      if (!result.statements.ok()) return;
      result.ran_statements.push_back(statement);
    }
    if (statements.empty()) return;
    absl::StatusOr<Examination> after = ExamineUnlocked();
    result.statements = after.status();
    if (after.ok()) result.after = *std::move(after);
  }

  absl::Status RunAlone(const std::string& statement) {
    const OpenTransaction transaction(target_, CureTarget::Access::kWrite);
    if (!transaction.begun().ok()) return transaction.begun();
    if (absl::Status ran = target_.Execute(statement).status(); !ran.ok()) return ran;
    return target_.Commit();
  }

  CureTarget& target_;
  CureOptions options_;
};

}  // namespace

std::vector<RowChange> ChangesToMake(const Examination& examination, const DoctorOptions& options) {
  std::vector<RowChange> changes;
  for (const Finding& finding : examination.findings) {
    if (IsMade(finding, options)) changes.insert(changes.end(), finding.changes.begin(), finding.changes.end());
  }
  return changes;
}

std::vector<std::string> SchemaStatements(const Examination& examination, const DoctorOptions& options) {
  std::vector<std::string> statements;
  for (const Finding& finding : examination.findings) {
    if (!IsNamed(finding, options)) continue;
    statements.insert(statements.end(), finding.statements.begin(), finding.statements.end());
  }
  return statements;
}

absl::Status CheckConfirms(const CureOptions& options, const std::string& call) {
  if (options.confirm) return absl::OkStatus();
  return absl::FailedPreconditionError(call +
                                       ": confirm is missing; set CureOptions::confirm to a function that shows the "
                                       "changes and returns true to make them");
}

absl::StatusOr<CureResult> RunCure(CureTarget& target, const CureOptions& options) {
  return Cure(target, options).Run();
}

}  // namespace pointsman::inline v0
