#include "publish/cooling_share.h"

#include <algorithm>
#include <vector>

#include "table/table_data.h"

namespace pointsman::inline v0 {

bool MayCoolDown(const Published& now, std::string_view group, std::uint32_t channel, double most) {
  const TableData& data = *now.data;
  const std::uint32_t g = data.group_table.Find(group);
  if (g == kNoIndex) return true;
  std::vector<bool> seen(data.channels.size());
  std::size_t channels = 0;
  std::size_t cooling = 0;
  for (const ListedRoute& route : data.rows.RoutesOf(g)) {
    for (TierRef ref = route.first; ref != kAllOut; ref = data.tier(ref).next()) {
      const TierBlock tier = data.tier(ref);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        const std::uint32_t c = tier.channel(i);
        if (seen[c]) continue;
        seen[c] = true;
        ++channels;
        if (c == channel || (now.channels[c].word->load(std::memory_order_relaxed) & slot_bit::kCooling) != 0)
          ++cooling;
      }
    }
  }
  const auto permitted = static_cast<std::size_t>(most * static_cast<double>(channels));
  return cooling <= std::max<std::size_t>(permitted, 1);
}

}  // namespace pointsman::inline v0
