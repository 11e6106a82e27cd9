#include "load/postgresql/pg_cell.h"

#include <charconv>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

std::optional<std::int64_t> Integer(std::string_view text) {
  std::int64_t number = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stopped, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

// "2.000" is 2: numeric prints as many zeros as its scale, and never an exponent.
std::optional<std::int64_t> WholeNumeric(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    if (text.find_first_not_of('0', point + 1) != std::string_view::npos) return std::nullopt;
    text = text.substr(0, point);
  }
  return Integer(text);
}

std::optional<std::int64_t> WholeReal(std::string_view text) {
  double real = 0;
  if (!absl::SimpleAtod(std::string(text), &real)) return std::nullopt;
  return WholeNumber(real);
}

bool IsTrue(const PgCell& cell) { return cell.text == "t"; }

// Whether the column could hold what belongs there, so that mending the row is enough.
bool ColumnFits(PgKind has, ColumnKind wants) {
  switch (has) {
    case PgKind::kInteger:
    case PgKind::kNumeric:
    case PgKind::kReal: return wants != ColumnKind::kText;
    case PgKind::kBoolean: return wants == ColumnKind::kFlag;
    case PgKind::kText: return wants != ColumnKind::kNumber;
    case PgKind::kBytes: return wants == ColumnKind::kText;
    case PgKind::kArray: return false;
  }
  return false;
}

}  // namespace

PgKind PgKindOf(unsigned int type) {
  switch (type) {
    case 16: return PgKind::kBoolean;
    case 17: return PgKind::kBytes;
    case 20:                           // bigint
    case 21:                           // smallint
    case 23: return PgKind::kInteger;  // integer
    case 700:                          // real
    case 701: return PgKind::kReal;    // double precision
    case 1700: return PgKind::kNumeric;
    case 199:                          // json[]
    case 1002:                         // "char"[]
    case 1003:                         // name[]
    case 1005:                         // smallint[]
    case 1007:                         // integer[]
    case 1009:                         // text[]
    case 1014:                         // character[]
    case 1015:                         // character varying[]
    case 1016:                         // bigint[]
    case 3807: return PgKind::kArray;  // jsonb[]
    default: return PgKind::kText;
  }
}

std::optional<std::int64_t> NumberIn(const PgCell& cell, ColumnKind kind) {
  if (cell.is_null) return std::nullopt;
  switch (cell.kind) {
    case PgKind::kInteger: return Integer(cell.text);
    case PgKind::kNumeric: return WholeNumeric(cell.text);
    case PgKind::kReal: return WholeReal(cell.text);
    case PgKind::kBoolean: return kind == ColumnKind::kFlag ? std::optional<std::int64_t>(IsTrue(cell)) : std::nullopt;
    case PgKind::kText: return kind == ColumnKind::kFlag ? FlagWord(cell.text) : std::nullopt;
    case PgKind::kBytes:
    case PgKind::kArray: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string_view> TextIn(const PgCell& cell) {
  if (cell.kind == PgKind::kArray) return std::nullopt;
  if (cell.kind == PgKind::kBoolean) return IsTrue(cell) ? "true" : "false";
  return cell.text;
}

std::string ShownValue(const PgCell& cell) {
  switch (cell.kind) {
    case PgKind::kInteger:
    case PgKind::kNumeric:
    case PgKind::kReal: return "the number " + Printable(cell.text);
    case PgKind::kBoolean: return IsTrue(cell) ? "the boolean true" : "the boolean false";
    case PgKind::kBytes: return "a blob of " + std::to_string(cell.text.size()) + " bytes";
    case PgKind::kArray: return "the array " + Quoted(cell.text);
    case PgKind::kText: return "the text " + Quoted(cell.text);
  }
  return "a value";
}

std::string CureFor(const PgCell& cell, ColumnKind kind, bool required) {
  if (cell.is_null || (ColumnFits(cell.kind, kind) && cell.kind != PgKind::kText)) return CureFor(kind, required);
  switch (kind) {
    case ColumnKind::kNumber: return "make the column a bigint";
    case ColumnKind::kFlag:
      return cell.kind == PgKind::kText ? "store true, false or NULL, or make the column a boolean"
                                        : "make the column a boolean";
    case ColumnKind::kText: return "make the column a text; lists are written with commas";
  }
  return CureFor(kind, required);
}

}  // namespace pointsman::inline v0
