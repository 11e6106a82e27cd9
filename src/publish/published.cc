#include "publish/published.h"

#include <utility>

#include "publish/choice_source.h"
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

namespace {

// Answers what takes no turn, and nothing else: whose turn it is and who is busy stay unknown.
class StillChoices final : public ChoiceSource {
 public:
  explicit StillChoices(const Published& now) : choices_(now.choices), states_(now.states), state_(now.state) {}

  std::optional<std::uint64_t> Ticket(const TurnKey& /*key*/) noexcept override { return std::nullopt; }
  std::uint64_t InFlight(const Published& /*now*/, std::uint32_t /*channel*/) noexcept override { return 0; }
  std::uint64_t Latency(const Published& /*now*/, std::uint32_t /*channel*/) noexcept override { return 0; }
  std::uint16_t Key(const Published& /*now*/, std::uint32_t /*channel*/, KeyStates::Tried /*tried*/) noexcept override {
    return Selection::kNoKey;
  }
  bool HasKey(const Published& /*now*/, std::uint32_t channel, KeyStates::Tried tried) noexcept override {
    return choices_ != nullptr && states_[channel]->HasKey(state_->clock.Now().count(), tried);
  }

 private:
  ChoiceSource* choices_;
  std::span<SlotState* const> states_;
  const ChannelStateOptions* state_;
};

struct FrozenChannels : BoundChannels {
  explicit FrozenChannels(const Published& now) : words(now.channels.size()), choices(now), bound(now.bound_channels) {}
  std::vector<SlotWord> words;
  StillChoices choices;
  std::shared_ptr<const BoundChannels> bound;  // whose states are asked
};

}  // namespace

Published Frozen(const Published& now) {
  auto frozen = std::make_shared<FrozenChannels>(now);
  frozen->channels.assign(now.channels.begin(), now.channels.end());
  for (std::size_t c = 0; c < frozen->words.size(); ++c) {
    frozen->words[c].store(AvailabilityNow(now, c).Freeze(), std::memory_order_relaxed);
    frozen->channels[c].word = &frozen->words[c];
  }
  Published then = now;
  then.channels = frozen->channels;
  then.states = {};
  then.choices = &frozen->choices;
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
