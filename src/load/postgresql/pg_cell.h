// PgCell: one value as PostgreSQL sends it, as text with the type of its column, and its answers to
// load/sql/read_cell.h. Texts take anything but arrays, whose braces would become part of names.
//
// Thread safety: thread-compatible. Cost: no copy, no allocation, but for ShownValue and CureFor.
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_PG_CELL_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_PG_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "load/sql/read_cell.h"
#include "load/sql/table_columns.h"

namespace pointsman::inline v0 {

// What the types of columns mean to a reader. Domains arrive as the type beneath; whatever is not listed is text.
enum class PgKind : std::uint8_t { kInteger, kNumeric, kReal, kBoolean, kBytes, kArray, kText };

// By the type's object identifier, which is fixed for built-in types.
PgKind PgKindOf(unsigned int type);

struct PgCell {
  PgKind kind = PgKind::kText;
  bool is_null = false;
  std::string_view text;  // as PostgreSQL prints it; of bytea, its bytes
};

inline bool IsNull(const PgCell& cell) { return cell.is_null; }
std::optional<std::int64_t> NumberIn(const PgCell& cell, ColumnKind kind);
std::optional<std::string_view> TextIn(const PgCell& cell);
std::string ShownValue(const PgCell& cell);
std::string CureFor(const PgCell& cell, ColumnKind kind, bool required);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_PG_CELL_H_
