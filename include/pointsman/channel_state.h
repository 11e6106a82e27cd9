// Channel state: what is known of channels at run time, beside the tables and longer than they live: who is switched
// off, who cools down after failures, who is at a limit.
//
//   pointsman::Router router({}, {.state = {.cooldown = {.consecutive_failures = 5}}});
//   router.SetLimits(8, {.max_in_flight = 20, .requests_per_minute = 600});
//   …
//   if (pointsman::Selection s = router.Select(request)) router.Report(s, Send(s.channel_id()));
//
// A channel that fails is left alone for a while, tried again with a single request, and gets its weight back step by
// step; nobody needs to switch it on. State only takes away from what the rows enable, and a channel in order costs a
// selection nothing: it looks at one word that is 0.
//
// What a failure does:
//   transient           counted; after `consecutive_failures` in a row, or when `failure_share` of at least
//                       `minimum_volume` requests in `window` failed, the channel cools down for `first`, doubled each
//                       time it fails again soon after; for Retry-After if that is longer
//   rate_limited        cools down at once: for Retry-After, else as above
//   quota_exhausted     cools down at once: for Retry-After, else `quota`
//   credential_refused  cools down at once for `credential`
//   model_unavailable   the channel is left out for this model alone, at once, as long as `first`, doubled likewise; it
//                       is back all at once, without a trial
//   callers_fault, cancelled   nothing
//
// What a request that was on its way when a channel's cooldown began comes to says nothing new, but a longer
// Retry-After holds. After a trial has succeeded it takes Outcome::latency to know it; keys and models do not ask that.
//
// Of a channel with several keys (ChannelRow::keys), rate_limited, quota_exhausted and credential_refused are the key's
// alone: it is left out as long as that says, the others go on in turns, and only where all of them are out, so is the
// channel. A walk tries another key of the channel next, if the failure is reported with its attempts.
//
// When a cooldown is over, `trials` requests are let through; a success begins the slow start, in which the channel's
// weight counts for `slow_start_floor` first and for all of it after `slow_start`; a failure is the next cooldown,
// twice as long up to `longest_backoff`. In the slow start failures count as they do in order. A trial that is never
// reported makes room for the next after `trial_timeout`.
//
// At most `max_cooling_share` of a group's channels cool down at once (but always one may), however many fail at the
// same moment: an outage of everything is no reason to choose among nobody. What happens when everything that a request
// may use cools down: AllCooling.
//
// Thread safety: plain values.
#ifndef POINTSMAN_CHANNEL_STATE_H_
#define POINTSMAN_CHANNEL_STATE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "pointsman/export.h"
#include "pointsman/outcome.h"

namespace pointsman::inline v0 {

// Where time comes from: nanoseconds since whenever, as a steady clock counts them. A clock that goes back or leaps is
// survived: time is never taken to be earlier than it was for the channel; it stands still until a clock that went back
// by less than three seconds has caught up, and goes on from where it was after any longer step back or a step ahead of
// more than fifty years. No wait is longer than CooldownPolicy::longest.
struct Clock {
  using Function = std::chrono::nanoseconds (*)(void* context) noexcept;
  Function now = nullptr;  // null: the system's steady clock
  void* context = nullptr;

  POINTSMAN_EXPORT std::chrono::nanoseconds Now() const noexcept;
};

struct CooldownPolicy {
  using Seconds = std::chrono::milliseconds;

  std::int32_t consecutive_failures = 3;  // 0: they alone do not cool a channel down
  double failure_share = 0.5;             // above 1: it does not either
  std::int32_t minimum_volume = 20;
  Seconds window{30'000};

  Seconds first{5'000};
  Seconds longest_backoff{120'000};  // where the doubling ends
  Seconds longest{600'000};          // of any cooldown, Retry-After included
  Seconds quota{60'000};
  Seconds credential{300'000};
  double jitter = 0.1;  // up to this share longer, so that a fleet does not return at once

  std::int32_t trials = 1;
  Seconds trial_timeout{30'000};
  Seconds slow_start{30'000};  // 0: all of the weight at once
  double slow_start_floor = 0.1;

  double max_cooling_share = 0.5;
};

// What happens when all that is left to a request in a group cools down.
enum class AllCooling : std::uint8_t {
  kFailOpen,  // it is served all the same: the selection says `degraded`
  kRefuse,    // kAllCoolingDown, with the earliest recovery as retry_after
};

struct ChannelStateOptions {
  CooldownPolicy cooldown{};
  AllCooling all_cooling = AllCooling::kFailOpen;
  std::map<std::string, AllCooling, std::less<>> all_cooling_in{};  // by group, where it differs
  // Gateways that share the limits, bursts included: each keeps to its part, rounded down but never to nothing.
  std::int32_t nodes = 1;
  Clock clock{};
  // Turns that can be told apart, for Balance::kSmoothRoundRobin: two for each group, model and priority, since retries
  // have their own. 64 bytes each, if there is such a group at all.
  std::size_t rotations = 4096;
  std::uint64_t jitter_seed = 0;  // of this process; 0: drawn from the system, so that a fleet's gateways differ

  // InvalidArgument that names the field and its range.
  POINTSMAN_EXPORT absl::Status Validate() const;
};

// Limits of one channel. 0: none.
struct ChannelLimits {
  std::int32_t max_in_flight = 0;
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
  // How many requests may come at once after a pause, 1 at least; beyond that they are spread evenly.
  std::int64_t burst = 1;

  friend bool operator==(const ChannelLimits&, const ChannelLimits&) = default;
};

// For a switch: why, for those who look later, and for how long.
struct SwitchNote {
  std::string_view why{};                            // kept up to 256 bytes
  std::optional<std::chrono::milliseconds> lasts{};  // absent: until it is switched on
};

// How a channel stands.
enum class ChannelPhase : std::uint8_t { kInOrder, kCooling, kTrial, kSlowStart };
// "in_order", "cooling", "trial", "slow_start".
POINTSMAN_EXPORT std::string_view ChannelPhaseName(ChannelPhase phase);

struct ModelState {
  std::string model;
  bool switched_off = false;                           // else it cools down
  std::optional<std::chrono::milliseconds> remaining;  // absent: until it is switched on

  friend bool operator==(const ModelState&, const ModelState&) = default;
};

// A key that cools down, of a channel with several.
struct KeyCooldown {
  std::uint32_t key = 0;
  std::chrono::milliseconds remaining{0};

  friend bool operator==(const KeyCooldown&, const KeyCooldown&) = default;
};

// One channel at one moment.
struct ChannelStatus {
  std::int64_t channel_id = 0;
  bool switched_off = false;                                  // by its id
  bool tag_off = false;                                       // by its tag
  std::string switch_note;                                    // of its own switch, else of its tag's; so is the next
  std::optional<std::chrono::milliseconds> switch_remaining;  // absent: no end, or not switched off
  std::optional<std::chrono::milliseconds> tag_remaining;     // likewise, of its tag's switch
  std::optional<std::chrono::milliseconds> switch_age;        // how long ago it was switched off by its id
  std::optional<std::chrono::milliseconds> tag_age;           // likewise, by its tag
  ChannelPhase phase = ChannelPhase::kInOrder;
  std::chrono::milliseconds remaining{0};  // of the phase
  // How long ago the cooldown began; in the slow start, how long ago it ended; in order, 0.
  std::chrono::milliseconds age{0};
  std::optional<OutcomeKind> last_failure;  // of those that count against the channel; absent: none since it is known
  std::int32_t cooldowns = 0;               // in a row, each twice as long as the one before
  std::int32_t consecutive_failures = 0;
  std::int64_t successes = 0;  // reported since the channel is known
  std::int64_t failures = 0;
  std::chrono::nanoseconds latency{0};  // moving average of successes; 0: unknown
  std::int32_t in_flight = 0;           // counted where there is a limit, or a group that chooses by load
  ChannelLimits limits;
  std::vector<ModelState> models;
  std::vector<KeyCooldown> keys;

  friend bool operator==(const ChannelStatus&, const ChannelStatus&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_CHANNEL_STATE_H_
