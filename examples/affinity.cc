// Affinity: requests of one conversation go to one channel as long as it is usable, so that its cache is warm.
#include <iostream>
#include <string>
#include <vector>

#include "pointsman/balance.h"
#include "pointsman/load/json.h"
#include "pointsman/router.h"

int main() {
  auto loader = pointsman::JsonLoader::Text(R"({"channels": [
    {"id": 1, "group": "chat", "models": "gpt-4o", "weight": 1},
    {"id": 2, "group": "chat", "models": "gpt-4o", "weight": 1},
    {"id": 3, "group": "chat", "models": "gpt-4o", "weight": 2}]})");
  pointsman::Policy policy;
  policy.groups.groups["chat"] = {.balance = pointsman::Balance::kAffinity};
  pointsman::Router router(policy);
  if (!router.Reload(loader).ok()) return 1;

  const auto channel_of = [&](int conversation) {
    const std::uint64_t key = pointsman::AffinityKey("conversation " + std::to_string(conversation));
    return router.Select({.group = "chat", .model = "gpt-4o", .affinity = key}).channel_id();
  };
  std::vector<std::int64_t> home;
  for (int i = 0; i < 1000; ++i) home.push_back(channel_of(i));
  // How many conversations are where they were: those of one channel, or of all others.
  const auto stayed = [&](bool of_channel_3) {
    int count = 0;
    for (int i = 0; i < 1000; ++i) {
      const std::int64_t was = home[static_cast<std::size_t>(i)];
      if ((was == 3) == of_channel_3 && channel_of(i) == was) ++count;
    }
    return count;
  };
  const auto print = [&](const char* when) {
    std::cout << when << ": " << stayed(true) << " at channel 3, " << stayed(false) << " at the others, as before\n";
  };
  print("in order");
  router.SwitchOff(3);  // its own conversations move, and no other
  print("without channel 3");
  router.SwitchOn(3);
  print("with it again");
}

// It prints:
//
//   in order: 508 at channel 3, 492 at the others, as before
//   without channel 3: 0 at channel 3, 492 at the others, as before
//   with it again: 508 at channel 3, 492 at the others, as before
