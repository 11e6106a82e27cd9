#include "doctor/cure_run.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doctor/changed_rows.h"
#include "doctor/cure_plan.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

bool IsMade(const Finding& finding, const DoctorOptions& options) {
  return finding.cure == CureClass::kSafe || (finding.cure == CureClass::kReview && IsNamed(finding, options));
}

using Render = absl::StatusOr<std::string>(const RowChange& change, Dialect dialect);

absl::StatusOr<std::vector<std::string>> Statements(const std::vector<RowChange>& changes, Dialect dialect,
                                                    Render& render = RenderSql) {
  std::vector<std::string> statements;
  for (const RowChange& change : changes) {
    absl::StatusOr<std::string> sql = render(change, dialect);
    if (!sql.ok()) return sql.status();
    statements.push_back(*std::move(sql));
  }
  return statements;
}

// Rows come in another order when PostgreSQL has updated some of them, their quotas say.
std::vector<std::string> Sorted(std::vector<std::string> statements) {
  std::sort(statements.begin(), statements.end());
  return statements;
}

constexpr int kMostTries = 5;
constexpr int kTriesByRows = 3;
constexpr std::string_view kUnchanged = "nothing was changed: ";

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
    const absl::StatusOr<PlannedCure> plan = PlanUnlocked();
    if (!plan.ok()) return Unchanged(plan.status());
    if (plan->changes.empty() && plan->statements.empty()) {
      return CureResult{.before = plan->before, .after = plan->before};
    }
    if (!options_.confirm(*plan)) {
      return Unchanged(absl::CancelledError("the changes were not confirmed"));
    }
    const absl::StatusOr<std::vector<std::string>> confirmed = Statements(plan->changes, target_.dialect());
    if (!confirmed.ok()) return Unchanged(confirmed.status());
    absl::StatusOr<CureResult> result = ChangeRowsAgainAndAgain(*plan, *confirmed);
    if (absl::IsUnknown(result.status())) return result;
    if (!result.ok()) return Unchanged(result.status());
    RunSchemaStatements(plan->statements, *result);
    return result;
  }

 private:
  absl::Status Aborted(const std::string& why) const { return Unchanged(absl::AbortedError(why)); }

  // What went wrong before the commit, with what the operator asks first: what has become of the rows.
  absl::Status Unchanged(const absl::Status& status) const {
    const std::string_view said(status.message().data(), status.message().size());
    if (status.ok() || said.find(kUnchanged) != std::string_view::npos) return status;
    const std::string name = target_.name() + ": ";
    const std::string_view rest = said.substr(said.substr(0, name.size()) == name ? name.size() : 0);
    return {status.code(), name + std::string(kUnchanged) + std::string(rest)};
  }

  // The rows, as the open transaction sees them.
  absl::StatusOr<Rows> ReadNow() {
    Rows rows(target_.name());
    if (absl::Status read = target_.Read(rows); !read.ok()) return read;
    return rows;
  }

  absl::StatusOr<PlannedCure> PlanNow() {
    const absl::StatusOr<Rows> rows = ReadNow();
    if (!rows.ok()) return rows.status();
    return PlanCure(*rows, options_.doctor);
  }

  // Every code.
  absl::StatusOr<Examination> ExamineNow() {
    const absl::StatusOr<Rows> rows = ReadNow();
    if (!rows.ok()) return rows.status();
    return ExamineAll(*rows, options_.doctor);
  }

  absl::StatusOr<PlannedCure> PlanUnlocked() {
    const OpenTransaction transaction(target_, CureTarget::Access::kRead);
    if (!transaction.begun().ok()) return transaction.begun();
    return PlanNow();
  }

  // Rows that others write all the time may not be had one by one; then nobody else writes to their tables meanwhile.
  absl::StatusOr<CureResult> ChangeRowsAgainAndAgain(const PlannedCure& shown,
                                                     const std::vector<std::string>& confirmed) {
    absl::StatusOr<CureResult> result = ChangeRows(shown, confirmed, CureTarget::Locked::kRows);
    const auto goes_on = [&] { return !result.ok() && !absl::IsUnknown(result.status()) && target_.was_taken_back(); };
    for (int tries = 1; goes_on() && tries < kMostTries; ++tries) {
      result =
          ChangeRows(shown, confirmed, tries < kTriesByRows ? CureTarget::Locked::kRows : CureTarget::Locked::kTables);
    }
    return result;
  }

  absl::StatusOr<CureResult> ChangeRows(const PlannedCure& shown, const std::vector<std::string>& confirmed,
                                        CureTarget::Locked locked) {
    const OpenTransaction transaction(target_, CureTarget::Access::kWrite);
    if (!transaction.begun().ok()) return transaction.begun();
    if (absl::Status held = target_.Lock(shown.changes, locked); !held.ok()) return held;
    absl::StatusOr<PlannedCure> plan = PlanNow();
    if (!plan.ok()) return plan.status();
    if (absl::Status same = CheckStillThose(*plan, shown, confirmed); !same.ok()) return same;
    absl::StatusOr<UndoFile> undo = WriteUndo(*plan);
    if (!undo.ok()) return undo.status();
    for (const std::string& statement : confirmed) {
      if (absl::Status changed = ChangeOneRow(statement); !changed.ok()) return changed;
    }
    absl::StatusOr<Examination> after = ExamineNow();
    if (!after.ok()) return after.status();
    if (absl::Status cured = CheckCured(*plan, *after); !cured.ok()) return cured;
    CureResult result{.before = std::move(plan->before), .after = AskedOf(*std::move(after), options_.doctor)};
    result.changed_rows = confirmed.size();
    result.undo_file = undo->path();
    if (absl::Status committed = Commit(*undo); !committed.ok()) return committed;
    return result;
  }

  absl::Status CheckStillThose(const PlannedCure& plan, const PlannedCure& shown,
                               const std::vector<std::string>& confirmed) const {
    absl::StatusOr<std::vector<std::string>> statements = Statements(plan.changes, target_.dialect());
    if (!statements.ok()) return statements.status();
    const bool same = Sorted(*std::move(statements)) == Sorted(confirmed) && plan.statements == shown.statements &&
                      FirstDifference(shown.revealed, plan.revealed).empty();
    if (same) return absl::OkStatus();
    return Aborted("the rows were changed while the changes were being confirmed; look again and confirm again");
  }

  absl::StatusOr<UndoFile> WriteUndo(const PlannedCure& plan) const {
    absl::StatusOr<std::vector<std::string>> statements = Statements(plan.changes, target_.dialect(), RenderUndo);
    if (!statements.ok()) return statements.status();
    std::reverse(statements->begin(), statements->end());  // the last change is taken back first
    std::vector<std::string> by_hand;
    for (const Finding& finding : plan.before.findings) {
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

  absl::Status CheckCured(const PlannedCure& plan, const Examination& after) const {
    const std::string difference = FirstDifference(plan.expected.findings, after.findings);
    if (difference.empty()) return absl::OkStatus();
    return Aborted("after the changes " + difference + "; look at the rows with doctor, without applying");
  }

  // Where nobody knows whether it was committed, the undo file stays: it leaves alone what was not changed.
  absl::Status Commit(UndoFile& undo) {
    const absl::Status committed = target_.Commit();
    if (!absl::IsUnknown(committed)) {
      if (committed.ok()) undo.Keep();
      return committed;
    }
    const std::string said(committed.message().data(), committed.message().size());
    const std::string path = Printable(undo.path(), undo.path().size());
    undo.Keep();
    return absl::UnknownError(said +
                              "; this was the answer to COMMIT, so it is not known whether the changes were made: run "
                              "doctor again, without --apply; what it still finds was not changed. " +
                              path + " takes the changes back if they were made, and does nothing if not");
  }

  // The rows are safe by now: what fails here is told beside them.
  void RunSchemaStatements(const std::vector<std::string>& statements, CureResult& result) {
    if (statements.empty()) return;
    for (const std::string& statement : statements) {
      result.statements = RunAlone(statement);
      if (!result.statements.ok()) break;
      result.ran_statements.push_back(statement);
    }
    if (result.ran_statements.empty()) return;
    absl::StatusOr<Examination> after = ExamineDeclaredAnew();
    result.statements.Update(after.status());
    if (after.ok()) result.after = *std::move(after);
  }

  // The declarations that the caller handed over are those from before the statements.
  absl::StatusOr<Examination> ExamineDeclaredAnew() {
    const OpenTransaction transaction(target_, CureTarget::Access::kRead);
    if (!transaction.begun().ok()) return transaction.begun();
    const absl::StatusOr<Rows> rows = ReadNow();
    if (!rows.ok()) return rows.status();
    if (options_.doctor.schema.has_value()) {
      absl::StatusOr<Schema> schema = target_.ReadSchema();
      if (!schema.ok()) return schema.status();
      options_.doctor.schema = *std::move(schema);
    }
    return Examine(*rows, options_.doctor);
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
  return WithoutLostChanges(std::move(changes));
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
