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
#include "table/table_data.h"

namespace pointsman::inline v0 {

// The group that a request names, or the one that stands in for an empty one; empty where none does. Bounded work for a
// name of any length.
std::string_view GroupNameFor(const GroupPolicy& policy, std::string_view group, std::string_view user_group) noexcept;

// Which group a request is served from, or why from none.
struct GroupChoice {
  std::string_view name;  // after the rule for empty groups; points into the request or the policy
  std::uint32_t index = kNoIndex;
  Reason reason = Reason::kNone;
  bool was_empty = false;
};
GroupChoice ChooseGroup(const TableData& data, const Request& request) noexcept;

// Whether the group needs no thought: it is not blank, and no list says who may use it.
inline bool IsPlain(const Request& request) noexcept {
  return !request.group.empty() && static_cast<unsigned char>(request.group.front()) > ' ' &&
         !request.allowed_groups.has_value();
}

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

// A candidate among those of the tier whose channel is not out, by weight; kNoIndex where there is none.
// Tried when a first draw met a channel that is out.
template <class Bits>
[[gnu::noinline, gnu::cold]] std::uint32_t DrawAmongUsable(const Published& published, const TierBlock& tier,
                                                           Bits& bits) noexcept {
  const auto usable = [&](std::uint32_t i) { return !IsOut(*published.channels[tier.channel(i)].word); };
  const std::uint32_t n = tier.size();
  const std::uint32_t tries = n == 1 ? 0 : n / 4 < 3 ? 3 : n / 4 > 64 ? 64 : n / 4;
  for (std::uint32_t t = 0; t < tries; ++t) {
    const std::uint32_t drawn = DrawCandidate(tier, bits);
    if (usable(drawn)) return drawn;
  }
  // One pass: each that is usable takes the place of the one held so far with the probability weight / sum up to it. In
  // the end each is held with the probability weight / sum of all. Every word is read once, so that a channel that is
  // switched meanwhile cannot be counted and then be missing. (Reservoir sampling by weight; M.-T. Chao, 1982.)
  const TierWeights weights(tier);
  std::uint64_t sum = 0;
  std::uint32_t held = kNoIndex;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint64_t weight = weights[i];
    if (weight == 0 || !usable(i)) continue;
    sum += weight;
    if (sum == weight || DrawBelow(sum, bits) < weight) held = i;
  }
  return held;
}

inline Selection Serve(const Published& published, std::uint32_t group, const TierBlock& tier,
                       const BoundChannel& channel) noexcept {
  return Selection({.channel_id = channel.id,
                    .priority = published.data->priorities[tier.priority()],
                    .cookie = channel.cookie,
                    .group = published.group_names[group]},
                   published.generation);
}

// The rest of a selection in every case: wide tiers, rejected words, channels that are out, tiers that are all out.
template <class Bits>
[[gnu::noinline]] Selection SelectFromTiers(const Published& published, std::uint32_t group, TierRef first,
                                            Bits& bits) noexcept {
  for (TierRef ref = first; ref != kAllOut;) {
    const TierBlock tier = published.data->tier(ref);
    std::uint32_t drawn = DrawCandidate(tier, bits);
    if (IsOut(*published.channels[tier.channel(drawn)].word)) drawn = DrawAmongUsable(published, tier, bits);
    if (drawn != kNoIndex) return Serve(published, group, tier, published.channels[tier.channel(drawn)]);
    ref = tier.next();
  }
  return Selection(Reason::kAllDisabled, published.generation);
}

// The rest of a selection in the usual case, and without a loop: a compact first tier, a word that is not rejected, a
// channel that is not out. Anything else begins anew in SelectFromTiers, which changes no share: a word that did not
// lead to a usable candidate counts for nothing.
template <class Bits>
[[gnu::always_inline]] inline Selection SelectFromRoute(const Published& published, std::uint32_t group, TierRef first,
                                                        Bits& bits) noexcept {
  const TierBlock tier = published.data->tier(first);
  std::uint32_t drawn = 0;
  if (tier.wide() || !DrawAtOnce(tier, bits, drawn)) [[unlikely]] {
    return SelectFromTiers(published, group, first, bits);
  }
  const BoundChannel& channel = published.channels[tier.CompactChannel(drawn)];
  if (IsOut(*channel.word)) [[unlikely]]
    return SelectFromTiers(published, group, first, bits);
  return Serve(published, group, tier, channel);
}

template <class Bits>
[[gnu::always_inline]] inline Selection SelectFrom(const Published& published, const Request& request,
                                                   Bits& bits) noexcept {
  const TableData& data = *published.data;
  std::uint32_t group = kNoIndex;
  if (IsPlain(request)) [[likely]]
    group = data.group_table.Find(request.group);
  if (group == kNoIndex) [[unlikely]] {
    if (data.listed_routes == 0) return Selection(Reason::kEmptyTable, published.generation);
    const GroupChoice choice = ChooseGroup(data, request);
    if (choice.reason != Reason::kNone) return Selection(choice.reason, published.generation);
    group = choice.index;
  }
  const RouteChoice route = ChooseRoute(data, group, data.model_table.Find(request.model));
  if (route.reason != Reason::kNone) [[unlikely]] {
    return Selection(data.listed_routes == 0 ? Reason::kEmptyTable : route.reason, published.generation);
  }
  return SelectFromRoute(published, group, route.first, bits);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_SELECT_H_
