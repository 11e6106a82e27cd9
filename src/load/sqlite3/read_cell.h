// What a SQLite cell answers to load/sql/read_cell.h. Texts take anything: blobs (JSON is stored so) as their bytes,
// numbers as SQLite spells them.
//
// Thread safety: thread-compatible. Cost: no copy, no allocation, but for ShownValue and CureFor.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_READ_CELL_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_READ_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "load/sql/read_cell.h"
#include "load/sql/table_columns.h"
#include "load/sqlite3/connection.h"

namespace pointsman::inline v0 {

inline bool IsNull(Cell cell) { return cell.type() == SQLITE_NULL; }
std::optional<std::int64_t> NumberIn(Cell cell, ColumnKind kind);
inline std::optional<std::string_view> TextIn(Cell cell) { return cell.Text(); }
std::string ShownValue(Cell cell);
inline std::string CureFor(Cell /*cell*/, ColumnKind kind, bool required) { return CureFor(kind, required); }

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_READ_CELL_H_
