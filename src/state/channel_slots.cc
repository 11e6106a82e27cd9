#include "state/channel_slots.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace pointsman::inline v0 {

SlotBinding& SlotBinding::operator=(SlotBinding&& other) noexcept {
  if (this != &other) {
    Release();
    slots = std::move(other.slots);
    owner_ = std::move(other.owner_);
    ids_ = std::move(other.ids_);
  }
  return *this;
}

SlotBinding::~SlotBinding() { Release(); }

void SlotBinding::Release() {
  if (owner_ != nullptr) owner_->Release(ids_);
  owner_ = nullptr;
}

ChannelSlots::ChannelSlots(ChannelStateOptions options) : commons_(std::move(options)) {}

SlotBinding ChannelSlots::Bind(std::span<const Channel> channels) {
  SlotBinding binding;
  binding.slots.reserve(channels.size());
  binding.ids_.reserve(channels.size());
  const std::lock_guard lock(mutex_);
  binding.owner_ = shared_from_this();
  for (const Channel& channel : channels) {
    Slot& slot = SlotOf(channel.id);
    ++slot.bindings;
    binding.ids_.push_back(channel.id);  // from here on the binding gives it back, whatever is thrown
    binding.slots.push_back({.word = slot.word, .state = slot.state});
    ApplyTag(channel.id, slot, channel.tag);
  }
  return binding;
}

ChannelSlots::Slot& ChannelSlots::SlotOf(std::int64_t id) {
  if (const auto known = slots_.find(id); known != slots_.end()) return known->second;
  // Whatever memory this waits for: until all of it is there, nothing has changed.
  if (free_.empty()) {
    words_.emplace_back(0);
    if (free_.capacity() < words_.size()) free_.reserve(2 * words_.size());
    free_.push_back(&words_.back());
  }
  const auto unslot = [](SlotState* state) { state->Unslot(); };
  std::unique_ptr<SlotState, decltype(unslot)> state(new SlotState(id, *free_.back(), commons_));
  if (const auto limits = limits_.find(id); limits != limits_.end()) state->Limit(limits->second);
  Slot& slot = slots_[id];
  slot.state = state.release();
  slot.word = free_.back();
  free_.pop_back();
  return slot;
}

// A channel that is given another tag stands as that tag does.
void ChannelSlots::ApplyTag(std::int64_t id, Slot& slot, std::string_view tag) {
  if (slot.tag != nullptr ? slot.tag->first == tag : tag.empty()) return;
  Leave(id, slot);
  slot.state->SwitchOn(slot_bit::kTagOff);
  if (tag.empty()) return;
  const Tags::iterator entry = tags_.try_emplace(std::string(tag)).first;
  std::optional<TagSwitch>& off = entry->second.off;
  const Nanoseconds clock = Now();
  const Nanoseconds now = tag_time_.At(clock);
  if (off.has_value() && off->until <= now) off.reset();
  if (off.has_value()) {
    SwitchNote note{.why = off->why};
    if (off->until != ModelStates::kForever) {
      note.lasts = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(off->until - now));
    }
    slot.state->SwitchOff(slot_bit::kTagOff, note, clock, now - off->at);
  }
  // Last, so that whatever is thrown before, the next Bind does this again.
  entry->second.members.insert(id);
  slot.tag = &*entry;
}

void ChannelSlots::Leave(std::int64_t id, Slot& slot) {
  if (slot.tag == nullptr) return;
  const auto tag = tags_.find(slot.tag->first);
  slot.tag = nullptr;
  tag->second.members.erase(id);
  TidyUp(tag);
}

void ChannelSlots::TidyUp(Tags::iterator tag) {
  if (tag->second.members.empty() && !tag->second.off.has_value()) tags_.erase(tag);
}

void ChannelSlots::Release(std::span<const std::int64_t> ids) {
  const std::lock_guard lock(mutex_);
  for (const std::int64_t id : ids) {
    const auto slot = slots_.find(id);
    if (--slot->second.bindings > 0) continue;
    Leave(id, slot->second);
    slot->second.word->store(0, std::memory_order_relaxed);
    free_.push_back(slot->second.word);
    slot->second.state->Unslot();
    slots_.erase(slot);
  }
}

bool ChannelSlots::With(std::int64_t channel_id, const std::function<void(SlotState&)>& use) {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(channel_id);
  if (slot == slots_.end()) return false;
  use(*slot->second.state);
  return true;
}

void ChannelSlots::SwitchTagOff(std::string_view tag, const SwitchNote& note) {
  const std::lock_guard lock(mutex_);
  const Nanoseconds clock = Now();
  const Nanoseconds now = tag_time_.At(clock);
  Tag& switched = tags_[std::string(tag)];
  switched.off = {.why = std::string(note.why.substr(0, 256)), .at = now, .until = EndOf(note, now)};
  for (const std::int64_t id : switched.members) {
    slots_.find(id)->second.state->SwitchOff(slot_bit::kTagOff, note, clock);
  }
}

void ChannelSlots::SwitchTagOn(std::string_view tag) {
  const std::lock_guard lock(mutex_);
  const auto switched = tags_.find(tag);
  if (switched == tags_.end()) return;
  for (const std::int64_t id : switched->second.members) slots_.find(id)->second.state->SwitchOn(slot_bit::kTagOff);
  switched->second.off.reset();
  TidyUp(switched);
}

void ChannelSlots::Limit(std::int64_t channel_id, const ChannelLimits& limits) {
  const std::lock_guard lock(mutex_);
  if (limits == ChannelLimits{}) {
    limits_.erase(channel_id);
  } else {
    limits_[channel_id] = limits;
  }
  if (const auto slot = slots_.find(channel_id); slot != slots_.end()) slot->second.state->Limit(limits);
}

std::vector<ChannelStatus> ChannelSlots::Statuses() {
  std::vector<ChannelStatus> statuses;
  const std::lock_guard lock(mutex_);
  const Nanoseconds now = Now();
  for (auto& [id, slot] : slots_) statuses.push_back(slot.state->Status(now));
  std::sort(statuses.begin(), statuses.end(),
            [](const ChannelStatus& a, const ChannelStatus& b) { return a.channel_id < b.channel_id; });
  return statuses;
}

std::size_t ChannelSlots::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t states = 0;
  for (const auto& [id, slot] : slots_) states += slot.state->memory_bytes();
  return sizeof(*this) + states + slots_.capacity() * (sizeof(std::pair<std::int64_t, Slot>) + 1) +
         words_.size() * sizeof(SlotWord) + free_.capacity() * sizeof(SlotWord*) +
         limits_.capacity() * (sizeof(std::pair<std::int64_t, ChannelLimits>) + 1);
}

}  // namespace pointsman::inline v0
