#include "pointsman/policy.h"

#include <algorithm>
#include <string>

#include "pointsman/group_policy.h"
#include "pointsman/request.h"
#include "policy/validate.h"
#include "rows/comma_list.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

bool IsBlank(std::string_view text) {
  // Nearly always settled by the first character.
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

std::string_view EmptyGroupName(EmptyGroup rule) {
  switch (rule) {
    case EmptyGroup::kInherit: return "inherit";
    case EmptyGroup::kDefault: return "default";
    case EmptyGroup::kRefuse: return "refuse";
    case EmptyGroup::kExact: return "exact";
  }
  return "unknown";
}

std::string_view FallbackWhenName(FallbackWhen when) {
  switch (when) {
    case FallbackWhen::kNoRoute: return "no_route";
    case FallbackWhen::kExhausted: return "exhausted";
  }
  return "unknown";
}

std::string_view RowSourceName(RowSource source) {
  switch (source) {
    case RowSource::kBoth: return "both";
    case RowSource::kChannels: return "channels";
    case RowSource::kAbilities: return "abilities";
  }
  return "unknown";
}

std::string_view ShareRuleName(ShareRule rule) {
  switch (rule) {
    case ShareRule::kWeight: return "weight";
    case ShareRule::kPlusTen: return "plus_ten";
    case ShareRule::kPlusTenInclusive: return "plus_ten_inclusive";
    case ShareRule::kUniform: return "uniform";
  }
  return "unknown";
}

std::string_view PriorityTiersName(PriorityTiers tiers) {
  switch (tiers) {
    case PriorityTiers::kAlways: return "always";
    case PriorityTiers::kAboveZero: return "above_zero";
  }
  return "unknown";
}

std::string_view NullPriorityName(NullPriority rule) {
  switch (rule) {
    case NullPriority::kZero: return "zero";
    case NullPriority::kNever: return "never";
  }
  return "unknown";
}

std::string_view BalanceName(Balance balance) {
  switch (balance) {
    case Balance::kWeightedRandom: return "weighted_random";
    case Balance::kSmoothRoundRobin: return "smooth_round_robin";
    case Balance::kLeastInFlight: return "least_in_flight";
    case Balance::kLowestLatency: return "lowest_latency";
    case Balance::kAffinity: return "affinity";
    case Balance::kAffinityByHalves: return "affinity_by_halves";
  }
  return "unknown";
}

std::string_view RetryTiersName(RetryTiers tiers) {
  switch (tiers) {
    case RetryTiers::kExhaust: return "exhaust";
    case RetryTiers::kOnePerTier: return "one_per_tier";
    case RetryTiers::kByAttempt: return "by_attempt";
    case RetryTiers::kTopTwice: return "top_twice";
  }
  return "unknown";
}

std::string_view LastResortName(LastResort resort) {
  switch (resort) {
    case LastResort::kNone: return "none";
    case LastResort::kRepeat: return "repeat";
  }
  return "unknown";
}

absl::Status PolicyError(std::string_view field, std::string_view problem) {
  std::string message = "policy: ";
  message += field;
  message += ' ';
  message += problem;
  return absl::InvalidArgumentError(message);
}

absl::Status CheckName(std::string_view field, std::string_view name, std::string_view lists) {
  if (IsBlank(name)) return PolicyError(field, "is empty; write a name, or remove it");
  if (Trim(name) != name) {
    return PolicyError(field, Quoted(name) + " has blanks around it, which no list of " + std::string(lists) +
                                  " can name; remove them");
  }
  if (name.size() > kMaxNameBytes) {
    return PolicyError(field, Quoted(name) + " is longer than " + std::to_string(kMaxNameBytes) + " bytes; shorten it");
  }
  return absl::OkStatus();
}

std::string ShownPath(std::span<const std::string_view> names) {
  constexpr std::size_t kShown = 8;
  std::string path;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) path += " -> ";
    if (names.size() > 2 * kShown && i == kShown) {
      path += "… (" + std::to_string(names.size() - 2 * kShown) + " more) … -> ";
      i = names.size() - kShown;
    }
    path += Printable(names[i]);
  }
  return path;
}

absl::Status ValidateRetry(const RetryPolicy& retry) {
  const std::string most = std::to_string(kMaxBudget);
  if (retry.budget < 1 || retry.budget > kMaxBudget) {
    return PolicyError("retry.budget",
                       "is " + std::to_string(retry.budget) + "; write a number of attempts from 1 to " + most);
  }
  if (retry.budget_per_group < 0 || retry.budget_per_group > kMaxBudget) {
    return PolicyError("retry.budget_per_group", "is " + std::to_string(retry.budget_per_group) +
                                                     "; write a number of attempts up to " + most + ", 0 for no limit");
  }
  return absl::OkStatus();
}

absl::Status Policy::Validate() const {
  if (IsBlank(groups.default_group)) {
    return PolicyError("default_group",
                       "is empty; name the group that stands in for an empty one, such as \"default\"");
  }
  if (absl::Status s = CheckName("default_group", groups.default_group, "groups"); !s.ok()) return s;
  if (absl::Status s = ValidateGroups(groups); !s.ok()) return s;
  if (absl::Status s = ValidateFallbacks(groups); !s.ok()) return s;
  if (absl::Status s = ValidateModels(models); !s.ok()) return s;
  return ValidateRetry(retry);
}

}  // namespace pointsman::inline v0
