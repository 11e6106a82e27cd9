#include "compile/compact.h"

#include <utility>
#include <vector>

namespace pointsman::inline v0 {

void Compact(TableData& data) {
  std::vector<TierRef> moved(data.blocks.size(), kAllOut);  // by the old reference
  std::vector<std::uint32_t> live(kFirstBlock);
  live.reserve(data.blocks.size() - data.dead_words);
  std::vector<TierRef> chain;
  // The lowest first, since a tier names the one below it.
  const auto move = [&](TierRef first) {
    for (TierRef ref = first; ref != kAllOut && moved[ref] == kAllOut; ref = data.tier(ref).next())
      chain.push_back(ref);
    for (; !chain.empty(); chain.pop_back()) {
      const TierBlock tier = data.tier(chain.back());
      moved[chain.back()] = static_cast<TierRef>(live.size());
      TierWriter::AppendCopy(tier, tier.next() == kAllOut ? kAllOut : moved[tier.next()], live);
    }
    return moved[first];
  };
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      if (route.first != kAllOut) data.rows.Replace(g, route.model, move(route.first));
    }
  }
  data.blocks = Blocks(std::move(live));
  data.dead_words = 0;
}

}  // namespace pointsman::inline v0
