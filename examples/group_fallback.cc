// Group fallback: which groups a request may be served from, and in which order.
#include <iostream>

#include "pointsman/load/json.h"
#include "pointsman/router.h"

int main() {
  const auto policy = pointsman::ParsePolicy(R"({
    "groups": {"vip":   {"fallback": [{"group": "default", "when": "exhausted"}]},  // after all of vip's channels
               "batch": {"fallback": [{"group": "default", "when": "no_route"}]},   // only where batch has no channel
               "trial": {"fallback": [{"group": "default", "when": "exhausted"}]}},
    "usable": {"trial": [], "*": ["default"]}})");  // trial may not go there at all
  auto loader = pointsman::JsonLoader::Text(R"({"channels": [
    {"id": 1, "group": "vip,batch,trial", "models": "gpt-4o"},
    {"id": 2, "group": "default", "models": "gpt-4o,o3"}]})");
  if (!policy.ok()) return 1;
  pointsman::Router router(*policy);
  if (!router.Reload(loader).ok()) return 1;

  for (const char* group : {"vip", "batch", "trial"}) {
    for (const char* model : {"gpt-4o", "o3"}) {
      std::cout << group << " asks for " << model << ":";
      pointsman::Attempts attempts;
      const pointsman::Request request{.group = group, .user_group = group, .model = model};
      while (auto s = router.Select(request, attempts))
        std::cout << " channel " << s.channel_id() << " of " << s.group() << ",";
      std::cout << " then " << ReasonName(router.Select(request, attempts).reason()) << "\n";
    }
  }
}

// It prints:
//
//   vip asks for gpt-4o: channel 1 of vip, channel 2 of default, then kExhausted
//   vip asks for o3: channel 2 of default, then kExhausted
//   batch asks for gpt-4o: channel 1 of batch, then kExhausted
//   batch asks for o3: channel 2 of default, then kExhausted
//   trial asks for gpt-4o: channel 1 of trial, then kExhausted
//   trial asks for o3: then kModelNotInGroup
