#include "load/sqlite3/read_cell.h"

#include "absl/strings/str_format.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

std::optional<std::int64_t> NumberIn(Cell cell, ColumnKind kind) {
  switch (cell.type()) {
    case SQLITE_INTEGER: return cell.Int();
    case SQLITE_FLOAT: return WholeNumber(cell.Real());
    case SQLITE_TEXT: return kind == ColumnKind::kFlag ? FlagWord(cell.Text()) : std::nullopt;
    default: return std::nullopt;
  }
}

std::string ShownValue(Cell cell) {
  switch (cell.type()) {
    case SQLITE_FLOAT: return absl::StrFormat("the number %.17g", cell.Real());
    case SQLITE_BLOB: return "a blob of " + std::to_string(cell.Text().size()) + " bytes";
    default: return "the text " + Quoted(cell.Text());
  }
}

}  // namespace pointsman::inline v0
