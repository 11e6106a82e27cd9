// Channels' state as JSON: to be looked at, and to be carried over a restart.
//
//   Write("state.json", pointsman::ChannelStatesToJson(router.ChannelStates()));  // before the restart
//   // and after it:
//   absl::StatusOr<std::vector<ChannelStatus>> states = pointsman::ParseChannelStates(Read("state.json"));
//   if (states.ok()) router.ImportChannelStates(*states);
//
//   {"pointsman_state": 1, "channels": [
//     {"channel_id": 8, "phase": "cooling", "remaining_ms": 4200, "age_ms": 800, "cooldowns": 1,
//      "consecutive_failures": 0, "last_failure": "rate_limited", "successes": 912, "failures": 3,
//      "latency_us": 830000, "in_flight": 2,
//      "switched_off": true, "switch_note": "maintenance", "switch_remaining_ms": 60000, "switch_age_ms": 5,
//      "tag_off": true, "tag_remaining_ms": 60000, "tag_age_ms": 5,
//      "limits": {"max_in_flight": 20, "requests_per_minute": 600, "tokens_per_minute": 0, "burst": 1},
//      "models": [{"model": "gpt-4o", "switched_off": false, "remaining_ms": 5000}],
//      "keys": [{"key": 1, "remaining_ms": 900}]}]}
//
// What is not so (no switch, no limits, no failure yet) is left out.
//
// Times are what is left or gone of them, so that a text means the same under another clock. Names are bytes, as in
// load/dump.h.
//
// Thread safety: thread-safe (pure functions). Limits: those of load/dump.h.
#ifndef POINTSMAN_LOAD_STATE_H_
#define POINTSMAN_LOAD_STATE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pointsman/channel_state.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

POINTSMAN_EXPORT std::string ChannelStatesToJson(std::span<const ChannelStatus> states);

// InvalidArgument "state.json:3:5: $.channels[0].phase is …; <cure>". `name` stands for the file.
POINTSMAN_EXPORT absl::StatusOr<std::vector<ChannelStatus>> ParseChannelStates(std::string_view text,
                                                                               std::string_view name = "state");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_STATE_H_
