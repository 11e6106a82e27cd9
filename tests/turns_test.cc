// Choice by turns: exact in every window, even, whoever takes them.
#include "pointsman/balance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <thread>
#include <vector>

#include "pointsman/router.h"
#include "select/balanced_draw.h"
#include "support/served_tier.h"

namespace pointsman {
namespace {

using namespace pointsman::testing;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(Turns, EveryWindowOfTheSumOfWeightsIsExact) {
  for (const std::vector<std::int64_t>& weights :
       {std::vector<std::int64_t>{1}, {1, 1}, {5, 1, 1}, {7, 3}, {3, 5, 11, 2, 1}, {70, 30}, {1, 100}}) {
    ServedTier s(weights, With(Balance::kSmoothRoundRobin));
    std::size_t sum = 0;
    for (const std::int64_t weight : weights) sum += static_cast<std::size_t>(weight);
    std::vector<std::int64_t> drawn;
    for (std::size_t i = 0; i < 3 * sum; ++i) drawn.push_back(s.router.Select(kAsk).channel_id());
    for (std::size_t from = 0; from + sum <= drawn.size(); ++from) {
      std::map<std::int64_t, std::int64_t> counts;
      for (std::size_t i = from; i < from + sum; ++i) ++counts[drawn[i]];
      for (std::size_t c = 0; c < weights.size(); ++c) {
        ASSERT_EQ(counts[static_cast<std::int64_t>(c + 1)], weights[c]) << "window from " << from;
      }
    }
  }
}

TEST(Turns, StepHasNothingInCommonWithThePlaces) {
  for (std::uint64_t places = 1; places < 5000; ++places) {
    std::vector<bool> met(places);
    if (places < 300) {
      for (std::uint64_t t = 0; t < places; ++t) met[PlaceOfTicket(t, places)] = true;
      EXPECT_EQ(std::count(met.begin(), met.end(), false), 0) << places;
    }
    EXPECT_LE(std::gcd(GoldenStep(places), places), 1u) << places;
  }
}

// Chance would make gaps of many times the even distance.
TEST(Turns, OfOneCandidateComeAtEvenDistances) {
  ServedTier s({10, 30, 60}, With(Balance::kSmoothRoundRobin));
  std::map<std::int64_t, int> last, longest;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t id = s.router.Select(kAsk).channel_id();
    if (last.contains(id)) longest[id] = std::max(longest[id], i - last[id]);
    last[id] = i;
  }
  EXPECT_LE(longest[1], 20);  // even: 10
  EXPECT_LE(longest[2], 6);   // even: 3.3
  EXPECT_LE(longest[3], 3);   // even: 1.7
}

TEST(Turns, AreExactWhoeverTakesThem) {
  ServedTier s({3, 5, 2}, With(Balance::kSmoothRoundRobin));
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;  // 4 * 5000 is a multiple of 10
  std::vector<std::map<std::int64_t, int>> counts(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : counts) {
    threads.emplace_back([&s, &mine] {
      for (int i = 0; i < kEach; ++i) ++mine[s.router.Select(kAsk).channel_id()];
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::int64_t, int> all;
  for (const auto& mine : counts) {
    for (const auto& [id, count] : mine) all[id] += count;
  }
  EXPECT_THAT(all, UnorderedElementsAre(Pair(1, 6000), Pair(2, 10000), Pair(3, 4000)));
}

TEST(Turns, OfTheOthersAreExactWhileOneIsOut) {
  ServedTier s({3, 5, 2}, With(Balance::kSmoothRoundRobin));
  s.Count(7);
  s.router.SwitchOff(2);
  EXPECT_THAT(s.Count(50), UnorderedElementsAre(Pair(1, 30), Pair(3, 20)));
  s.router.SwitchOn(2);
  EXPECT_THAT(s.Count(10), UnorderedElementsAre(Pair(1, 3), Pair(2, 5), Pair(3, 2)));
}

// More than a selection keeps on its stack.
TEST(Turns, ComeToEachOfVeryMany) {
  constexpr std::size_t kMany = 1100;
  ServedTier s(std::vector<std::int64_t>(kMany, 1), With(Balance::kSmoothRoundRobin));
  std::map<std::int64_t, int> counts;
  for (std::size_t i = 0; i < kMany; ++i) ++counts[s.router.Select(kAsk).channel_id()];
  EXPECT_EQ(counts.size(), kMany) << "each has one turn";
}

TEST(Turns, AreOfOneGroupModelAndPriority) {
  ServedTier s({1, 1}, With(Balance::kSmoothRoundRobin));
  std::vector<std::int64_t> mine;
  for (int i = 0; i < 6; ++i) {
    mine.push_back(s.router.Select(kAsk).channel_id());
    s.router.Select({.group = "other", .model = "m"});  // would take every second turn
  }
  EXPECT_EQ(mine[0], mine[2]);
  EXPECT_NE(mine[0], mine[1]);
  EXPECT_EQ(mine[1], mine[3]);
}

TEST(Turns, GoOnAfterAReload) {
  ServedTier s({1, 1}, With(Balance::kSmoothRoundRobin));
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 10; ++i) {
    ++counts[s.router.Select(kAsk).channel_id()];
    ASSERT_TRUE(s.router.Publish(Compile(Weighted({1, 1}), s.router.policy())->table).ok());
  }
  EXPECT_THAT(counts, UnorderedElementsAre(Pair(1, 5), Pair(2, 5)));
}

TEST(Turns, WithoutRoomAreByChance) {
  ServedTier s({1, 1}, With(Balance::kSmoothRoundRobin), {.state = {.rotations = 1}});
  EXPECT_EQ(s.Count(2).size(), 2u);  // has the only place
  SplitMix64 bits(1);
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 100; ++i) {
    ++counts[s.router.Select({.group = "other", .model = "m"}, RandomBits(bits)).channel_id()];
  }
  EXPECT_EQ(counts.size(), 2u);
}

TEST(Turns, ByHandlesAreTheSame) {
  ServedTier s({3, 1}, With(Balance::kSmoothRoundRobin));
  const GroupHandle group = *s.router.FindGroup("g");
  const ModelHandle model = *s.router.FindModel("m");
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 40; ++i) ++counts[s.router.Select(group, model).channel_id()];
  EXPECT_THAT(counts, UnorderedElementsAre(Pair(1, 30), Pair(2, 10)));
}

TEST(Turns, OfAWalkGiveTheOthersNext) {
  ServedTier s({1, 1, 1}, With(Balance::kSmoothRoundRobin));
  Attempts walk;
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 3; ++i) ++counts[s.router.Select(kAsk, walk).channel_id()];
  EXPECT_EQ(counts.size(), 3u);
}

// A request that fails once takes two turns. Would catch: first attempts that only ever get every second one.
TEST(Turns, OfFirstAttemptsAreExactHoweverManyAreTriedAgain) {
  ServedTier s({3, 5, 2}, With(Balance::kSmoothRoundRobin));
  std::map<std::int64_t, int> first;
  std::map<std::int64_t, int> second;
  for (int i = 0; i < 100; ++i) {
    Attempts walk;
    ++first[s.router.Select(kAsk, walk).channel_id()];
    ++second[s.router.Select(kAsk, walk).channel_id()];
  }
  EXPECT_THAT(first, UnorderedElementsAre(Pair(1, 30), Pair(2, 50), Pair(3, 20)));
  EXPECT_EQ(second.size(), 3u);
}

}  // namespace
}  // namespace pointsman
