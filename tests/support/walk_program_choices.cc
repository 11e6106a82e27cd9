// What a program of walks begins with, as its tape wants it: policy, options, requests and their names.
#include "support/walk_program.h"

#include <chrono>
#include <string>
#include <vector>

#include "pointsman/profile.h"

namespace pointsman::testing {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

std::string RuleText(AllCooling rule) {
  return rule == AllCooling::kRefuse ? "AllCooling::kRefuse" : "AllCooling::kFailOpen";
}

// Who goes by load counts every request in flight, limits or not: balance_test.cc.
Balance ByTurnsForLoads(Balance rule) {
  return rule == Balance::kLeastInFlight || rule == Balance::kLowestLatency ? Balance::kSmoothRoundRobin : rule;
}

// Without what has an oracle of its own: the gateways' rules come with their profiles.
Policy Usual(Policy policy) {
  policy.shares = ShareRule::kWeight;
  policy.priorities = {};
  if (policy.retry.tiers > RetryTiers::kOnePerTier) policy.retry.tiers = RetryTiers::kExhaust;
  return policy;
}

}  // namespace

Policy WalkProgram::MakePolicy() {
  Policy policy = Usual(policies_.Next());
  goes_by_profile_ = OneIn(4);
  if (goes_by_profile_) {
    const Profile profile =
        Of({Profile::kNewApiMemory, Profile::kNewApiDatabase, Profile::kOneApiMemory, Profile::kNewApiMemory202504});
    const auto retries = static_cast<std::int32_t>(tape_.Below(5));
    const GroupPolicy groups = policy.groups;
    policy = ProfilePolicy(profile, {.retry_times = retries});
    policy.groups.groups = groups.groups;
    policy.groups.automatic = groups.automatic;
    ++met_[std::string(ProfileName(profile))];
  }
  policy.source = RowSource::kAbilities;
  // Where channels are to fail they must serve, most of the time.
  if (has_state_ && !OneIn(3)) policy.groups.usable.reset();
  if (goes_by_profile_) {
    policy.balance = Balance::kWeightedRandom;
    for (auto& [name, rule] : policy.groups.groups) rule.balance.reset();
  } else if (has_state_) {
    policy.balance = ByTurnsForLoads(policy.balance);
    for (auto& [name, rule] : policy.groups.groups) {
      if (rule.balance) rule.balance = ByTurnsForLoads(*rule.balance);
    }
  }
  return policy;
}

RouterOptions WalkProgram::MakeOptions() {
  RouterOptions options;
  options.state.clock = clock_.clock();
  Tell([] { return std::string("FakeClock clock;\nRouterOptions options{.state = {.clock = clock.clock()}};"); });
  if (!has_state_) return options;
  CooldownPolicy& c = options.state.cooldown;
  c.jitter = 0;
  c.consecutive_failures = Of({1, 2, 3});
  c.first = Of<Milliseconds>({5s, 1s});
  c.slow_start = Of<Milliseconds>({30s, 0s, 120s});
  c.trials = Of({1, 2});
  c.max_cooling_share = Of({1.0, 0.5, 0.0});
  if (OneIn(3)) options.state.all_cooling = AllCooling::kRefuse;
  if (OneIn(4)) options.state.all_cooling_in["vip"] = Of({AllCooling::kFailOpen, AllCooling::kRefuse});
  Tell([&] {
    return "options.state.cooldown = {.consecutive_failures = " + std::to_string(c.consecutive_failures) +
           ", .first = " + std::to_string(c.first.count()) + "ms, .jitter = 0, .trials = " + std::to_string(c.trials) +
           ", .slow_start = " + std::to_string(c.slow_start.count()) +
           "ms, .max_cooling_share = " + std::to_string(c.max_cooling_share) + "};" +
           "\noptions.state.all_cooling = " + RuleText(options.state.all_cooling) + ";" +
           (options.state.all_cooling_in.empty()
                ? ""
                : "\noptions.state.all_cooling_in[\"vip\"] = " + RuleText(options.state.all_cooling_in["vip"]) + ";");
  });
  return options;
}

// Fewer where they are to fail again and again.
std::int64_t WalkProgram::Channel() { return static_cast<std::int64_t>(1 + tape_.Below(has_state_ ? 3 : kChannels)); }

// Few names, so that routes have siblings.
std::string WalkProgram::Group() { return !OneIn(2) ? "default" : !OneIn(2) ? "vip" : policies_.Name(); }

// Some are patterns, one is what the normaliser makes of another.
std::string WalkProgram::Model() {
  static const std::vector<std::string> names = {
      "a", "ab", "abc", "a*", "ab*", "*", "b", "gpt-4-gizmo-*", "gpt-4-gizmo-x", "default"};
  return !OneIn(has_state_ ? 5 : 2) ? "a" : names[tape_.Below(names.size())];
}

void WalkProgram::MakeRequest(Asked& asked) {
  asked.group = OneIn(6) ? std::string() : Group();
  asked.user_group = Group();
  asked.model = Model();
  asked.names = {Group(), policies_.Name(), Group()};
  asked.list.assign(asked.names.begin(), asked.names.end());
  Request& r = asked.request;
  r = {.group = asked.group, .user_group = asked.user_group, .model = asked.model};
  const std::span<const std::string_view> list(asked.list);
  if (OneIn(6)) r.allowed_groups = list;
  if (OneIn(6)) r.ordered_groups = list.first(tape_.Below(4));
  r.stay_in_group = OneIn(6);
  if (OneIn(12)) r.pin = Channel();
  if (OneIn(2)) r.affinity = tape_.Below(1000);
  filtered_.clear();
  if (OneIn(4)) {
    filtered_ = {Channel(), Channel()};
    r.filter = {.judge = &Judge, .context = this};
  }
}

std::int32_t WalkProgram::Judge(void* self, const FilterCandidate& c) noexcept {
  return static_cast<const WalkProgram*>(self)->filtered_.contains(c.channel_id) ? 7 : 0;
}

}  // namespace pointsman::testing
