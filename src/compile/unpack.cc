#include "compile/unpack.h"

#include <string_view>
#include <vector>

namespace pointsman::inline v0 {

Draft Unpack(const TableData& data, const ChannelChanges& changes) {
  Draft draft;
  draft.believed = data.believed;
  for (const std::string_view group : data.groups) draft.groups.Number(group);  // also those without a route
  std::vector<std::uint32_t> number(data.channels.size());                      // without the removed ones
  for (std::size_t c = 0; c < data.channels.size(); ++c) {
    const auto change = changes.find(static_cast<std::uint32_t>(c));
    const bool goes = data.channels[c].removed || (change != changes.end() && !change->second.weight.has_value());
    number[c] = goes ? kNoIndex : static_cast<std::uint32_t>(draft.channels.size());
    if (!goes) draft.channels.push_back(data.channels[c]);
  }
  const auto add = [&](std::uint32_t group, std::uint32_t model, Offer offer) {
    if (const auto change = changes.find(offer.channel); change != changes.end()) {
      offer.weight = change->second.weight.value_or(0);
    }
    offer.channel = number[offer.channel];
    if (offer.channel == kNoIndex) return;
    draft.offers.push_back(offer);
    draft.candidates.push_back({.group = group,
                                .model = draft.models.Number(data.models[model]),
                                .offer = static_cast<std::uint32_t>(draft.offers.size() - 1),
                                .row = static_cast<std::uint32_t>(draft.candidates.size())});
  };
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      for (TierRef ref = route.first; ref != kAllOut; ref = data.tier(ref).next()) {
        const TierBlock tier = data.tier(ref);
        const TierWeights weights(tier);
        for (std::uint32_t i = 0; i < tier.size(); ++i) {
          add(g, route.model,
              {.priority = data.PriorityOf(g, route.model, tier, i),
               .channel = tier.channel(i),
               .weight = weights.Raw(i)});
        }
      }
    }
  }
  for (const OutRecord& out : data.outs) {
    add(out.group, out.model,
        {.priority = out.priority, .channel = out.channel, .weight = out.weight, .status = out.status});
  }
  return draft;
}

}  // namespace pointsman::inline v0
