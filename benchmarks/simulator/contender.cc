#include "simulator/contender.h"

#include <algorithm>
#include <utility>

#include "pointsman/profile.h"

namespace pointsman::bench {
namespace {

using std::chrono_literals::operator""s;

constexpr std::int32_t kAttempts = 3;

Contender Gateway(std::string_view name, std::string_view what, std::int32_t retries, int bans_after) {
  return {.name = name,
          .what = what,
          .policy = ProfilePolicy(Profile::kNewApiMemory, {.retry_times = retries}),
          .state = {},
          .reports = false,
          .bans_after = bans_after};
}

Contender Ours(std::string_view name, std::string_view what, std::int32_t attempts = kAttempts) {
  Contender contender{.name = name, .what = what, .policy = {}, .state = {}};
  contender.policy.retry.budget = attempts;
  return contender;
}

template <class Value>
Contender With(std::string_view name, std::string_view what, Value CooldownPolicy::* field, Value value) {
  Contender contender = Ours(name, what);
  contender.state.cooldown.*field = value;
  return contender;
}

Contender Silent() {
  Contender contender = Ours("walks", "another channel for each attempt; nothing is reported");
  contender.reports = false;
  return contender;
}

Contender Once(std::string_view name, std::string_view what, double max_cooling_share) {
  Contender contender = Ours(name, what, 1);
  contender.state.cooldown.max_cooling_share = max_cooling_share;
  return contender;
}

Contender Balanced(std::string_view name, std::string_view what, Balance balance) {
  Contender contender = Ours(name, what);
  contender.policy.balance = balance;
  return contender;
}

Contender Limited() {
  Contender contender = Ours("limits", "defaults, and the router knows the channels' limits");
  contender.sets_limits = true;
  return contender;
}

Contender Refusing() {
  Contender contender = With("refuse_all", "max_cooling_share 1, and kRefuse", &CooldownPolicy::max_cooling_share, 1.0);
  contender.state.all_cooling = AllCooling::kRefuse;
  return contender;
}

std::vector<Contender> MakeContenders() {
  using Milliseconds = CooldownPolicy::Seconds;
  return {
      Gateway("gateway", "new_api_memory, two retries", kAttempts - 1, 0),
      Gateway("gateway_bans", "the same; off for good after three failures in a row", kAttempts - 1, 3),
      Gateway("gateway_once", "new_api_memory without retries, its own default", 0, 0),
      Silent(),
      Ours("defaults", "outcomes are reported, three attempts"),
      Once("defaults_once", "the same, one attempt", CooldownPolicy().max_cooling_share),
      With("failures_1", "consecutive_failures 1", &CooldownPolicy::consecutive_failures, 1),
      With("failures_5", "consecutive_failures 5", &CooldownPolicy::consecutive_failures, 5),
      With<Milliseconds>("first_1s", "first 1 s", &CooldownPolicy::first, 1s),
      With<Milliseconds>("first_30s", "first 30 s", &CooldownPolicy::first, 30s),
      With<Milliseconds>("backoff_30s", "longest_backoff 30 s", &CooldownPolicy::longest_backoff, 30s),
      With<Milliseconds>("backoff_60s", "longest_backoff 60 s", &CooldownPolicy::longest_backoff, 60s),
      With<Milliseconds>("backoff_600s", "longest_backoff 600 s", &CooldownPolicy::longest_backoff, 600s),
      With<Milliseconds>("slow_start_0", "slow_start 0", &CooldownPolicy::slow_start, 0s),
      With("trials_3", "trials 3", &CooldownPolicy::trials, 3),
      With("share_0.1", "max_cooling_share 0.1", &CooldownPolicy::max_cooling_share, 0.1),
      With("share_0.7", "max_cooling_share 0.7", &CooldownPolicy::max_cooling_share, 0.7),
      With("share_1", "max_cooling_share 1", &CooldownPolicy::max_cooling_share, 1.0),
      Once("share_1_once", "the same, one attempt", 1),
      Refusing(),
      Limited(),
      Balanced("turns", "defaults, in turns: kSmoothRoundRobin", Balance::kSmoothRoundRobin),
      Balanced("in_flight", "defaults, by requests in flight: kLeastInFlight", Balance::kLeastInFlight),
      Balanced("latency", "defaults, by latency: kLowestLatency", Balance::kLowestLatency),
      Balanced("affinity", "defaults, by the conversation, 2000 of them: kAffinity", Balance::kAffinity),
  };
}

}  // namespace

const std::vector<Contender>& Contenders() {
  static const std::vector<Contender> contenders = MakeContenders();
  return contenders;
}

const Contender* FindContender(std::string_view name) {
  const std::vector<Contender>& all = Contenders();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Contender& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace pointsman::bench
