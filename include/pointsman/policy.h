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

// How the attempts of one request go through the tiers of a group.
enum class RetryTiers : std::uint8_t {
  kExhaust,     // every candidate of a tier, then the next lower tier
  kOnePerTier,  // one candidate of each tier
};

// "exhaust", "one_per_tier".
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
  GroupPolicy groups;
  RowSource source = RowSource::kBoth;
  ModelRules models;
  RetryPolicy retry;

  // InvalidArgument for a policy that cannot mean anything: "policy: <field, as the policy file calls it> <what is
  // wrong>; <cure>", such as "policy: groups.vip.fallback[0] closes the cycle vip -> default -> vip; remove one of
  // these fallbacks". The first problem that is found. Cost: O(names * log names + steps of all plans).
  POINTSMAN_EXPORT absl::Status Validate() const;

  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_POLICY_H_
