// Measures: what a trace comes to: the figures of one row of the report.
//
// Thread safety: plain values and a pure function.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_MEASURES_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_MEASURES_H_

#include <cstdint>
#include <optional>

#include "simulator/scenario.h"
#include "simulator/simulation.h"

namespace pointsman::bench {

struct Measures {
  double failed_share = 0;             // of all requests
  double failed_share_in_trouble = 0;  // of those that arrived while a channel was in trouble
  double attempts_per_request = 0;
  double mean_seconds = 0;  // latencies as the caller sees them, failures included
  double median_seconds = 0;
  double p99_seconds = 0;

  // Among the channels that never are in trouble: the largest difference between a channel's share of their attempts
  // and its share of their weight. Nothing if there are not two of them.
  std::optional<double> unfairness;

  // The largest share of all attempts that a channel had in one second before any trouble, divided by its share by
  // weight: 1 is what the weights say. Nothing if the trouble begins at once.
  std::optional<double> clump;

  std::int64_t failed_attempts = 0;
  std::int64_t attempts_into_trouble = 0;
  std::int64_t degraded = 0;

  // The largest share of all attempts that a channel had in a window of one or five seconds after it was back,
  // divided by its share by weight. 1 and what chance adds is right. Nothing if no channel came back.
  std::optional<double> spike_1s;
  std::optional<double> spike_5s;
  // Seconds from the end of the last trouble until the slowest of those that came back had nine tenths of its share for
  // ten seconds. Nothing if none came back, or one never did.
  std::optional<double> full_after;

  std::int64_t in_flight_at_end = 0;
};

Measures Measure(const Scenario& scenario, const Trace& trace);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_MEASURES_H_
