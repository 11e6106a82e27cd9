// ForwardTime: time that goes on, from a clock that may not.
//
//   ForwardTime time;
//   Nanoseconds now = time.At(clock.Now().count());         // never less than before
//
// A clock that goes back a little stands still here until it has caught up. One that goes back by more than kSetBack
// was set: time goes on from where it was, so that nothing waits for as long as the clock was wrong.
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

  Nanoseconds At(Nanoseconds clock) noexcept {
    constexpr auto kRelaxed = std::memory_order_relaxed;
    Nanoseconds offset = offset_.load(kRelaxed);
    const Nanoseconds now = clock + offset;
    Nanoseconds latest = latest_.load(kRelaxed);
    if (latest != kNever && now < latest - kSetBack) {
      offset_.compare_exchange_strong(offset, latest - clock, kRelaxed);  // or another thread was first
      return latest;
    }
    while (latest < now && !latest_.compare_exchange_weak(latest, now, kRelaxed)) {
    }
    return std::max(latest, now);
  }
  // What At said last; 0 before.
  Nanoseconds latest() const noexcept {
    const Nanoseconds latest = latest_.load(std::memory_order_relaxed);
    return latest == kNever ? 0 : latest;
  }

 private:
  static constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::min();
  std::atomic<Nanoseconds> latest_{kNever};
  std::atomic<Nanoseconds> offset_{0};
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_FORWARD_TIME_H_
