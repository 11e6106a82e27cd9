#include "state/key_states.h"

#include <algorithm>
#include <bit>

#include "state/model_states.h"

namespace pointsman::inline v0 {
namespace {
constexpr auto kRelaxed = std::memory_order_relaxed;
}  // namespace

void KeyStates::Set(const ChannelKeys& keys) {
  Block* block = block_.load(kRelaxed);
  if (block == nullptr || block->keys.size() < keys.count) {
    auto larger = std::make_unique<Block>(std::bit_ceil(std::size_t{keys.count}));
    for (std::size_t i = 0; block != nullptr && i < block->keys.size(); ++i) {
      larger->keys[i].until.store(block->keys[i].until.load(kRelaxed), kRelaxed);
      larger->keys[i].cooldowns = block->keys[i].cooldowns;
    }
    block = larger.get();
    blocks_.push_back(std::move(larger));
    block_.store(block, std::memory_order_release);
  }
  auto disabled = keys.disabled.begin();
  for (std::uint32_t i = 0; i < keys.count; ++i) {
    const bool is_disabled = disabled != keys.disabled.end() && disabled->index == i;
    if (is_disabled) ++disabled;
    block->keys[i].disabled.store(is_disabled, kRelaxed);
  }
  count_.store(keys.count, std::memory_order_release);
}

std::optional<std::uint32_t> KeyStates::Next(Nanoseconds now, Tried tried) noexcept {
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  if (count == 0) return std::nullopt;
  const Block& block = *block_.load(std::memory_order_acquire);
  const std::uint32_t turn = turn_.fetch_add(1, kRelaxed) % count;
  std::optional<std::uint32_t> soonest;
  Nanoseconds back = ModelStates::kForever;
  bool all_are_out = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t key = (turn + i) % count;
    if (block.keys[key].disabled.load(kRelaxed)) continue;
    const Nanoseconds until = block.keys[key].until.load(kRelaxed);
    if (until <= now) {
      if (!tried(key)) return key;
      all_are_out = false;
    } else if (until < back) {
      back = until;
      soonest = key;
    }
  }
  return all_are_out ? soonest : std::nullopt;
}

bool KeyStates::Has(Nanoseconds now, Tried tried) const noexcept {
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  const Block* const block = block_.load(std::memory_order_acquire);
  for (std::uint32_t key = 0; key < count; ++key) {
    const Key& at = block->keys[key];
    if (!at.disabled.load(kRelaxed) && at.until.load(kRelaxed) <= now && !tried(key)) return true;
  }
  return false;
}

Nanoseconds KeyStates::OpensAt(Nanoseconds now) const noexcept {
  const std::uint32_t count = count_.load(std::memory_order_acquire);
  if (count == 0) return now;
  const Block& block = *block_.load(std::memory_order_acquire);
  Nanoseconds opens = ModelStates::kForever;
  for (std::uint32_t key = 0; key < count && opens > now; ++key) {
    if (!block.keys[key].disabled.load(kRelaxed)) opens = std::min(opens, block.keys[key].until.load(kRelaxed));
  }
  return opens;
}

KeyStates::Key* KeyStates::Find(std::uint32_t key) const noexcept {
  return key < count_.load(kRelaxed) ? &block_.load(kRelaxed)->keys[key] : nullptr;
}

std::int32_t KeyStates::cooldowns(std::uint32_t key) const noexcept {
  const Key* const found = Find(key);
  return found == nullptr ? 0 : found->cooldowns;
}

void KeyStates::Cool(std::uint32_t key, Nanoseconds until) noexcept {
  Key* const found = Find(key);
  if (found == nullptr) return;
  found->until.store(std::max(found->until.load(kRelaxed), until), kRelaxed);
  if (found->cooldowns < 62) ++found->cooldowns;
}

bool KeyStates::IsCooling(std::uint32_t key, Nanoseconds now) const noexcept {
  const Key* const found = Find(key);
  return found != nullptr && now < found->until.load(kRelaxed);
}

void KeyStates::Prolong(std::uint32_t key, Nanoseconds until) noexcept {
  if (Key* const found = Find(key)) found->until.store(std::max(found->until.load(kRelaxed), until), kRelaxed);
}

void KeyStates::Recover(std::uint32_t key) noexcept {
  Key* const found = Find(key);
  if (found == nullptr) return;
  found->until.store(0, kRelaxed);
  found->cooldowns = 0;
}

void KeyStates::RecoverAll() noexcept {
  for (std::uint32_t key = 0; key < count_.load(kRelaxed); ++key) Recover(key);
}

std::vector<KeyCooldown> KeyStates::States(Nanoseconds now) const {
  std::vector<KeyCooldown> states;
  for (std::uint32_t key = 0; key < count_.load(kRelaxed); ++key) {
    const Nanoseconds until = Find(key)->until.load(kRelaxed);
    if (until <= now) continue;
    states.push_back({.key = key, .remaining = Left(until, now)});
  }
  return states;
}

std::size_t KeyStates::memory_bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const auto& block : blocks_) bytes += sizeof(Block) + block->keys.size() * sizeof(Key);
  return bytes;
}

}  // namespace pointsman::inline v0
