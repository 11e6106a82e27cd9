// Cures: the doctor's changes made in the database, safely. What all databases share; the call is the component's own:
// ApplySafeCures in load/sqlite3.h, ApplyPostgresqlCures in load/postgresql.h.
//
//   CureOptions options;
//   options.confirm = [](const PlannedCure& plan) { return AskTheOperator(plan); };
//   absl::StatusOr<CureResult> cured = ApplySafeCures("one-api.db", options);
//
// What happens, in this order: examine, and examine what the changes would make of the rows; confirm; begin to write,
// lock the rows that are to be changed, examine again; write the undo file and bring it to disk; change each row by
// primary key and old values; examine a last time; commit. Aborted, with everything rolled back, when other rows are
// found wrong than were confirmed, when a statement does not touch exactly one row, or when the last examination, of
// every code, finds anything else than the changes make of the rows by themselves. Nothing is locked while somebody
// confirms. Where the database gives the transaction up because of another one, the same is tried again, five times in
// all; the last two keep everybody else from writing to these tables meanwhile.
//
// A cure may reveal what was hidden behind the fault, such as a limit to models that the group does not serve, which
// nobody could tell while there was no group. That is shown before it is confirmed, and is no reason not to cure.
//
// Changes of class safe are made, and those of class review whose code DoctorOptions::only names. Further SQL of such a
// named finding (a column's default, a sequence) comes last, after the rows are committed, each statement in a
// transaction of its own; what takes it back stands in the undo file as a comment.
//
// Thread safety: thread-safe (no state). Cost: three loads, five examinations, and a statement a row.
#ifndef POINTSMAN_CURE_H_
#define POINTSMAN_CURE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pointsman/doctor.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

// What would be done, and what would come of it.
struct PlannedCure {
  Examination before;                   // of the codes that were asked for
  std::vector<RowChange> changes;       // ChangesToMake
  std::vector<std::string> statements;  // SchemaStatements
  Examination expected;                 // of every code, once the changes are made; without the statements
  // The part of `expected` that is not found now, because it is hidden: these rows alone are in where, count and
  // fingerprints. The message is about all rows of the finding.
  std::vector<Finding> revealed;
};

// What was done, or found out before anything was.
struct CureResult {
  Examination before;  // as seen inside the transaction, before the changes
  Examination after;   // as seen inside the last transaction, after them
  std::size_t changed_rows = 0;
  std::string undo_file;                    // empty when there was nothing to change
  std::vector<std::string> ran_statements;  // beside the row changes
  // Of those statements: the first that failed, after the rows had been changed. The ones behind it were not run.
  absl::Status statements = absl::OkStatus();
};

struct CureOptions {
  DoctorOptions doctor{};  // the dialect is the database's
  // The undo file to write before anything is committed: SQL that takes every change back, and skips rows that were
  // changed since. An existing file is never overwritten (AlreadyExists). Empty: the component chooses a name, with the
  // time in it.
  std::string undo_file{};
  // Shown what would be done; false leaves the database as it is (Cancelled). Not asked where there is nothing to do.
  std::function<bool(const PlannedCure& plan)> confirm{};
};

// The changes that would be made: see above. A row that one of them deletes is not changed by another before.
POINTSMAN_EXPORT std::vector<RowChange> ChangesToMake(const Examination& examination, const DoctorOptions& options);
// The statements that would be run after them.
POINTSMAN_EXPORT std::vector<std::string> SchemaStatements(const Examination& examination,
                                                           const DoctorOptions& options);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_CURE_H_
