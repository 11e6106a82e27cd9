// ReadNameArray: names from a cell that holds a JSON array of strings, such as a token's auto_groups.
//
//   ReadNameArray(R"(["default", "vip"])")     -> default, vip
//   ReadNameArray(R"(["default", 7)")          -> nothing: malformed
//
// The whole of JSON's strings is read, and nothing beside one flat array of them (or null, an empty one): enough for a
// cell that a gateway wrote itself, without a JSON library in the core.
//
// Thread safety: thread-safe (a pure function). Cost: O(bytes).
#ifndef POINTSMAN_SRC_ROWS_NAME_ARRAY_H_
#define POINTSMAN_SRC_ROWS_NAME_ARRAY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pointsman::inline v0 {

// Names as they stand there, blank ones too. Nothing where the text is anything else.
std::optional<std::vector<std::string>> ReadNameArray(std::string_view text);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_NAME_ARRAY_H_
