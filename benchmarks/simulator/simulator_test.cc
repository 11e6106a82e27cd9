// The simulator repeats itself, and what the project promises of its defaults holds in it.
#include <cmath>
#include <string>

#include "gtest/gtest.h"
#include "simulator/report.h"

namespace pointsman::bench {
namespace {

std::string Play(const Scenario& scenario, const RunOptions& options) {
  ScenarioReport report{.scenario = &scenario, .rows = {}};
  for (const Contender& c : Contenders())
    report.rows.push_back({&c, Measure(scenario, Simulate(scenario, c, options))});
  return Json({report}, options);
}

Measures Of(std::string_view scenario, std::string_view contender) {
  const Scenario& found = *FindScenario(scenario);
  return Measure(found, Simulate(found, *FindContender(contender), {}));
}

// What chance adds to a share of `p` in windows of `requests`: five standard deviations, which one window in three
// million exceeds.
double LargestByChance(double p, double requests) { return 1 + 5 * std::sqrt((1 - p) / (p * requests)); }

TEST(Simulator, EqualSeedsGiveEqualBytes) {
  const Scenario& blip = *FindScenario("blip");
  EXPECT_EQ(Play(blip, {.seed = 7}), Play(blip, {.seed = 7}));
  EXPECT_NE(Play(blip, {.seed = 7}), Play(blip, {.seed = 8}));
}

TEST(Simulator, AllContendersMeetTheSameRequests) {
  const Scenario& blip = *FindScenario("blip");
  const std::int64_t requests = Simulate(blip, Contenders().front(), {}).requests;
  for (const Contender& c : Contenders()) EXPECT_EQ(Simulate(blip, c, {}).requests, requests) << c.name;
}

TEST(Simulator, AnOutageOfOneOfFiveFailsFewerThanOneInAHundred) {
  const Measures ours = Of("outage", "defaults");
  EXPECT_LT(ours.failed_share_in_trouble, 0.01);
  EXPECT_LT(ours.failed_share_in_trouble, Of("outage", "gateway").failed_share_in_trouble);
  EXPECT_LT(Of("outage", "defaults_once").failed_share_in_trouble, 0.01);
}

TEST(Simulator, WhoReturnsGetsNoMoreThanItsWeight) {
  const Scenario& outage = *FindScenario("outage");
  const double share = outage.ShareOf(outage.channels.front());
  const Measures ours = Of("outage", "defaults");
  EXPECT_LT(ours.spike_1s.value(), LargestByChance(share, 100));
  EXPECT_LT(ours.spike_5s.value(), LargestByChance(share, 500));
  EXPECT_TRUE(ours.full_after.has_value());
}

TEST(Simulator, OthersKeepTheirProportions) {
  EXPECT_LT(Of("outage", "defaults").unfairness.value(), 0.01);
  EXPECT_LT(Of("brown_out", "defaults").unfairness.value(), 0.01);
}

TEST(Simulator, TurnsMakeNoClumps) {
  const double turns = Of("steady", "turns").clump.value();
  EXPECT_LT(turns, 1.25) << "a hundred requests a second, the lightest has ten: one more, and the cycle's rounding";
  EXPECT_GT(Of("steady", "defaults").clump.value(), 1.5) << "what chance does";
}

TEST(Simulator, ALatencyRuleAvoidsAChannelThatIsTenTimesSlower) {
  EXPECT_LT(Of("slow", "latency").attempts_into_trouble, Of("slow", "defaults").attempts_into_trouble / 3);
}

TEST(Simulator, NothingStaysInFlight) {
  for (const Scenario& s : Scenarios()) {
    const Trace trace = Simulate(s, *FindContender("limits"), {.requests_per_second = 20});
    EXPECT_GT(trace.requests, 0) << s.name;
    EXPECT_EQ(trace.in_flight_at_end, 0) << s.name;
  }
}

}  // namespace
}  // namespace pointsman::bench
