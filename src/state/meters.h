// Meters: what a channel may take on: requests in flight, requests a minute, tokens a minute.
//
//   if (meters.Reserve(now)) …                  // one request, in flight from here on
//   meters.Settle(tokens, now);  meters.Release();
//
// Rates by the generic cell rate algorithm (ITU-T I.371): one number says when all that was let through would have
// ended at the permitted rate. Requests are let through `burst` at once and evenly after that; tokens are known only
// afterwards, so requests are let through while the tokens of less than a minute are owed.
//
// Thread safety: thread-safe, without locks. No count goes below zero or gets stuck.
#ifndef POINTSMAN_SRC_STATE_METERS_H_
#define POINTSMAN_SRC_STATE_METERS_H_

#include <atomic>
#include <cstdint>

#include "pointsman/channel_state.h"
#include "state/cooldown.h"

namespace pointsman::inline v0 {

class Meters {
 public:
  // Shared by `nodes` gateways. Negative limits count as none. What is in flight stays counted; what is owed to a rate
  // is forgiven when that changes, since it was reckoned by the old one.
  void Limit(const ChannelLimits& limits, std::int32_t nodes) noexcept;
  bool limited() const noexcept;

  // Nothing is owed any more. What is in flight stays counted.
  void Forgive() noexcept;

  // When a request would be let through: now or before if it would be at once; for a limit in flight, now + 1.
  Nanoseconds OpensAt(Nanoseconds now) const noexcept;
  bool Reserve(Nanoseconds now) noexcept;
  // REQUIRES: one for each that was reserved.
  void Release() noexcept { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  void Settle(std::int64_t tokens, Nanoseconds now) noexcept;

  std::int32_t in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int32_t> in_flight_{0};
  std::atomic<std::int32_t> most_in_flight_{0};  // 0: no limit; here and below, this node's part
  std::atomic<Nanoseconds> request_apart_{0};    // 0: no limit
  std::atomic<Nanoseconds> request_leeway_{0};
  std::atomic<std::int64_t> tokens_a_minute_{0};
  std::atomic<Nanoseconds> requests_until_{0};
  std::atomic<Nanoseconds> tokens_until_{0};
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_METERS_H_
