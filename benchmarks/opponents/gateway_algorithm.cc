#include "opponents/gateway_algorithm.h"

#include <algorithm>
#include <functional>
#include <map>

namespace pointsman::bench {
void GatewayRouter::Rebuild(const Rows& rows, const std::unordered_set<std::int64_t>& removed) {
  decltype(group_to_model_to_channels_) groups;
  decltype(channels_) channels;
  for (const ChannelRow& row : rows.channels()) {
    if (row.status.value_or(1) != 1) continue;
    channels[row.id] = std::make_unique<const Channel>(
        Channel{.id = row.id, .priority = row.priority.value_or(0), .weight = row.weight.value_or(0)});
  }
  for (const AbilityRow& row : rows.abilities()) {
    if (!channels.contains(row.channel_id) || removed.contains(row.channel_id)) continue;
    FindOrAdd(FindOrAdd(groups, row.group.value_or({})), row.model.value_or({})).push_back(row.channel_id);
  }
  const std::unique_lock lock(mutex_);
  group_to_model_to_channels_.swap(groups);
  channels_.swap(channels);
}

Choice GatewayRouter::Select(std::string_view group, std::string_view user_group, std::string_view model,
                             std::size_t attempt) const {
  if (group.empty()) group = user_group.empty() ? std::string_view("default") : user_group;
  const std::shared_lock lock(mutex_);
  const auto models = group_to_model_to_channels_.find(group);
  if (models == group_to_model_to_channels_.end()) return {};
  const auto ids = models->second.find(model);
  if (ids == models->second.end() || ids->second.empty()) return {};
  const Channel* channel = Pick(ids->second, attempt);
  return channel == nullptr ? Choice() : Choice{channel->id, channel->priority};
}

const GatewayRouter::Channel* GatewayRouter::Pick(const std::vector<std::int64_t>& ids, std::size_t attempt) const {
  if (ids.size() == 1) {
    const auto only = channels_.find(ids.front());
    return only == channels_.end() ? nullptr : only->second.get();
  }

  std::map<std::int64_t, bool> distinct;
  for (const std::int64_t id : ids) {
    const auto channel = channels_.find(id);
    if (channel == channels_.end()) return nullptr;
    distinct[channel->second->priority] = true;
  }
  std::vector<std::int64_t> priorities;
  priorities.reserve(distinct.size());
  for (const auto& [priority, seen] : distinct) priorities.push_back(priority);
  std::sort(priorities.begin(), priorities.end(), std::greater<>());
  const std::int64_t wanted = priorities[std::min(attempt, priorities.size() - 1)];

  std::int64_t sum = 0;
  std::vector<const Channel*> targets;
  targets.reserve(ids.size());
  for (const std::int64_t id : ids) {
    const auto channel = channels_.find(id);
    if (channel == channels_.end()) return nullptr;
    if (channel->second->priority != wanted) continue;
    sum += channel->second->weight;
    targets.push_back(channel->second.get());
  }
  if (targets.empty()) return nullptr;

  std::int64_t factor = 1;
  std::int64_t adjustment = 0;
  const auto count = static_cast<std::int64_t>(targets.size());
  if (sum == 0) {
    sum = count * 100;
    adjustment = 100;
  } else if (sum / count < 10) {
    factor = 100;
  }
  auto drawn = static_cast<std::int64_t>(UniformBelow(ThreadBits(), static_cast<std::uint64_t>(sum * factor)));
  for (const Channel* channel : targets) {
    drawn -= channel->weight * factor + adjustment;
    if (drawn < 0) return channel;
  }
  return nullptr;
}

}  // namespace pointsman::bench
