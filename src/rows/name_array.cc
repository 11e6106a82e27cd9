#include "rows/name_array.h"

#include <utility>

#include "rows/json_cell.h"

namespace pointsman::inline v0 {

std::optional<std::vector<std::string>> ReadNameArray(std::string_view text) {
  std::vector<std::string> names;
  JsonCell cell(text);
  const bool good = cell.TakeWord("null") || cell.ReadArray([&] { return cell.ReadString(names.emplace_back()); });
  return good && cell.AtEnd() ? std::optional(std::move(names)) : std::nullopt;
}

}  // namespace pointsman::inline v0
