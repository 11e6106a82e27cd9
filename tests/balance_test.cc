// Ways to choose within a tier: turns, loads, affinity. One claim a test; counts are exact wherever they can be.
#include "pointsman/balance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/outcome.h"
#include "pointsman/router.h"
#include "select/balanced_draw.h"
#include "select/rendezvous.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr Request kAsk{.group = "g", .model = "m"};

Rows Weighted(const std::vector<std::int64_t>& weights) {
  Rows rows;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    rows.Add(ChannelRow{.id = static_cast<std::int64_t>(i + 1),
                        .status = 1,
                        .groups = "g,other",
                        .models = "m",
                        .weight = weights[i],
                        .tag = "t"});
  }
  return rows;
}

Policy With(Balance balance) {
  Policy policy;
  policy.balance = balance;
  return policy;
}

struct Served {
  Served(const std::vector<std::int64_t>& weights, Policy policy, RouterOptions options = {})
      : router(policy, std::move(options)) {
    EXPECT_TRUE(router.Publish(Compile(Weighted(weights), policy)->table).ok());
  }
  std::map<std::int64_t, int> Count(int selections, const Request& request = kAsk) {
    std::map<std::int64_t, int> counts;
    for (int i = 0; i < selections; ++i) ++counts[router.Select(request).channel_id()];
    return counts;
  }
  Router router;
};

// ---- turns

TEST(Turns, EveryWindowOfTheSumOfWeightsIsExact) {
  for (const std::vector<std::int64_t>& weights :
       {std::vector<std::int64_t>{1}, {1, 1}, {5, 1, 1}, {7, 3}, {3, 5, 11, 2, 1}, {70, 30}, {1, 100}}) {
    Served s(weights, With(Balance::kSmoothRoundRobin));
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
  Served s({10, 30, 60}, With(Balance::kSmoothRoundRobin));
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
  Served s({3, 5, 2}, With(Balance::kSmoothRoundRobin));
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
  Served s({3, 5, 2}, With(Balance::kSmoothRoundRobin));
  s.Count(7);
  s.router.SwitchOff(2);
  EXPECT_THAT(s.Count(50), UnorderedElementsAre(Pair(1, 30), Pair(3, 20)));
  s.router.SwitchOn(2);
  EXPECT_THAT(s.Count(10), UnorderedElementsAre(Pair(1, 3), Pair(2, 5), Pair(3, 2)));
}

TEST(Turns, AreOfOneGroupModelAndPriority) {
  Served s({1, 1}, With(Balance::kSmoothRoundRobin));
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
  Served s({1, 1}, With(Balance::kSmoothRoundRobin));
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 10; ++i) {
    ++counts[s.router.Select(kAsk).channel_id()];
    ASSERT_TRUE(s.router.Publish(Compile(Weighted({1, 1}), s.router.policy())->table).ok());
  }
  EXPECT_THAT(counts, UnorderedElementsAre(Pair(1, 5), Pair(2, 5)));
}

TEST(Turns, WithoutRoomAreByChance) {
  Served s({1, 1}, With(Balance::kSmoothRoundRobin), {.state = {.rotations = 1}});
  EXPECT_EQ(s.Count(2).size(), 2u);  // has the only place
  SplitMix64 bits(1);
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 100; ++i) {
    ++counts[s.router.Select({.group = "other", .model = "m"}, RandomBits(bits)).channel_id()];
  }
  EXPECT_EQ(counts.size(), 2u);
}

TEST(Turns, ByHandlesAreTheSame) {
  Served s({3, 1}, With(Balance::kSmoothRoundRobin));
  const GroupHandle group = *s.router.FindGroup("g");
  const ModelHandle model = *s.router.FindModel("m");
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 40; ++i) ++counts[s.router.Select(group, model).channel_id()];
  EXPECT_THAT(counts, UnorderedElementsAre(Pair(1, 30), Pair(2, 10)));
}

TEST(Turns, OfAWalkGiveTheOthersNext) {
  Served s({1, 1, 1}, With(Balance::kSmoothRoundRobin));
  Attempts walk;
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 3; ++i) ++counts[s.router.Select(kAsk, walk).channel_id()];
  EXPECT_EQ(counts.size(), 3u);
}

// A request that fails once takes two turns. Would catch: first attempts that only ever get every second one.
TEST(Turns, OfFirstAttemptsAreExactHoweverManyAreTriedAgain) {
  Served s({3, 5, 2}, With(Balance::kSmoothRoundRobin));
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

// ---- of one group

TEST(BalanceOfAGroup, LeavesOtherGroupsAlone) {
  Policy policy;
  policy.groups.groups["g"].balance = Balance::kSmoothRoundRobin;
  Served s({1, 1}, policy);
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

// ---- loads

TEST(LeastInFlight, OfTwoDrawnTheLessBusyServes) {
  Served s({1, 1}, With(Balance::kLeastInFlight));
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
  Served s({3, 1}, With(Balance::kLeastInFlight));
  std::vector<Selection> flying;
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 400; ++i) {
    flying.push_back(s.router.Select(kAsk));
    ++counts[flying.back().channel_id()];
  }
  EXPECT_NEAR(counts[1], 300, 4);  // by chance alone the deviation would be 8.7
}

TEST(LeastInFlight, WhereAllAreIdleKeepsTheShares) {
  Served s({7, 3}, With(Balance::kLeastInFlight));
  EXPECT_NEAR(s.Count(10000).at(1), 7000, 5 * std::sqrt(10000 * 0.21));
}

TEST(LeastInFlight, CountsWhatOtherGroupsSend) {
  Policy policy;
  policy.groups.groups["g"].balance = Balance::kLeastInFlight;
  Served s({1}, policy);
  const Selection held = s.router.Select({.group = "other", .model = "m"});
  EXPECT_EQ(s.router.ChannelStates()[0].in_flight, 1);
}

TEST(LeastInFlight, CountsNoLongerWhenNoGroupAsks) {
  Policy policy = With(Balance::kLeastInFlight);
  Served s({1}, policy);
  const Selection before = s.router.Select(kAsk);
  ASSERT_TRUE(s.router.Publish(Compile(Weighted({1}), {})->table).ok());
  const Selection after = s.router.Select(kAsk);
  EXPECT_EQ(s.router.ChannelStates()[0].in_flight, 1);  // the first alone
}

TEST(LowestLatency, OfTwoDrawnTheFasterServes) {
  Served s({1, 1}, With(Balance::kLowestLatency));
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

// ---- affinity

TEST(Affinity, SameKeySameChannelOnEveryNode) {
  Served here({1, 2, 3, 4}, With(Balance::kAffinity));
  Served there({1, 2, 3, 4}, With(Balance::kAffinity));
  for (std::uint64_t key = 0; key < 1000; ++key) {
    Request request = kAsk;
    request.affinity = key;
    const std::int64_t id = here.router.Select(request).channel_id();
    EXPECT_EQ(here.router.Select(request).channel_id(), id);
    EXPECT_EQ(there.router.Select(request).channel_id(), id);
  }
}

// These are for good: a fleet that updates gateway by gateway must agree.
TEST(Affinity, VectorsArePinned) {
  EXPECT_EQ(AffinityKey("conversation-17"), 7959428892673998597u);
  EXPECT_EQ(AffinityKey(""), 2945182322382062539u);
  EXPECT_EQ(RendezvousNumber(SeededKey(1, 0), 8), 0xaeb2ddd4d36a72f0u);
  EXPECT_EQ(RendezvousNumber(SeededKey(1, 7), 8), 0x1919a6cd6684f8eu);
  EXPECT_EQ(RendezvousNumber(SeededKey(~0ull, 7), -1), 0x5c921be13cf5366eu);
  EXPECT_EQ(NegativeLog2(0x123456789abcdef0u), 16380065491u);
  Served s({5, 1, 9, 3, 2}, With(Balance::kAffinity));
  std::vector<std::int64_t> ids;
  for (std::uint64_t key = 0; key < 16; ++key) {
    Request request = kAsk;
    request.affinity = key;
    ids.push_back(s.router.Select(request).channel_id());
  }
  EXPECT_THAT(ids, ElementsAre(4, 3, 2, 4, 3, 4, 3, 3, 1, 3, 3, 5, 5, 1, 3, 4));
}

TEST(Affinity, AnotherFleetSeedSpreadsAnew) {
  Policy other = With(Balance::kAffinity);
  other.fleet_seed = 1;
  Served a({1, 1, 1, 1}, With(Balance::kAffinity));
  Served b({1, 1, 1, 1}, other);
  int same = 0;
  for (std::uint64_t key = 0; key < 4000; ++key) {
    Request request = kAsk;
    request.affinity = key;
    same += a.router.Select(request).channel_id() == b.router.Select(request).channel_id() ? 1 : 0;
  }
  EXPECT_NEAR(same, 1000, 5 * std::sqrt(750));
}

TEST(Affinity, KeysAreSpreadByWeight) {
  const std::vector<std::int64_t> weights = {1, 2, 3, 4, 90};
  Served s(weights, With(Balance::kAffinity));
  std::map<std::int64_t, int> counts;
  constexpr int kKeys = 100'000;
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    Request request = kAsk;
    request.affinity = key;
    ++counts[s.router.Select(request).channel_id()];
  }
  double chi_square = 0;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const double expected = kKeys * static_cast<double>(weights[c]) / 100;
    const double off = counts[static_cast<std::int64_t>(c + 1)] - expected;
    chi_square += off * off / expected;
  }
  EXPECT_LT(chi_square, 23.5);  // 4 degrees of freedom: 1 in 10,000
}

TEST(Affinity, OnlyKeysOfTheChannelThatWentMove) {
  Served s({4, 3, 2, 1}, With(Balance::kAffinity));
  const auto all = [&] {
    std::vector<std::int64_t> ids;
    for (std::uint64_t key = 0; key < 2000; ++key) {
      Request request = kAsk;
      request.affinity = key;
      ids.push_back(s.router.Select(request).channel_id());
    }
    return ids;
  };
  const std::vector<std::int64_t> before = all();
  s.router.SwitchOff(2);
  const std::vector<std::int64_t> without = all();
  s.router.SwitchOn(2);
  EXPECT_EQ(all(), before);
  ASSERT_TRUE(s.router.Publish(Compile(Weighted({4, 3, 2, 1, 2}), s.router.policy())->table).ok());
  const std::vector<std::int64_t> with_a_fifth = all();
  for (std::size_t key = 0; key < before.size(); ++key) {
    ASSERT_NE(without[key], 2) << key;
    ASSERT_TRUE(before[key] == 2 || without[key] == before[key]) << key;
    ASSERT_TRUE(with_a_fifth[key] == 5 || with_a_fifth[key] == before[key]) << key;
  }
}

TEST(Affinity, ARetryTakesTheNextBestAndNeverBlocks) {
  Served s({1, 1, 1}, With(Balance::kAffinity));
  for (std::uint64_t key = 0; key < 50; ++key) {
    Request request = kAsk;
    request.affinity = key;
    Attempts walk;
    const std::int64_t first = s.router.Select(request, walk).channel_id();
    const std::int64_t second = s.router.Select(request, walk).channel_id();
    EXPECT_NE(first, second);
    s.router.SwitchOff(first);
    EXPECT_EQ(s.router.Select(request).channel_id(), second);  // who is next does not depend on why
    s.router.SwitchOn(first);
  }
}

TEST(Affinity, WithoutAKeyIsByChance) {
  Served s({3, 1}, With(Balance::kAffinity));
  EXPECT_NEAR(s.Count(10000).at(1), 7500, 5 * std::sqrt(1875));
}

TEST(Affinity, IsExplainedForTheKey) {
  Served s({1, 1, 1}, With(Balance::kAffinity));
  Request request = kAsk;
  request.affinity = 5;
  const std::int64_t id = s.router.Select(request).channel_id();
  const Explanation why = s.router.Explain(request);
  ASSERT_EQ(why.tiers.size(), 1u);
  EXPECT_EQ(why.tiers[0].balance, Balance::kAffinity);
  for (const ExplainedCandidate& c : why.tiers[0].candidates) {
    EXPECT_EQ(c.share.Text(), c.channel_id == id ? "1/1" : "0/1");
  }
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator), HasSubstr("by the request's affinity key"));
  const Distribution d = s.router.Distribute(request);
  ASSERT_EQ(d.shares.size(), 1u);
  EXPECT_EQ(d.shares[0].channel_id, id);
}

// ---- the logarithm

TEST(Logarithm, IsTrueToThirtyPlaces) {
  SplitMix64 bits(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t u = bits() >> (i % 64);
    const auto truth = static_cast<double>(64 - std::log2(static_cast<long double>(u == 0 ? 1 : u)));
    EXPECT_NEAR(static_cast<double>(NegativeLog2(u)) / 4294967296.0, truth, 1e-9) << u;
    EXPECT_LE(NegativeLog2AtLeast(u), NegativeLog2(u)) << u;
    if (testing::Test::HasFailure()) break;
  }
  for (const std::uint64_t u : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    EXPECT_LE(NegativeLog2AtLeast(u), NegativeLog2(u)) << u;
  }
}

// The bound only saves work.
TEST(Logarithm, BoundChangesNoWinner) {
  SplitMix64 bits(2);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t key = bits();
    Rendezvous quick(key, 1);
    std::uint32_t slow = 0;
    long double least = 1e30L;
    for (std::uint32_t c = 0; c < 20; ++c) {
      const std::uint64_t weight = 1 + (key >> c) % 7;
      quick.Offer(c, weight, c);
      const long double score = static_cast<long double>(NegativeLog2(RendezvousNumber(SeededKey(key, 1), c))) /
                                static_cast<long double>(weight);
      if (score < least) {
        least = score;
        slow = c;
      }
    }
    ASSERT_EQ(quick.winner(), slow) << key;
  }
}

// ---- records

TEST(RecordedBalance, IsMadeAgain) {
  for (const Balance rule : {Balance::kSmoothRoundRobin, Balance::kLeastInFlight, Balance::kLowestLatency,
                             Balance::kAffinity, Balance::kAffinityByHalves}) {
    Served s({3, 2, 5, 1}, With(rule));
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
  Served s({1, 1}, With(Balance::kSmoothRoundRobin));
  const std::int64_t first = s.router.Select(kAsk).channel_id();
  for (int i = 0; i < 3; ++i) s.router.Explain(kAsk);
  s.router.Distribute(kAsk);
  EXPECT_NE(s.router.Select(kAsk).channel_id(), first);
}

}  // namespace
}  // namespace pointsman
