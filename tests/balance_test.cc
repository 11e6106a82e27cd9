// Choice by load, and what all ways to choose have in common: groups, records, explanations.
#include "pointsman/balance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/outcome.h"
#include "pointsman/router.h"
#include "support/served_tier.h"

namespace pointsman {
namespace {

using namespace pointsman::testing;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(BalanceOfAGroup, LeavesOtherGroupsAlone) {
  Policy policy;
  policy.groups.groups["g"].balance = Balance::kSmoothRoundRobin;
  ServedTier s({1, 1}, policy);
  EXPECT_THAT(s.Count(10), UnorderedElementsAre(Pair(1, 5), Pair(2, 5)));
  SplitMix64 bits(3);
  int repeats = 0;
  std::int64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t id = s.router.Select({.group = "other", .model = "m"}, RandomBits(bits)).channel_id();
    repeats += id == last ? 1 : 0;
    last = id;
  }
  EXPECT_GT(repeats, 20);  // in turns there would be none
}

TEST(BalanceOfAGroup, IsPartOfTheContentHashOnlyWhereItDiffers) {
  const Rows rows = Weighted({1, 2});
  const std::string plain = Compile(rows, {})->table->content_hash();
  Policy grouped;
  grouped.groups.groups["g"].balance = Balance::kAffinity;
  Policy known;
  known.groups.groups["g"];
  EXPECT_NE(Compile(rows, With(Balance::kAffinity))->table->content_hash(), plain);
  EXPECT_NE(Compile(rows, grouped)->table->content_hash(), Compile(rows, known)->table->content_hash());
  Policy seeded;
  seeded.fleet_seed = 1;
  EXPECT_NE(Compile(rows, seeded)->table->content_hash(), plain);
}

TEST(LeastInFlight, OfTwoDrawnTheLessBusyServes) {
  ServedTier s({1, 1}, With(Balance::kLeastInFlight));
  std::vector<Selection> flying;
  for (int i = 0; i < 20; ++i) {
    Selection selection = s.router.Select(kAsk);
    if (selection.channel_id() == 1) flying.push_back(std::move(selection));  // 2 is released at once
  }
  ASSERT_GT(flying.size(), 0u);
  EXPECT_EQ(s.router.ChannelStates()[0].in_flight, static_cast<std::int32_t>(flying.size()));
  EXPECT_EQ(s.router.ChannelStates()[1].in_flight, 0);
  // From here on 1 serves only where both draws are of it: a quarter, and not a half.
  const std::map<std::int64_t, int> counts = s.Count(4000);
  EXPECT_NEAR(counts.at(1), 1000, 5 * std::sqrt(4000 * 0.25 * 0.75));
}

TEST(LeastInFlight, IsForItsWeight) {
  ServedTier s({3, 1}, With(Balance::kLeastInFlight));
  std::vector<Selection> flying;
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 400; ++i) {
    flying.push_back(s.router.Select(kAsk));
    ++counts[flying.back().channel_id()];
  }
  EXPECT_NEAR(counts[1], 300, 4);  // by chance alone the deviation would be 8.7
}

TEST(LeastInFlight, WhereAllAreIdleKeepsTheShares) {
  ServedTier s({7, 3}, With(Balance::kLeastInFlight));
  EXPECT_NEAR(s.Count(10000).at(1), 7000, 5 * std::sqrt(10000 * 0.21));
}

TEST(LeastInFlight, CountsWhatOtherGroupsSend) {
  Policy policy;
  policy.groups.groups["g"].balance = Balance::kLeastInFlight;
  ServedTier s({1}, policy);
  const Selection held = s.router.Select({.group = "other", .model = "m"});
  EXPECT_EQ(s.router.ChannelStates()[0].in_flight, 1);
}

TEST(LeastInFlight, CountsNoLongerWhenNoGroupAsks) {
  Policy policy = With(Balance::kLeastInFlight);
  ServedTier s({1}, policy);
  const Selection before = s.router.Select(kAsk);
  ASSERT_TRUE(s.router.Publish(Compile(Weighted({1}), {})->table).ok());
  const Selection after = s.router.Select(kAsk);
  EXPECT_EQ(s.router.ChannelStates()[0].in_flight, 1);  // the first alone
}

TEST(LowestLatency, OfTwoDrawnTheFasterServes) {
  ServedTier s({1, 1}, With(Balance::kLowestLatency));
  const auto report = [&](std::int64_t id, std::chrono::milliseconds took) {
    Request pinned = kAsk;
    pinned.pin = id;
    Selection selection = s.router.Select(pinned);
    s.router.Report(selection, {.latency = took});
  };
  EXPECT_NEAR(s.Count(4000).at(1), 2000, 5 * std::sqrt(1000));  // nothing is known: by chance
  report(1, std::chrono::milliseconds(900));
  EXPECT_NEAR(s.Count(4000).at(1), 2000, 5 * std::sqrt(1000));  // half is known
  report(2, std::chrono::milliseconds(100));
  EXPECT_NEAR(s.Count(4000).at(1), 1000, 5 * std::sqrt(750));
  // Nine in flight make up for being nine times as fast.
  std::vector<Selection> flying;
  while (flying.size() < 9) {
    Selection selection = s.router.Select(kAsk);
    if (selection.channel_id() == 2) flying.push_back(std::move(selection));
  }
  EXPECT_NEAR(s.Count(4000).at(1), 3000, 5 * std::sqrt(750));
}

TEST(RecordedBalance, IsMadeAgain) {
  for (const Balance rule : {Balance::kSmoothRoundRobin, Balance::kLeastInFlight, Balance::kLowestLatency,
                             Balance::kAffinity, Balance::kAffinityByHalves}) {
    ServedTier s({3, 2, 5, 1}, With(rule));
    Request request = kAsk;
    request.affinity = 99;
    std::vector<Selection> flying;
    for (int i = 0; i < 30; ++i) {
      SplitMix64 bits(static_cast<std::uint64_t>(i));
      DecisionRecord record;
      flying.push_back(s.router.SelectRecorded(request, nullptr, RandomBits(bits), record));
      const Replay again = ReplayDecision(*s.router.TakeSnapshot().table, record);
      EXPECT_TRUE(again.same()) << BalanceName(rule) << " " << i;
      EXPECT_EQ(again.answer.channel_id, flying.back().channel_id());
    }
  }
}

TEST(RecordedBalance, ExplainingTakesNoTurn) {
  ServedTier s({1, 1}, With(Balance::kSmoothRoundRobin));
  const std::int64_t first = s.router.Select(kAsk).channel_id();
  for (int i = 0; i < 3; ++i) s.router.Explain(kAsk);
  s.router.Distribute(kAsk);
  EXPECT_NE(s.router.Select(kAsk).channel_id(), first);
}

}  // namespace
}  // namespace pointsman
