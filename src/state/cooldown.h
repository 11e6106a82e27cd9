// Cooldown: how a channel fares: failures counted, cooldowns that double, trials, and the weight coming back.
//
//   Cooldown cooldown;
//   cooldown.Note(outcome, {.now = now, .trial = true}, policy, may_cool);          // under the slot's lock
//   switch (cooldown.PhaseAt(now, policy)) …                // without
//
// in order --failures--> cooling --its time is over--> trial --success--> slow start --its time is over--> in order
//                           ^                            |                     |
//                           +--------- failure ----------+------ failures -----+       each twice as long as the last
//
// Nothing here waits for a call that never comes: phases follow from the time that is asked about, and a trial that is
// not reported makes room for the next one.
//
// Thread safety: Note, Reset and Export under one lock; the others at any time. Cost: a few loads.
#ifndef POINTSMAN_SRC_STATE_COOLDOWN_H_
#define POINTSMAN_SRC_STATE_COOLDOWN_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

#include "pointsman/channel_state.h"
#include "pointsman/outcome.h"
#include "state/forward_time.h"

namespace pointsman::inline v0 {

// Failures and requests of the last window: two halves, so that what is old falls out by and by.
class OutcomeWindow {
 public:
  void Add(bool failed, Nanoseconds now, Nanoseconds window);
  void Clear() { *this = {}; }
  std::int64_t requests() const { return std::int64_t{requests_[0]} + requests_[1]; }
  std::int64_t failures() const { return std::int64_t{failures_[0]} + failures_[1]; }

 private:
  std::int32_t requests_[2] = {};  // of this half and of the one before
  std::int32_t failures_[2] = {};
  Nanoseconds began_ = 0;
};

// Whether a cooldown may begin: asked only when one is about to.
struct MayCool {
  bool (*ask)(const void* context);
  const void* context;
  bool operator()() const { return ask(context); }

  // REQUIRES: `answer` stays.
  template <class Answer>
  static MayCool Of(const Answer& answer) {
    return {.ask = [](const void* context) { return (*static_cast<const Answer*>(context))(); }, .context = &answer};
  }
};

class Cooldown {
 public:
  // Of an outcome, when it came and what it is of.
  struct Moment {
    Nanoseconds now = 0;
    bool trial = false;      // of an attempt that took one
    std::uint64_t salt = 0;  // tells channels apart for the jitter
  };
  // What an outcome means for the channel as a whole: nothing, if the attempt began before the last cooldown did.
  // Returns the bits of its word that hold from now on: kCooling and kSlowStart, or none.
  std::uint64_t Note(const Outcome& outcome, const Moment& at, const CooldownPolicy& policy, MayCool may_cool);
  void Reset();

  // REQUIRES: the bit is set.
  bool IsCooling(Nanoseconds now) const noexcept { return now < until_.load(std::memory_order_relaxed); }
  Nanoseconds until() const noexcept { return until_.load(std::memory_order_relaxed); }
  // When the next trial may be taken, and taking it: false where another was faster.
  Nanoseconds NextTrial(const CooldownPolicy& policy) const noexcept;
  bool TakeTrial(Nanoseconds now, const CooldownPolicy& policy) noexcept;
  // Of Availability::kFull; that when the slow start is over.
  std::uint32_t Level(Nanoseconds now, const CooldownPolicy& policy) const noexcept;
  Nanoseconds recovered_at() const noexcept { return recovered_at_.load(std::memory_order_relaxed); }

  // Under the lock.
  Nanoseconds cooled_at() const { return cooled_at_; }
  std::int32_t cooldowns() const { return cooldowns_; }
  std::int32_t consecutive() const { return consecutive_; }
  std::int64_t successes() const { return successes_; }
  std::int64_t failures() const { return failures_; }
  std::optional<OutcomeKind> last_failure() const { return last_failure_; }
  std::chrono::nanoseconds latency() const {
    return std::chrono::nanoseconds(latency_.load(std::memory_order_relaxed));
  }
  // From another process: what `status` says, as of `now`. Returns the bits.
  std::uint64_t Import(const ChannelStatus& status, Nanoseconds now, const CooldownPolicy& policy);

 private:
  enum class Phase : std::uint8_t { kInOrder, kCooling, kSlowStart };
  std::uint64_t bits() const;
  void Succeed(const Outcome& outcome, const Moment& at, const CooldownPolicy& policy);
  void Prolong(const Outcome& outcome, Nanoseconds now, const CooldownPolicy& policy);
  bool Fail(const Outcome& outcome, const Moment& at, const CooldownPolicy& policy);
  bool BeganBefore(const Outcome& outcome, const Moment& at) const;
  void GiveBackTrial(const CooldownPolicy& policy) noexcept;
  void Cool(Nanoseconds length, Nanoseconds now, const CooldownPolicy& policy, std::uint64_t salt);

  std::atomic<Nanoseconds> until_{0};
  std::atomic<Nanoseconds> trials_until_{0};  // the theoretical end of the trials that were taken (GCRA)
  std::atomic<Nanoseconds> recovered_at_{0};
  std::atomic<std::int64_t> latency_{0};

  Phase phase_ = Phase::kInOrder;
  std::optional<OutcomeKind> last_failure_;
  static constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::min();
  Nanoseconds cooled_at_ = kNever;
  std::int32_t cooldowns_ = 0;
  std::int32_t consecutive_ = 0;
  std::int64_t successes_ = 0;
  std::int64_t failures_ = 0;
  OutcomeWindow window_;
  Nanoseconds ask_again_at_ = 0;  // after a cooldown that was not allowed
};

// How long the attempt took, in nanoseconds; 0 where that is not known, or more than anybody can have waited.
std::int64_t TimeTaken(const Outcome& outcome);

// What the upstream asks for, at most `longest`.
std::optional<Nanoseconds> AskedFor(const Outcome& outcome, const CooldownPolicy& policy);

// How long a failure keeps a channel or a key out that has cooled down so often in a row, jitter left aside.
Nanoseconds LengthOf(const Outcome& outcome, std::int32_t times, const CooldownPolicy& policy);

// What is left until then, rounded up.
inline std::chrono::milliseconds Left(Nanoseconds until, Nanoseconds now) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(until > now ? until - now : 0));
}

// base * 2^times, at most `longest_backoff`, + jitter. Of a base below 0, 0.
Nanoseconds Backoff(Nanoseconds base, std::int32_t times, const CooldownPolicy& policy, std::uint64_t salt);

// `length`, made longer by a part of the jitter.
Nanoseconds Jittered(Nanoseconds length, const CooldownPolicy& policy, std::uint64_t salt);

// At most a century either way: a sum of two does not overflow.
inline Nanoseconds Nanos(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kCentury = std::chrono::hours(24 * 36525);
  return std::chrono::nanoseconds(std::clamp(time, -kCentury, kCentury)).count();
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_COOLDOWN_H_
