#include "select/next_tier.h"

#include <algorithm>

#include "select/key_choice.h"

namespace pointsman::inline v0 {
namespace {

// A pin asks for one channel, whatever it weighs.
Standing StandingOf(const Published& published, const TierOffer& at, const TierBlock& tier, const TierWeights& weights,
                    std::uint32_t i) {
  const std::uint32_t channel = tier.channel(i);
  Standing standing{.channel_id = published.channels[channel].id, .channel = channel};
  const bool pinned = at.pin.has_value();
  if (pinned && standing.channel_id != *at.pin) {
    standing.verdict.reason = Reason::kPinUnusable;
    return standing;
  }
  const std::uint64_t weight = pinned || (at.all_below && weights[i] > 0) ? 1 : weights[i];
  standing.verdict = at.judge.Judge(tier, i);
  if (standing.verdict.reason != Reason::kNone) return standing;
  if (weight == 0) standing.verdict.reason = Reason::kAllZeroWeight;
  // A pin and a draw that is alike do not ask how much of a weight counts.
  const bool whole = pinned || at.all_below;
  standing.weight = weight * (whole ? Availability::kFull : standing.verdict.level);
  return standing;
}

// Whether the request's own key decides.
bool GoesByKey(const Published& published, const Request& request, const TierOffer& at) {
  return request.affinity && !at.pin && !at.all_below && IsByKey(published.data->BalanceOf(at.group));
}

// Everything to the candidate that the key belongs to.
void GiveToKey(const Published& published, std::uint64_t key, const TierOffer& at, NextTier& next) {
  const auto level = [&](std::uint32_t i) {
    const Standing& standing = next.standings[i];
    return standing.weight == 0 ? 0 : standing.verdict.level;
  };
  const std::uint32_t chosen = ChooseByKey(published, at.tier, published.data->BalanceOf(at.group), key, level);
  for (std::uint32_t i = 0; i < next.standings.size(); ++i) {
    if (i != chosen) next.standings[i].weight = 0;
  }
  next.total = chosen == kNoIndex ? 0 : next.standings[chosen].weight;
}

}  // namespace

NextTier FindNextTier(const Published& published, const Request& request, const Attempts* attempts) {
  NextTier next;
  next.reason = WalkTiers(published, request, attempts, [&](const TierOffer& at, Reason& nearest) {
    next.standings.clear();
    next.total = 0;
    for (TierRef ref = at.ref; ref != kAllOut; ref = at.all_below ? published.data->tier(ref).next() : kAllOut) {
      const TierBlock tier = published.data->tier(ref);
      const TierWeights weights(tier);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        next.standings.push_back(StandingOf(published, at, tier, weights, i));
        const Standing& standing = next.standings.back();
        next.total += standing.weight;
        if (standing.verdict.reason != Reason::kPinUnusable) nearest = std::max(nearest, standing.verdict.reason);
      }
    }
    if (GoesByKey(published, request, at)) GiveToKey(published, *request.affinity, at, next);
    if (next.total == 0 || nearest == Reason::kFilterFailed) return false;
    next.group = at.group;
    next.other_key = at.other_key;
    next.match = at.match;
    next.tier = at.ref;
    next.priority = published.data->priorities[at.tier.priority()];
    return true;
  });
  if (next.reason != Reason::kNone) next.standings.clear();
  return next;
}

}  // namespace pointsman::inline v0
