// SlotState: everything behind a channel's word: switches with their ends, the cooldown, limits, models left out.
//
//   const Availability a = state.Judge(word, model, now, Leniency::kNone);
//   if (a.reason == Reason::kNone && (!a.claims || state.Claim(word, now, Leniency::kNone, taken))) …
//
// Selections read atomics and take no lock; whoever changes something holds the slot's lock, and only then the word is
// written. What has run out (a switch with an end, a slow start) is tidied up by the next who looks, if the lock is
// free.
//
// Thread safety: thread-safe. Lives as long as somebody refers to it: its slot, and every reservation.
#ifndef POINTSMAN_SRC_STATE_SLOT_STATE_H_
#define POINTSMAN_SRC_STATE_SLOT_STATE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/channel_state.h"
#include "pointsman/outcome.h"
#include "state/cooldown.h"
#include "state/forward_time.h"
#include "state/key_states.h"
#include "state/meters.h"
#include "state/model_states.h"
#include "state/slot_word.h"

namespace pointsman::inline v0 {

// When something ends that begins now; beyond a century it never does (ModelStates::kForever).
Nanoseconds EndOf(const SwitchNote& note, Nanoseconds now);

// Whether a cooldown keeps a channel out.
enum class Leniency : std::uint8_t { kNone, kServeCooling };

// What a selection takes along from the channel that serves it.
struct Taken {
  SlotState* reservation = nullptr;  // to be released
  bool trial = false;
};

// An attempt that has ended.
struct EndedAttempt {
  std::string_view model;                 // empty: it is not known any more
  std::optional<std::uint32_t> key = {};  // that it was made with, where the channel has several
  bool trial = false;
};

// What the slots of one router have in common. Locks are shared by many slots, since a lock is 40 bytes and hardly ever
// taken; nobody holds two of them. Behind them comes cooling_lock(): who holds it takes no other.
class SlotCommons {
 public:
  explicit SlotCommons(ChannelStateOptions given);

  const ChannelStateOptions options;
  const std::uint64_t jitter_seed;
  std::mutex& LockOf(std::int64_t channel_id) { return locks_[static_cast<std::uint64_t>(channel_id) % locks_.size()]; }
  // Held from the question whether a channel may cool down until its word says that it does: two that ask at once would
  // not know of each other.
  std::mutex& cooling_lock() { return cooling_lock_; }

 private:
  std::mutex cooling_lock_;
  std::array<std::mutex, 64> locks_;
};

class SlotState {
 public:
  // REQUIRES: `commons` stay as long as anything but Release is called, and so does `word`.
  SlotState(std::int64_t channel_id, SlotWord& word, SlotCommons& commons)
      : channel_id_(channel_id), word_(word), commons_(commons) {}
  SlotState(const SlotState&) = delete;
  SlotState& operator=(const SlotState&) = delete;

  // For selections. `word` is what was read of its word.
  Availability Judge(std::uint64_t word, std::string_view model, Nanoseconds now, Leniency leniency) noexcept;
  // Takes the trial and the reservation that Judge spoke of; false where others were faster. For a reservation,
  // Release, once.
  bool Claim(std::uint64_t word, Nanoseconds now, Leniency leniency, Taken& taken) noexcept;
  void Release() noexcept;

  void Note(const Outcome& outcome, const EndedAttempt& attempt, Nanoseconds now, MayCool may_cool);

  // `age`: how long it has been off already.
  void SwitchOff(std::uint64_t bit, const SwitchNote& note, Nanoseconds now, Nanoseconds age = 0);
  void SwitchOn(std::uint64_t bit);
  // False where too many models are switched off already.
  bool SwitchOff(std::string_view model, const SwitchNote& note, Nanoseconds now);
  void SwitchOn(std::string_view model);
  void Limit(const ChannelLimits& limits);
  bool IsSwitchedOff(Nanoseconds now) noexcept;
  // Whether it cools down, or did until a moment ago: one that nobody tries, because others serve, is not out for good.
  bool IsLeftAlone(Nanoseconds now) noexcept;
  // The keys of the channel's row; fewer than two: none to tell apart.
  void SetKeys(const ChannelKeys& keys);
  // The next in turn of those that are not out. Nothing where there are none, or the channel has not several.
  std::optional<std::uint32_t> NextKey(Nanoseconds now, KeyStates::Tried tried) noexcept;
  // Whether there is one that `tried` does not name.
  bool HasKey(Nanoseconds now, KeyStates::Tried tried) noexcept;
  // Whether requests in flight are counted although there is no limit.
  void Count(bool counts);
  // What was learned from outcomes; switches and limits stay.
  void Reset();
  ChannelStatus Status(Nanoseconds now);
  // Each model once; by hand, if it is that too.
  std::vector<ModelState> ModelsOut(Nanoseconds now);
  void Import(const ChannelStatus& status, Nanoseconds now);

  // For choices by load.
  std::int32_t in_flight() const noexcept { return meters_.in_flight(); }
  std::chrono::nanoseconds latency() const noexcept { return cooldown_.latency(); }

  // Gives up the slot's own reference.
  void Unslot() noexcept { Unrefer(); }
  // In bytes, what it refers to included.
  std::size_t memory_bytes() const;

 private:
  // What few channels have.
  struct Rare {
    struct Switch {
      std::string note;
      Nanoseconds at = 0;
    };
    Switch by_id;
    Switch by_tag;
    ChannelLimits limits;  // as they were given
  };

  ~SlotState() { delete keys_.load(std::memory_order_relaxed); }
  const ChannelStateOptions& options() const { return commons_.options; }
  const CooldownPolicy& cooling() const { return commons_.options.cooldown; }
  std::mutex& lock() const { return commons_.LockOf(channel_id_); }
  // For the jitter.
  std::uint64_t salt() const { return commons_.jitter_seed ^ static_cast<std::uint64_t>(channel_id_); }
  Rare& rare();
  void WriteSwitches(std::uint64_t word, Nanoseconds now, ChannelStatus& status) const;
  void WritePhase(std::uint64_t word, Nanoseconds now, ChannelStatus& status) const;
  bool NoteKey(const Outcome& outcome, std::uint32_t key, Nanoseconds now);
  void NoteChannel(const Outcome& outcome, bool trial, Nanoseconds now, MayCool may_cool);
  void NoteModel(OutcomeKind kind, std::string_view model, Nanoseconds now);
  void Unrefer() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }
  void SetBits(std::uint64_t of, std::uint64_t to) noexcept {
    word_.store((word_.load(std::memory_order_relaxed) & ~of) | to, std::memory_order_relaxed);
  }
  bool IsOff(std::uint64_t word, Nanoseconds now) const noexcept;
  bool IsOver(std::uint64_t word, Nanoseconds now) const noexcept;
  void TrySettle(Nanoseconds now) noexcept;
  void Settle(Nanoseconds now);

  const std::int64_t channel_id_;
  SlotWord& word_;
  SlotCommons& commons_;
  std::atomic<std::int64_t> references_{1};
  ForwardTime time_;
  std::atomic<Nanoseconds> switch_until_{0};
  std::atomic<Nanoseconds> tag_until_{0};
  Cooldown cooldown_;
  Meters meters_;
  ModelStates models_;
  std::atomic<KeyStates*> keys_{nullptr};  // made when they are first set
  std::unique_ptr<Rare> rare_;             // guarded by the lock
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_SLOT_STATE_H_
