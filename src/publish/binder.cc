#include "publish/binder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "publish/group_channels.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

bool HasSeveralKeys(const ChannelRecord& channel) { return !channel.removed && channel.keys.count > 1; }

bool SomeHaveSeveralKeys(const Published& p) {
  return std::any_of(p.data->channels.begin(), p.data->channels.end(), HasSeveralKeys);
}

bool SameNames(const TableData& a, const TableData& b) { return a.groups == b.groups && a.models == b.models; }

bool SameChannels(const std::vector<ChannelRecord>& a, const std::vector<ChannelRecord>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ChannelRecord& x, const ChannelRecord& y) {
    return x.id == y.id && x.cookie == y.cookie && x.removed == y.removed && x.tag == y.tag;
  });
}

}  // namespace

Published Binder::Bind(std::shared_ptr<const RouteTable> table, const Published& today) {
  const TableData& data = table->data();
  Published next{.data = &data, .generation = today.generation + 1};
  // A handle of a group serves at once, whoever asks: it must not outlive what allowed it.
  const bool same_groups = today.data->policy.groups == data.policy.groups;
  if (!same_groups) group_names_.NumberAnew();
  const bool same_numbers =
      today.bound_names != nullptr && today.bound_names->first_group_handle == group_names_.first();
  const bool same_names = same_numbers && SameNames(*today.data, data) && today.data->balances == data.balances;
  next.bound_names = same_names ? today.bound_names : BindNames(data, today);
  next.bound_channels = today.bound_channels != nullptr && SameChannels(today.data->channels, data.channels)
                            ? today.bound_channels
                            : BindChannels(data);
  next.channels = next.bound_channels->channels;
  next.states = next.bound_channels->states;
  next.state = &slots_->options();
  next.group_names = next.bound_names->groups;
  next.first_group_handle = next.bound_names->first_group_handle;
  next.group_of_handle = next.bound_names->group_of_handle;
  next.model_of_handle = next.bound_names->model_of_handle;
  next.table = std::move(table);
  BindChoices(today, next);
  return next;
}

// What choices ask for beside chance: turns and loads of groups, keys of channels.
void Binder::BindChoices(const Published& today, Published& next) {
  const bool keys = SomeHaveSeveralKeys(next);
  if (!next.data->balances.empty() || keys) {
    if (choices_ == nullptr) choices_ = std::make_unique<LiveChoices>(slots_->options().rotations);
    next.choices = choices_.get();
  }
  if (!next.data->balances.empty() || !today.data->balances.empty()) {
    const std::vector<bool> counted = ChannelsChosenByLoad(*next.data);
    for (std::size_t c = 0; c < counted.size(); ++c) {
      if (next.states[c] != nullptr) next.states[c]->Count(counted[c]);
    }
  }
  if (!keys && !SomeHaveSeveralKeys(today)) return;
  for (std::size_t c = 0; c < next.states.size(); ++c) {
    if (next.states[c] != nullptr) next.states[c]->SetKeys(next.data->channels[c].keys);
  }
}

std::shared_ptr<const BoundNames> Binder::BindNames(const TableData& data, const Published& today) {
  BoundNames bound{.groups = {},
                   .first_group_handle = group_names_.first(),
                   .group_of_handle = group_names_.Number(data.groups),
                   .model_of_handle = model_names_.Number(data.models),
                   .models = {}};
  bound.models = BindModels(data, today);
  for (std::uint32_t& group : bound.group_of_handle) {
    if (group != kNoIndex && data.BalanceOf(group) != Balance::kWeightedRandom) group |= BoundNames::kBalanced;
  }
  for (const std::string_view group : data.groups) {
    bound.groups.push_back(group_names_.name(group_names_.Find(group)));
  }
  return std::make_shared<const BoundNames>(std::move(bound));
}

// REQUIRES: the models have numbers in the store.
std::vector<ModelNumbers> Binder::BindModels(const TableData& data, const Published& today) const {
  std::vector<ModelNumbers> bound =
      today.bound_names == nullptr ? std::vector<ModelNumbers>() : today.bound_names->models;
  if (!bound.empty() && *bound.front().names == data.models) return bound;
  if (bound.size() == BoundNames::kMostModelNumbers) bound.pop_back();
  auto names = std::make_shared<std::vector<std::string_view>>();
  for (const std::string_view model : data.models) names->push_back(model_names_.name(model_names_.Find(model)));
  bound.insert(bound.begin(), {.since = today.generation + 1, .names = std::move(names)});
  return bound;
}

std::shared_ptr<const BoundChannels> Binder::BindChannels(const TableData& data) {
  std::vector<ChannelSlots::Channel> wanted;
  for (const ChannelRecord& channel : data.channels) {
    if (!channel.removed) wanted.push_back({.id = channel.id, .tag = channel.tag});
  }
  BoundChannels bound{.channels = {}, .states = {}, .slots = slots_->Bind(wanted)};
  auto slot = bound.slots.slots.begin();
  for (const ChannelRecord& channel : data.channels) {
    const BoundSlot at = channel.removed ? BoundSlot() : *slot++;
    bound.channels.push_back({.word = at.word, .id = channel.id, .cookie = channel.cookie});
    bound.states.push_back(at.state);
  }
  return std::make_shared<const BoundChannels>(std::move(bound));
}

std::size_t Binder::memory_bytes() const {
  return group_names_.memory_bytes() + model_names_.memory_bytes() + slots_->memory_bytes() +
         (choices_ == nullptr ? 0 : choices_->memory_bytes());
}

}  // namespace pointsman::inline v0
