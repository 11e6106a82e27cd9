#include "publish/published.h"

#include <utility>

#include "table/table_data.h"

namespace pointsman::inline v0 {

Published Unserved(std::shared_ptr<const RouteTable> table) {
  static const SlotWord kInOrder = 0;
  const TableData& data = table->data();
  auto channels = std::make_shared<BoundChannels>();
  for (const ChannelRecord& channel : data.channels) {
    channels->channels.push_back({.word = &kInOrder, .id = channel.id, .cookie = channel.cookie});
  }
  Published unserved{.data = &data, .channels = channels->channels, .group_names = data.groups};
  unserved.bound_channels = std::move(channels);
  unserved.table = std::move(table);
  return unserved;
}

Published Frozen(const Published& now) {
  struct FrozenChannels : BoundChannels {
    explicit FrozenChannels(std::size_t n) : words(n) {}
    std::vector<SlotWord> words;
  };
  auto frozen = std::make_shared<FrozenChannels>(now.channels.size());
  frozen->channels.assign(now.channels.begin(), now.channels.end());
  for (std::size_t c = 0; c < frozen->words.size(); ++c) {
    frozen->words[c].store(AvailabilityNow(now, c).Freeze(), std::memory_order_relaxed);
    frozen->channels[c].word = &frozen->words[c];
  }
  Published then = now;
  then.channels = frozen->channels;
  then.states = {};
  then.choices = nullptr;
  then.bound_channels = std::move(frozen);
  return then;
}

Availability AvailabilityNow(const Published& now, std::size_t channel) {
  const SlotWord* const at = now.channels[channel].word;
  const std::uint64_t word = at == nullptr ? 0 : at->load(std::memory_order_relaxed);  // none: a patch removed it
  if (word == 0) return {};
  if ((word & slot_bit::kFrozen) != 0) return Availability::Of(word);
  return now.states[channel]->Judge(word, {}, now.state->clock.Now().count(), Leniency::kNone);
}

}  // namespace pointsman::inline v0
