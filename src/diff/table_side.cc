#include "diff/table_side.h"

#include <algorithm>
#include <memory>
#include <set>

#include "select/tier_walk.h"

namespace pointsman::inline v0 {

TableSide::TableSide(const RouteTable& table)
    : published_(Unserved(std::shared_ptr<const RouteTable>(std::shared_ptr<void>(), &table))) {}

Reason TableSide::Follow(const Request& request, std::vector<RouteStop>& stops) const {
  stops.clear();
  const Reason reason = WalkTiers(published_, request, nullptr, [&](const TierOffer& at, Reason&) {
    if (at.ref == at.match.first) stops.push_back({.group = at.group, .match = at.match});
    return false;
  });
  // A tier that was compiled has a candidate to draw, and all channels are in order: the first would have served.
  return stops.empty() ? reason : Reason::kNone;
}

bool TableSide::Serves(const Request& request) const {
  return WalkTiers(published_, request, nullptr, [](const TierOffer&, Reason&) { return true; }) == Reason::kNone;
}

RouteSide TableSide::Describe(Reason reason, const std::vector<RouteStop>& stops) const {
  RouteSide side{.reason = reason};
  if (stops.empty()) return side;
  side.group = data().groups[stops.front().group];
  side.model = data().models[stops.front().match.model];
  side.rule = stops.front().match.rule;
  std::set<std::uint32_t> channels;
  for (const RouteStop& stop : stops) {
    for (TierRef ref = stop.match.first; ref != kAllOut; ref = data().tier(ref).next()) {
      const TierBlock tier = data().tier(ref);
      const TierWeights weights(tier);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        if (weights[i] > 0) channels.insert(tier.channel(i));
      }
    }
  }
  side.channels = channels.size();
  return side;
}

std::vector<ChannelShare> TableSide::FirstShares(TierRef first) const {
  const TierBlock tier = data().tier(first);
  const TierWeights weights(tier);
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < tier.size(); ++i) total += weights[i];
  std::vector<ChannelShare> shares;
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    if (weights[i] == 0) continue;
    shares.push_back({.channel_id = data().channels[tier.channel(i)].id, .share = Share::Of(weights[i], total)});
  }
  return shares;
}

void TableSide::AddGroupNames(std::vector<std::string_view>& names) const {
  names.insert(names.end(), data().groups.begin(), data().groups.end());
  const GroupPolicy& policy = data().policy.groups;
  names.push_back(policy.default_group);
  for (const auto& [name, rule] : policy.groups) {
    names.push_back(name);
    names.insert(names.end(), rule.aliases.begin(), rule.aliases.end());
  }
  for (const auto& [name, list] : policy.automatic) names.push_back(name);
}

void TableSide::AddModelNames(std::vector<std::string_view>& names) const {
  names.insert(names.end(), data().models.begin(), data().models.end());
  for (const auto& [name, target] : data().policy.models.aliases) names.push_back(name);
}

}  // namespace pointsman::inline v0
