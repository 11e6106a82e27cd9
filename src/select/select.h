// Select: request -> group -> route -> tier -> candidate, on one published table. Explain walks the same steps.
//
// A candidate is drawn; if its channel is out, or only part of its weight counts and that part was missed, others are
// drawn a few times more, and then one exact scan over all decides. Either way each of them has exactly its counting
// weight over the sum of theirs. A route that is left with channels that are cooling down or at a limit is for
// in_full.h.
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

inline Selection Serve(const Published& published, std::uint32_t group, std::uint32_t model, std::uint32_t priority,
                       const BoundChannel& channel, const Taken& taken = {},
                       std::uint16_t key = Selection::kNoKey) noexcept {
  return Selection({.channel_id = channel.id,
                    .priority = published.data->priorities[priority],
                    .cookie = channel.cookie,
                    .group = published.group_names[group],
                    .model = model,
                    .trial = taken.trial,
                    .key = key,
                    .reservation = taken.reservation},
                   published.generation);
}

// The channels of one route, by their words and, where these are not enough, by what is behind them. Apart from the
// usual path; reads the clock only where it matters.
class RouteStates {
 public:
  RouteStates(const Published& published, std::uint32_t model) : published_(published), model_(model) {}

  // How much of the channel's weight counts.
  std::uint32_t Level(std::uint32_t channel) noexcept {
    const std::uint64_t word = WordOf(channel);
    if (word == 0) return Availability::kFull;
    return (word & ~slot_bit::kPlain) == 0 ? 0 : LevelBehind(channel, word);
  }
  // Which of its keys.
  std::uint16_t Key(std::uint32_t channel) noexcept {
    return (WordOf(channel) & slot_bit::kKeys) == 0 ? Selection::kNoKey : KeyBehind(channel);
  }
  // Takes what serving from the channel takes; false where somebody else was faster.
  bool Claim(std::uint32_t channel, Taken& taken) noexcept {
    const std::uint64_t word = WordOf(channel);
    return word == 0 || ClaimBehind(channel, word, taken);
  }

 private:
  std::uint64_t WordOf(std::uint32_t channel) const noexcept {
    return published_.channels[channel].word->load(std::memory_order_relaxed);
  }
  std::uint32_t LevelBehind(std::uint32_t channel, std::uint64_t word) noexcept;
  std::uint16_t KeyBehind(std::uint32_t channel) noexcept;
  bool ClaimBehind(std::uint32_t channel, std::uint64_t word, Taken& taken) noexcept;
  Nanoseconds Now() noexcept;

  const Published& published_;
  const std::uint32_t model_;
  Nanoseconds now_ = 0;
  bool knows_now_ = false;
};

// From a route to the answer. `drawn` is the candidate of the first tier that a draw has met, or kNoIndex: where it
// does not serve, the drawing goes on, `redraws` times until all are looked at. kAllCoolingDown: nobody serves; why, or
// whether somebody does all the same, is not for here.
template <class Bits>
[[gnu::noinline]] Selection SelectFromTiers(const Published& published, std::uint32_t group, std::uint32_t model,
                                            TierBlock tier, std::uint32_t drawn, std::uint32_t redraws,
                                            Bits bits) noexcept {
  RouteStates states(published, model);
  const auto level = [&](std::uint32_t i) { return states.Level(tier.channel(i)); };
  for (;;) {
    if (drawn == kNoIndex) drawn = DrawCandidate(tier, bits);
    if (!Counts(level(drawn), bits)) drawn = DrawAmong(tier, bits, level, redraws);
    if (drawn != kNoIndex) {
      Taken taken;
      const std::uint32_t channel = tier.channel(drawn);
      if (!states.Claim(channel, taken)) return Selection(Reason::kAllCoolingDown, published.generation);
      return Serve(published, group, model, tier.priority(), published.channels[channel], taken, states.Key(channel));
    }
    if (tier.next() == kAllOut) return Selection(Reason::kAllCoolingDown, published.generation);
    tier = published.data->tier(tier.next());
    redraws = StraightRedrawsOf(tier.size());
  }
}
template <class Bits>
Selection SelectFromTiers(const Published& published, std::uint32_t group, std::uint32_t model, TierBlock tier,
                          std::uint32_t drawn, Bits bits) noexcept {
  return SelectFromTiers(published, group, model, tier, drawn, StraightRedrawsOf(tier.size()), bits);
}

// The answer where there is no channel. REQUIRES: `reason` is not kNone.
inline Selection Refuse(const Published& published, Reason reason) noexcept {
  return Selection(published.data->listed_routes == 0 ? Reason::kEmptyTable : reason, published.generation);
}

// `group` and `model` may be kNoIndex: the table has no such name.
// As SelectFromTiers: kAllCoolingDown decides nothing.
template <class Bits>
Selection SelectByNumbers(const Published& published, std::uint32_t group, std::uint32_t model, Bits bits) noexcept {
  if (group == kNoIndex) return Refuse(published, Reason::kUnknownGroup);
  const RouteChoice route = ChooseRoute(*published.data, group, model);
  if (route.reason != Reason::kNone) return Refuse(published, route.reason);
  return SelectFromTiers(published, group, model, published.data->tier(route.first), kNoIndex, bits);
}

template <class Bits>
Selection SelectByNames(const Published& published, const Request& request, Bits bits) noexcept {
  const GroupChoice choice = ChooseGroup(*published.data, request);
  if (choice.reason != Reason::kNone) return Refuse(published, choice.reason);
  return SelectByNumbers(published, choice.index, published.data->model_table.Find(request.model), bits);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_SELECT_H_
