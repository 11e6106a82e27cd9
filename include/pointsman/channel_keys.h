// ChannelKeys: what is known of a channel that has several API keys: how many there are, and which are not enabled.
// Keys are numbered from 0 in the order in which the gateway keeps them. The keys themselves are never read.
//
//   const pointsman::KeyStatus off[] = {{.index = 1, .status = 3}};
//   rows.Add(pointsman::ChannelRow{.id = 8, .status = 1, .keys = {.count = 3, .disabled = off}});
//
// Where a row does not say it, Rows reads it from the column channel_info, a JSON object that gateways write there:
// is_multi_key, multi_key_size, multi_key_status_list. What it cannot understand counts as one key and is noted in the
// BuildReport; it never costs the channel.
//
// Thread safety: thread-compatible; a view, whose statuses belong to whoever made it.
#ifndef POINTSMAN_CHANNEL_KEYS_H_
#define POINTSMAN_CHANNEL_KEYS_H_

#include <algorithm>
#include <cstdint>
#include <span>

namespace pointsman::inline v0 {

// The status of a key: 1 enabled, 2 disabled by hand, 3 disabled automatically; anything else counts as disabled.
struct KeyStatus {
  std::uint32_t index = 0;
  std::int32_t status = 0;
  friend bool operator==(const KeyStatus&, const KeyStatus&) = default;
};

struct ChannelKeys {
  // More than anybody has; a row that states more is not believed.
  static constexpr std::uint32_t kMost = 65535;

  std::uint32_t count = 0;  // at most kMost; 0: the channel is not known to have several keys
  // The keys that are not enabled. In rows that were kept: ascending, each once, no index above, no status 1.
  std::span<const KeyStatus> disabled{};
  // The source says something that cannot be understood. Then the rest is 0 and empty.
  bool malformed = false;

  // Whether there are several, and all of them are disabled.
  bool all_disabled() const { return count != 0 && disabled.size() == count; }
  // The same keys in the same state.
  friend bool operator==(const ChannelKeys& a, const ChannelKeys& b) {
    return a.count == b.count && a.malformed == b.malformed && std::ranges::equal(a.disabled, b.disabled);
  }
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_CHANNEL_KEYS_H_
