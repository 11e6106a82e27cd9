#include "select/in_full.h"

#include <algorithm>
#include <utility>

#include "select/draw.h"
#include "select/select.h"
#include "select/tier_walk.h"

namespace pointsman::inline v0 {
namespace {

// Draws from the tiers that the walk offers.
class FullSelection {
 public:
  FullSelection(const Published& published, const Request& request, RandomBits bits) noexcept
      : published_(published), request_(request), bits_(bits) {}

  Selection Run(const Attempts* attempts) noexcept {
    Selection served(Reason::kNone, published_.generation);
    const Reason reason = WalkTiers(published_, request_, attempts, [&](const TierOffer& at, Reason& nearest) {
      const std::uint32_t drawn =
          request_.pin.has_value() ? Pinned(at.tier, at.judge, nearest) : Draw(at.tier, at.judge, nearest);
      if (drawn == kNoIndex) return false;
      served = Serve(published_, at.group, at.tier.priority(), published_.channels[at.tier.channel(drawn)]);
      return true;
    });
    return reason == Reason::kNone ? std::move(served) : Selection(reason, published_.generation);
  }

 private:
  std::uint32_t Pinned(const TierBlock& tier, const CandidateJudge& judge, Reason& nearest) const noexcept {
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      if (published_.channels[tier.channel(i)].id != *request_.pin) continue;
      const Reason reason = judge.Judge(tier, i).reason;
      if (reason == Reason::kNone) return i;
      nearest = reason;
    }
    return kNoIndex;
  }

  // As DrawAmongUsable of select.h, which has the argument why this is exact.
  std::uint32_t Draw(const TierBlock& tier, const CandidateJudge& judge, Reason& nearest) noexcept {
    const std::uint32_t n = tier.size();
    const std::uint32_t tries = 1 + (n == 1 ? 0 : std::clamp(n / 4, 3u, 64u));
    for (std::uint32_t t = 0; t < tries; ++t) {
      const std::uint32_t drawn = DrawCandidate(tier, bits_);
      const Reason reason = judge.Judge(tier, drawn).reason;
      if (reason == Reason::kNone) return drawn;
      nearest = std::max(nearest, reason);
      if (nearest == Reason::kFilterFailed) return kNoIndex;
    }
    const TierWeights weights(tier);
    std::uint64_t sum = 0;
    std::uint32_t held = kNoIndex;
    for (std::uint32_t i = 0; i < n; ++i) {
      Reason reason = judge.Judge(tier, i).reason;
      const std::uint64_t weight = weights[i];
      if (reason == Reason::kNone && weight == 0) reason = Reason::kAllZeroWeight;
      nearest = std::max(nearest, reason);
      if (reason == Reason::kFilterFailed) return kNoIndex;
      if (reason != Reason::kNone) continue;
      sum += weight;
      if (sum == weight || DrawBelow(sum, bits_) < weight) held = i;
    }
    return held;
  }

  const Published& published_;
  const Request& request_;
  RandomBits bits_;
};

}  // namespace

Selection SelectInFull(const Published& published, const Request& request, Attempts* attempts,
                       RandomBits bits) noexcept {
  Selection served = FullSelection(published, request, bits).Run(attempts);
  if (served && attempts != nullptr) {
    attempts->Add(
        {.channel_id = served.channel_id(), .priority = served.priority(), .group = GroupKey(served.group())});
  }
  return served;
}

}  // namespace pointsman::inline v0
