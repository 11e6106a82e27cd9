#include "opponents/ordinary.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_set.h"

namespace pointsman::bench {
std::shared_ptr<const OrdinaryTable> OrdinaryTable::Build(const Rows& rows) {
  absl::flat_hash_set<std::int64_t> enabled;
  for (const ChannelRow& channel : rows.channels()) {
    if (channel.status.value_or(1) == 1) enabled.insert(channel.id);
  }
  auto table = std::make_shared<OrdinaryTable>();
  for (const AbilityRow& row : rows.abilities()) {
    const std::int64_t weight = row.weight.value_or(0);
    if (weight < 0 || weight > std::numeric_limits<std::uint32_t>::max()) continue;
    if (row.enabled.value_or(0) != 1 || !enabled.contains(row.channel_id)) continue;
    Route& route = FindOrAdd(FindOrAdd(table->groups_, row.group.value_or({})), row.model.value_or({}));
    Add(route, row.priority.value_or(0), static_cast<std::uint32_t>(weight), row.channel_id);
  }
  return table;
}

// Keeps the tiers sorted as they grow; all rows of a route are seen before anybody selects from it.
void OrdinaryTable::Add(Route& route, std::int64_t priority, std::uint32_t weight, std::int64_t channel_id) {
  auto tier = std::lower_bound(route.begin(), route.end(), priority,
                               [](const Tier& t, std::int64_t wanted) { return t.priority > wanted; });
  if (tier == route.end() || tier->priority != priority)
    tier = route.insert(tier, Tier{.priority = priority, .entries = {}});
  const std::uint64_t before = tier->entries.empty() ? 0 : tier->entries.back().bound;
  tier->entries.push_back({.bound = before + weight, .channel_id = channel_id});
}

// A tier whose weights are all zero is drawn from evenly, as everybody else here does.
Choice OrdinaryTable::Select(std::string_view group, std::string_view model, RandomBits bits) const {
  const auto models = groups_.find(group);
  if (models == groups_.end()) return {};
  const auto route = models->second.find(model);
  if (route == models->second.end()) return {};
  const Tier& tier = route->second.front();
  const std::uint64_t total = tier.entries.back().bound;
  if (total == 0) return {tier.entries[UniformBelow(bits, tier.entries.size())].channel_id, tier.priority};
  const std::uint64_t drawn = UniformBelow(bits, total);
  const auto entry = std::upper_bound(tier.entries.begin(), tier.entries.end(), drawn,
                                      [](std::uint64_t value, const Entry& e) { return value < e.bound; });
  return {entry->channel_id, tier.priority};
}

}  // namespace pointsman::bench
