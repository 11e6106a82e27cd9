// Printable: names from strangers made fit for a terminal, a log line or a message.
//
//   Printable("a\x1b[2J")         -> "a\x1b[2J" spelled with a backslash, so that nothing is cleared
//   Quoted("runway")              -> "runway" between double quotes
//   Plain(status.message())       -> a whole message, in which some names stand escaped already
//
// Control characters, invalid UTF-8, characters that nothing is drawn for, bidirectional marks, line separators, double
// quotes and backslashes are escaped; a text longer than `max_bytes` is cut at a character and its full length is said:
// `aaaa…(10000 bytes)`. So no name looks like another one by what is not seen; an emoji's U+FE0F is escaped as well.
// Plain leaves quotes, backslashes and line ends as they are, and what it made of a text is plain.
//
// Thread safety: thread-safe (pure functions). Cost: O(max_bytes), whatever the text's length.
#ifndef POINTSMAN_SRC_TEXT_PRINTABLE_H_
#define POINTSMAN_SRC_TEXT_PRINTABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kShownNameBytes = 80;
inline constexpr std::size_t kShownMessageBytes = std::size_t{8} * 1024;
inline constexpr std::size_t kShownPathBytes = 1000;

POINTSMAN_EXPORT std::string Printable(std::string_view text, std::size_t max_bytes = kShownNameBytes);
POINTSMAN_EXPORT std::string Quoted(std::string_view text, std::size_t max_bytes = kShownNameBytes);
POINTSMAN_EXPORT std::string Plain(std::string_view text, std::size_t max_bytes = kShownMessageBytes);
// The same on one line: a line end becomes a blank.
POINTSMAN_EXPORT std::string PlainLine(std::string_view text, std::size_t max_bytes = kShownMessageBytes);

// Whether a character is a control, is invisible, or reorders or breaks what stands around it.
POINTSMAN_EXPORT bool IsTreacherous(std::uint32_t code);

// How many of `text`'s first bytes form one valid UTF-8 character; 0 where they form none.
POINTSMAN_EXPORT std::size_t Utf8Length(std::string_view text);
// REQUIRES: one valid UTF-8 character.
POINTSMAN_EXPORT std::uint32_t CodePoint(std::string_view character);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TEXT_PRINTABLE_H_
