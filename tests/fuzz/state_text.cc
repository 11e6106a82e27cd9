// The state of channels from another process: whatever it says, a router that takes it serves, and comes back to order
// when all that can end has ended.
#include <chrono>
#include <memory>

#include "fuzz/bodies.h"
#include "pointsman/load/state.h"
#include "pointsman/metrics.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"

namespace pointsman::fuzz {
namespace {

// Two of the channels have keys, whose cooldowns are taken over.
std::shared_ptr<const RouteTable> Table() {
  ChannelRow several = testing::Channel(2, "g", "m,n", 1);
  several.keys = {.count = 3};
  ChannelRow many = testing::Channel(3, "g", "m", 1, -5);
  many.keys = {.count = ChannelKeys::kMost};
  return Compile(testing::RowsOf(testing::Channel(1, "g", "m", 3), several, many), Policy()).value().table;
}

void Use(Router& router) {
  SplitMix64 bits(1);
  for (int i = 0; i < 8; ++i) {
    Selection s = router.Select({.group = "g", .model = "m"}, RandomBits(bits));
    if (i % 2 == 0) router.Report(s, {.kind = OutcomeKind::kSuccess, .latency = std::chrono::seconds(1)});
  }
  for (const ChannelStatus& status : router.ChannelStates()) {
    Demand(status.in_flight == 0, "nothing stays in flight");
    Demand(status.remaining.count() >= 0, "what remains is no less than nothing");
    for (const KeyCooldown& key : status.keys) {
      Demand(key.remaining.count() > 0 && key.remaining <= CooldownPolicy().longest, "a key is back in time");
    }
  }
}

}  // namespace

bool StateText(std::string_view bytes) {
  const auto states = ParseChannelStates(bytes);
  if (!states.ok()) return Refused(std::string(states.status().message()));
  const std::string written = ChannelStatesToJson(*states);
  const auto again = ParseChannelStates(written);
  Demand(again.ok() && *again == *states, "a state written is the state read");
  DemandPlain(PrometheusText(*states), "metrics can be shown");
  testing::FakeClock clock;
  Router router({}, {.state = {.clock = clock.clock()}});
  Demand(router.Publish(Table()).ok(), "a table is published");
  router.ImportChannelStates(*states);
  Use(router);
  clock.Advance(std::chrono::hours(24) * 366 * 40);  // beyond any end that can be written
  Use(router);
  Use(router);
  for (const ChannelStatus& status : router.ChannelStates()) {
    Demand(status.phase != ChannelPhase::kCooling, "a cooldown ends", ChannelStatesToJson({&status, 1}));
    Demand(status.keys.empty(), "a key's cooldown ends", ChannelStatesToJson({&status, 1}));
  }
  return true;
}

}  // namespace pointsman::fuzz
