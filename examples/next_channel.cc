// The next channel after a failure: a walk, with what each upstream said reported.
#include <iostream>
#include <map>

#include "pointsman/load/json.h"
#include "pointsman/router.h"

int main() {
  auto loader = pointsman::JsonLoader::Text(R"({"channels": [
    {"id": 1, "group": "default", "models": "gpt-4o", "priority": 10},
    {"id": 2, "group": "default", "models": "gpt-4o", "priority": 5},
    {"id": 3, "group": "default", "models": "gpt-4o", "priority": 0}]})");
  pointsman::Router router;
  if (!router.Reload(loader).ok()) return 1;
  std::map<std::int64_t, int> upstream_says = {{1, 503}, {2, 429}, {3, 200}};

  pointsman::Attempts attempts;  // what was tried for this request
  const pointsman::Request request{.group = "default", .model = "gpt-4o"};
  while (pointsman::Selection s = router.Select(request, attempts)) {
    const int status = upstream_says[s.channel_id()];
    const auto outcome = pointsman::ClassifyHttp({.status = status, .retry_after = "30"});
    router.Report(s, outcome);
    std::cout << "channel " << s.channel_id() << " said " << status << ": " << OutcomeKindName(outcome.kind) << "\n";
    if (!pointsman::IsWorthAnotherAttempt(outcome.kind)) break;
  }
  // Channel 2 asked to be left alone; the next request passes over it, and over nobody else.
  for (const auto& status : router.ChannelStates()) {
    std::cout << "channel " << status.channel_id << " is " << ChannelPhaseName(status.phase) << "\n";
  }
}

// It prints:
//
//   channel 1 said 503: transient
//   channel 2 said 429: rate_limited
//   channel 3 said 200: success
//   channel 1 is in_order
//   channel 2 is cooling
//   channel 3 is in_order
