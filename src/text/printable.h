// Printable: names from strangers made fit for a terminal, a log line or a message.
//
//   Printable("a\x1b[2J")         -> "a\x1b[2J" spelled with a backslash, so that nothing is cleared
//   Quoted("runway")              -> "runway" between double quotes
//
// Control characters, invalid UTF-8, bidirectional marks, line separators, double quotes and backslashes are escaped; a
// text longer than `max_bytes` is cut at a character and its full length is said: `aaaa…(10000 bytes)`.
//
// Thread safety: thread-safe (pure functions). Cost: O(max_bytes), whatever the text's length.
#ifndef POINTSMAN_SRC_TEXT_PRINTABLE_H_
#define POINTSMAN_SRC_TEXT_PRINTABLE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kShownNameBytes = 80;

POINTSMAN_EXPORT std::string Printable(std::string_view text, std::size_t max_bytes = kShownNameBytes);
POINTSMAN_EXPORT std::string Quoted(std::string_view text, std::size_t max_bytes = kShownNameBytes);

// How many of `text`'s first bytes form one valid UTF-8 character; 0 where they form none.
POINTSMAN_EXPORT std::size_t Utf8Length(std::string_view text);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TEXT_PRINTABLE_H_
