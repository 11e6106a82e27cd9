#include "cli/served.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cli/terminal.h"

namespace pointsman::cli {

Served::Served(const Source& source, const Policy& policy, std::shared_ptr<const RouteTable> table) : router_(policy) {
  if (const auto published = router_.Publish(std::move(table)); !published.ok()) Fail(published.status());
  if (source.dump == nullptr) return;
  for (const OutChannel& out : source.dump->dump.out) {
    if (router_.SwitchOff(out.channel_id)) out_.insert(out.channel_id);
  }
}

// An eligible candidate weighs 0 only where all do, which draws them alike.
template <class Candidate>
void Served::ShareOut(std::vector<Candidate>& candidates) const {
  const auto drawn = [&](const Candidate& c) -> std::uint64_t {
    const bool is_in = c.status == CandidateStatus::kEligible && !out_.contains(c.channel_id);
    return is_in ? std::max<std::uint64_t>(c.weight, 1) : 0;
  };
  std::uint64_t sum = 0;
  for (const Candidate& c : candidates) sum += drawn(c);
  for (Candidate& c : candidates) c.share = Share::Of(drawn(c), sum);
}

Explanation Served::Explain(const Request& request, const Caller* caller) const {
  Explanation why = router_.Explain(request, caller);
  if (out_.empty()) return why;
  std::string out;
  for (ExplainedTier& tier : why.tiers) {
    ShareOut(tier.candidates);
    for (const ExplainedCandidate& c : tier.candidates) {
      if (out_.contains(c.channel_id)) out += (out.empty() ? "" : ", ") + std::to_string(c.channel_id);
    }
  }
  if (!out.empty()) {
    why.hints.push_back({"switched off in the gateway, whatever the rows say: channel " + out + "; switch it on there",
                         "网关中已被临时关闭（与数据行无关）的渠道：" + out + "；请在网关中重新打开"});
  }
  SplitMix64 bits(1);
  if (const Selection s = router_.Select(request, RandomBits(bits)); why.ok && !s) {
    why.ok = false;
    why.reason = s.reason();
  }
  return why;
}

std::vector<CandidateInfo> Served::CandidatesOf(const RouteInfo& route, std::int64_t priority) const {
  const auto tier =
      std::find_if(route.tiers.begin(), route.tiers.end(), [&](const TierInfo& t) { return t.priority == priority; });
  if (tier == route.tiers.end()) return {};
  std::vector<CandidateInfo> candidates = tier->candidates;
  ShareOut(candidates);
  std::erase_if(candidates, [&](const CandidateInfo& c) { return out_.contains(c.channel_id); });
  return candidates;
}

}  // namespace pointsman::cli
