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
      if (at.all_below) return DrawAlike(at, nearest, served);
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

  std::uint32_t Draw(const TierBlock& tier, const CandidateJudge& judge, Reason& nearest) noexcept {
    const auto usable = [&](std::uint32_t i) {
      const Reason reason = judge.Judge(tier, i).reason;
      nearest = std::max(nearest, reason);
      return reason == Reason::kNone;
    };
    const std::uint32_t drawn = DrawAmong(tier, bits_, usable);
    if (nearest == Reason::kFilterFailed) return kNoIndex;
    if (drawn == kNoIndex) NoteZeroWeights(tier, judge, nearest);
    return drawn;
  }

  static void NoteZeroWeights(const TierBlock& tier, const CandidateJudge& judge, Reason& nearest) noexcept {
    const TierWeights weights(tier);
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      if (weights[i] != 0) continue;
      const Reason reason = judge.Judge(tier, i).reason;
      nearest = std::max(nearest, reason == Reason::kNone ? Reason::kAllZeroWeight : reason);
    }
  }

  // Among all that are usable in this tier and below: each takes the place of the one held so far with 1 / (how many up
  // to it).
  bool DrawAlike(const TierOffer& at, Reason& nearest, Selection& served) noexcept {
    std::uint64_t usable = 0;
    for (TierRef ref = at.ref; ref != kAllOut; ref = published_.data->tier(ref).next()) {
      const TierBlock tier = published_.data->tier(ref);
      const TierWeights weights(tier);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        const Reason reason = at.judge.Judge(tier, i).reason;
        nearest = std::max(nearest, reason);
        if (reason == Reason::kFilterFailed) return false;
        if (reason != Reason::kNone || weights[i] == 0) continue;
        if (++usable > 1 && DrawBelow(usable, bits_) != 0) continue;
        served = Serve(published_, at.group, tier.priority(), published_.channels[tier.channel(i)]);
      }
    }
    return usable > 0;
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
