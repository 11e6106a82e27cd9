// ReadCell: one value of a database row into the member that takes it, or a sentence about why it does not fit.
//
//   std::string problem;
//   if (!ReadCell(statement.cell(0), ColumnKind::kNumber, row.weight, problem)) Reject(problem);
//
// Numbers accept integers and reals without a fraction; flags also 'true' and 'false'; texts accept text, blobs (JSON
// is stored so) and numbers as SQLite spells them. NULL fits everything but a key.
//
// Thread safety: thread-compatible. Cost: no copy, no allocation, unless the value does not fit.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_READ_CELL_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_READ_CELL_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "load/sqlite3/connection.h"
#include "load/sqlite3/table_columns.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

bool ReadCell(Cell cell, ColumnKind kind, std::int64_t& out, std::string& problem);
bool ReadCell(Cell cell, ColumnKind kind, IntField& out, std::string& problem);
bool ReadCell(Cell cell, ColumnKind kind, std::string_view& out, std::string& problem);
bool ReadCell(Cell cell, ColumnKind kind, TextField& out, std::string& problem);

// What would fit, for whoever has to mend the row.
std::string CureFor(ColumnKind kind, bool required);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_READ_CELL_H_
