// What a router asks about all channels of a group: whether one more may cool down, whose requests are to be counted.
//
// Thread safety: thread-safe (reads an immutable table and the channels' words). Cost: O(candidates of the group).
#ifndef POINTSMAN_SRC_PUBLISH_GROUP_CHANNELS_H_
#define POINTSMAN_SRC_PUBLISH_GROUP_CHANNELS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "publish/published.h"

namespace pointsman::inline v0 {

// At most `most` of the channels that serve anything in the group and are not switched off, but always one. `channel`
// is the number of the one that would be next; `time` is the clock's. A group that the table does not have sets no
// limit.
bool MayCoolDown(const Published& now, std::string_view group, std::uint32_t channel, Nanoseconds time, double most);

// By number: those that serve something in a group whose choice is by load (balance.h). O(candidates of these groups).
std::vector<bool> ChannelsChosenByLoad(const TableData& data);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_GROUP_CHANNELS_H_
