// Policy: everything that an operator decides about routing, as plain values. The defaults are safe.
//
//   pointsman::Router router({.groups = {.default_group = "public"}});
//
// A policy is compiled into each route table, so that one table answers one request wholly. From JSON: load/json.h.
#ifndef POINTSMAN_POLICY_H_
#define POINTSMAN_POLICY_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "pointsman/balance.h"
#include "pointsman/export.h"
#include "pointsman/group_policy.h"
#include "pointsman/model_rules.h"

namespace pointsman::inline v0 {

// Which table is believed about who serves what.
enum class RowSource : std::uint8_t {
  kBoth,       // the ability rows if there are any, else the channels' own lists
  kChannels,   // the channels' lists; ability rows are ignored
  kAbilities,  // the ability rows; without any, nothing is served
};

// "both", "channels", "abilities".
POINTSMAN_EXPORT std::string_view RowSourceName(RowSource source);

// How much of a tier's traffic each of its candidates gets.
enum class ShareRule : std::uint8_t {
  kWeight,            // weight / sum; zero never, unless all are zero: then alike
  kPlusTen,           // weight + 10 / sum of them
  kPlusTenInclusive,  // the same, but of several the heaviest has one ticket more and the lightest one less: what a
                      // draw that compares with <= comes to. Ties in order of channel id
  kUniform,           // alike, whatever the weights
};

// "weight", "plus_ten", "plus_ten_inclusive", "uniform".
POINTSMAN_EXPORT std::string_view ShareRuleName(ShareRule rule);

// Whether different priorities are different tiers.
enum class PriorityTiers : std::uint8_t {
  kAlways,
  kAboveZero,  // only in routes whose highest priority is above 0; elsewhere all candidates are one tier
};

// "always", "above_zero".
POINTSMAN_EXPORT std::string_view PriorityTiersName(PriorityTiers tiers);

// What a priority that is NULL means. A column that is absent is not NULL.
enum class NullPriority : std::uint8_t {
  kZero,   // 0
  kNever,  // the candidate is never selected: CandidateStatus::kNoPriority
};

// "zero", "never".
POINTSMAN_EXPORT std::string_view NullPriorityName(NullPriority rule);

// Most users leave this alone: the other values are for gateways that move (profile.h).
struct PriorityPolicy {
  PriorityTiers tiers = PriorityTiers::kAlways;  // kAboveZero: a patch costs as much as a compile
  NullPriority null_priority = NullPriority::kZero;

  friend bool operator==(const PriorityPolicy&, const PriorityPolicy&) = default;
};

// How the attempts of one request go through the tiers of a group. The last two may give a channel again.
enum class RetryTiers : std::uint8_t {
  kExhaust,     // every candidate of a tier, then the next lower tier
  kOnePerTier,  // one candidate of each tier
  kByAttempt,   // the n-th attempt in a group draws from its n-th tier, or from the lowest
  kTopTwice,    // two attempts draw from the top tier, later ones alike from all below it, where there is anything
};

// "exhaust", "one_per_tier", "by_attempt", "top_twice".
POINTSMAN_EXPORT std::string_view RetryTiersName(RetryTiers tiers);

// What follows when nothing is left that was not tried.
enum class LastResort : std::uint8_t {
  kNone,    // no further attempt
  kRepeat,  // candidates that were tried already, until the budget is spent
};

// "none", "repeat".
POINTSMAN_EXPORT std::string_view LastResortName(LastResort resort);

inline constexpr std::int32_t kMaxBudget = 1000;

struct RetryPolicy {
  RetryTiers tiers = RetryTiers::kExhaust;
  LastResort last_resort = LastResort::kNone;
  std::int32_t budget = 5;            // attempts of one request, 1 .. kMaxBudget
  std::int32_t budget_per_group = 0;  // attempts in one group of its plan, 0 .. kMaxBudget; 0: no limit of its own

  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

struct Policy {
  GroupPolicy groups{};
  RowSource source = RowSource::kBoth;
  ShareRule shares = ShareRule::kWeight;
  PriorityPolicy priorities{};
  ModelRules models{};
  RetryPolicy retry{};
  // How a candidate is chosen within a tier, in groups whose GroupRule says nothing else.
  Balance balance = Balance::kWeightedRandom;
  // For the rules by affinity: gateways with the same seed send a key to the same channel. Another seed spreads keys
  // anew.
  std::uint64_t fleet_seed = 0;

  // InvalidArgument for a policy that cannot mean anything: "policy: <field, as the policy file calls it> <what is
  // wrong>; <cure>", such as "policy: groups.vip.fallback[0] closes the cycle vip -> default -> vip; remove one of
  // these fallbacks". The first problem that is found. Cost: O(names * log names + steps of all plans).
  POINTSMAN_EXPORT absl::Status Validate() const;

  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_POLICY_H_
