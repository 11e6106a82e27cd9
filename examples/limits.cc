// Limits: a channel that has enough to do is passed over, not failed.
#include <iostream>
#include <vector>

#include "pointsman/load/json.h"
#include "pointsman/router.h"

int main() {
  auto loader = pointsman::JsonLoader::Text(R"({"channels": [
    {"id": 1, "group": "default", "models": "gpt-4o", "priority": 10},
    {"id": 2, "group": "default", "models": "gpt-4o"}]})");
  pointsman::Router router;
  if (!router.Reload(loader).ok()) return 1;
  if (!router.SetLimits(1, {.max_in_flight = 2}).ok() || !router.SetLimits(2, {.max_in_flight = 1}).ok()) return 1;

  const pointsman::Request request{.group = "default", .model = "gpt-4o"};
  std::vector<pointsman::Selection> running;  // each holds its place until it is reported, or destroyed
  for (int i = 0; i < 4; ++i) {
    pointsman::Selection s = router.Select(request);
    std::cout << (s ? "channel " + std::to_string(s.channel_id()) : std::string(ReasonName(s.reason()))) << "\n";
    running.push_back(std::move(s));
  }
  router.Report(running[0], {.kind = pointsman::OutcomeKind::kSuccess});
  std::cout << "one is done: channel " << router.Select(request).channel_id() << "\n";
}

// It prints:
//
//   channel 1
//   channel 1
//   channel 2
//   kAllAtLimit
//   one is done: channel 1
