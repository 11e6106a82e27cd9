// SqlText and SqlName: literals and identifiers spelled for a dialect, whatever bytes a name holds.
//
//   SqlText("it's", Dialect::kSqlite)      -> 'it''s'
//   SqlText("a\nb", Dialect::kSqlite)      -> 'a'||char(10)||'b'
//   SqlText("a\nb", Dialect::kPostgresql)  -> E'a\u000ab'
//   SqlText("a\nb", Dialect::kMysql)       -> _utf8mb4 X'610a62'
//
// Every spelling is correct under every server setting (standard_conforming_strings, NO_BACKSLASH_ESCAPES), and none
// carries a character that hides or moves what stands around it: SQL is read by people on terminals before it is run.
//
// Thread safety: thread-safe (pure functions). Cost: O(bytes).
#ifndef POINTSMAN_SRC_DOCTOR_SQL_TEXT_H_
#define POINTSMAN_SRC_DOCTOR_SQL_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "pointsman/doctor.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

// An expression that is exactly `text`. InvalidArgument for a NUL byte, and for invalid UTF-8 except in SQLite.
absl::StatusOr<std::string> SqlText(std::string_view text, Dialect dialect);

// A quoted identifier. Column names come from this library or from a host's code, never from rows.
POINTSMAN_EXPORT std::string SqlName(std::string_view name, Dialect dialect);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_SQL_TEXT_H_
