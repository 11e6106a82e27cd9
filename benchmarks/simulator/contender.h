// Contender: one way to choose channels that is compared: a policy of the library with its options, and what a gateway
// does around it.
//
//   for (const Contender& c : Contenders()) Simulate(scenario, c, run);
//
// Thread safety: immutable values.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_CONTENDER_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_CONTENDER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "pointsman/channel_state.h"
#include "pointsman/policy.h"

namespace pointsman::bench {

struct Contender {
  std::string_view name;
  std::string_view what;
  Policy policy;
  ChannelStateOptions state;
  bool reports = true;       // outcomes go to Router::Report
  bool sets_limits = false;  // the scenario's limits are known to the router
  int bans_after = 0;        // failures in a row after which a channel is off for good; 0: never
};

// The gateways, walks without state, the defaults, and the defaults with one value changed.
const std::vector<Contender>& Contenders();
// Null for a name that is none.
const Contender* FindContender(std::string_view name);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_CONTENDER_H_
