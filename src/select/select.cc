#include "select/select.h"

#include <algorithm>

#include "pointsman/group_policy.h"

namespace pointsman::inline v0 {
namespace {

// A group of any length may be asked for; only one of bounded length is looked at.
bool IsEmptyGroup(std::string_view group) { return group.size() <= kMaxNameBytes && IsBlank(group); }

bool Allows(const Request& request, std::string_view group) {
  if (!request.allowed_groups.has_value()) return true;
  return std::find(request.allowed_groups->begin(), request.allowed_groups->end(), group) !=
         request.allowed_groups->end();
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

GroupChoice ChooseGroup(const TableData& data, const Request& request) noexcept {
  GroupChoice choice{.name = GroupNameFor(data.policy.groups, request.group, request.user_group)};
  choice.was_empty = choice.name.data() != request.group.data();
  if (choice.name.empty()) {
    choice.was_empty = true;
    choice.reason = Reason::kEmptyGroup;
    return choice;
  }
  if (!Allows(request, choice.name)) {
    choice.reason = Reason::kGroupNotAllowed;
    return choice;
  }
  choice.index = data.group_table.Find(choice.name);
  if (choice.index == kNoIndex) choice.reason = Reason::kUnknownGroup;
  return choice;
}

}  // namespace pointsman::inline v0
