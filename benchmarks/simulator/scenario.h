// Scenario: what happens to five upstream channels while requests arrive: who fails, slows down, refuses or limits, and
// from when to when. Everything is in seconds of virtual time.
//
//   const Scenario* outage = FindScenario("outage");
//   outage->channels[0].At(120.0).trouble            // Trouble::kRefuses
//
// A scenario is a script, not a model of any provider; README.md says what each is for.
//
// Thread safety: immutable values.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_SCENARIO_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_SCENARIO_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/channel_state.h"

namespace pointsman::bench {

// What is wrong with a channel. All but kNone and kSlow end requests without success.
enum class Trouble : std::uint8_t {
  kNone,
  kErrors,       // 500 after an eighth of the usual time
  kRefuses,      // no connection, at once
  kTimesOut,     // no answer until the gateway gives up
  kOverloaded,   // 500 beyond `allowed_per_second`
  kRateLimited,  // 429 with Retry-After beyond `allowed_per_second`
  kOutOfQuota,   // 429 that speaks of quota
  kSlow,         // usual time, multiplied
};

// How a channel behaves from `from` on, until its next phase.
struct Phase {
  double from = 0;
  Trouble trouble = Trouble::kNone;
  double share = 1;               // of its requests that meet the trouble
  double slower = 1;              // kSlow: how many times the usual
  double gives_up_after = 30;     // kTimesOut
  double allowed_per_second = 0;  // kOverloaded, kRateLimited
  int retry_after = 0;            // kRateLimited: the header's value; 0: no header
};

struct ScriptedChannel {
  std::int64_t id = 0;
  std::int64_t weight = 0;
  double background_errors = 0;  // share of requests that fail for no reason, always
  std::vector<Phase> script;     // in order of `from`; in order before the first
  ChannelLimits limits;          // for policies that know them

  const Phase& At(double seconds) const;
  bool HasTrouble() const { return !script.empty(); }
};

struct Scenario {
  std::string_view name;
  std::string_view what;
  double lasts = 0;  // arrivals end here; what is under way ends later
  std::vector<ScriptedChannel> channels;

  std::int64_t WeightOfAll() const;
  double ShareOf(const ScriptedChannel& channel) const;
  // Whether any channel is in trouble.
  bool InTrouble(double seconds) const;
};

const std::vector<Scenario>& Scenarios();
// The first of five refuses connections for so long; there is time enough afterwards for a cooldown of ten minutes.
// `background_errors`: the share of all requests that fails in any case.
Scenario OutageOf(double seconds, double background_errors);
// Null for a name that is none.
const Scenario* FindScenario(std::string_view name);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_SCENARIO_H_
