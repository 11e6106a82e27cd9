// WalkTiers: the tiers that a selection may draw from, one after the other, each when those before could not serve.
//
//   const Reason reason = WalkTiers(published, request, attempts, [&](const TierOffer& at, Reason& nearest) {
//     …                                   // try at.tier; true: it served, and that is the end
//   });                                   // kNone if an offer was taken, else why none was
//
// Plans, model rules, budgets and what attempts pass over are decided here and nowhere else: selections draw from the
// tier that is offered, distributions sum it up, comparisons note it down, and so they cannot disagree.
//
// An offer that is not taken says what was nearest to serving, where that comes later in the order of judging than what
// `nearest` holds already; kFilterFailed ends the walk.
//
// Thread safety: thread-compatible. It throws and allocates only if the offers do.
// Cost: O(tiers of the plan), and the offers.
#ifndef POINTSMAN_SRC_SELECT_TIER_WALK_H_
#define POINTSMAN_SRC_SELECT_TIER_WALK_H_

#include <cstddef>

#include <optional>

#include "publish/choice_source.h"
#include "publish/published.h"
#include "select/candidates.h"
#include "select/model_match.h"
#include "select/plan_walk.h"
#include "select/selected.h"
#include "select/turn.h"

namespace pointsman::inline v0 {

struct TierOffer {
  std::uint32_t group;  // its number in the table
  const ModelMatch& match;
  TierRef ref;
  TierBlock tier;
  const CandidateJudge& judge;
  bool degraded = false;   // who cools down serves
  bool all_below = false;  // alike among its candidates and those of all tiers below it (select/turn.h)
  // The only channel that is meant, whatever it weighs: the request's own pin, or the channel of the last attempt.
  std::optional<std::int64_t> pin;
  bool other_key = false;  // the latter: with a key that was not tried
};

// The channel of the last attempt, if that failed by its key's fault and another key can be had.
inline std::optional<std::int64_t> ChannelWithAnotherKey(const Published& published, const Attempts* attempts) {
  if (attempts == nullptr || attempts->empty() || published.choices == nullptr) return std::nullopt;
  const Attempt& last = (*attempts)[attempts->size() - 1];
  if (!last.keys_fault) return std::nullopt;
  const std::uint32_t channel = ChannelNumber(*published.data, last.channel_id);
  const auto tried = [&](std::uint32_t key) { return attempts->HasTried(last.channel_id, key); };
  if (channel == kNoIndex || !published.choices->HasKey(published, channel, tried)) return std::nullopt;
  return last.channel_id;
}

// The tiers of one route.
template <class Offer>
Reason WalkRoute(const Published& published, const Request& request, const Attempts* attempts, std::uint32_t group,
                 const ModelMatch& match, Circumstances& circumstances, Offer& offer) {
  const CandidateJudge judge(published, request, attempts, group, match.model, circumstances);
  if (judge.PassesOverGroup()) return Reason::kExhausted;
  // Of several reasons in a group the one that comes last in the order of judging: what was nearest to serving.
  Reason nearest = Reason::kAllDisabled;
  if (judge.GoesByNumber() && !request.pin.has_value()) {
    const Turn turn = ChooseTurn(*published.data, judge, match.first, nearest);
    if (turn.from == kAllOut || nearest == Reason::kFilterFailed) return nearest;
    const TierOffer at{.group = group,
                       .match = match,
                       .ref = turn.from,
                       .tier = published.data->tier(turn.from),
                       .judge = judge,
                       .degraded = circumstances.lenient,
                       .all_below = turn.all_below,
                       .pin = std::nullopt};
    return offer(at, nearest) ? Reason::kNone : nearest;
  }
  for (TierRef ref = match.first; ref != kAllOut;) {
    const TierBlock tier = published.data->tier(ref);
    const TierOffer at{.group = group,
                       .match = match,
                       .ref = ref,
                       .tier = tier,
                       .judge = judge,
                       .degraded = circumstances.lenient,
                       .pin = request.pin};
    ref = tier.next();
    if (judge.PassesOver(tier)) continue;
    if (offer(at, nearest)) return Reason::kNone;
    if (nearest == Reason::kFilterFailed) break;
  }
  return nearest;
}

// One way through the plan.
template <class Offer>
Reason WalkPlan(const Published& published, const Request& request, const Attempts* attempts,
                Circumstances& circumstances, Offer& offer) {
  Reason first = Reason::kNone;  // of the first group that the request may use: that one counts
  const auto note = [&](Reason reason) {
    if (first == Reason::kNone) first = reason;
  };
  PlanWalk walk(*published.data, request);
  for (PlanStop stop; walk.Next(stop);) {
    const ModelMatch match = MatchModel(*published.data, stop.group, request.model);
    if (match.reason != Reason::kNone) {
      note(stop.known ? match.reason : Reason::kUnknownGroup);
      walk.Failed(GroupOutcome::kNoRoute);
      continue;
    }
    const Reason reason = WalkRoute(published, request, attempts, stop.group, match, circumstances, offer);
    if (reason == Reason::kNone || reason == Reason::kFilterFailed) return reason;
    note(reason);
    walk.Failed(request.pin.has_value() ? GroupOutcome::kNoRoute : GroupOutcome::kExhausted);
  }
  if (attempts != nullptr && !attempts->empty()) return Reason::kExhausted;
  if (walk.refusal() != Reason::kNone) return walk.refusal();
  return request.pin.has_value() ? Reason::kPinUnusable : first;
}

// The group of the last attempt once more, for that channel alone.
template <class Offer>
Reason WalkForAnotherKey(const Published& published, const Request& request, const Attempts& attempts,
                         std::int64_t channel, Offer& offer) {
  const std::uint64_t group = attempts[attempts.size() - 1].group;
  const auto only_there = [&](TierOffer at, Reason& nearest) {
    at.other_key = true;
    return GroupKey(published.data->groups[at.group]) == group && offer(at, nearest);
  };
  Request pinned = request;
  pinned.pin = channel;
  Circumstances circumstances{.again = true};
  return WalkPlan(published, pinned, &attempts, circumstances, only_there);
}

// The whole: budgets, another key of the last channel, and what follows where nothing was left: those who cool down,
// and then what was tried before. `attempts` may be null: a selection on its own. `circumstances` tell afterwards what
// was met.
template <class Offer>
Reason WalkTiers(const Published& published, const Request& request, const Attempts* attempts,
                 Circumstances& circumstances, Offer&& offer) {
  if (published.data->listed_routes == 0) return Reason::kEmptyTable;
  const RetryPolicy& retry = published.data->policy.retry;
  if (attempts != nullptr && attempts->size() >= static_cast<std::size_t>(retry.budget)) return Reason::kBudgetSpent;
  if (attempts != nullptr && attempts->size() == attempts->capacity()) return Reason::kAttemptLimit;
  if (const auto channel = ChannelWithAnotherKey(published, attempts)) {
    if (WalkForAnotherKey(published, request, *attempts, *channel, offer) == Reason::kNone) return Reason::kNone;
  }
  const Reason reason = WalkPlan(published, request, attempts, circumstances, offer);
  if (reason == Reason::kNone || reason == Reason::kFilterFailed) return reason;
  const auto once_more = [&](bool Circumstances::* how) {
    circumstances.*how = true;
    return WalkPlan(published, request, attempts, circumstances, offer);
  };
  if (circumstances.met_cooling && once_more(&Circumstances::lenient) == Reason::kNone) return Reason::kNone;
  circumstances.lenient = false;
  const bool repeats = reason == Reason::kExhausted && attempts != nullptr && retry.last_resort == LastResort::kRepeat;
  return repeats ? once_more(&Circumstances::again) : reason;
}

template <class Offer>
Reason WalkTiers(const Published& published, const Request& request, const Attempts* attempts, Offer&& offer) {
  Circumstances circumstances;
  return WalkTiers(published, request, attempts, circumstances, offer);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_TIER_WALK_H_
