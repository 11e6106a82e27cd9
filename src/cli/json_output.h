// The documents that --json prints. Field names are promises: more may be added, none is renamed.
#ifndef POINTSMAN_SRC_CLI_JSON_OUTPUT_H_
#define POINTSMAN_SRC_CLI_JSON_OUTPUT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pointsman/compile.h"
#include "pointsman/decision.h"
#include "pointsman/doctor.h"
#include "pointsman/explain.h"

namespace pointsman::cli {

// One channel of a series of selections.
struct Tally {
  std::int64_t channel_id = 0;
  std::string channel_name;
  std::uint64_t count = 0;
  Share exact;
};

struct SelectDocument {
  std::vector<Tally> tallies;
  std::string group;
  std::int64_t priority = 0;
  std::uint64_t requested = 1;
  std::uint64_t seed = 1;
};

// One walk, every attempt taken to fail.
struct WalkStep {
  std::int64_t channel_id = 0;
  std::string group;
  std::int64_t priority = 0;
};
struct WalkDocument {
  std::vector<WalkStep> steps;
  Reason ended = Reason::kNone;  // kNone: it could go on
  std::uint64_t seed = 1;
};

// What --apply changed, where it did.
struct Applied {
  ExaminationSummary before;
  std::size_t changed_rows = 0;
  std::vector<std::string> ran_statements;
  std::string undo_file;
};

void PrintSelectJson(const SelectDocument& document);
void PrintWalkJson(const WalkDocument& document);
void PrintNoRouteJson(const Explanation& why, Language language);
void PrintExplainJson(const Explanation& why, Language language);
void PrintCallerJson(const Explanation& why, Language language);  // what a caller may know, and nothing else
void PrintShowJson(const std::vector<RouteInfo>& routes, const BuildReport& report);
void PrintReplayJson(const DecisionRecord& record, const Replay& replay, const RouteTable& table, Language language);
// `is_known` says which findings a baseline has.
void PrintDoctorJson(const Examination& examination, bool ok, Dialect dialect, const std::optional<Applied>& applied,
                     const std::function<bool(const Finding&)>& is_known);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_JSON_OUTPUT_H_
