#include "select/plan_walk.h"

#include <algorithm>

namespace pointsman::inline v0 {
namespace {

// A group of any length may be asked for; only one of bounded length is looked at.
bool IsEmptyGroup(std::string_view group) { return group.size() <= kMaxNameBytes && IsBlank(group); }

PlanStop StopFor(const TableData& data, std::string_view name) noexcept {
  const Plans& plans = *data.plans;
  // The policy's names come first: a row that names an alias literally does not change what the alias means.
  if (const std::span<const PlanStep> plan = plans.Find(name); !plan.empty() && !plans.IsAutomatic(name)) {
    return {.name = plan.front().name, .group = plan.front().group};
  }
  const std::uint32_t group = data.group_table.Find(name);
  return {.name = name, .group = group, .known = group != kNoIndex};
}

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string_view GroupNameFor(const GroupPolicy& policy, std::string_view group, std::string_view user_group) noexcept {
  if (!IsEmptyGroup(group)) return group;
  switch (policy.empty_group) {
    case EmptyGroup::kInherit: return IsEmptyGroup(user_group) ? std::string_view(policy.default_group) : user_group;
    case EmptyGroup::kDefault: return policy.default_group;
    case EmptyGroup::kRefuse:
    case EmptyGroup::kExact: return {};
  }
  return {};
}

PlanWalk::PlanWalk(const TableData& data, const Request& request) noexcept : data_(data), request_(request) {
  if (request.ordered_groups.has_value()) {
    count_ = std::min(request.ordered_groups->size(), kMaxPlanSteps);
    return;
  }
  resolved_ = GroupNameFor(data.policy.groups, request.group, request.user_group);
  if (resolved_.empty()) {
    refusal_ = Reason::kEmptyGroup;
    return;
  }
  plan_ = data.plans->Find(resolved_);
  count_ = plan_.empty() ? 1 : plan_.size();
}

PlanStop PlanWalk::StopAt(std::size_t step) const noexcept {
  if (!plan_.empty()) return {.name = plan_[step].name, .group = plan_[step].group};
  return StopFor(data_, request_.ordered_groups.has_value() ? (*request_.ordered_groups)[step] : resolved_);
}

bool PlanWalk::MayUse(const PlanStop& stop) const noexcept {
  if (!request_.allowed_groups.has_value()) return data_.plans->MayUse(request_.user_group, stop.name);
  const std::span<const std::string_view> allowed = *request_.allowed_groups;
  if (Contains(allowed, stop.name)) return true;
  // The list may name the group by an alias.
  return !data_.plans->empty() && std::any_of(allowed.begin(), allowed.end(), [&](std::string_view name) {
    return StopFor(data_, name).name == stop.name;
  });
}

bool PlanWalk::IsReached(std::size_t step) const noexcept {
  if (step == 0) return true;
  const bool follows = plan_.empty();  // a list: each hangs on the one before
  const std::size_t parent = follows ? step - 1 : plan_[step].parent;
  if (parent >= step) return true;
  const bool only_without_route = request_.stay_in_group || (!follows && plan_[step].when == FallbackWhen::kNoRoute);
  if (only_without_route) return outcomes_[parent] == GroupOutcome::kNoRoute;
  return outcomes_[parent] != GroupOutcome::kNotReached;
}

GroupOutcome PlanWalk::EarlierOutcome(const PlanStop& stop, std::size_t step) const noexcept {
  for (std::size_t i = 0; i < step; ++i) {
    if (outcomes_[i] == GroupOutcome::kNotReached) continue;
    const PlanStop earlier = StopAt(i);
    if (stop.group != kNoIndex ? earlier.group == stop.group : earlier.name == stop.name) return outcomes_[i];
  }
  return GroupOutcome::kNotReached;
}

bool PlanWalk::Next(PlanStop& stop) noexcept {
  while (at_ < count_) {
    const std::size_t step = at_++;
    outcomes_[step] = GroupOutcome::kNotReached;
    if (!IsReached(step)) continue;
    stop = StopAt(step);
    outcomes_[step] = EarlierOutcome(stop, step);
    if (outcomes_[step] != GroupOutcome::kNotReached) continue;
    outcomes_[step] = GroupOutcome::kNoRoute;  // unless somebody says otherwise
    if (!MayUse(stop)) continue;
    entered_any_ = true;
    return true;
  }
  return false;
}

}  // namespace pointsman::inline v0
