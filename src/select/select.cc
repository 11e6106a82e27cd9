#include "select/select.h"

#include <algorithm>

#include "pointsman/group_policy.h"
#include "select/draw.h"

namespace pointsman::inline v0 {
namespace {

// A group of any length may be asked for; only one of bounded length is looked at.
bool IsEmptyGroup(std::string_view group) { return group.size() <= kMaxNameBytes && IsBlank(group); }

bool Allows(const Request& request, std::string_view group) {
  if (!request.allowed_groups.has_value()) return true;
  return std::find(request.allowed_groups->begin(), request.allowed_groups->end(), group) != request.allowed_groups->end();
}

// The group that stands in for an empty one; empty where none does.
std::string_view StandIn(const GroupPolicy& policy, std::string_view user_group) {
  switch (policy.empty_group) {
    case EmptyGroup::kInherit: return IsEmptyGroup(user_group) ? std::string_view(policy.default_group) : user_group;
    case EmptyGroup::kDefault: return policy.default_group;
    case EmptyGroup::kRefuse:
    case EmptyGroup::kExact: return {};
  }
  return {};
}

}  // namespace

GroupChoice ChooseGroup(const TableData& data, const Request& request) noexcept {
  GroupChoice choice{.name = request.group};
  if (IsEmptyGroup(request.group)) {
    choice.was_empty = true;
    choice.name = StandIn(data.policy.groups, request.user_group);
    if (choice.name.empty()) {
      choice.reason = Reason::kEmptyGroup;
      return choice;
    }
  }
  if (!Allows(request, choice.name)) {
    choice.reason = Reason::kGroupNotAllowed;
    return choice;
  }
  choice.index = TableData::FindName(data.group_index, choice.name);
  if (choice.index == kNoIndex) choice.reason = Reason::kUnknownGroup;
  return choice;
}

RouteChoice ChooseRoute(const TableData& data, std::uint32_t group, std::string_view model) noexcept {
  const std::uint32_t m = TableData::FindName(data.model_index, model);
  if (m == kNoIndex) return {.reason = Reason::kNoSuchModel};
  const RouteRecord* route = data.FindRoute(group, m);
  if (route == nullptr) return {.reason = Reason::kModelNotInGroup};
  return {.route = route, .reason = route->first_tier == kNoIndex ? Reason::kAllDisabled : Reason::kNone};
}

std::uint32_t HolderOf(const TableData& data, const TierRecord& tier, std::uint64_t ticket) noexcept {
  const auto begin = data.upto.begin() + tier.begin;
  const auto holder = std::upper_bound(begin, begin + tier.size, ticket);
  return static_cast<std::uint32_t>(holder - data.upto.begin());
}

Selection SelectFrom(const Published& published, const Request& request, RandomBits bits) noexcept {
  const TableData& data = published.table->data();
  if (data.routes.empty()) return Selection(Reason::kEmptyTable, published.generation);
  const GroupChoice group = ChooseGroup(data, request);
  if (group.reason != Reason::kNone) return Selection(group.reason, published.generation);
  const RouteChoice choice = ChooseRoute(data, group.index, request.model);
  if (choice.reason != Reason::kNone) return Selection(choice.reason, published.generation);

  const TierRecord& tier = data.tiers[choice.route->first_tier];
  const CandidateRecord& drawn = data.candidates[HolderOf(data, tier, DrawBelow(tier.total, bits))];
  const ChannelRecord& channel = data.channels[drawn.channel];
  return Selection({.channel_id = channel.id,
                    .priority = tier.priority,
                    .cookie = channel.cookie,
                    .group = published.group_names[group.index]},
                   published.generation);
}

}  // namespace pointsman::inline v0
