// ReadCell: one value of a database row into the member that takes it, or a sentence about why it does not fit.
//
//   std::string problem;
//   if (!ReadCell(rows.cell(0), ColumnKind::kNumber, row.weight, problem)) Reject(problem);
//
// Each database has a cell type of its own, and answers for it, found by argument-dependent lookup:
//
//   bool IsNull(cell);
//   std::optional<std::int64_t> NumberIn(cell, kind);   // nothing: no such number; NULL is none
//   std::optional<std::string_view> TextIn(cell);       // nothing: no text; asked of values only
//   std::string ShownValue(cell);                       // such as: the text "heavy"
//   std::string CureFor(cell, kind, required);          // what would fit, for whoever has to mend the row
//
// Numbers accept integers and reals without a fraction; flags also 'true' and 'false'. NULL fits everything but a key.
//
// Thread safety: thread-compatible. Cost: no copy, no allocation, unless the value does not fit.
#ifndef POINTSMAN_SRC_LOAD_SQL_READ_CELL_H_
#define POINTSMAN_SRC_LOAD_SQL_READ_CELL_H_

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "load/sql/table_columns.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

inline std::optional<std::int64_t> WholeNumber(double real) {
  // Both bounds are exact as doubles; the upper one is the first that does not fit.
  constexpr double kLowest = -9223372036854775808.0;
  constexpr double kTooHigh = 9223372036854775808.0;
  if (!(real >= kLowest && real < kTooHigh) || std::trunc(real) != real) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

inline std::optional<std::int64_t> FlagWord(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  const std::string word(text);
  if (absl::EqualsIgnoreCase(word, "true")) return 1;
  if (absl::EqualsIgnoreCase(word, "false")) return 0;
  return std::nullopt;
}

// The cure where the column could hold what belongs there.
inline std::string CureFor(ColumnKind kind, bool required) {
  if (required)
    return kind == ColumnKind::kText ? "name it, or delete the row" : "give the row a whole number, or delete it";
  return kind == ColumnKind::kFlag ? "store 0, 1 or NULL" : "store a whole number or NULL";
}

template <class Cell>
std::string Misfit(const Cell& cell, std::string_view belongs) {
  return IsNull(cell) ? "NULL in a key" : ShownValue(cell) + " where " + std::string(belongs) + " belongs";
}

template <class Cell>
bool ReadCell(const Cell& cell, ColumnKind kind, std::int64_t& out, std::string& problem) {
  const std::optional<std::int64_t> number = NumberIn(cell, kind);
  if (number.has_value()) {
    out = *number;
  } else {
    problem = Misfit(cell, kind == ColumnKind::kFlag ? "0 or 1" : "a whole number");
  }
  return number.has_value();
}

template <class Cell>
bool ReadCell(const Cell& cell, ColumnKind /*kind*/, std::string_view& out, std::string& problem) {
  const std::optional<std::string_view> text = IsNull(cell) ? std::nullopt : TextIn(cell);
  if (text.has_value()) {
    out = *text;
  } else {
    problem = Misfit(cell, "a text");
  }
  return text.has_value();
}

template <class Cell, class T>
bool ReadCell(const Cell& cell, ColumnKind kind, Field<T>& out, std::string& problem) {
  if (IsNull(cell)) {
    out = nullptr;
    return true;
  }
  T value{};
  if (!ReadCell(cell, kind, value, problem)) return false;
  out = value;
  return true;
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQL_READ_CELL_H_
