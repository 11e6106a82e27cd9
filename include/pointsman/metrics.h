// Metrics: channels' state, and counts of attempts, in the text format of Prometheus (version 0.0.4).
//
//   response.body = pointsman::PrometheusText(router.ChannelStates()) +
//   pointsman::PrometheusText(router.RouteCounts());
//
// Thread safety: thread-safe (pure functions). Cost: O(channels), O(counts); allocates the text, about 600 bytes a
// channel and 150 a line of a count, names apart.
#ifndef POINTSMAN_METRICS_H_
#define POINTSMAN_METRICS_H_

#include <span>
#include <string>

#include "pointsman/channel_state.h"
#include "pointsman/export.h"
#include "pointsman/route_counts.h"

namespace pointsman::inline v0 {

// Of each channel, by the label `channel`, its id:
//   pointsman_channel_switched_off           0 or 1; by its id or by its tag
//   pointsman_channel_phase                  0 or 1 for each `phase` (channel_state.h)
//   pointsman_channel_phase_remaining_seconds
//   pointsman_channel_cooldowns              in a row
//   pointsman_channel_successes_total, pointsman_channel_failures_total
//   pointsman_channel_latency_seconds        moving average of successes; absent where unknown
//   pointsman_channel_in_flight              0 where there is no limit
//   pointsman_channel_models_out             models that it is left out for
POINTSMAN_EXPORT std::string PrometheusText(std::span<const ChannelStatus> states);

// Of each route, by the labels `group`, `model` and `channel`:
//   pointsman_route_attempts_total           by `outcome` too (OutcomeKindName); only those that came up
//   pointsman_route_latency_seconds_sum, pointsman_route_latency_seconds_count     of successes
//   pointsman_route_tokens_total
// In names, what is no printable UTF-8 is written as in explanations, with backslashes; they are cut at 256 bytes, and
// say so. Of those for which there was no room the labels are empty.
POINTSMAN_EXPORT std::string PrometheusText(std::span<const RouteCount> counts);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_METRICS_H_
