#include "select/in_full.h"

#include <algorithm>

#include "select/candidates.h"
#include "select/draw.h"
#include "select/model_match.h"
#include "select/plan_walk.h"
#include "select/select.h"
#include "select/turn.h"

namespace pointsman::inline v0 {
namespace {

class FullSelection {
 public:
  FullSelection(const Published& published, const Request& request, const Attempts* attempts, RandomBits bits) noexcept
      : published_(published), data_(*published.data), request_(request), attempts_(attempts), bits_(bits) {}

  // One way through the plan.
  Selection Run() noexcept {
    PlanWalk walk(data_, request_);
    for (PlanStop stop; walk.Next(stop);) {
      const ModelMatch match = MatchModel(data_, stop.group, request_.model);
      if (match.reason != Reason::kNone) {
        Note(stop.known ? match.reason : Reason::kUnknownGroup);
        walk.Failed(GroupOutcome::kNoRoute);
        continue;
      }
      Selection served = FromRoute(stop.group, match);
      if (served || served.reason() == Reason::kFilterFailed) return served;
      Note(served.reason());
      walk.Failed(request_.pin.has_value() ? GroupOutcome::kNoRoute : GroupOutcome::kExhausted);
    }
    return Selection(WhyNot(walk), published_.generation);
  }

 private:
  // The reason of the first group that the request may use counts.
  void Note(Reason reason) noexcept {
    if (first_reason_ == Reason::kNone) first_reason_ = reason;
  }

  Reason WhyNot(const PlanWalk& walk) const noexcept {
    if (attempts_ != nullptr && !attempts_->empty()) return Reason::kExhausted;
    if (walk.refusal() != Reason::kNone) return walk.refusal();
    return request_.pin.has_value() ? Reason::kPinUnusable : first_reason_;
  }

  Selection FromRoute(std::uint32_t group, const ModelMatch& match) noexcept {
    const CandidateJudge judge(published_, request_, attempts_, group, match.model);
    if (judge.PassesOverGroup()) return Selection(Reason::kExhausted, published_.generation);
    // Of several reasons in a group the one that comes last in the order of judging: what was nearest to serving.
    Reason nearest = Reason::kAllDisabled;
    if (judge.GoesByNumber() && !request_.pin.has_value()) return ByNumber(group, match.first, judge, nearest);
    for (TierRef ref = match.first; ref != kAllOut;) {
      const TierBlock tier = data_.tier(ref);
      ref = tier.next();
      if (judge.PassesOver(tier)) continue;
      const std::uint32_t drawn = request_.pin.has_value() ? Pinned(tier, judge, nearest) : Draw(tier, judge, nearest);
      if (drawn != kNoIndex) {
        return Serve(published_, group, tier.priority(), published_.channels[tier.channel(drawn)]);
      }
      if (nearest == Reason::kFilterFailed) break;
    }
    return Selection(nearest, published_.generation);
  }

  Selection ByNumber(std::uint32_t group, TierRef first, const CandidateJudge& judge, Reason nearest) noexcept {
    const Turn turn = ChooseTurn(data_, judge, first, nearest);
    if (turn.from == kAllOut || nearest == Reason::kFilterFailed) return Selection(nearest, published_.generation);
    if (turn.all_below) return DrawAlike(group, turn.from, judge, nearest);
    const TierBlock tier = data_.tier(turn.from);
    const std::uint32_t drawn = Draw(tier, judge, nearest);
    if (drawn == kNoIndex) return Selection(nearest, published_.generation);
    return Serve(published_, group, tier.priority(), published_.channels[tier.channel(drawn)]);
  }

  // Among all that are usable in this tier and below: each takes the place of the one held so far with 1 / (how many up
  // to it).
  Selection DrawAlike(std::uint32_t group, TierRef from, const CandidateJudge& judge, Reason nearest) noexcept {
    std::uint64_t usable = 0;
    TierRef held_in = kAllOut;
    std::uint32_t held = 0;
    for (TierRef ref = from; ref != kAllOut; ref = data_.tier(ref).next()) {
      const TierBlock tier = data_.tier(ref);
      const TierWeights weights(tier);
      for (std::uint32_t i = 0; i < tier.size(); ++i) {
        const Reason reason = judge.Judge(tier, i).reason;
        nearest = std::max(nearest, reason);
        if (reason == Reason::kFilterFailed) return Selection(nearest, published_.generation);
        if (reason != Reason::kNone || weights[i] == 0) continue;
        if (++usable > 1 && DrawBelow(usable, bits_) != 0) continue;
        held_in = ref;
        held = i;
      }
    }
    if (held_in == kAllOut) return Selection(nearest, published_.generation);
    const TierBlock tier = data_.tier(held_in);
    return Serve(published_, group, tier.priority(), published_.channels[tier.channel(held)]);
  }

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

  const Published& published_;
  const TableData& data_;
  const Request& request_;
  const Attempts* attempts_;
  RandomBits bits_;
  Reason first_reason_ = Reason::kNone;
};

}  // namespace

Selection SelectInFull(const Published& published, const Request& request, Attempts* attempts,
                       RandomBits bits) noexcept {
  const auto refuse = [&](Reason reason) { return Selection(reason, published.generation); };
  if (published.data->listed_routes == 0) return refuse(Reason::kEmptyTable);
  if (attempts == nullptr) return FullSelection(published, request, nullptr, bits).Run();
  const RetryPolicy& retry = published.data->policy.retry;
  if (attempts->size() >= static_cast<std::size_t>(retry.budget)) return refuse(Reason::kBudgetSpent);
  if (attempts->size() == attempts->capacity()) return refuse(Reason::kAttemptLimit);
  Selection served = FullSelection(published, request, attempts, bits).Run();
  if (served.reason() == Reason::kExhausted && retry.last_resort == LastResort::kRepeat) {
    served = FullSelection(published, request, nullptr, bits).Run();
  }
  if (served) {
    attempts->Add(
        {.channel_id = served.channel_id(), .priority = served.priority(), .group = GroupKey(served.group())});
  }
  return served;
}

}  // namespace pointsman::inline v0
