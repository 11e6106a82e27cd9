#include <algorithm>
#include <string>
#include <tuple>

#include "select/candidates.h"
#include "select/model_match.h"
#include "select/plan_walk.h"
#include "select/recorded.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

Rejected WhyNot(Reason reason) {
  switch (reason) {
    case Reason::kExhausted: return Rejected::kTried;
    case Reason::kAllFiltered: return Rejected::kFiltered;
    case Reason::kFilterFailed: return Rejected::kFilterFailed;
    default: return Rejected::kOut;
  }
}

Rejected WhyCompiledOut(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kAbilityDisabled: return Rejected::kAbilityDisabled;
    case CandidateStatus::kNoPriority: return Rejected::kNoPriority;
    default: return Rejected::kChannelDisabled;
  }
}

// The way that SelectInFull went, without draws: every candidate in the tiers that it came by.
class RejectedList {
 public:
  RejectedList(const Published& published, const Request& request, const Attempts* before, const Selection& answer)
      : published_(published), data_(*published.data), request_(request), before_(before), answer_(answer) {}

  // What counts is the pass that the answer comes from (WalkTiers).
  std::vector<RejectedCandidate> Run() {
    if (IsAnotherKey()) return {};  // nobody else was asked
    circumstances_.lenient = answer_.degraded();
    const bool found = AddPlan();
    if (found || !answer_) return std::move(list_);
    // Nobody was left, and the policy repeats: the answer was drawn as if nothing had been tried.
    list_.clear();
    circumstances_.again = true;
    AddPlan();
    return std::move(list_);
  }

 private:
  // Whether the last attempt's channel serves once more because its key was at fault.
  bool IsAnotherKey() const {
    if (before_ == nullptr || before_->empty() || !answer_.key_index() || answer_.degraded()) return false;
    const Attempt& last = (*before_)[before_->size() - 1];
    return last.keys_fault && last.channel_id == answer_.channel_id() && last.group == GroupKey(answer_.group()) &&
           !before_->HasTried(last.channel_id, *answer_.key_index());
  }

  // Whether the selection ended there.
  bool AddPlan() {
    PlanWalk walk(data_, request_);
    for (PlanStop stop; walk.Next(stop);) {
      const ModelMatch match = MatchModel(data_, stop.group, request_.model);
      if (stop.group != kNoIndex && match.model != kNoIndex) AddOuts(stop.group, match.model);
      if (match.reason != Reason::kNone) {
        walk.Failed(GroupOutcome::kNoRoute);
        continue;
      }
      if (AddRoute(stop.group, match)) return true;
      walk.Failed(request_.pin.has_value() ? GroupOutcome::kNoRoute : GroupOutcome::kExhausted);
    }
    return false;
  }

  bool AddRoute(std::uint32_t group, const ModelMatch& match) {
    const CandidateJudge judge(published_, request_, before_, group, match.model, circumstances_);
    const bool leaves_group = judge.PassesOverGroup();
    for (TierRef ref = match.first; ref != kAllOut; ref = data_.tier(ref).next()) {
      const TierBlock tier = data_.tier(ref);
      if (leaves_group || judge.PassesOver(tier)) {
        AddTier(group, match.model, tier, leaves_group ? Rejected::kGroupTried : Rejected::kTierTried);
      } else if (AddJudged(group, match.model, tier, judge)) {
        return true;
      }
    }
    return false;
  }

  bool AddJudged(std::uint32_t group, std::uint32_t model, const TierBlock& tier, const CandidateJudge& judge) {
    const TierWeights weights(tier);
    bool ends = false;
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      if (!IsWanted(tier.channel(i))) continue;
      const Verdict verdict = judge.Judge(tier, i);
      if (verdict.reason != Reason::kNone) {
        Add(group, model, data_.priorities[tier.priority()], tier.channel(i), weights.Raw(i), WhyNot(verdict.reason),
            verdict.filter_code);
      } else if (weights[i] == 0 && !request_.pin.has_value()) {
        Add(group, model, data_.priorities[tier.priority()], tier.channel(i), 0, Rejected::kZeroWeight);
      }
      ends = ends || verdict.reason == Reason::kFilterFailed ||
             (verdict.reason == Reason::kNone && Served(group, tier, i));
    }
    return ends;
  }

  void AddTier(std::uint32_t group, std::uint32_t model, const TierBlock& tier, Rejected why) {
    const TierWeights weights(tier);
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      if (!IsWanted(tier.channel(i))) continue;
      Add(group, model, data_.priorities[tier.priority()], tier.channel(i), weights.Raw(i), why);
    }
  }

  // What was compiled out.
  void AddOuts(std::uint32_t group, std::uint32_t model) {
    const auto before = [](const OutRecord& a, const OutRecord& b) {
      return std::tie(a.group, a.model) < std::tie(b.group, b.model);
    };
    const OutRecord wanted{.group = group, .model = model};
    const auto [begin, end] = std::equal_range(data_.outs.begin(), data_.outs.end(), wanted, before);
    for (auto out = begin; out != end; ++out) {
      if (!IsWanted(out->channel)) continue;
      Add(group, model, out->priority, out->channel, out->weight, WhyCompiledOut(out->status));
    }
  }

  // Who asks for one channel wants to hear of no other.
  bool IsWanted(std::uint32_t channel) const {
    return !request_.pin.has_value() || data_.channels[channel].id == *request_.pin;
  }

  bool Served(std::uint32_t group, const TierBlock& tier, std::uint32_t i) const {
    return answer_ && answer_.group() == data_.groups[group] &&
           answer_.priority() == data_.priorities[tier.priority()] &&
           answer_.channel_id() == data_.channels[tier.channel(i)].id;
  }

  void Add(std::uint32_t group, std::uint32_t model, std::int64_t priority, std::uint32_t channel, std::uint32_t weight,
           Rejected why, std::int32_t code = 0) {
    list_.push_back({.candidate = {.channel_id = data_.channels[channel].id,
                                   .priority = priority,
                                   .group = std::string(data_.groups[group]),
                                   .model = std::string(data_.models[model])},
                     .weight = weight,
                     .why = why,
                     .filter_code = code});
  }

  const Published& published_;
  const TableData& data_;
  const Request& request_;
  const Attempts* before_;
  Circumstances circumstances_;
  const Selection& answer_;
  std::vector<RejectedCandidate> list_;
};

}  // namespace

std::string_view OutReasonName(OutReason reason) {
  switch (reason) {
    case OutReason::kSwitchedOff: return "switched_off";
    case OutReason::kCoolingDown: return "cooling_down";
    case OutReason::kAtLimit: return "at_limit";
    case OutReason::kSlowStart: return "slow_start";
  }
  return "unknown";
}

std::string_view RejectedName(Rejected why) {
  switch (why) {
    case Rejected::kChannelDisabled: return "channel_disabled";
    case Rejected::kAbilityDisabled: return "ability_disabled";
    case Rejected::kZeroWeight: return "zero_weight";
    case Rejected::kTried: return "tried";
    case Rejected::kOut: return "out";
    case Rejected::kFiltered: return "filtered";
    case Rejected::kFilterFailed: return "filter_failed";
    case Rejected::kTierTried: return "tier_tried";
    case Rejected::kGroupTried: return "group_tried";
    case Rejected::kNoPriority: return "no_priority";
  }
  return "unknown";
}

std::vector<RejectedCandidate> RejectedBefore(const Published& published, const Request& request,
                                              const Attempts* before, const Selection& answer) {
  const bool never_looked = answer.reason() == Reason::kEmptyTable || answer.reason() == Reason::kBudgetSpent ||
                            answer.reason() == Reason::kAttemptLimit;
  if (never_looked) return {};
  return RejectedList(published, request, before, answer).Run();
}

}  // namespace pointsman::inline v0
