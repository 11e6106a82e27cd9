// Upstream: the other end of a channel: what it answers to a request that arrives at some moment, and after how long.
//
//   Upstream upstream(channel, seed);
//   const Answer answer = upstream.Ask(request_number, attempt, now);
//
// What chance decides depends on the seed, the request, the attempt and the channel alone: two policies that send the
// same request to the same channel at the same moment meet the same luck. Only the rate limit remembers anything.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_UPSTREAM_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_UPSTREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "pointsman/outcome.h"
#include "simulator/scenario.h"

namespace pointsman::bench {

// Virtual time in nanoseconds since the scenario began.
using Instant = std::int64_t;
inline constexpr double kNanosecondsPerSecond = 1e9;
inline Instant FromSeconds(double seconds) { return static_cast<Instant>(seconds * kNanosecondsPerSecond); }
inline double Seconds(Instant at) { return static_cast<double>(at) / kNanosecondsPerSecond; }

struct Answer {
  int status = 200;  // 0: none
  std::string retry_after;
  std::string_view body;
  Instant takes = 0;

  Outcome ToOutcome() const;  // by the library's own classifier
};

// A token bucket that holds one second's worth.
class RateMeter {
 public:
  bool Admit(double per_second, Instant now);

 private:
  double tokens_ = 0;
  Instant filled_at_ = -FromSeconds(1);
};

class Upstream {
 public:
  Upstream(const ScriptedChannel& channel, std::uint64_t seed) : channel_(&channel), seed_(seed) {}

  Answer Ask(std::uint64_t request, std::size_t attempt, Instant now);
  const ScriptedChannel& channel() const { return *channel_; }

 private:
  const ScriptedChannel* channel_;
  std::uint64_t seed_;
  RateMeter meter_;
};

// Of a stream of 64-bit words: uniform in [0, 1), and exponential with mean 1.
double Uniform(std::uint64_t word);
double Exponential(std::uint64_t word);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_UPSTREAM_H_
