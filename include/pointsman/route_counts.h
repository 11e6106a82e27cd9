// RouteCounts: how attempts ended, counted for each group, model and channel that served them.
//
//   pointsman::Router router({}, {.most_route_counts = 10'000});
//   …
//   for (const pointsman::RouteCount& count : router.RouteCounts()) {
//     Show(count.group, count.model, count.channel_id, count.attempts(), count.of(OutcomeKind::kSuccess));
//   }
//
// An attempt is counted when it is reported, under the names of the table (the group that served, the model as it is
// listed), so what clients make up adds nothing. Off unless RouterOptions::most_route_counts says how many there may
// be; attempts of further ones are counted together, in one row of neither group, model nor channel. Counts outlive
// tables: who wants rates takes differences.
//
// Thread safety: plain values.
#ifndef POINTSMAN_ROUTE_COUNTS_H_
#define POINTSMAN_ROUTE_COUNTS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>

#include "pointsman/outcome.h"

namespace pointsman::inline v0 {

struct RouteCount {
  std::string group;
  std::string model;  // empty where models were renumbered eight times between selection and report
  std::int64_t channel_id = 0;
  std::array<std::uint64_t, kOutcomeKinds> by_kind{};  // by the number of the OutcomeKind
  std::chrono::nanoseconds latency{0};                 // of the successes that told theirs, summed up
  std::uint64_t timed = 0;                             // how many those are
  std::uint64_t tokens = 0;

  std::uint64_t of(OutcomeKind kind) const { return by_kind[static_cast<std::size_t>(kind)]; }
  std::uint64_t attempts() const { return std::accumulate(by_kind.begin(), by_kind.end(), std::uint64_t{0}); }
  // Whether this is the row of those for which there was no room.
  bool is_rest() const { return group.empty() && model.empty() && channel_id == 0; }

  friend bool operator==(const RouteCount&, const RouteCount&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_ROUTE_COUNTS_H_
