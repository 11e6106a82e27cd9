#include "rows/comma_list.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "rows/name_hash.h"

namespace pointsman::inline v0 {
namespace {
constexpr std::string_view kBlank = " \t\r\n\v\f";
constexpr std::size_t kShortList = 16;
}  // namespace

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

ItemList SplitList(std::string_view list) {
  ItemList items;
  absl::flat_hash_set<std::string_view, NameHash, NameEqual> seen;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view item = Trim(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    if (item.empty()) continue;
    if (items.size() < kShortList) {
      if (std::find(items.begin(), items.end(), item) != items.end()) continue;
    } else {
      if (seen.empty()) seen.insert(items.begin(), items.end());
      if (!seen.insert(item).second) continue;
    }
    items.push_back(item);
  }
  return items;
}

}  // namespace pointsman::inline v0
