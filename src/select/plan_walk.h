// PlanWalk: the groups that a request may be served from, one after the other, each when those before have failed.
//
//   PlanWalk walk(data, request);
//   for (PlanStop stop; walk.Next(stop);) {
//     …                                            // try stop.group; if it serves, that was it
//     walk.Failed(GroupOutcome::kNoRoute);         // else say how it failed
//   }
//   if (walk.refusal() != Reason::kNone) …         // there was nothing to try at all
//
// Selection and explanation both walk here, so that they cannot disagree. The rules: a step is entered if the step that
// it hangs on was reached and failed as the step demands; a group that the request may not use is passed over as one
// without a route; a group that was entered already is not entered again.
//
// Thread safety: thread-compatible; no allocation. Cost: O(steps * steps) comparisons of numbers at worst.
#ifndef POINTSMAN_SRC_SELECT_PLAN_WALK_H_
#define POINTSMAN_SRC_SELECT_PLAN_WALK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "pointsman/request.h"
#include "pointsman/selection.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// The group that a request names, or the one that stands in for an empty one; empty where none does. Bounded work for a
// name of any length.
std::string_view GroupNameFor(const GroupPolicy& policy, std::string_view group, std::string_view user_group) noexcept;

// How a group failed to serve.
enum class GroupOutcome : std::uint8_t {
  kNotReached,
  kNoRoute,    // no enabled candidate was compiled for the model
  kExhausted,  // there are some, but all were tried or are out
};

struct PlanStop {
  std::string_view name;           // never an alias
  std::uint32_t group = kNoIndex;  // its number in the table; kNoIndex: no row knows it
  bool known = true;               // by the rows or by the policy
};

class PlanWalk {
 public:
  PlanWalk(const TableData& data, const Request& request) noexcept;

  // The next group to try; false where there is none.
  bool Next(PlanStop& stop) noexcept;
  // What became of it. REQUIRES: not kNotReached.
  void Failed(GroupOutcome outcome) noexcept { outcomes_[at_ - 1] = outcome; }

  // Why Next never gave a stop: kEmptyGroup, kGroupNotAllowed; kNone if it did.
  Reason refusal() const noexcept { return entered_any_ ? Reason::kNone : refusal_; }
  // The group after the rule for empty ones; empty with an ordered list or where the policy refuses.
  std::string_view resolved() const noexcept { return resolved_; }

  // Every step there is, whatever the outcomes, for those who explain. Permission included.
  std::size_t steps() const noexcept { return count_; }
  PlanStop StopAt(std::size_t step) const noexcept;
  bool MayUse(const PlanStop& stop) const noexcept;

 private:
  bool IsReached(std::size_t step) const noexcept;
  GroupOutcome EarlierOutcome(const PlanStop& stop, std::size_t step) const noexcept;

  const TableData& data_;
  const Request& request_;
  std::string_view resolved_;
  std::span<const PlanStep> plan_;  // empty: the resolved group alone, or the request's own list
  std::size_t count_ = 0;
  std::size_t at_ = 0;
  bool entered_any_ = false;
  Reason refusal_ = Reason::kGroupNotAllowed;
  std::array<GroupOutcome, kMaxPlanSteps> outcomes_;  // of the steps before at_
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_PLAN_WALK_H_
