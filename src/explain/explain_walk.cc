// What a selection would do now, group by group. The verdict is the selection's own: it is made once, for its reason
// and group, which do not depend on the random bits. What is noted beside it comes from the same steps.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "explain/explain_steps.h"
#include "select/candidates.h"
#include "select/in_full.h"
#include "select/model_match.h"
#include "select/next_tier.h"
#include "select/plan_walk.h"
#include "table/table_data.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kMostTiers = 1000;  // listed in one explanation

std::uint64_t SameWord(void*) noexcept { return 0; }

std::string Kept(std::string_view name) { return std::string(name.substr(0, kMaxNameBytes + 1)); }

class Walker {
 public:
  Walker(const Published& now, const Request& request, const Attempts* attempts, Explanation& e)
      : now_(now), data_(*now.data), request_(request), attempts_(attempts), e_(e), walk_(data_, request) {}

  void Run() {
    Attempts before = attempts_ == nullptr ? Attempts() : *attempts_;
    const Selection verdict =
        SelectInFull(now_, request_, attempts_ == nullptr ? nullptr : &before, RandomBits(&SameWord, nullptr));
    e_.reason = verdict.reason();
    e_.serving_group = verdict.group();
    e_.degraded = verdict.degraded();
    e_.retry_after = verdict.retry_after();
    NoteGroup();
    NotePlan();
    if (e_.reason == Reason::kEmptyTable) return;
    const NextTier next = e_.reason == Reason::kNone ? FindNextTier(now_, request_, attempts_) : NextTier();
    if (next.other_key) return NoteOtherKey(next);
    for (PlanStop stop; walk_.Next(stop);) {
      ExplainedGroup* noted = Find(stop.name);
      const ModelMatch match = MatchModel(data_, stop.group, request_.model);
      noted->reached = !IsOverBeforehand();
      if (noted->reached) noted->reason = stop.known ? match.reason : Reason::kUnknownGroup;
      if (match.first != kNotListed) NoteRoute(stop.group, match, *noted);
      if (e_.reason == Reason::kNone && stop.name == e_.serving_group) return NoteDraw(next);
      if (e_.reason == Reason::kFilterFailed && noted->reason == Reason::kFilterFailed) return;
      walk_.Failed(match.reason != Reason::kNone || request_.pin.has_value() ? GroupOutcome::kNoRoute
                                                                             : GroupOutcome::kExhausted);
    }
  }

 private:
  // The walk may make no further attempt, so that no group had its turn. What they could have served is shown anyway.
  bool IsOverBeforehand() const { return e_.reason == Reason::kBudgetSpent || e_.reason == Reason::kAttemptLimit; }

  void NoteGroup() {
    const std::string_view resolved = walk_.resolved();
    e_.group_was_empty =
        !request_.ordered_groups.has_value() && (resolved.empty() || resolved.data() != request_.group.data());
    if (!resolved.empty()) e_.resolved_group = Kept(resolved);
    if (request_.ordered_groups.has_value()) e_.resolved_group = Kept(request_.group);
  }

  void NotePlan() {
    for (std::size_t i = 0; i < walk_.steps(); ++i) {
      const PlanStop stop = walk_.StopAt(i);
      if (i == 0) e_.group_known = stop.known;
      if (Find(stop.name) != nullptr) continue;
      const bool allowed = walk_.MayUse(stop);
      e_.groups.push_back({.group = Kept(stop.name), .allowed = allowed});
      if (allowed && stop.known) e_.plan.push_back(Kept(stop.name));
    }
  }

  // Before any group has its turn, and whatever the table says of the others by now.
  void NoteOtherKey(const NextTier& next) {
    for (std::size_t i = 0; i < walk_.steps(); ++i) {
      const PlanStop stop = walk_.StopAt(i);
      if (stop.name != e_.serving_group) continue;
      ExplainedGroup& noted = *Find(stop.name);
      noted.reached = true;
      NoteRoute(stop.group, MatchModel(data_, stop.group, request_.model), noted);
      return NoteDraw(next);
    }
  }

  ExplainedGroup* Find(std::string_view name) {
    const auto found = std::find_if(e_.groups.begin(), e_.groups.end(),
                                    [&](const ExplainedGroup& noted) { return noted.group == Kept(name); });
    return found == e_.groups.end() ? nullptr : &*found;
  }

  void NoteRoute(std::uint32_t group, const ModelMatch& match, ExplainedGroup& noted) {
    noted.matched_model = std::string(data_.models[match.model]);
    noted.rule = match.rule;
    const bool serves = e_.reason == Reason::kNone && data_.groups[group] == e_.serving_group;
    if (serves || !e_.matched_model) {
      e_.matched_model = noted.matched_model;
      e_.matched_rule = match.rule;
    }
    const RouteInfo described = *now_.table->Describe(data_.groups[group], data_.models[match.model]);
    const std::size_t first = e_.tiers.size();
    for (const TierInfo& tier : described.tiers) {
      if (e_.tiers.size() < kMostTiers) AddTier(group, tier);
    }
    const CandidateJudge judge(now_, request_, attempts_, group, match.model, circumstances_);
    Reason unlisted = Reason::kAllDisabled;
    for (TierRef ref = match.first; ref != kAllOut; ref = data_.tier(ref).next()) {
      const TierBlock tier = data_.tier(ref);
      if (!JudgeTier(tier, judge, first)) unlisted = std::max(unlisted, NearestOf(tier, judge));
    }
    if (match.reason == Reason::kNone && noted.reached && !serves) noted.reason = std::max(WhyNot(first), unlisted);
  }

  void AddTier(std::uint32_t group, const TierInfo& tier) {
    ExplainedTier explained{.group = std::string(data_.groups[group]),
                            .priority = tier.priority,
                            .balance = data_.BalanceOf(group),
                            .candidates = {}};
    for (const CandidateInfo& c : tier.candidates) {
      explained.candidates.push_back({.channel_id = c.channel_id,
                                      .name = std::string(c.channel_name),
                                      .weight = c.weight,
                                      .share = c.share,
                                      .status = c.status});
    }
    e_.tiers.push_back(std::move(explained));
  }

  // Of a tier that is one too many to be listed: what was nearest to serving.
  Reason NearestOf(const TierBlock& tier, const CandidateJudge& judge) const {
    if (judge.PassesOverGroup() || judge.PassesOver(tier)) return Reason::kExhausted;
    const TierWeights weights(tier);
    Reason nearest = Reason::kAllDisabled;
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      const std::int64_t id = data_.channels[tier.channel(i)].id;
      Reason out = judge.Judge(tier, i).reason;
      if (out == Reason::kNone && request_.pin.value_or(id) != id) out = Reason::kPinUnusable;
      if (out == Reason::kNone && weights[i] == 0) out = Reason::kAllZeroWeight;
      nearest = std::max(nearest, out);
    }
    return nearest;
  }

  // Lays what holds now over what was compiled: who is out, and the shares of the others among themselves. False where
  // the tier is not listed.
  bool JudgeTier(const TierBlock& tier, const CandidateJudge& judge, std::size_t first) {
    const std::int64_t priority = data_.priorities[tier.priority()];
    const auto explained = std::find_if(e_.tiers.begin() + static_cast<std::ptrdiff_t>(first), e_.tiers.end(),
                                        [&](const ExplainedTier& t) { return t.priority == priority; });
    if (explained == e_.tiers.end()) return false;
    const TierWeights weights(tier);
    const PassedOver passed_over = judge.PassesOverGroup()  ? PassedOver::kGroup
                                   : judge.PassesOver(tier) ? PassedOver::kTier
                                                            : PassedOver::kNone;
    std::uint64_t sum = 0;
    std::vector<ExplainedCandidate*> noted(tier.size());
    std::vector<std::uint64_t> counting(tier.size());
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      const std::int64_t id = data_.channels[tier.channel(i)].id;
      // In order of id, as the candidates of the tier are; those that are out of the table stand between them.
      const auto c =
          std::lower_bound(explained->candidates.begin(), explained->candidates.end(), id,
                           [](const ExplainedCandidate& x, std::int64_t wanted) { return x.channel_id < wanted; });
      const bool is_passed_over = passed_over != PassedOver::kNone;
      const Verdict verdict = is_passed_over ? Verdict{.reason = Reason::kExhausted} : judge.Judge(tier, i);
      c->out = verdict.reason;
      if (is_passed_over && !WasTried(id, judge)) c->passed_over = passed_over;
      if (c->out == Reason::kNone && request_.pin.has_value() && *request_.pin != id) c->out = Reason::kPinUnusable;
      c->filter_code = verdict.filter_code;
      noted[i] = &*c;
      counting[i] = c->out == Reason::kNone ? weights[i] * verdict.level : 0;
      sum += counting[i];
    }
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      noted[i]->share = noted[i]->out == Reason::kNone ? Share::Of(counting[i], sum) : Share();
    }
    return true;
  }

  // Whether that is what keeps it out: where attempts go by number, channels are tried again.
  bool WasTried(std::int64_t id, const CandidateJudge& judge) const {
    return attempts_ != nullptr && attempts_->HasTried(id) && !judge.GoesByNumber();
  }

  // Lays over the serving group's tiers what the next draw is from, where that is more than who is out: a walk by
  // number passes over tiers, one that repeats draws what was tried, and who is pinned has all, whatever it weighs.
  void NoteDraw(const NextTier& next) {
    if (next.reason != Reason::kNone) return;  // a filter that fails for a candidate that a draw need not meet
    std::map<std::int64_t, const Standing*> standings;
    for (const Standing& s : next.standings) standings.emplace(s.channel_id, &s);
    bool is_above = true;
    for (ExplainedTier& tier : e_.tiers) {
      if (tier.group != e_.serving_group) continue;
      for (ExplainedCandidate& c : tier.candidates) {
        if (const auto found = standings.find(c.channel_id); found != standings.end()) {
          const Standing& s = *found->second;
          is_above = false;
          c.out = s.verdict.reason == Reason::kAllZeroWeight ? Reason::kNone : s.verdict.reason;
          c.passed_over = PassedOver::kNone;
          c.share = s.weight > 0 ? Share::Of(s.weight, next.total) : Share();
          if (next.other_key && s.weight == 0) PassOver(c, PassedOver::kKey);
        } else if (next.other_key && c.share.numerator > 0) {
          PassOver(c, PassedOver::kKey);
        } else if (is_above && c.share.numerator > 0) {
          PassOver(c, PassedOver::kTier);
        }
      }
    }
  }

  static void PassOver(ExplainedCandidate& c, PassedOver how) {
    c.out = Reason::kExhausted;
    c.passed_over = how;
    c.share = Share();
  }

  // What kept a group with a route from serving: what was nearest to it, as in the selection.
  Reason WhyNot(std::size_t first) const {
    Reason nearest = Reason::kAllDisabled;
    for (std::size_t t = first; t < e_.tiers.size(); ++t) {
      for (const ExplainedCandidate& c : e_.tiers[t].candidates) {
        const bool zero = c.out == Reason::kNone && c.status == CandidateStatus::kZeroWeight;
        nearest = std::max(nearest, zero ? Reason::kAllZeroWeight : c.out);
      }
    }
    return nearest;
  }

  const Published& now_;
  const TableData& data_;
  const Request& request_;
  const Attempts* attempts_;
  Explanation& e_;
  PlanWalk walk_;
  Circumstances circumstances_;
};

}  // namespace

void WalkSteps(const Published& now, const Request& request, const Attempts* attempts, Explanation& e) {
  e.attempts = attempts == nullptr ? 0 : attempts->size();
  e.pin = request.pin;
  e.stay_in_group = request.stay_in_group;
  Walker(now, request, attempts, e).Run();
}

}  // namespace pointsman::inline v0
