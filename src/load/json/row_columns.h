// The columns that pointsman reads from each table, and what may stand in them.
//
// A column that is not listed here is skipped unread: secrets are kept out by not being named.
// Thread safety: thread-safe (pure functions).
#ifndef POINTSMAN_SRC_LOAD_JSON_ROW_COLUMNS_H_
#define POINTSMAN_SRC_LOAD_JSON_ROW_COLUMNS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "load/json/json_reader.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

enum class ColumnKind : std::uint8_t {
  kId,       // a whole number that the row cannot do without
  kName,     // text that the row cannot do without
  kInteger,  // a whole number
  kFlag,     // true, false, 1 or 0
  kText,
  kList,     // text: a comma list
  kJson,     // JSON as text, or as it is
  kDeleted,  // anything but null: the row counts as deleted
};

struct Column {
  std::string_view name;
  ColumnKind kind;
};

std::span<const Column> ColumnsOf(SourceTable table);

// The table that is called `name` in SQL.
std::optional<SourceTable> FindTable(std::string_view name);
std::span<const std::string_view> TableNames();

// What is wrong with a value, and how to mend it. Both are empty if nothing is.
struct Complaint {
  std::string problem;
  std::string cure;
  bool empty() const { return problem.empty(); }
};

// Whether `value`, which is not null, may stand in `column`; if it may and is a number or a flag, `integer` is set.
Complaint JudgeScalar(const Column& column, const JsonScalar& value, std::int64_t& integer);
// Whether NULL may stand in `column`.
Complaint JudgeNull(const Column& column);
// Whether a list or an object may stand in `column`.
Complaint JudgeNested(const Column& column, JsonNest nest);
Complaint MissingColumn(const Column& column);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_ROW_COLUMNS_H_
