// Injected randomness: the same seed gives the same channels, and a test can ask for a certain draw.
#include <iostream>
#include <random>

#include "pointsman/router.h"
#include "pointsman/testing.h"

int main() {
  pointsman::Router router;
  const auto table = pointsman::testing::TableFromLines(
      "1  default  gpt-4o  3 \n"  // id, groups, models, weight
      "2  default  gpt-4o  1 \n");
  if (!table.ok() || !router.Publish(*table).ok()) return 1;
  const pointsman::Request request{.group = "default", .model = "gpt-4o"};

  std::mt19937_64 once(7), again(7);  // any generator of 32 or 64 uniform bits
  int same = 0;
  for (int i = 0; i < 1000; ++i) {
    same += router.Select(request, pointsman::RandomBits(once)).channel_id() ==
            router.Select(request, pointsman::RandomBits(again)).channel_id();
  }
  std::cout << same << " of 1000 alike\n";

  // All draws there are, each once: the weights, exactly.
  int first = 0;
  for (std::uint64_t ticket = 0; ticket < 8; ++ticket) {
    pointsman::testing::ScriptedBits bits({pointsman::testing::WordForTicket(ticket, 8)});
    first += router.Select(request, pointsman::RandomBits(bits)).channel_id() == 1;
  }
  std::cout << "channel 1 has " << first << " of 8 tickets\n";
}

// It prints:
//
//   1000 of 1000 alike
//   channel 1 has 6 of 8 tickets
