// The cells channel_info and other_info of a channel.
#include "rows/channel_info.h"

#include <algorithm>
#include <vector>

#include "fuzz/bodies.h"

namespace pointsman::fuzz {

bool ChannelInfo(std::string_view bytes) {
  std::vector<KeyStatus> disabled;
  const ChannelKeys keys = ReadChannelInfo(bytes, disabled);
  Demand(keys.count <= ChannelKeys::kMost, "the number of keys is bounded");
  Demand(!keys.malformed || (keys.count == 0 && keys.disabled.empty()), "what cannot be understood says nothing");
  const auto is_before = [](const KeyStatus& a, const KeyStatus& b) { return a.index < b.index; };
  Demand(std::is_sorted(keys.disabled.begin(), keys.disabled.end(), is_before), "keys are in order");
  for (const KeyStatus& key : keys.disabled)
    Demand(key.index < keys.count && key.status != 1, "a key is there and out");
  if (keys.count != 0) {
    std::vector<KeyStatus> again;
    Demand(ReadChannelInfo(ChannelInfoText(keys), again) == keys, "keys written are the keys read");
  }
  const IntField time = ReadStatusTime(bytes);
  Demand(!time.is_null(), "a time is there or not");
  return !keys.malformed;
}

}  // namespace pointsman::fuzz
