#include "state/channel_slots.h"

#include <utility>

namespace pointsman::inline v0 {

SlotBinding& SlotBinding::operator=(SlotBinding&& other) noexcept {
  if (this != &other) {
    Release();
    words = std::move(other.words);
    slots_ = std::move(other.slots_);
    ids_ = std::move(other.ids_);
  }
  return *this;
}

SlotBinding::~SlotBinding() { Release(); }

void SlotBinding::Release() {
  if (slots_ != nullptr) slots_->Release(ids_);
  slots_ = nullptr;
}

SlotBinding ChannelSlots::Bind(std::vector<std::int64_t> ids) {
  SlotBinding binding;
  binding.words.reserve(ids.size());
  const std::lock_guard lock(mutex_);
  for (const std::int64_t id : ids) {
    Slot& slot = slots_[id];
    if (slot.word == nullptr) slot.word = TakeWord();
    ++slot.bindings;
    binding.words.push_back(slot.word);
  }
  binding.slots_ = shared_from_this();
  binding.ids_ = std::move(ids);
  return binding;
}

SlotWord* ChannelSlots::TakeWord() {
  if (free_.empty()) return &words_.emplace_back(0);
  SlotWord* word = free_.back();
  free_.pop_back();
  return word;
}

void ChannelSlots::Release(std::span<const std::int64_t> ids) {
  const std::lock_guard lock(mutex_);
  for (const std::int64_t id : ids) {
    const auto slot = slots_.find(id);
    if (--slot->second.bindings > 0) continue;
    slot->second.word->store(0, std::memory_order_relaxed);
    free_.push_back(slot->second.word);
    slots_.erase(slot);
  }
}

bool ChannelSlots::Set(std::int64_t channel_id, OutBit bit) {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(channel_id);
  if (slot == slots_.end()) return false;
  slot->second.word->fetch_or(static_cast<std::uint64_t>(bit), std::memory_order_relaxed);
  return true;
}

bool ChannelSlots::Clear(std::int64_t channel_id, OutBit bit) {
  const std::lock_guard lock(mutex_);
  const auto slot = slots_.find(channel_id);
  if (slot == slots_.end()) return false;
  slot->second.word->fetch_and(~static_cast<std::uint64_t>(bit), std::memory_order_relaxed);
  return true;
}

std::size_t ChannelSlots::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return sizeof(*this) + slots_.capacity() * (sizeof(std::pair<std::int64_t, Slot>) + 1) +
         words_.size() * sizeof(SlotWord) + free_.capacity() * sizeof(SlotWord*);
}

}  // namespace pointsman::inline v0
