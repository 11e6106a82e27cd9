// SplitList: the items of a comma list as the gateways keep it: trimmed, without empty items, each once, in order.
//
//   SplitList(" gpt-4o,,gpt-4o, o3 ")   -> {"gpt-4o", "o3"}
//
// The views point into `list`. Thread safety: thread-safe (a pure function). Cost: O(bytes); long lists are
// de-duplicated through a hash set.
#ifndef POINTSMAN_SRC_ROWS_COMMA_LIST_H_
#define POINTSMAN_SRC_ROWS_COMMA_LIST_H_

#include <boost/container/small_vector.hpp>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

// Most lists are short: these need no allocation.
using ItemList = boost::container::small_vector<std::string_view, 8>;

POINTSMAN_EXPORT ItemList SplitList(std::string_view list);

// `text` without surrounding blanks, tabs and line ends.
POINTSMAN_EXPORT std::string_view Trim(std::string_view text);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_COMMA_LIST_H_
