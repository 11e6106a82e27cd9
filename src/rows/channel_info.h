// The column channel_info: what gateways keep about a channel with several keys, as a JSON object.
//
//   {"is_multi_key": true, "multi_key_size": 3, "multi_key_status_list": {"1": 3}, "multi_key_mode": "random", …}
//
// Only these first three are read; how keys are taken in turn is the gateway's own. Older rows hold '', '{}' or null:
// one key. Statuses of keys that are not there any more are passed over, as gateways do.
//
// And the time in other_info, {"status_reason": "…", "status_time": 1700000000}: since when a channel has its status.
//
// Thread safety: thread-safe (pure functions). Cost: O(bytes) and O(k log k) in the statuses.
#ifndef POINTSMAN_SRC_ROWS_CHANNEL_INFO_H_
#define POINTSMAN_SRC_ROWS_CHANNEL_INFO_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/channel_keys.h"
#include "pointsman/export.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

// The keys that such a text speaks of; `disabled` takes their statuses, which the answer views.
ChannelKeys ReadChannelInfo(std::string_view text, std::vector<KeyStatus>& disabled);

// The same where the host says it itself: `disabled` in order, without what ChannelKeys does not hold.
ChannelKeys JudgeKeys(std::int64_t count, std::vector<KeyStatus>& disabled);

// Unix seconds; absent where the text says none that can be understood.
IntField ReadStatusTime(std::string_view text);

// Such a text that reads back as `keys`. REQUIRES: keys.count is not 0.
POINTSMAN_EXPORT std::string ChannelInfoText(const ChannelKeys& keys);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_CHANNEL_INFO_H_
