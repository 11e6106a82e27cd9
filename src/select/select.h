// Select: request -> group -> route -> tier -> candidate, on one published table. Explain walks the same steps.
//
// A candidate is drawn; if its channel is out at the moment, others are drawn a few times more, and then one exact scan
// over those that are not out decides. Either way each of them has exactly its weight over the sum of theirs.
//
// Thread safety: thread-safe (pure functions over an immutable table and the channels' words). None of them throws or
// allocates, and each ends whatever the random bits are.
#ifndef POINTSMAN_SRC_SELECT_SELECT_H_
#define POINTSMAN_SRC_SELECT_SELECT_H_

#include <cstdint>
#include <string_view>

#include "pointsman/request.h"
#include "pointsman/selection.h"
#include "publish/published.h"
#include "select/draw.h"
#include "select/plan_walk.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// Whether there is more to a request than its names.
inline bool AsksForMore(const Request& request) noexcept {
  return request.allowed_groups.has_value() | request.ordered_groups.has_value() | request.pin.has_value() |
         (request.filter.judge != nullptr);
}

// Which group a request is served from, or why from none.
struct GroupChoice {
  std::string_view name;  // after the rule for empty groups; points into the request or the policy
  std::uint32_t index = kNoIndex;
  Reason reason = Reason::kNone;
  bool was_empty = false;
};
GroupChoice ChooseGroup(const TableData& data, const Request& request) noexcept;

// Which route serves a model in a group, or why none does.
struct RouteChoice {
  TierRef first = kNotListed;  // kAllOut with kAllDisabled
  Reason reason = Reason::kNone;
};

// REQUIRES: `group` is a group of the table. `model` may be kNoIndex.
inline RouteChoice ChooseRoute(const TableData& data, std::uint32_t group, std::uint32_t model) noexcept {
  if (model == kNoIndex) return {.reason = Reason::kNoSuchModel};
  const TierRef first = data.rows.Find(group, model);
  if (first >= kFirstBlock) [[likely]]
    return {.first = first};
  return {.first = first, .reason = first == kNotListed ? Reason::kModelNotInGroup : Reason::kAllDisabled};
}

// A candidate whose channel is not out, by weight; kNoIndex where there is none.
template <class Bits>
std::uint32_t DrawAmongUsable(const Published& published, const TierBlock& tier, Bits& bits) noexcept {
  return DrawAmong(tier, bits, [&](std::uint32_t i) { return !IsOut(*published.channels[tier.channel(i)].word); });
}

inline Selection Serve(const Published& published, std::uint32_t group, std::uint32_t priority,
                       const BoundChannel& channel) noexcept {
  return Selection({.channel_id = channel.id,
                    .priority = published.data->priorities[priority],
                    .cookie = channel.cookie,
                    .group = published.group_names[group]},
                   published.generation);
}

// From a route to the answer in every case: rejected words, channels that are out, tiers that are all out.
template <class Bits>
[[gnu::noinline, gnu::cold]] Selection SelectFromTiers(const Published& published, std::uint32_t group, TierBlock tier,
                                                       Bits bits) noexcept {
  for (;;) {
    std::uint32_t drawn = DrawCandidate(tier, bits);
    if (IsOut(*published.channels[tier.channel(drawn)].word)) drawn = DrawAmongUsable(published, tier, bits);
    if (drawn != kNoIndex) return Serve(published, group, tier.priority(), published.channels[tier.channel(drawn)]);
    if (tier.next() == kAllOut) return Selection(Reason::kAllDisabled, published.generation);
    tier = published.data->tier(tier.next());
  }
}

// The answer where there is no channel. REQUIRES: `reason` is not kNone.
inline Selection Refuse(const Published& published, Reason reason) noexcept {
  return Selection(published.data->listed_routes == 0 ? Reason::kEmptyTable : reason, published.generation);
}

// `group` and `model` may be kNoIndex: the table has no such name.
template <class Bits>
Selection SelectByNumbers(const Published& published, std::uint32_t group, std::uint32_t model, Bits bits) noexcept {
  if (group == kNoIndex) return Refuse(published, Reason::kUnknownGroup);
  const RouteChoice route = ChooseRoute(*published.data, group, model);
  if (route.reason != Reason::kNone) return Refuse(published, route.reason);
  return SelectFromTiers(published, group, published.data->tier(route.first), bits);
}

template <class Bits>
Selection SelectByNames(const Published& published, const Request& request, Bits bits) noexcept {
  const GroupChoice choice = ChooseGroup(*published.data, request);
  if (choice.reason != Reason::kNone) return Refuse(published, choice.reason);
  return SelectByNumbers(published, choice.index, published.data->model_table.Find(request.model), bits);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_SELECT_H_
