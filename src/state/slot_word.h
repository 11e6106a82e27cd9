// SlotWord: the one word of a channel that a selection looks at. 0: the channel is in order, and that is all there is
// to know. Otherwise its bits say what more is to be read (state/slot_state.h).
//
// Thread safety: an atomic. Reading is relaxed: a switch orders nothing but itself, and a selection that runs at the
// same moment may miss it.
#ifndef POINTSMAN_SRC_STATE_SLOT_WORD_H_
#define POINTSMAN_SRC_STATE_SLOT_WORD_H_

#include <atomic>
#include <cstdint>

#include "pointsman/selection.h"

namespace pointsman::inline v0 {

using SlotWord = std::atomic<std::uint64_t>;

namespace slot_bit {
inline constexpr std::uint64_t kSwitchedOff = 1;  // by the channel's id
inline constexpr std::uint64_t kTagOff = 2;       // by its tag
inline constexpr std::uint64_t kSwitchEnds = 4;   // the first of these two has an end
inline constexpr std::uint64_t kTagEnds = 8;      // and the second
inline constexpr std::uint64_t kCooling = 16;     // until a trial succeeds
inline constexpr std::uint64_t kSlowStart = 32;
inline constexpr std::uint64_t kLimited = 64;   // requests are reserved
inline constexpr std::uint64_t kModels = 128;   // some model of it is left out
inline constexpr std::uint64_t kFrozen = 256;   // what else there is to know is not behind the word (publish/frozen.h)
inline constexpr std::uint64_t kCounted = 512;  // requests in flight are counted: like a limit that is never reached
inline constexpr std::uint64_t kKeys = 1024;    // it has several keys
inline constexpr std::uint64_t kReserves = kLimited | kCounted;
// Out without any question about time: what a selection can judge in passing.
inline constexpr std::uint64_t kPlain = kSwitchedOff | kTagOff;
}  // namespace slot_bit

// How a channel stands for one selection.
struct Availability {
  static constexpr std::uint32_t kFull = 64;

  Reason reason = Reason::kNone;  // kAllDisabled, kAllCoolingDown, kAllAtLimit
  std::uint32_t level = kFull;    // how much of its weight counts, of kFull
  bool claims = false;            // it must be claimed before it serves: a trial, or a reservation
  std::int64_t recovers_in = 0;  // nanoseconds; for kAllCoolingDown and kAllAtLimit: when to ask again, at the earliest
};

// Out, and that is all there is to know.
inline bool IsOutPlainly(std::uint64_t word) noexcept { return word != 0 && (word & ~slot_bit::kPlain) == 0; }
inline bool IsInOrder(const SlotWord& word) noexcept { return word.load(std::memory_order_relaxed) == 0; }

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_SLOT_WORD_H_
