#include "publish/group_channels.h"

#include <algorithm>
#include <vector>

#include "table/table_data.h"

namespace pointsman::inline v0 {

namespace {

// Calls `use` once for each channel that serves something in the group.
template <class Use>
void ForEachChannel(const TableData& data, std::uint32_t group, std::vector<bool>& seen, Use use) {
  for (const ListedRoute& route : data.rows.RoutesOf(group)) {
    for (TierRef ref = route.first; ref != kAllOut; ref = data.tier(ref).next()) {
      const TierBlock tier = data.tier(ref);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        const std::uint32_t channel = tier.channel(i);
        if (seen[channel]) continue;
        seen[channel] = true;
        use(channel);
      }
    }
  }
}

}  // namespace

std::vector<bool> ChannelsChosenByLoad(const TableData& data) {
  std::vector<bool> chosen(data.channels.size());
  for (std::uint32_t group = 0; group < data.groups.size(); ++group) {
    const Balance rule = data.BalanceOf(group);
    if (rule != Balance::kLeastInFlight && rule != Balance::kLowestLatency) continue;
    ForEachChannel(data, group, chosen, [](std::uint32_t) {});
  }
  return chosen;
}

bool MayCoolDown(const Published& now, std::string_view group, std::uint32_t channel, Nanoseconds time, double most) {
  const TableData& data = *now.data;
  const std::uint32_t g = data.group_table.Find(group);
  if (g == kNoIndex) return true;
  std::vector<bool> seen(data.channels.size());
  std::size_t channels = 0;
  std::size_t cooling = 0;
  ForEachChannel(data, g, seen, [&](std::uint32_t c) {
    if (c != channel && now.states[c]->IsSwitchedOff(time)) return;
    ++channels;
    if (c == channel || now.states[c]->IsLeftAlone(time)) ++cooling;
  });
  const auto permitted = static_cast<std::size_t>(most * static_cast<double>(channels));
  return cooling <= std::max<std::size_t>(permitted, 1);
}

}  // namespace pointsman::inline v0
