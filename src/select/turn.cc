#include "select/turn.h"

#include <algorithm>
#include <cstddef>

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kAttemptsOfTheTop = 2;

bool IsUsable(const TierBlock& tier, const CandidateJudge& judge, Reason& nearest) noexcept {
  const TierWeights weights(tier);
  for (std::uint32_t i = 0; i < tier.size() && nearest != Reason::kFilterFailed; ++i) {
    Reason reason = judge.Judge(tier, i).reason;
    if (reason == Reason::kNone && weights[i] == 0) reason = Reason::kAllZeroWeight;
    if (reason == Reason::kNone) return true;
    nearest = std::max(nearest, reason);
  }
  return false;
}

TierRef NextUsable(const TableData& data, const CandidateJudge& judge, TierRef ref, Reason& nearest) noexcept {
  while (ref != kAllOut && !IsUsable(data.tier(ref), judge, nearest)) ref = data.tier(ref).next();
  return ref;
}

}  // namespace

Turn ChooseTurn(const TableData& data, const CandidateJudge& judge, TierRef first, Reason& nearest) noexcept {
  const std::size_t made = judge.MadeInGroup();
  const bool top_twice = data.policy.retry.tiers == RetryTiers::kTopTwice;
  if (top_twice && made < kAttemptsOfTheTop) return {.from = NextUsable(data, judge, first, nearest)};
  Turn turn{.from = NextUsable(data, judge, first, nearest)};
  for (std::size_t n = top_twice ? 1 : made; n > 0 && turn.from != kAllOut; --n) {
    const TierRef below = NextUsable(data, judge, data.tier(turn.from).next(), nearest);
    if (below == kAllOut) break;
    turn = {.from = below, .all_below = top_twice};
  }
  return turn;
}

}  // namespace pointsman::inline v0
