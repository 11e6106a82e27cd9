// GroupPolicy: which groups a request may be served from, in which order, and what an empty group means.
//
//   pointsman::Policy policy;
//   policy.groups.empty_group = pointsman::EmptyGroup::kRefuse;
//   policy.groups.groups["vip"] = {.aliases = {"VIP"}, .fallback = {{.group = "default"}}};   // vip, then default
//   policy.groups.automatic["auto"] = {"default", "vip"};          // "auto" is served by the first that can
//   policy.groups.usable.emplace()["vip"] = {"default"};           // vip users: vip and default; others: their own
//
// A group is looked up exactly as written: case and blanks matter. Only an empty, blank or NULL group is special.
// Wherever a policy names a group, one of its aliases means the same.
//
// Policy::Validate refuses what cannot mean anything: fallbacks in a cycle, an alias of two groups, lists that repeat.
//
// Thread safety: thread-compatible (plain values).
// Limits: kMaxPlanSteps groups in a plan, kMaxPolicyNames names in all.
#ifndef POINTSMAN_GROUP_POLICY_H_
#define POINTSMAN_GROUP_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/balance.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kMaxPlanSteps = 256;
// Of all plans together.
inline constexpr std::size_t kMaxPolicySteps = 1'000'000;
// Names that stand anywhere in the groups of a policy, each as often as it stands there.
inline constexpr std::size_t kMaxPolicyNames = 65'536;

// What a request means whose group is empty, blank or NULL. Most users leave this alone.
enum class EmptyGroup : std::uint8_t {
  kInherit,  // the user's group if the request gives one, else the default group
  kDefault,  // the default group, whatever the user's group is
  kRefuse,   // no route: kEmptyGroup
  kExact,    // looked up literally, which finds nothing: kEmptyGroup. How some gateways behave; for diagnosis
};

// "inherit", "default", "refuse", "exact".
POINTSMAN_EXPORT std::string_view EmptyGroupName(EmptyGroup rule);

// When a plan goes on to the next group.
enum class FallbackWhen : std::uint8_t {
  kNoRoute,    // no enabled candidate was compiled for the model in the group, after all model rules
  kExhausted,  // that, or every candidate was tried or is out
};

// "no_route", "exhausted".
POINTSMAN_EXPORT std::string_view FallbackWhenName(FallbackWhen when);

// An edge of a plan.
struct Fallback {
  std::string group{};
  FallbackWhen when = FallbackWhen::kNoRoute;

  friend bool operator==(const Fallback&, const Fallback&) = default;
};

// What there is to say about one group. A rule without any content makes the group known, even if no row names it.
struct GroupRule {
  std::vector<std::string> aliases{};  // other names that requests may use
  std::vector<Fallback> fallback{};    // in order, each with its own fallbacks before the next (depth first)
  std::optional<Balance> balance{};    // absent: as the policy says for all

  friend bool operator==(const GroupRule&, const GroupRule&) = default;
};

using GroupRules = std::map<std::string, GroupRule, std::less<>>;
using GroupLists = std::map<std::string, std::vector<std::string>, std::less<>>;

struct GroupPolicy {
  std::string default_group = "default";  // never empty or blank
  EmptyGroup empty_group = EmptyGroup::kInherit;

  // By group.
  GroupRules groups{};
  // By name: the groups that it stands for, in order, whatever the outcome in each. Their own fallbacks do not apply.
  GroupLists automatic{};
  // By user group: the groups that its requests may use; an automatic name needs no permission, each of its groups
  // does. Absent: no rule, all may be used.
  // A user's own group may always be used, "*" is for every user group that has no list, and without "*" such a group
  // may use only its own. A list of nothing leaves the own group.
  std::optional<GroupLists> usable{};

  friend bool operator==(const GroupPolicy&, const GroupPolicy&) = default;
};

// True for "" and for text of nothing but blanks and tabs.
POINTSMAN_EXPORT bool IsBlank(std::string_view text);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_GROUP_POLICY_H_
