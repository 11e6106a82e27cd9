#include "load/sqlite3/read_cell.h"

#include <cmath>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

// Both bounds are exact as doubles; the upper one is the first that does not fit.
constexpr double kLowest = -9223372036854775808.0;
constexpr double kTooHigh = 9223372036854775808.0;

std::optional<std::int64_t> WholeNumber(double real) {
  if (!(real >= kLowest && real < kTooHigh) || std::trunc(real) != real) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<std::int64_t> FlagWord(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  const std::string word(text);
  if (absl::EqualsIgnoreCase(word, "true")) return 1;
  if (absl::EqualsIgnoreCase(word, "false")) return 0;
  return std::nullopt;
}

std::optional<std::int64_t> Number(Cell cell, ColumnKind kind) {
  switch (cell.type()) {
    case SQLITE_INTEGER: return cell.Int();
    case SQLITE_FLOAT: return WholeNumber(cell.Real());
    case SQLITE_TEXT: return kind == ColumnKind::kFlag ? FlagWord(cell.Text()) : std::nullopt;
    default: return std::nullopt;
  }
}

std::string Misfit(Cell cell, ColumnKind kind) {
  std::string found;
  switch (cell.type()) {
    case SQLITE_FLOAT: found = absl::StrFormat("the number %.17g", cell.Real()); break;
    case SQLITE_BLOB: found = "a blob of " + std::to_string(cell.Text().size()) + " bytes"; break;
    default: found = "the text " + Quoted(cell.Text()); break;
  }
  return found + " where " + (kind == ColumnKind::kFlag ? "0 or 1" : "a whole number") + " belongs";
}

}  // namespace

bool ReadCell(Cell cell, ColumnKind kind, std::int64_t& out, std::string& problem) {
  const std::optional<std::int64_t> number = Number(cell, kind);
  if (!number.has_value()) {
    problem = cell.type() == SQLITE_NULL ? "NULL in a key" : Misfit(cell, kind);
    return false;
  }
  out = *number;
  return true;
}

bool ReadCell(Cell cell, ColumnKind kind, IntField& out, std::string& problem) {
  if (cell.type() == SQLITE_NULL) {
    out = nullptr;
    return true;
  }
  std::int64_t number = 0;
  if (!ReadCell(cell, kind, number, problem)) return false;
  out = number;
  return true;
}

bool ReadCell(Cell cell, ColumnKind /*kind*/, std::string_view& out, std::string& problem) {
  if (cell.type() == SQLITE_NULL) {
    problem = "NULL in a key";
    return false;
  }
  out = cell.Text();
  return true;
}

bool ReadCell(Cell cell, ColumnKind /*kind*/, TextField& out, std::string& /*problem*/) {
  if (cell.type() == SQLITE_NULL) {
    out = nullptr;
  } else {
    out = cell.Text();
  }
  return true;
}

std::string CureFor(ColumnKind kind, bool required) {
  if (required)
    return kind == ColumnKind::kText ? "name it, or delete the row" : "give the row a whole number, or delete it";
  return kind == ColumnKind::kFlag ? "store 0, 1 or NULL" : "store a whole number or NULL";
}

}  // namespace pointsman::inline v0
