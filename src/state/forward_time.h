// ForwardTime: time that goes on, from a clock that may not.
//
//   ForwardTime time;
//   Nanoseconds now = time.At(clock.Now().count());         // never less than before
//
// It begins at 0 or later. A clock that goes back a little stands still here until it has caught up. One that goes back
// by more than kSetBack, or ahead by more than kSetAhead, was set: time goes on from where it was, so that nothing
// waits for as long as the clock was wrong.
//
// Thread safety: thread-safe. Cost: two loads; a store where time has moved.
#ifndef POINTSMAN_SRC_STATE_FORWARD_TIME_H_
#define POINTSMAN_SRC_STATE_FORWARD_TIME_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace pointsman::inline v0 {

// Times are nanoseconds of the injected clock.
using Nanoseconds = std::int64_t;

class ForwardTime {
 public:
  static constexpr Nanoseconds kSetBack = 3'000'000'000;
  static constexpr Nanoseconds kSetAhead = Nanoseconds{50} * 366 * 86'400 * 1'000'000'000;  // nobody waits for 50 years

  Nanoseconds At(Nanoseconds clock) noexcept {
    constexpr auto kRelaxed = std::memory_order_relaxed;
    Nanoseconds offset = offset_.load(kRelaxed);
    Nanoseconds latest = latest_.load(kRelaxed);
    const Nanoseconds gone = Less(clock, Less(latest, offset));
    if (gone < -kSetBack || gone > kSetAhead) {
      offset_.compare_exchange_strong(offset, Less(latest, clock), kRelaxed);  // or another thread was first
      return latest;
    }
    const Nanoseconds now = std::min(latest + gone, kEnd);
    while (latest < now && !latest_.compare_exchange_weak(latest, now, kRelaxed)) {
    }
    return std::max(latest, now);
  }
  // What At said last; 0 before.
  Nanoseconds latest() const noexcept { return latest_.load(std::memory_order_relaxed); }

 private:
  // Far enough before the last number for what is added to it. A clock has to be set ahead again and again to get
  // there.
  static constexpr Nanoseconds kEnd = std::numeric_limits<Nanoseconds>::max() / 2;

  // Around the circle of 64 bits, so that no clock is beyond it.
  static Nanoseconds Less(Nanoseconds a, Nanoseconds b) noexcept {
    return static_cast<Nanoseconds>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
  }

  std::atomic<Nanoseconds> latest_{0};
  std::atomic<Nanoseconds> offset_{0};  // of what At says to what the clock says
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_FORWARD_TIME_H_
