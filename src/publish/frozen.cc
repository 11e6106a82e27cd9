#include "publish/frozen.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "publish/choice_source.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// How a channel stands now, its models aside.
Stand StandsNow(const Published& now, std::size_t channel) {
  const SlotWord* const at = now.channels[channel].word;
  const std::uint64_t word = at == nullptr ? 0 : at->load(std::memory_order_relaxed);  // none: a patch removed it
  if (word == 0) return {};
  const Nanoseconds time = now.state->clock.Now().count();
  SlotState& state = *now.states[channel];
  return {.strict = state.Judge(word, {}, time, Leniency::kNone),
          .lenient = state.Judge(word, {}, time, Leniency::kServeCooling)};
}

// Of a slot whose word says that there are some.
void AppendModels(const Published& now, std::uint32_t channel, std::vector<ModelOut>& models) {
  const SlotWord* const at = now.channels[channel].word;
  if (at == nullptr || (at->load(std::memory_order_relaxed) & slot_bit::kModels) == 0) return;
  for (const ModelState& state : now.states[channel]->ModelsOut(now.state->clock.Now().count())) {
    const std::uint32_t model = now.data->model_table.Find(state.model);
    if (model == kNoIndex) continue;
    const std::chrono::nanoseconds left = state.remaining.value_or(std::chrono::milliseconds(0));
    models.push_back({.channel = channel, .model = model, .by_hand = state.switched_off, .recovers_in = left.count()});
  }
}

// Adds what is said of a channel to what was said of it before.
void Add(const OutChannel& out, Stand& stand) {
  Availability& strict = stand.strict;
  Availability& lenient = stand.lenient;
  switch (out.reason) {
    case OutReason::kSwitchedOff: strict.reason = lenient.reason = Reason::kAllDisabled; return;
    case OutReason::kCoolingDown:
      if (strict.reason != Reason::kAllDisabled) strict.reason = Reason::kAllCoolingDown;
      return;
    case OutReason::kAtLimit:
      if (strict.reason == Reason::kNone) strict.reason = Reason::kAllAtLimit;
      if (lenient.reason == Reason::kNone) lenient.reason = Reason::kAllAtLimit;
      return;
    case OutReason::kSlowStart: strict.level = std::clamp<std::uint32_t>(out.level, 1, Availability::kFull - 1); return;
  }
}

void AppendOut(std::int64_t id, const Stand& stand, std::vector<OutChannel>& out) {
  switch (stand.strict.reason) {
    case Reason::kNone:
      if (stand.strict.level == Availability::kFull) return;
      return out.push_back({.channel_id = id, .reason = OutReason::kSlowStart, .level = stand.strict.level});
    case Reason::kAllCoolingDown: out.push_back({.channel_id = id, .reason = OutReason::kCoolingDown}); break;
    case Reason::kAllAtLimit: break;
    default: return out.push_back({.channel_id = id, .reason = OutReason::kSwitchedOff});
  }
  if (stand.lenient.reason == Reason::kAllAtLimit) out.push_back({.channel_id = id, .reason = OutReason::kAtLimit});
}

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

// What Frozen hands over together with the table.
struct FrozenTable : BoundChannels {
  explicit FrozenTable(const Published& now) : frozen(now), choices(now), bound(now.bound_channels) {}
  FrozenChannels frozen;
  StillChoices choices;
  std::shared_ptr<const BoundChannels> bound;  // whose states are asked
};

}  // namespace

FrozenChannels::FrozenChannels(const Published& now) : data_(now.data) {
  for (std::uint32_t c = 0; c < now.channels.size(); ++c) {
    stands_.push_back(StandsNow(now, c));
    AppendModels(now, c, models_);
  }
  Freeze(now.channels);
}

FrozenChannels::FrozenChannels(const Published& unserved, std::span<const OutChannel> out)
    : data_(unserved.data), stands_(unserved.channels.size()) {
  std::map<std::int64_t, std::uint32_t> numbers;
  for (std::uint32_t c = 0; c < unserved.channels.size(); ++c) numbers.emplace(unserved.channels[c].id, c);
  for (const OutChannel& o : out) {
    const auto channel = numbers.find(o.channel_id);
    if (channel == numbers.end()) continue;
    if (o.model.empty()) {
      Add(o, stands_[channel->second]);
    } else if (const std::uint32_t model = data_->model_table.Find(o.model); model != kNoIndex) {
      models_.push_back({.channel = channel->second, .model = model, .by_hand = o.reason == OutReason::kSwitchedOff});
    }
  }
  Freeze(unserved.channels);
}

void FrozenChannels::Freeze(std::span<const BoundChannel> channels) {
  std::sort(models_.begin(), models_.end());
  channels_.assign(channels.begin(), channels.end());
  for (std::uint32_t c = 0; c < channels_.size(); ++c) {
    channels_[c].word = &words_.emplace_back(IsInOrder(c) ? 0 : slot_bit::kFrozen);
  }
}

bool FrozenChannels::IsInOrder(std::uint32_t channel) const {
  const auto model = std::lower_bound(models_.begin(), models_.end(), ModelOut{.channel = channel});
  if (model != models_.end() && model->channel == channel) return false;
  const Availability& a = stands_[channel].strict;
  return a.reason == Reason::kNone && a.level == Availability::kFull;
}

Published FrozenChannels::Over(const Published& published) const {
  Published still = published;
  still.channels = channels_;
  still.states = {};
  still.stands = stands_;
  still.models_out = models_;
  return still;
}

void FrozenChannels::Set(std::uint32_t channel, const Availability& a) {
  stands_[channel] = {.strict = a, .lenient = a};
  words_[channel] = IsInOrder(channel) ? 0 : slot_bit::kFrozen;
}

std::vector<OutChannel> FrozenChannels::Out() const {
  std::vector<OutChannel> out;
  auto model = models_.begin();
  for (std::uint32_t c = 0; c < channels_.size(); ++c) {
    AppendOut(channels_[c].id, stands_[c], out);
    for (; model != models_.end() && model->channel == c; ++model) {
      out.push_back({.channel_id = channels_[c].id,
                     .reason = model->by_hand ? OutReason::kSwitchedOff : OutReason::kCoolingDown,
                     .model = std::string(data_->models[model->model])});
    }
  }
  return out;
}

Published Frozen(const Published& now) {
  auto held = std::make_shared<FrozenTable>(now);
  Published still = held->frozen.Over(now);
  still.choices = &held->choices;
  still.bound_channels = std::move(held);
  return still;
}

}  // namespace pointsman::inline v0
