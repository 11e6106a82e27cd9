// NearestName: which known word somebody probably meant, for messages about unknown ones.
//
//   NearestName("empty_gruop", {"default_group", "empty_group"})   -> "empty_group"
//
// Thread safety: thread-safe (pure functions). Cost: O(names * length of the longer word, squared), each word cut
// at 64.
#ifndef POINTSMAN_SRC_TEXT_NEAREST_H_
#define POINTSMAN_SRC_TEXT_NEAREST_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

// Optimal string alignment distance: inserts, deletes, substitutions and swaps of neighbours, in bytes.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The name closest to `word`, within a third of its length (at least 2, at most 4); empty where none is.
std::string_view NearestName(std::string_view word, std::span<const std::string_view> names);

// " (did you mean \"…\"?)" or nothing.
POINTSMAN_EXPORT std::string DidYouMean(std::string_view word, std::span<const std::string_view> names);

// "a, b, c".
POINTSMAN_EXPORT std::string JoinNames(std::span<const std::string_view> names);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TEXT_NEAREST_H_
