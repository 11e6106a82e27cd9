// Simulate: a scenario played to a real Router in virtual time, by events: a request arrives, an attempt ends. Requests
// arrive at random (Poisson); the next attempt of a walk begins when the one before has failed.
//
//   const Trace trace = Simulate(*FindScenario("outage"), *FindContender("defaults"), {.seed = 1});
//
// Equal arguments give equal traces, and all contenders meet the same arrivals. Only the router's public interface is
// used: its clock is ours, its random bits are seeded, and what the upstream answers is classified by the library.
//
// Thread safety: thread-safe (a pure function). Cost: about a microsecond for each attempt.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_SIMULATION_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_SIMULATION_H_

#include <cstdint>
#include <vector>

#include "simulator/contender.h"
#include "simulator/scenario.h"

namespace pointsman::bench {

struct RunOptions {
  std::uint64_t seed = 1;
  double requests_per_second = 100;
};

// What happened.
struct Trace {
  std::vector<std::vector<std::int64_t>> attempts;  // begun in each second, by channel in the scenario's order

  std::int64_t requests = 0;
  std::int64_t failed = 0;
  std::int64_t requests_in_trouble = 0;  // that arrived while a channel was in trouble
  std::int64_t failed_in_trouble = 0;
  std::int64_t failed_attempts = 0;
  std::int64_t attempts_into_trouble = 0;  // begun at a channel that was in trouble
  std::int64_t degraded = 0;               // selections that failed open
  std::vector<double> latencies;           // in seconds, from arrival to the last answer, good or bad
  std::int64_t in_flight_at_end = 0;       // by the router's own count, when nothing is under way any more

  std::int64_t Attempts() const;
};

Trace Simulate(const Scenario& scenario, const Contender& contender, const RunOptions& options);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_SIMULATION_H_
