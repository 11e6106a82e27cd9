#include "cli/served.h"

#include <string>
#include <utility>

#include "cli/terminal.h"

namespace pointsman::cli {

Served::Served(const Source& source, const Policy& policy, std::shared_ptr<const RouteTable> table) : router_(policy) {
  if (const auto published = router_.Publish(std::move(table)); !published.ok()) Fail(published.status());
  if (source.dump == nullptr) return;
  generation_ = source.dump->dump.generation;
  for (const OutChannel& out : source.dump->dump.out) {
    if (router_.SwitchOff(out.channel_id)) out_.insert(out.channel_id);
  }
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
    why.hints.push_back({"switched off in the gateway, whatever the rows say: channel " + out + "; switch it on there",
                         "网关中已被临时关闭（与数据行无关）的渠道：" + out + "；请在网关中重新打开"});
  }
  return why;
}

}  // namespace pointsman::cli
