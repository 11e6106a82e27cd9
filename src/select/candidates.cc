#include "select/candidates.h"

#include "publish/published.h"

namespace pointsman::inline v0 {

CandidateJudge::CandidateJudge(const Published& published, const Request& request, const Attempts* attempts,
                               std::uint32_t group, std::uint32_t model, bool again) noexcept
    : published_(published),
      request_(request),
      attempts_(attempts != nullptr && !attempts->empty() ? attempts : nullptr),
      again_(again),
      group_(group),
      model_(model),
      group_key_(attempts_ != nullptr ? GroupKey(published.data->groups[group]) : 0) {}

Verdict CandidateJudge::Judge(const TierBlock& tier, std::uint32_t i) const noexcept {
  const BoundChannel& channel = published_.channels[tier.channel(i)];
  if (attempts_ != nullptr && !again_ && !GoesByNumber() && attempts_->HasTried(channel.id)) {
    return {.reason = Reason::kExhausted};
  }
  if (IsOut(*channel.word)) return {.reason = Reason::kAllDisabled};
  if (request_.filter.judge == nullptr) return {};
  const TableData& data = *published_.data;
  const std::int32_t code =
      request_.filter.judge(request_.filter.context, {.channel_id = channel.id,
                                                      .cookie = channel.cookie,
                                                      .priority = data.priorities[tier.priority()],
                                                      .group = data.groups[group_],
                                                      .model = data.models[model_]});
  if (code == 0) return {};
  return {.reason = code < 0 ? Reason::kFilterFailed : Reason::kAllFiltered, .filter_code = code};
}

bool CandidateJudge::PassesOver(const TierBlock& tier) const noexcept {
  if (attempts_ == nullptr || again_ || published_.data->policy.retry.tiers != RetryTiers::kOnePerTier) return false;
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
