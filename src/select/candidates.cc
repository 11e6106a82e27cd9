#include "select/candidates.h"

#include <algorithm>

#include "publish/published.h"

namespace pointsman::inline v0 {

namespace {

Leniency LeniencyIn(const Published& published, std::uint32_t group, const Circumstances& circumstances) {
  if (!circumstances.lenient) return Leniency::kNone;
  if (published.state == nullptr) return Leniency::kServeCooling;
  const AllCooling rule = RuleIn(*published.state, published.data->groups[group]);
  return rule == AllCooling::kFailOpen ? Leniency::kServeCooling : Leniency::kNone;
}

}  // namespace

AllCooling RuleIn(const ChannelStateOptions& state, std::string_view group) {
  const auto found = state.all_cooling_in.find(group);
  return found == state.all_cooling_in.end() ? state.all_cooling : found->second;
}

CandidateJudge::CandidateJudge(const Published& published, const Request& request, const Attempts* attempts,
                               std::uint32_t group, std::uint32_t model, Circumstances& circumstances) noexcept
    : published_(published),
      request_(request),
      attempts_(attempts != nullptr && !attempts->empty() ? attempts : nullptr),
      group_(group),
      model_(model),
      circumstances_(circumstances),
      leniency_(LeniencyIn(published, group, circumstances)),
      group_key_(attempts_ != nullptr ? GroupKey(published.data->groups[group]) : 0) {}

Nanoseconds CandidateJudge::Now() const noexcept {
  if (!circumstances_.knows_now) {
    circumstances_.now = published_.state == nullptr ? 0 : published_.state->clock.Now().count();
    circumstances_.knows_now = true;
  }
  return circumstances_.now;
}

Availability CandidateJudge::StateOf(std::uint32_t channel, std::uint64_t word) const noexcept {
  if ((word & slot_bit::kFrozen) != 0) return FrozenStateOf(channel);
  return published_.states[channel]->Judge(word, published_.data->models[model_], Now(), leniency_);
}

// In the order of SlotState::Judge.
Availability CandidateJudge::FrozenStateOf(std::uint32_t channel) const noexcept {
  const Stand& stand = published_.stands[channel];
  const bool cooling_serves = leniency_ == Leniency::kServeCooling;
  if (stand.strict.reason == Reason::kAllDisabled) return stand.strict;
  const std::span<const ModelOut> all = published_.models_out;
  const auto out = std::lower_bound(all.begin(), all.end(), ModelOut{.channel = channel, .model = model_});
  if (out != all.end() && out->channel == channel && out->model == model_) {
    if (out->by_hand) return {.reason = Reason::kAllDisabled};
    if (!cooling_serves) return {.reason = Reason::kAllCoolingDown, .recovers_in = out->recovers_in};
  }
  return cooling_serves ? stand.lenient : stand.strict;
}

Verdict CandidateJudge::Judge(const TierBlock& tier, std::uint32_t i) const noexcept {
  const BoundChannel& channel = published_.channels[tier.channel(i)];
  if (attempts_ != nullptr && !circumstances_.again && !GoesByNumber() && attempts_->HasTried(channel.id)) {
    return {.reason = Reason::kExhausted};
  }
  Verdict verdict;
  if (const std::uint64_t word = channel.word->load(std::memory_order_relaxed); word != 0) {
    const Availability a = StateOf(tier.channel(i), word);
    if (a.reason != Reason::kNone) {
      circumstances_.met_cooling = circumstances_.met_cooling || a.reason == Reason::kAllCoolingDown;
      if (a.recovers_in != 0) circumstances_.recovers_in = std::min(circumstances_.recovers_in, a.recovers_in);
      return {.reason = a.reason};
    }
    verdict.level = a.level;
    verdict.claims = a.claims;
  }
  if (request_.filter.judge == nullptr) return verdict;
  const TableData& data = *published_.data;
  const std::int32_t code =
      request_.filter.judge(request_.filter.context, {.channel_id = channel.id,
                                                      .cookie = channel.cookie,
                                                      .priority = data.priorities[tier.priority()],
                                                      .group = data.groups[group_],
                                                      .model = data.models[model_]});
  if (code == 0) return verdict;
  return {.reason = code < 0 ? Reason::kFilterFailed : Reason::kAllFiltered, .filter_code = code};
}

bool CandidateJudge::Claim(const TierBlock& tier, std::uint32_t i, Taken& taken) const noexcept {
  const std::uint32_t channel = tier.channel(i);
  const std::uint64_t word = published_.channels[channel].word->load(std::memory_order_relaxed);
  if (word == 0 || (word & slot_bit::kFrozen) != 0) return true;
  return published_.states[channel]->Claim(word, Now(), leniency_, taken);
}

bool CandidateJudge::PassesOver(const TierBlock& tier) const noexcept {
  if (attempts_ == nullptr || circumstances_.again || published_.data->policy.retry.tiers != RetryTiers::kOnePerTier)
    return false;
  const std::int64_t priority = published_.data->priorities[tier.priority()];
  for (std::size_t a = 0; a < attempts_->size(); ++a) {
    if ((*attempts_)[a].group == group_key_ && (*attempts_)[a].priority == priority) return true;
  }
  return false;
}

bool CandidateJudge::PassesOverGroup() const noexcept {
  const auto most = static_cast<std::size_t>(published_.data->policy.retry.budget_per_group);
  return most != 0 && MadeInGroup() >= most;
}

std::size_t CandidateJudge::MadeInGroup() const noexcept {
  std::size_t made = 0;
  for (std::size_t a = 0; attempts_ != nullptr && a < attempts_->size(); ++a) {
    made += (*attempts_)[a].group == group_key_ ? 1u : 0u;
  }
  return made;
}

bool CandidateJudge::GoesByNumber() const noexcept {
  const RetryTiers tiers = published_.data->policy.retry.tiers;
  return tiers == RetryTiers::kByAttempt || tiers == RetryTiers::kTopTwice;
}

}  // namespace pointsman::inline v0
