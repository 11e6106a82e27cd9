// ModelStates: models that a channel is left out for, though it serves others. A few at a time, in place: looked at
// only where the channel's word says that there are any.
//
// Where there is no room, the one that would come back first gives way; one that was switched off by hand never does.
//
// Thread safety: OutUntil at any time, the others under one lock. Limits: kMost models a channel.
#ifndef POINTSMAN_SRC_STATE_MODEL_STATES_H_
#define POINTSMAN_SRC_STATE_MODEL_STATES_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "state/cooldown.h"

namespace pointsman::inline v0 {

class ModelStates {
 public:
  ModelStates() = default;
  ~ModelStates() { delete entries_.load(std::memory_order_relaxed); }
  ModelStates(const ModelStates&) = delete;
  ModelStates& operator=(const ModelStates&) = delete;

  static constexpr std::size_t kMost = 16;
  static constexpr Nanoseconds kForever = std::numeric_limits<Nanoseconds>::max();

  // What the model is out until; 0: it is not. `key` is KeyOf(model).
  struct Out {
    Nanoseconds until = 0;
    bool by_hand = false;
  };
  Out Find(std::uint64_t key, Nanoseconds now) const noexcept;
  static std::uint64_t KeyOf(std::string_view model) noexcept;

  // Leaves it out until then. False where there is no room.
  bool Set(std::string_view model, Nanoseconds until, bool by_hand, Nanoseconds now);
  // How often in a row it cooled down, this time included.
  std::int32_t CountCooldown(std::string_view model) const;
  bool IsCooling(std::string_view model, Nanoseconds now) const;
  void Clear(std::string_view model, bool by_hand);
  void ClearCooldowns();  // those that are over and remembered included
  // Forgets what is over long since. True: nothing is left.
  bool Settle(Nanoseconds now);

  std::vector<ModelState> States(Nanoseconds now) const;
  std::size_t memory_bytes() const noexcept { return All().size_bytes(); }  // beside this

 private:
  struct Entry {
    std::atomic<std::uint64_t> key{0};  // 0: free
    std::atomic<Nanoseconds> until{0};
    std::atomic<bool> by_hand{false};
    std::int32_t cooldowns = 0;
    std::string model;
  };
  Entry* FindEntry(std::string_view model, bool by_hand);
  const Entry* FindEntry(std::string_view model, bool by_hand) const;
  static void Free(Entry& entry);

  using Entries = std::array<Entry, kMost>;
  std::span<Entry> All() const noexcept {
    Entries* const entries = entries_.load(std::memory_order_acquire);
    return entries == nullptr ? std::span<Entry>() : std::span<Entry>(*entries);
  }

  std::atomic<Entries*> entries_{nullptr};  // made with the first entry: most channels never have one
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_MODEL_STATES_H_
