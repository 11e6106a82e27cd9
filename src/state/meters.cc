#include "state/meters.h"

#include <algorithm>
#include <limits>

namespace pointsman::inline v0 {
namespace {

constexpr Nanoseconds kMinute = 60'000'000'000;
constexpr auto kRelaxed = std::memory_order_relaxed;

// A node's part of a limit: never nothing.
template <class T>
T Part(T limit, std::int32_t nodes) {
  return limit <= 0 ? 0 : std::max<T>(limit / std::max(nodes, 1), 1);
}

// How long so many tokens take at the permitted rate; at most a day, so that sums stay in range.
Nanoseconds TimeOf(std::int64_t tokens, std::int64_t a_minute) {
  __extension__ using Wide = __int128;
  const Wide time = Wide{tokens} * kMinute / a_minute;
  return static_cast<Nanoseconds>(std::min<Wide>(time, Wide{1440} * kMinute));
}

}  // namespace

void Meters::Limit(const ChannelLimits& limits, std::int32_t nodes) noexcept {
  most_in_flight_.store(Part(limits.max_in_flight, nodes), kRelaxed);
  const std::int64_t requests = Part(limits.requests_per_minute, nodes);
  const Nanoseconds apart =
      requests == 0 ? 0 : std::max<Nanoseconds>(kMinute / requests + (kMinute % requests != 0 ? 1 : 0), 1);
  const std::int64_t burst =
      std::clamp<std::int64_t>(Part(limits.burst, nodes), 1, std::max<std::int64_t>(requests, 1));
  request_leeway_.store((burst - 1) * apart, kRelaxed);
  const std::int64_t tokens = Part(limits.tokens_per_minute, nodes);
  if (request_apart_.exchange(apart, kRelaxed) != apart) requests_until_.store(0, kRelaxed);
  if (tokens_a_minute_.exchange(tokens, kRelaxed) != tokens) tokens_until_.store(0, kRelaxed);
}

void Meters::Forgive() noexcept {
  requests_until_.store(0, kRelaxed);
  tokens_until_.store(0, kRelaxed);
}

bool Meters::limited() const noexcept {
  return most_in_flight_.load(kRelaxed) != 0 || request_apart_.load(kRelaxed) != 0 ||
         tokens_a_minute_.load(kRelaxed) != 0;
}

Nanoseconds Meters::OpensAt(Nanoseconds now) const noexcept {
  Nanoseconds opens = now;
  if (const std::int32_t most = most_in_flight_.load(kRelaxed); most != 0 && in_flight() >= most) opens = now + 1;
  if (request_apart_.load(kRelaxed) != 0) {
    opens = std::max(opens, requests_until_.load(kRelaxed) - request_leeway_.load(kRelaxed));
  }
  if (tokens_a_minute_.load(kRelaxed) != 0) {
    opens = std::max(opens, tokens_until_.load(kRelaxed) - kMinute + 1);
  }
  return opens;
}

bool Meters::Reserve(Nanoseconds now) noexcept {
  if (tokens_a_minute_.load(kRelaxed) != 0 && tokens_until_.load(kRelaxed) - now >= kMinute) return false;
  const std::int32_t most = most_in_flight_.load(kRelaxed);
  std::int32_t flying = in_flight_.load(kRelaxed);
  do {
    if (most != 0 && flying >= most) return false;
  } while (!in_flight_.compare_exchange_weak(flying, flying + 1, kRelaxed));
  const Nanoseconds apart = request_apart_.load(kRelaxed);
  if (apart == 0) return true;
  Nanoseconds until = requests_until_.load(kRelaxed);
  do {
    if (until - request_leeway_.load(kRelaxed) > now) {
      Release();
      return false;
    }
  } while (!requests_until_.compare_exchange_weak(until, std::max(until, now) + apart, kRelaxed));
  return true;
}

void Meters::Settle(std::int64_t tokens, Nanoseconds now) noexcept {
  const std::int64_t a_minute = tokens_a_minute_.load(kRelaxed);
  if (a_minute == 0 || tokens <= 0) return;
  const Nanoseconds time = TimeOf(tokens, a_minute);
  Nanoseconds until = tokens_until_.load(kRelaxed);
  while (!tokens_until_.compare_exchange_weak(until, std::min(std::max(until, now) + time, now + 1440 * kMinute),
                                              kRelaxed)) {
  }
}

}  // namespace pointsman::inline v0
