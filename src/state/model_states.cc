#include "state/model_states.h"

#include <algorithm>
#include <tuple>

#include "pointsman/attempts.h"

namespace pointsman::inline v0 {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
// How long a cooldown that is over is remembered, so that the next one is longer.
constexpr Nanoseconds kRemembered = 600'000'000'000;

}  // namespace

std::uint64_t ModelStates::KeyOf(std::string_view model) noexcept { return GroupKey(model) | 1; }

ModelStates::Out ModelStates::Find(std::uint64_t key, Nanoseconds now) const noexcept {
  Out out;
  for (const Entry& entry : All()) {
    if (entry.key.load(kRelaxed) != key) continue;
    const Nanoseconds until = entry.until.load(kRelaxed);
    if (until <= now) continue;
    if (entry.by_hand.load(kRelaxed)) return {.until = until, .by_hand = true};  // whatever else it is
    out = {.until = until, .by_hand = false};
  }
  return out;
}

const ModelStates::Entry* ModelStates::FindEntry(std::string_view model, bool by_hand) const {
  for (const Entry& entry : All()) {
    if (entry.key.load(kRelaxed) != 0 && entry.model == model && entry.by_hand.load(kRelaxed) == by_hand) return &entry;
  }
  return nullptr;
}

ModelStates::Entry* ModelStates::FindEntry(std::string_view model, bool by_hand) {
  return const_cast<Entry*>(static_cast<const ModelStates*>(this)->FindEntry(model, by_hand));
}

bool ModelStates::Set(std::string_view model, Nanoseconds until, bool by_hand, Nanoseconds now) {
  Entry* entry = FindEntry(model, by_hand);
  if (entry == nullptr) {
    if (entries_.load(kRelaxed) == nullptr) entries_.store(new Entries(), std::memory_order_release);
    Settle(now);
    const std::span<Entry> all = All();
    // A free one has an end of 0, so it comes first.
    entry = &*std::min_element(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
      const auto rank = [](const Entry& e) { return e.by_hand.load(kRelaxed) ? kForever : e.until.load(kRelaxed); };
      return rank(a) < rank(b);
    });
    if (entry->key.load(kRelaxed) != 0 && entry->by_hand.load(kRelaxed)) return false;
    Free(*entry);
    entry->model = model;
    entry->by_hand.store(by_hand, kRelaxed);
  }
  if (!by_hand && entry->cooldowns < 62) ++entry->cooldowns;
  entry->until.store(until, kRelaxed);
  entry->key.store(KeyOf(model), kRelaxed);
  return true;
}

std::int32_t ModelStates::CountCooldown(std::string_view model) const {
  const Entry* entry = FindEntry(model, false);
  return entry == nullptr ? 0 : entry->cooldowns;
}

bool ModelStates::IsCooling(std::string_view model, Nanoseconds now) const {
  const Entry* entry = FindEntry(model, false);
  return entry != nullptr && now < entry->until.load(kRelaxed);
}

void ModelStates::Clear(std::string_view model, bool by_hand) {
  if (Entry* entry = FindEntry(model, by_hand); entry != nullptr) Free(*entry);
}

void ModelStates::ClearCooldowns() {
  for (Entry& entry : All()) {
    if (!entry.by_hand.load(kRelaxed)) Free(entry);
  }
}

void ModelStates::Free(Entry& entry) {
  entry.key.store(0, kRelaxed);
  entry.until.store(0, kRelaxed);
  entry.by_hand.store(false, kRelaxed);
  entry.cooldowns = 0;
  entry.model.clear();
}

bool ModelStates::Settle(Nanoseconds now) {
  bool empty = true;
  for (Entry& entry : All()) {
    if (entry.key.load(kRelaxed) == 0) continue;
    const Nanoseconds until = entry.until.load(kRelaxed);
    const Nanoseconds kept = entry.by_hand.load(kRelaxed) ? 0 : kRemembered;
    if (until <= now && now - until >= kept) {
      Free(entry);
    } else {
      empty = false;
    }
  }
  return empty;
}

std::vector<ModelState> ModelStates::States(Nanoseconds now) const {
  std::vector<ModelState> states;
  for (const Entry& entry : All()) {
    const Nanoseconds until = entry.until.load(kRelaxed);
    if (entry.key.load(kRelaxed) == 0 || until <= now) continue;
    ModelState& state = states.emplace_back();
    state.model = entry.model;
    state.switched_off = entry.by_hand.load(kRelaxed);
    if (until != kForever) state.remaining = Left(until, now);
  }
  std::sort(states.begin(), states.end(), [](const ModelState& a, const ModelState& b) {
    return std::tie(a.model, a.switched_off) < std::tie(b.model, b.switched_off);
  });
  return states;
}

}  // namespace pointsman::inline v0
