#include "cli/served.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cli/terminal.h"

namespace pointsman::cli {

Served::Served(const Source& source, const Policy& policy, std::shared_ptr<const RouteTable> table) : router_(policy) {
  if (const auto published = router_.Publish(std::move(table)); !published.ok()) Fail(published.status());
  if (source.dump == nullptr) return;
  generation_ = source.dump->dump.generation;
  std::map<std::int64_t, ChannelStatus> statuses;
  for (const OutChannel& out : source.dump->dump.out) {
    ChannelStatus& status = statuses[out.channel_id];
    status.channel_id = out.channel_id;
    // How long it was to last is not in a dump, and does not matter here. A limit is one that nothing passes.
    if (!out.model.empty()) {
      ModelState& model = status.models.emplace_back(ModelState{.model = out.model});
      model.switched_off = out.reason == OutReason::kSwitchedOff;
      if (!model.switched_off) model.remaining = CooldownPolicy().longest;
    } else if (out.reason == OutReason::kCoolingDown) {
      status.phase = ChannelPhase::kCooling;
      status.remaining = CooldownPolicy().longest;
    } else if (out.reason != OutReason::kSlowStart) {
      status.switched_off = true;
      status.switch_note = OutReasonName(out.reason);
    }
    if (out.reason != OutReason::kSlowStart && out.model.empty()) out_.insert(out.channel_id);
  }
  std::vector<ChannelStatus> all;
  all.reserve(statuses.size());
  for (auto& [id, status] : statuses) all.push_back(std::move(status));
  router_.ImportChannelStates(all);
}

Explanation Served::Explain(const Request& request, const Attempts& attempts, const Caller* caller) const {
  Explanation why = router_.Explain(request, attempts, caller);
  why.generation = generation_;
  std::string out;
  for (const ExplainedTier& tier : why.tiers) {
    for (const ExplainedCandidate& c : tier.candidates) {
      if (out_.contains(c.channel_id)) out += (out.empty() ? "" : ", ") + std::to_string(c.channel_id);
    }
  }
  if (!out.empty()) {
    why.hints.push_back(
        {"out in the gateway when it was dumped, whatever the rows say: channel " + out + "; see there why",
         "导出时在网关中不可用（与数据行无关）的渠道：" + out + "；请在网关中查看原因"});
  }
  return why;
}

}  // namespace pointsman::cli
