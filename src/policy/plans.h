// Plans: the group policy compiled: for each name that a request may give, the groups to walk through, and who may use
// which.
//
//   const Plans plans = Plans::Build(policy.groups, table.group_table);
//   for (const PlanStep& step : plans.Find("vip")) …        // vip, default: in the order in which they are tried
//   if (!plans.MayUse("default", "vip")) …
//
// How to walk. A step is entered if the step `parent` was reached and its outcome meets `when`; the first step has no
// parent. A step that is not entered was not reached, and neither is what hangs on it. Later steps of a plan never
// come before earlier ones: one pass in order is the whole walk.
//
//   vip -> {default, no_route}, {spare, exhausted};  default -> {spare, no_route}
//   plan of vip:   0 vip
//                  1 default (parent 0, no_route)
//                  2 spare   (parent 1, no_route)
//                  3 spare   (parent 0, exhausted)
//
// As above, a group may stand in a plan more than once, by different edges: whoever walks skips a group that was
// entered already, with the outcome that it had then. A group that the request may not use is passed over as if it had
// no route, so that what hangs on it is not lost. An alias has its group's plan. An automatic name's plan is its list,
// each step hanging on the one before it by `exhausted`. A name that the policy does not mention, or only in usable or
// as default_group, has no plan.
//
// Thread safety: immutable. Movable; a plan that was found stays where it is when the Plans are moved.
// Cost: Find is one lookup; MayUse two lookups and a binary search in one list; neither allocates, whatever the name.
// Limits: kMaxPlanSteps a plan, kMaxPolicySteps in all.
#ifndef POINTSMAN_SRC_POLICY_PLANS_H_
#define POINTSMAN_SRC_POLICY_PLANS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pointsman/group_policy.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

struct PlanStep {
  std::uint32_t group = kNoIndex;   // its number in the table; kNoIndex: no row knows it, which is an empty route
  std::uint32_t parent = kNoIndex;  // the step of this plan whose outcome decides; kNoIndex for the first
  std::string_view name;            // never an alias
  FallbackWhen when = FallbackWhen::kNoRoute;
};

class Plans {
 public:
  // Of a policy that says nothing about groups: knows no name, lets everybody use everything.
  Plans() = default;
  // `groups` are the table's. REQUIRES: the policy is valid (Policy::Validate).
  static Plans Build(const GroupPolicy& policy, const NameTable& groups);

  Plans(Plans&&) noexcept = default;
  Plans& operator=(Plans&&) noexcept = default;
  Plans(const Plans&) = delete;  // names are views into texts_
  Plans& operator=(const Plans&) = delete;

  // The plan of a group, an alias or an automatic name; empty where there is none.
  std::span<const PlanStep> Find(std::string_view name) const noexcept {
    const std::uint32_t number = names_.Find(name);
    if (number == kNoIndex) return {};
    const Known& known = known_[number];
    return {steps_.data() + known.first_step, known.steps};
  }
  bool KnowsGroup(std::string_view name) const noexcept { return !Find(name).empty(); }
  bool empty() const noexcept { return steps_.empty(); }
  // Whether the name stands for a list of groups.
  bool IsAutomatic(std::string_view name) const noexcept {
    const std::uint32_t number = names_.Find(name);
    return number != kNoIndex && known_[number].canonical == number && known_[number].steps > 0 &&
           steps_[known_[number].first_step].name != name;
  }

  // Whether requests of users of `user_group` may be served from `group`, which may be an alias. An unknown user group,
  // "" included, is one without a list.
  bool MayUse(std::string_view user_group, std::string_view group) const noexcept;
  // Whether the policy restricts anybody at all.
  bool restricts() const noexcept { return restricts_; }

  std::size_t memory_bytes() const;

 private:
  friend class PlansBuilder;

  // A name that stands somewhere in the policy.
  struct Known {
    std::uint32_t canonical = kNoIndex;  // the number of the name itself, or of the group that it is an alias of
    std::uint32_t first_step = 0;
    std::uint32_t steps = 0;
    std::uint32_t list = kNoIndex;  // of usable
  };
  struct List {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  std::uint32_t CanonicalNumber(std::string_view name) const noexcept {
    const std::uint32_t number = names_.Find(name);
    return number == kNoIndex ? kNoIndex : known_[number].canonical;
  }

  std::vector<char> texts_;  // not a string: a short one would take its bytes along when it is moved
  NameTable names_;
  std::vector<Known> known_;
  std::vector<PlanStep> steps_;
  std::vector<List> lists_;
  std::vector<std::uint32_t> usable_;        // the lists, each sorted, as canonical numbers
  std::uint32_t list_of_others_ = kNoIndex;  // "*"
  bool restricts_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_POLICY_PLANS_H_
