// NaiveWalker: plans, model rules, walks and the gateways' own rules as a person would write them down: recursion,
// strings, sets. How channels stand it is told. Whatever it says is what the library must say. It shares no code with
// the library beyond the policy, request and reason types.
#ifndef POINTSMAN_TESTS_SUPPORT_NAIVE_WALKER_H_
#define POINTSMAN_TESTS_SUPPORT_NAIVE_WALKER_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/policy.h"
#include "pointsman/request.h"
#include "pointsman/selection.h"
#include "support/naive_candidate.h"
#include "support/naive_plans.h"

namespace pointsman::testing {

struct NaiveAttempt {
  std::int64_t channel = 0;
  std::string group;
  std::int64_t priority = 0;
  std::int64_t key = -1;    // where the channel has several
  bool keys_fault = false;  // it failed by that
};

class NaiveWalker {
 public:
  struct Answer {
    Reason reason = Reason::kNone;
    std::string group;
    std::int64_t priority = 0;
    std::map<std::int64_t, std::uint64_t> weights = {};        // by channel; those that can be drawn
    std::map<std::int64_t, std::uint64_t> tier = {};           // of all that were compiled, who is out included
    std::string model = {};                                    // as it is listed
    std::size_t siblings = 0;                                  // in the tier, whatever they weigh
    bool is_pinned = false;                                    // by the request, or because another key comes first
    bool degraded = false;                                     // who cools down serves
    bool is_alike_below = false;                               // alike from several tiers
    std::optional<std::chrono::nanoseconds> recovers_in = {};  // where nobody serves: the earliest that was met
  };

  // How a channel stands for a listed model.
  struct Stand {
    Reason reason = Reason::kNone;
    std::uint64_t part = 1;  // of its weight
    std::optional<std::chrono::nanoseconds> recovers_in = {};
  };

  NaiveWalker(std::vector<NaiveCandidate> candidates, std::set<std::string> groups, Policy policy)
      : candidates_(std::move(candidates)),
        groups_(std::move(groups)),
        policy_(std::move(policy)),
        plans_(policy_.groups) {}

  std::set<std::int64_t> off;                 // switched off
  std::set<std::int64_t> filtered;            // by the request's filter
  std::map<std::int64_t, std::int64_t> keys;  // how many a channel has
  // Beside `off`, where there is more to say. `cooling_serves`: what would keep it out for a cooldown does not count.
  std::function<Stand(std::int64_t channel, const std::string& model, bool cooling_serves)> stand;
  std::function<bool(const std::string& group)> fails_open = [](const std::string&) { return true; };

  // `tried` is null for a selection on its own.
  Answer Ask(const Request& request, const std::vector<NaiveAttempt>* tried) const {
    if (candidates_.empty()) return {.reason = Reason::kEmptyTable};
    Circumstances met;
    if (tried == nullptr) return WalkOrFailOpen(request, {}, met);
    if (tried->size() >= static_cast<std::size_t>(policy_.retry.budget)) return {.reason = Reason::kBudgetSpent};
    if (tried->size() == 16) return {.reason = Reason::kAttemptLimit};
    if (!tried->empty() && tried->back().keys_fault && HasUntriedKey(tried->back().channel, *tried)) {
      Request pinned = request;
      pinned.pin = tried->back().channel;
      Circumstances again{.again = true};
      Answer another = Walk(pinned, *tried, again, &tried->back().group);
      if (another.reason == Reason::kNone) return another;
    }
    Answer answer = WalkOrFailOpen(request, *tried, met);
    if (answer.reason == Reason::kExhausted && policy_.retry.last_resort == LastResort::kRepeat) {
      met.again = true;
      answer = Walk(request, *tried, met);
    }
    return answer;
  }

  using Tried = std::vector<NaiveAttempt>;

  static bool WasTried(std::int64_t channel, std::int64_t key, const Tried& tried) {
    return std::any_of(tried.begin(), tried.end(), [&](const auto& t) { return t.channel == channel && t.key == key; });
  }
  bool HasUntriedKey(std::int64_t channel, const Tried& tried) const {
    const auto has = keys.find(channel);
    for (std::int64_t key = 0; has != keys.end() && has->second > 1 && key < has->second; ++key) {
      if (!WasTried(channel, key, tried)) return true;
    }
    return false;
  }

 private:
  enum class Outcome { kNotReached, kNoRoute, kExhausted };
  struct Circumstances {
    bool again = false;           // what was tried may be had once more
    bool cooling_serves = false;  // in groups that fail open
    bool met_cooling = false;
    std::optional<std::chrono::nanoseconds> recovers_in = {};
  };

  Answer WalkOrFailOpen(const Request& request, const std::vector<NaiveAttempt>& tried, Circumstances& met) const {
    const Answer answer = Walk(request, tried, met);
    if (answer.reason == Reason::kNone || !met.met_cooling) return answer;
    met.cooling_serves = true;
    Answer open = Walk(request, tried, met);
    met.cooling_serves = false;
    if (open.reason == Reason::kNone) {
      open.degraded = true;
      return open;
    }
    Answer closed = answer;
    closed.recovers_in = met.recovers_in;
    return closed;
  }

  static bool Blank(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

  std::optional<std::vector<NaiveStep>> PlanOf(const Request& request) const {
    std::vector<NaiveStep> plan;
    if (request.ordered_groups) {
      for (const std::string_view name : *request.ordered_groups) {
        plan.push_back(
            {plans_.Canonical(std::string(name)), static_cast<int>(plan.size()) - 1, FallbackWhen::kExhausted});
      }
      return plan;
    }
    std::string name(request.group);
    if (Blank(name)) {
      const bool inherit = policy_.groups.empty_group == EmptyGroup::kInherit;
      if (!inherit && policy_.groups.empty_group != EmptyGroup::kDefault) return std::nullopt;
      name = inherit && !Blank(request.user_group) ? std::string(request.user_group) : policy_.groups.default_group;
    }
    plan = plans_.Plan(name);
    if (plan.empty()) plan.push_back({name, -1, FallbackWhen::kNoRoute});
    return plan;
  }

  bool MayUse(const Request& request, const std::string& group) const {
    if (!request.allowed_groups) return plans_.MayUse(std::string(request.user_group), group);
    return std::any_of(request.allowed_groups->begin(), request.allowed_groups->end(), [&](std::string_view allowed) {
      return allowed == group || plans_.Canonical(std::string(allowed)) == group;
    });
  }

  // `only`: no other group serves.
  Answer Walk(const Request& request, const Tried& tried, Circumstances& met, const std::string* only = nullptr) const {
    const auto plan = PlanOf(request);
    if (!plan) return {.reason = tried.empty() ? Reason::kEmptyGroup : Reason::kExhausted};
    std::vector<Outcome> outcomes;
    std::map<std::string, Outcome> entered;
    Reason first = Reason::kNone;
    for (const NaiveStep& step : *plan) {
      const Outcome parent = step.parent < 0 ? Outcome::kExhausted : outcomes[static_cast<std::size_t>(step.parent)];
      const bool goes_on = step.when == FallbackWhen::kExhausted && !request.stay_in_group;
      const bool reached = step.parent < 0 || parent == Outcome::kNoRoute || (parent == Outcome::kExhausted && goes_on);
      if (!reached) {
        outcomes.push_back(Outcome::kNotReached);
      } else if (entered.contains(step.name)) {
        outcomes.push_back(entered[step.name]);
      } else if (!MayUse(request, step.name)) {
        outcomes.push_back(entered[step.name] = Outcome::kNoRoute);
      } else {
        const auto [outcome, answer] = Enter(request, step.name, tried, met, only);
        if (answer.reason == Reason::kNone) return answer;
        if (first == Reason::kNone) first = answer.reason;
        outcomes.push_back(entered[step.name] = outcome);
      }
    }
    if (!tried.empty()) return {.reason = Reason::kExhausted};
    if (first == Reason::kNone) return {.reason = Reason::kGroupNotAllowed};
    return {.reason = request.pin ? Reason::kPinUnusable : first, .recovers_in = met.recovers_in};
  }

  std::pair<Outcome, Answer> Enter(const Request& request, const std::string& group, const Tried& tried,
                                   Circumstances& met, const std::string* only) const {
    std::vector<std::string> names = {std::string(request.model)};
    for (const std::string& name : NaiveOtherNames(policy_.models, candidates_, std::string(request.model)))
      names.push_back(name);
    bool listed = false;
    bool known = false;
    for (const std::string& name : names) {
      std::vector<NaiveCandidate> enabled;
      for (const NaiveCandidate& c : candidates_) {
        if (c.model != name) continue;
        known = true;
        if (c.group != group) continue;
        listed = true;
        if (c.enabled) enabled.push_back(c);
      }
      if (!enabled.empty() && only != nullptr && group != *only)
        return {Outcome::kNoRoute, {.reason = Reason::kExhausted}};
      if (!enabled.empty())
        return {request.pin ? Outcome::kNoRoute : Outcome::kExhausted, Draw(request, enabled, tried, met)};
    }
    // A name that stands for a list is no group.
    const bool policy_knows = !plans_.Plan(group).empty() && !policy_.groups.automatic.contains(group);
    const bool group_known = groups_.contains(group) || policy_knows;
    const Reason reason = !group_known ? Reason::kUnknownGroup
                          : listed     ? Reason::kAllDisabled
                          : known      ? Reason::kModelNotInGroup
                                       : Reason::kNoSuchModel;
    return {Outcome::kNoRoute, {.reason = reason}};
  }

  using Tiers = std::map<std::int64_t, std::vector<NaiveCandidate>, std::greater<>>;

  Tiers TiersOf(const std::vector<NaiveCandidate>& candidates) const {
    Tiers tiers;
    for (const NaiveCandidate& c : candidates) tiers[c.priority].push_back(c);
    if (policy_.priorities.tiers == PriorityTiers::kAlways || tiers.begin()->first > 0) return tiers;
    return {{tiers.begin()->first, candidates}};
  }

  Answer Draw(const Request& request, const std::vector<NaiveCandidate>& candidates, const Tried& tried,
              Circumstances& met) const {
    const std::string group = candidates.front().group;
    const auto here = std::count_if(tried.begin(), tried.end(), [&](const auto& t) { return t.group == group; });
    if (policy_.retry.budget_per_group > 0 && here >= policy_.retry.budget_per_group) {
      return {.reason = Reason::kExhausted};
    }
    Reason nearest = Reason::kAllDisabled;
    const bool by_number = GoesByNumber() && !request.pin;
    std::vector<Answer> usable;  // tier by tier
    for (const auto& [priority, tier] : TiersOf(candidates)) {
      const bool used = std::any_of(tried.begin(), tried.end(), [&, p = priority](const NaiveAttempt& t) {
        return t.group == group && t.priority == p;
      });
      if (used && !met.again && policy_.retry.tiers == RetryTiers::kOnePerTier) continue;
      Answer answer = OfTier(request, priority, tier, tried, nearest, met);
      if (answer.weights.empty()) continue;
      if (!by_number) return answer;
      usable.push_back(std::move(answer));
    }
    if (usable.empty()) return {.reason = nearest};
    return ByNumber(usable, static_cast<std::size_t>(here));
  }

  Answer OfTier(const Request& request, std::int64_t priority, const std::vector<NaiveCandidate>& tier,
                const Tried& tried, Reason& nearest, Circumstances& met) const {
    Answer answer{.group = tier.front().group, .priority = priority};
    answer.model = tier.front().model;
    answer.siblings = tier.size();
    answer.is_pinned = request.pin.has_value();
    const std::map<std::int64_t, std::uint64_t> tickets = NaiveTickets(policy_.shares, tier);
    answer.tier = tickets;
    for (const NaiveCandidate& c : tier) {
      if (request.pin && c.channel != *request.pin) continue;
      const Stand stands = StandOf(c, tried, met);
      const std::uint64_t weight = request.pin ? 1 : tickets.at(c.channel);
      if (stands.reason == Reason::kNone && weight > 0) {
        answer.weights[c.channel] = weight * (request.pin ? 1 : stands.part);
      } else {
        nearest = std::max(nearest, stands.reason == Reason::kNone ? Reason::kAllZeroWeight : stands.reason);
      }
    }
    return answer;
  }

  bool GoesByNumber() const {
    return policy_.retry.tiers == RetryTiers::kByAttempt || policy_.retry.tiers == RetryTiers::kTopTwice;
  }

  // The gateways' ways: attempt n of a group draws from its n-th tier, or from the lowest; or two from the top tier and
  // all others alike from all that is below. Tiers in which nobody is usable do not count.
  Answer ByNumber(const std::vector<Answer>& usable, std::size_t n) const {
    if (policy_.retry.tiers == RetryTiers::kByAttempt) return usable[std::min(n, usable.size() - 1)];
    if (n < 2 || usable.size() == 1) return usable.front();
    Answer below = usable[1];
    below.is_alike_below = true;
    below.weights.clear();
    for (std::size_t tier = 1; tier < usable.size(); ++tier) {
      for (const auto& [channel, weight] : usable[tier].weights) below.weights[channel] = 1;
    }
    return below;
  }

  Stand StandOf(const NaiveCandidate& c, const Tried& tried, Circumstances& met) const {
    const bool was_tried =
        std::any_of(tried.begin(), tried.end(), [&](const auto& t) { return t.channel == c.channel; });
    if (was_tried && !met.again && !GoesByNumber()) return {Reason::kExhausted};
    if (off.contains(c.channel)) return {Reason::kAllDisabled};
    Stand stands = stand ? stand(c.channel, c.model, met.cooling_serves && fails_open(c.group)) : Stand();
    met.met_cooling = met.met_cooling || stands.reason == Reason::kAllCoolingDown;
    if (stands.recovers_in)
      met.recovers_in = std::min(met.recovers_in.value_or(*stands.recovers_in), *stands.recovers_in);
    if (stands.reason == Reason::kNone && filtered.contains(c.channel)) stands.reason = Reason::kAllFiltered;
    return stands;
  }

  std::vector<NaiveCandidate> candidates_;
  std::set<std::string> groups_;
  Policy policy_;
  NaivePlans plans_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_WALKER_H_
