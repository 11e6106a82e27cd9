// Small facts about JSON text that has been read, or that could not be: where a place is, where a token begins.
//
//   Locate("{\n  \"a\"", 4)        -> line 2, column 3
//   CompactJson("{ \"a\" : [1, 2] }")   -> {"a":[1,2]}
//
// Columns count characters of UTF-8, as editors do. Offsets count bytes.
// Thread safety: thread-safe (pure functions). Cost: O(bytes), so only errors and nested columns pay it.
#ifndef POINTSMAN_SRC_LOAD_JSON_JSON_TEXT_H_
#define POINTSMAN_SRC_LOAD_JSON_JSON_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace pointsman::inline v0 {

// Both from 1.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
};

TextPosition Locate(std::string_view text, std::size_t offset);

// "routes.json:41:17: ", how every message about a place in a text begins.
std::string PlacePrefix(std::string_view name, std::string_view text, std::size_t offset);

// Where the token begins whose last byte is text[end - 1]. REQUIRES: it was read as a token.
std::size_t TokenBegin(std::string_view text, std::size_t end);

// Valid JSON, perhaps with comments, without the comments and the blanks between tokens; otherwise as it is written.
std::string CompactJson(std::string_view json);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_JSON_TEXT_H_
