#include "select/in_full.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "publish/choice_source.h"
#include "select/balanced_draw.h"
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
    attempts_ = attempts;
    Selection served(Reason::kNone, published_.generation);
    const Reason reason =
        WalkTiers(published_, request_, attempts, circumstances_, [&](const TierOffer& at, Reason& nearest) {
          if (at.all_below) return DrawAlike(at, nearest, served);
          Taken taken;
          const std::uint32_t drawn =
              at.pin.has_value() ? Pinned(at.tier, *at.pin, at.judge, nearest, taken) : Draw(at, nearest, taken);
          if (drawn == kNoIndex) return false;
          served = ServeReserved(at, at.tier, drawn, taken);
          return true;
        });
    if (reason == Reason::kNone) return served;
    return Selection(reason, published_.generation, RetryAfter(reason));
  }

 private:
  // Others may take a trial or a reservation while this draws for it.
  static constexpr int kMostClaims = 8;

  std::uint16_t KeyOf(std::uint32_t channel) const noexcept {
    const ChannelRecord& record = published_.data->channels[channel];
    if (record.keys.count < 2 || published_.choices == nullptr) return Selection::kNoKey;
    // The channel may have more keys by now than this table knows.
    const auto unknown = [&](std::uint32_t key) { return key >= record.keys.count; };
    const auto tried = [&](std::uint32_t key) {
      return unknown(key) || (attempts_ != nullptr && attempts_->HasTried(record.id, key));
    };
    std::uint16_t key = published_.choices->Key(published_, channel, tried);
    if (key == Selection::kNoKey && attempts_ != nullptr) key = published_.choices->Key(published_, channel, unknown);
    return key != Selection::kNoKey && unknown(key) ? Selection::kNoKey : key;
  }

  Selection ServeReserved(const TierOffer& at, const TierBlock& tier, std::uint32_t i,
                          const Taken& taken) const noexcept {
    const BoundChannel& channel = published_.channels[tier.channel(i)];
    return Selection({.channel_id = channel.id,
                      .priority = published_.data->priorities[tier.priority()],
                      .cookie = channel.cookie,
                      .group = published_.group_names[at.group],
                      .model = at.match.model,
                      .degraded = at.degraded,
                      .trial = taken.trial,
                      .key = KeyOf(tier.channel(i)),
                      .reservation = taken.reservation},
                     published_.generation);
  }

  std::optional<std::chrono::milliseconds> RetryAfter(Reason reason) const noexcept {
    if (reason != Reason::kAllCoolingDown && reason != Reason::kAllAtLimit) return std::nullopt;
    if (circumstances_.recovers_in == ModelStates::kForever) return std::nullopt;
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(circumstances_.recovers_in));
  }

  std::uint32_t Pinned(const TierBlock& tier, std::int64_t id, const CandidateJudge& judge, Reason& nearest,
                       Taken& taken) const noexcept {
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      if (published_.channels[tier.channel(i)].id != id) continue;
      const Verdict verdict = judge.Judge(tier, i);
      if (verdict.reason == Reason::kNone && (!verdict.claims || judge.Claim(tier, i, taken))) return i;
      nearest = verdict.reason == Reason::kNone ? Reason::kAllAtLimit : verdict.reason;
    }
    return kNoIndex;
  }

  std::uint32_t Draw(const TierOffer& at, Reason& nearest, Taken& taken) noexcept {
    const TierBlock& tier = at.tier;
    const CandidateJudge& judge = at.judge;
    const bool retry = attempts_ != nullptr && !attempts_->empty();
    const BalancedDraw draw(published_, request_, at.group, at.match.model, retry, bits_);
    const auto level = [&](std::uint32_t i) -> std::uint32_t {
      const Verdict verdict = judge.Judge(tier, i);
      nearest = std::max(nearest, verdict.reason);
      return verdict.reason == Reason::kNone ? verdict.level : 0;
    };
    for (int claims = 0; claims < kMostClaims; ++claims) {
      const std::uint32_t drawn = draw.Among(tier, level);
      if (nearest == Reason::kFilterFailed) return kNoIndex;
      if (drawn == kNoIndex) {
        NoteZeroWeights(tier, judge, nearest);
        return kNoIndex;
      }
      if (judge.Claim(tier, drawn, taken)) return drawn;
    }
    nearest = std::max(nearest, Reason::kAllAtLimit);
    return kNoIndex;
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
    TierBlock held = at.tier;
    std::uint32_t place = 0;
    for (TierRef ref = at.ref; ref != kAllOut; ref = published_.data->tier(ref).next()) {
      const TierBlock tier = published_.data->tier(ref);
      const TierWeights weights(tier);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        const Reason reason = at.judge.Judge(tier, i).reason;
        nearest = std::max(nearest, reason);
        if (reason == Reason::kFilterFailed) return false;
        if (reason != Reason::kNone || weights[i] == 0) continue;
        ++usable;
        if (usable > 1 && DrawBelow(usable, bits_) != 0) continue;
        held = tier;
        place = i;
      }
    }
    Taken taken;
    if (usable == 0) return false;
    if (!at.judge.Claim(held, place, taken)) {
      nearest = std::max(nearest, Reason::kAllAtLimit);
      return false;
    }
    served = ServeReserved(at, held, place, taken);
    return true;
  }

  const Published& published_;
  const Request& request_;
  RandomBits bits_;
  const Attempts* attempts_ = nullptr;
  Circumstances circumstances_;
};

}  // namespace

Selection SelectInFull(const Published& published, const Request& request, Attempts* attempts,
                       RandomBits bits) noexcept {
  Selection served = FullSelection(published, request, bits).Run(attempts);
  if (served && attempts != nullptr) {
    attempts->Add({.channel_id = served.channel_id(),
                   .priority = served.priority(),
                   .group = GroupKey(served.group()),
                   .key = served.key_index() ? static_cast<std::int32_t>(*served.key_index()) : -1});
  }
  return served;
}

}  // namespace pointsman::inline v0
