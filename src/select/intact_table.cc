#include "select/intact_table.h"

#include <memory>

#include "select/tier_walk.h"

namespace pointsman::inline v0 {

IntactTable::IntactTable(const RouteTable& table)
    : published_(Unserved(std::shared_ptr<const RouteTable>(std::shared_ptr<void>(), &table))) {}

Reason IntactTable::Follow(const Request& request, std::vector<RouteStop>& stops) const {
  stops.clear();
  const Reason reason = WalkTiers(published_, request, nullptr, [&](const TierOffer& at, Reason&) {
    if (at.ref == at.match.first) stops.push_back({.group = at.group, .match = at.match});
    return false;
  });
  // A tier that was compiled has a candidate to draw, and all channels are in order: the first would have served.
  return stops.empty() ? reason : Reason::kNone;
}

std::optional<RouteStop> IntactTable::First(const Request& request) const {
  std::optional<RouteStop> first;
  WalkTiers(published_, request, nullptr, [&](const TierOffer& at, Reason&) {
    first = RouteStop{.group = at.group, .match = at.match};
    return true;
  });
  return first;
}

void IntactTable::AddGroupNames(std::vector<std::string_view>& names) const {
  names.insert(names.end(), data().groups.begin(), data().groups.end());
  const GroupPolicy& policy = data().policy.groups;
  names.push_back(policy.default_group);
  for (const auto& [name, rule] : policy.groups) {
    names.push_back(name);
    names.insert(names.end(), rule.aliases.begin(), rule.aliases.end());
  }
  for (const auto& [name, list] : policy.automatic) names.push_back(name);
}

void IntactTable::AddModelNames(std::vector<std::string_view>& names) const {
  names.insert(names.end(), data().models.begin(), data().models.end());
  for (const auto& [name, target] : data().policy.models.aliases) names.push_back(name);
}

}  // namespace pointsman::inline v0
