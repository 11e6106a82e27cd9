// MayCoolDown: whether one more channel of a group may cool down at once.
//
// Thread safety: thread-safe (reads an immutable table and the channels' words). Cost: O(candidates of the group).
#ifndef POINTSMAN_SRC_PUBLISH_COOLING_SHARE_H_
#define POINTSMAN_SRC_PUBLISH_COOLING_SHARE_H_

#include <cstdint>
#include <string_view>

#include "publish/published.h"

namespace pointsman::inline v0 {

// At most `most` of the channels that serve anything in the group, but always one. `channel` is the number of the one
// that would be next. A group that the table does not have sets no limit.
bool MayCoolDown(const Published& now, std::string_view group, std::uint32_t channel, double most);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_COOLING_SHARE_H_
