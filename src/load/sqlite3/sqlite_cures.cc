#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/sqlite3/connection.h"
#include "load/sqlite3/read_tables.h"
#include "load/sqlite3/undo_file.h"
#include "pointsman/doctor.h"
#include "pointsman/load/sqlite3.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

absl::Status Aborted(const Connection& connection, const std::string& why) {
  return absl::AbortedError(connection.name() + ": nothing was changed: " + why);
}

// What is wrong, as one moment of the database shows it. REQUIRES: an open transaction.
absl::StatusOr<Examination> ExamineNow(Connection& connection, const DoctorOptions& options) {
  Rows rows(connection.name());
  if (absl::Status read = ReadTables(connection, rows, Wanted::Everything()); !read.ok()) return read;
  return Examine(rows, options);
}

absl::StatusOr<Examination> ExamineUnlocked(Connection& connection, const DoctorOptions& options) {
  Transaction transaction(connection);
  if (absl::Status begun = transaction.Begin(Transaction::Lock::kRead); !begun.ok()) return begun;
  return ExamineNow(connection, options);
}

std::vector<RowChange> SafeChanges(const Examination& examination) {
  std::vector<RowChange> changes;
  for (const Finding& finding : examination.findings) {
    if (finding.cure != CureClass::kSafe) continue;
    changes.insert(changes.end(), finding.changes.begin(), finding.changes.end());
  }
  return changes;
}

absl::StatusOr<std::vector<std::string>> Statements(const std::vector<RowChange>& changes) {
  std::vector<std::string> statements;
  for (const RowChange& change : changes) {
    absl::StatusOr<std::string> sql = RenderSql(change, Dialect::kSqlite);
    if (!sql.ok()) return sql.status();
    statements.push_back(*std::move(sql));
  }
  return statements;
}

// The last change is taken back first.
absl::StatusOr<std::vector<std::string>> UndoStatements(const std::vector<RowChange>& changes) {
  std::vector<RowChange> undo;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) undo.push_back(change->Undo());
  return Statements(undo);
}

// How often each code is found, and how often it may still be found once its safe changes are made.
std::map<std::string, std::size_t> Counts(const Examination& examination, bool cured) {
  std::map<std::string, std::size_t> counts;
  for (const Finding& finding : examination.findings) {
    const std::size_t gone = cured && finding.cure == CureClass::kSafe ? finding.changes.size() : 0;
    counts[finding.code] += finding.count - std::min(gone, finding.count);
  }
  return counts;
}

absl::Status CheckCured(const Connection& connection, const Examination& before, const Examination& after) {
  std::map<std::string, std::size_t> expected = Counts(before, true);
  for (const auto& [code, count] : Counts(after, false)) {
    const std::size_t most = expected[code];
    if (count <= most) continue;
    return Aborted(connection, "after the changes " + code + " was found " + std::to_string(count) +
                                   " times instead of " + std::to_string(most) +
                                   "; look at the rows with doctor, without applying");
  }
  return absl::OkStatus();
}

// One run of the cures, step by step: each step is a precondition of the next.
class Cure {
 public:
  Cure(Connection& connection, const CureOptions& options) : connection_(connection), options_(options) {
    options_.doctor.dialect = Dialect::kSqlite;
  }

  absl::StatusOr<CureResult> Run() {
    absl::StatusOr<Examination> seen = ExamineUnlocked(connection_, options_.doctor);
    if (!seen.ok()) return seen.status();
    const std::vector<RowChange> changes = SafeChanges(*seen);
    if (changes.empty()) return CureResult{.before = *seen, .after = *seen};
    if (!options_.confirm(*seen, changes)) {
      return absl::CancelledError(connection_.name() + ": nothing was changed: the changes were not confirmed");
    }
    absl::StatusOr<std::vector<std::string>> confirmed = Statements(changes);
    if (!confirmed.ok()) return confirmed.status();
    return Apply(*confirmed);
  }

 private:
  absl::StatusOr<CureResult> Apply(const std::vector<std::string>& confirmed) {
    Transaction transaction(connection_);
    if (absl::Status locked = transaction.Begin(Transaction::Lock::kWrite); !locked.ok()) return locked;
    absl::StatusOr<Examination> before = ExamineNow(connection_, options_.doctor);
    if (!before.ok()) return before.status();
    const std::vector<RowChange> changes = SafeChanges(*before);
    if (absl::Status same = CheckStillThose(changes, confirmed); !same.ok()) return same;
    absl::StatusOr<UndoFile> undo = WriteUndo(changes);
    if (!undo.ok()) return undo.status();
    for (const std::string& statement : confirmed) {
      if (absl::Status changed = ChangeOneRow(statement); !changed.ok()) return changed;
    }
    absl::StatusOr<Examination> after = ExamineNow(connection_, options_.doctor);
    if (!after.ok()) return after.status();
    if (absl::Status cured = CheckCured(connection_, *before, *after); !cured.ok()) return cured;
    CureResult result{.before = *std::move(before), .after = *std::move(after), .changed_rows = changes.size()};
    result.undo_file = undo->path();
    if (absl::Status committed = Commit(transaction, *undo); !committed.ok()) return committed;
    return result;
  }

  absl::Status CheckStillThose(const std::vector<RowChange>& changes, const std::vector<std::string>& confirmed) const {
    absl::StatusOr<std::vector<std::string>> statements = Statements(changes);
    if (!statements.ok()) return statements.status();
    if (*statements == confirmed) return absl::OkStatus();
    return Aborted(connection_,
                   "the rows were changed while the changes were being confirmed; look again and confirm again");
  }

  absl::StatusOr<UndoFile> WriteUndo(const std::vector<RowChange>& changes) const {
    absl::StatusOr<std::vector<std::string>> statements = UndoStatements(changes);
    if (!statements.ok()) return statements.status();
    const std::string path = options_.undo_file.empty() ? DefaultUndoPath(connection_.path()) : options_.undo_file;
    return UndoFile::Write(path, UndoScript(connection_.name(), *statements));
  }

  absl::Status ChangeOneRow(const std::string& statement) {
    if (absl::Status executed = connection_.Execute(statement); !executed.ok()) return executed;
    const int rows = connection_.changed_rows();
    if (rows == 1) return absl::OkStatus();
    return Aborted(connection_, "a statement touched " + std::to_string(rows) +
                                    " rows instead of one: " + Printable(statement, kShownStatementBytes));
  }

  // A commit that fails for want of a lock has changed nothing. One that fails otherwise may have, as far as anybody
  // can tell: the undo file then stays, since it leaves alone what was not changed.
  absl::Status Commit(Transaction& transaction, UndoFile& undo) {
    absl::Status committed = transaction.Commit();
    if (!absl::IsUnavailable(committed)) undo.Keep();
    return committed;
  }

  static constexpr std::size_t kShownStatementBytes = 300;

  Connection& connection_;
  CureOptions options_;
};

}  // namespace

absl::StatusOr<CureResult> ApplySafeCures(const std::string& path, const CureOptions& options) {
  if (!options.confirm) {
    return absl::FailedPreconditionError(
        "ApplySafeCures: confirm is missing; set CureOptions::confirm to a function that "
        "shows the changes and returns true to make them");
  }
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(path, Connection::Access::kReadWrite, Deadline::max());
  if (!connection.ok()) return connection.status();
  return Cure(**connection, options).Run();
}

}  // namespace pointsman::inline v0
