// Report: measures as a table for people, as JSON, and the traffic of each second for plots.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_SIMULATOR_REPORT_H_
#define POINTSMAN_BENCHMARKS_SIMULATOR_REPORT_H_

#include <string>
#include <vector>

#include "simulator/contender.h"
#include "simulator/measures.h"
#include "simulator/scenario.h"
#include "simulator/simulation.h"

namespace pointsman::bench {

// Of one scenario, a row for each contender.
struct ScenarioReport {
  struct Row {
    const Contender* contender = nullptr;
    Measures measures;
  };
  const Scenario* scenario = nullptr;
  std::vector<Row> rows;
};

std::string Text(const ScenarioReport& report);
// {"seed": …, "requests_per_second": …, "scenarios": {"<name>": {"<contender>": {"failed_share": …, …}}}}
std::string Json(const std::vector<ScenarioReport>& reports, const RunOptions& options);

// {"scenario": …, "trouble": [seconds in trouble], "contenders": {"<name>": [[attempts of each channel in the first
// second], …]}}: what plot.py reads.
struct Traffic {
  const Contender* contender = nullptr;
  Trace trace;
};
std::string TrafficJson(const Scenario& scenario, const std::vector<Traffic>& traffic);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_SIMULATOR_REPORT_H_
