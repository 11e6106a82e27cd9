// Returns: how soon a channel has its share again after outages of many lengths. One length says little: where in the
// last cooldown an outage ends is luck.
//
// Thread safety: a pure function. Cost: that of twenty simulations.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_RETURNS_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_RETURNS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/contender.h"
#include "simulator/simulation.h"

namespace pointsman::bench {

struct Returns {
  const Contender* contender = nullptr;
  int outages = 0;
  int never = 0;            // had their share again before the run ended
  double mean_seconds = 0;  // of the others
  double worst_seconds = 0;
  std::int64_t attempts_into_trouble = 0;  // of all outages
};

// Of outages of the first channel that last 30, 60, … 600 seconds; `background_errors` of all requests fail anyhow.
Returns MeasureReturns(const Contender& contender, double background_errors, const RunOptions& options);

std::string Text(const std::vector<Returns>& quiet, const std::vector<Returns>& noisy);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_RETURNS_H_
