// ChangedRows: rows as they will read once changes are made, without a database: what a cure would reveal is found out
// before anything is written.
//
//   const Rows cured = ChangedRows(rows, finding.changes);
//
// Each change is made in the rows of its key, whatever they hold otherwise. What a database does of its own accord (a
// trigger, the default of a column that is never read) is not in them.
//
// Thread safety: thread-safe (a pure function). Cost: a copy of the rows, O(rows + changes).
#ifndef POINTSMAN_SRC_DOCTOR_CHANGED_ROWS_H_
#define POINTSMAN_SRC_DOCTOR_CHANGED_ROWS_H_

#include <vector>

#include "pointsman/doctor.h"
#include "pointsman/loader.h"

namespace pointsman::inline v0 {

Rows ChangedRows(const Rows& rows, const std::vector<RowChange>& changes);

// Without the updates of rows that another change deletes, without a second deletion of a row, and without a second
// update of one of its columns: the row that such a change expects would no longer be there.
std::vector<RowChange> WithoutLostChanges(std::vector<RowChange> changes);

// By change: whether more than one row has the key of the row that it updates or deletes, as where a move has lost the
// primary key. It would touch all of them.
std::vector<bool> OfRepeatedRows(const Rows& rows, const std::vector<RowChange>& changes);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_CHANGED_ROWS_H_
