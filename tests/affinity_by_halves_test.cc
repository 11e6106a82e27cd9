// Affinity in wide tiers, by halving them (select/key_choice.h): what it keeps of affinity, and what it gives up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "select/key_choice.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;

// Weights by channel.
using Tier = std::map<std::int64_t, std::int64_t>;

Rows RowsOf(const Tier& tier) {
  Rows rows;
  for (const auto& [id, weight] : tier) {
    rows.Add(ChannelRow{.id = id, .status = 1, .groups = "g", .models = "m", .weight = weight});
  }
  return rows;
}

Tier Equal(std::int64_t channels) {
  Tier tier;
  for (std::int64_t id = 0; id < channels; ++id) tier[id] = 1;
  return tier;
}

// Weights 0 to 6, as they come.
Tier Mixed(std::int64_t channels) {
  Tier tier;
  for (std::int64_t id = 1; id <= channels; ++id) tier[id] = id * id % 7;
  return tier;
}

struct Served {
  explicit Served(const Tier& tier, std::uint64_t fleet_seed = 0, ChannelStateOptions state = {})
      : router(ByHalves(fleet_seed), {.state = std::move(state)}) {
    Publish(tier);
  }
  static Policy ByHalves(std::uint64_t fleet_seed) {
    Policy policy;
    policy.balance = Balance::kAffinityByHalves;
    policy.fleet_seed = fleet_seed;
    return policy;
  }
  void Publish(const Tier& tier) { ASSERT_TRUE(router.Publish(Compile(RowsOf(tier), router.policy())->table).ok()); }
  std::int64_t Ask(std::uint64_t key) {
    return router.Select({.group = "g", .model = "m", .affinity = key}).channel_id();
  }
  std::vector<std::int64_t> AskAll(std::uint64_t keys) {
    std::vector<std::int64_t> ids;
    for (std::uint64_t key = 0; key < keys; ++key) ids.push_back(Ask(key));
    return ids;
  }
  Router router;
};

// Of counts by channel, where so many keys go by these weights.
double ChiSquare(const std::map<std::int64_t, int>& counts, const Tier& weights, int keys) {
  double sum = 0;
  for (const auto& [id, weight] : weights) sum += static_cast<double>(weight);
  double chi_square = 0;
  for (const auto& [id, weight] : weights) {
    if (weight == 0) continue;
    const double expected = keys * static_cast<double>(weight) / sum;
    const double off = (counts.contains(id) ? counts.at(id) : 0) - expected;
    chi_square += off * off / expected;
  }
  return chi_square;
}

// For good, as those of affinity are: computed apart, in Python's integers and fractions, bit by bit.
TEST(AffinityByHalves, VectorsArePinned) {
  const HalvingNumbers numbers(1, 7);
  EXPECT_EQ(numbers.OfSplit(8, 3), 0xde7e8505a36992c1u);
  EXPECT_EQ(numbers.OfSplit(-1, 63), 0x1759e1bdb1aa6537u);
  EXPECT_EQ(numbers.OfSplit(std::numeric_limits<std::int64_t>::max(), 0), 0x23664175de40277fu);
  EXPECT_EQ(numbers.OfPart(8), 13u);
  Served small({{1, 5}, {2, 1}, {3, 9}, {4, 3}, {5, 2}});
  EXPECT_THAT(small.AskAll(16), ElementsAre(3, 4, 3, 3, 3, 1, 3, 1, 3, 3, 1, 3, 5, 3, 5, 3));
}

// Would catch: ids compared as numbers without a sign, a search that misses an end, a channel of weight 0 that serves.
TEST(AffinityByHalves, IdsMayBeAnyNumbers) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  Served s({{kLeast, 2}, {-7, 3}, {-1, 1}, {0, 4}, {3, 0}, {4096, 1}, {kMost, 5}}, 7);
  EXPECT_THAT(s.AskAll(16),
              ElementsAre(kMost, -7, -7, 0, kMost, -1, kLeast, 0, kMost, 0, kMost, kMost, -7, 0, kLeast, -7));
}

TEST(AffinityByHalves, KeysAreSpreadByWeightAndEveryNodeAgrees) {
  const Tier tier = Mixed(70);  // sixty of them weigh something
  Served here(tier);
  Served there(tier);
  constexpr int kKeys = 100'000;
  std::map<std::int64_t, int> counts;
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    const std::int64_t id = here.Ask(key);
    ++counts[id];
    ASSERT_GT(tier.at(id), 0) << "zero is never";
    ASSERT_TRUE(key > 1000 || there.Ask(key) == id) << key;
  }
  EXPECT_LT(ChiSquare(counts, tier, kKeys), 108);  // 59 degrees of freedom: 1 in 10,000
}

// Where a whole tier weighs nothing, all are equal, here as under every rule.
TEST(AffinityByHalves, OfATierOfZerosAllAreEqual) {
  Tier zeros = Equal(40);
  for (auto& [id, weight] : zeros) weight = 0;
  Served s(zeros);
  std::map<std::int64_t, int> counts;
  for (const std::int64_t id : s.AskAll(40'000)) ++counts[id];
  EXPECT_LT(ChiSquare(counts, Equal(40), 40'000), 82);  // 39 degrees of freedom: 1 in 10,000
}

TEST(AffinityByHalves, WhoIsOutLeavesItsKeysToTheOthersByWeightAndNoOtherKeyMoves) {
  const Tier tier = Mixed(70);
  Served s(tier);
  constexpr std::uint64_t kKeys = 100'000;
  const std::vector<std::int64_t> before = s.AskAll(kKeys);
  constexpr std::int64_t kOut = 2;  // weighs 4 of 140
  s.router.SwitchOff(kOut);
  const std::vector<std::int64_t> without = s.AskAll(kKeys);
  s.router.SwitchOn(kOut);
  EXPECT_EQ(s.AskAll(kKeys), before);

  std::map<std::int64_t, int> heirs;
  int moved = 0;
  for (std::size_t key = 0; key < kKeys; ++key) {
    ASSERT_NE(without[key], kOut);
    if (before[key] != kOut) {
      ASSERT_EQ(without[key], before[key]) << key;
      continue;
    }
    ++moved;
    ++heirs[without[key]];
  }
  Tier others = tier;
  others.erase(kOut);
  EXPECT_GT(moved, 1000);
  EXPECT_LT(ChiSquare(heirs, others, moved), 107);  // 58 degrees of freedom: 1 in 10,000
}

// The price, and its bound: a tier of 64 can be halved six times.
TEST(AffinityByHalves, WhenARowGoesOrComesAtMostOneShareMovesForEachHalving) {
  constexpr std::uint64_t kKeys = 64'000;
  constexpr double kShare = kKeys / 64.0;
  Served s(Equal(64));
  const std::vector<std::int64_t> before = s.AskAll(kKeys);
  for (const std::int64_t gone : {0, 20, 63}) {
    Tier tier = Equal(64);
    tier.erase(gone);
    s.Publish(tier);
    int others = 0;
    for (std::uint64_t key = 0; key < kKeys; ++key) {
      const std::int64_t now = s.Ask(key);
      ASSERT_NE(now, gone);
      others += before[key] != gone && now != before[key] ? 1 : 0;
    }
    EXPECT_LT(others, 6 * kShare) << gone;
    EXPECT_GT(others, kShare) << "or it is no approximation, and the header is wrong";
    s.Publish(Equal(64));
    EXPECT_EQ(s.AskAll(1000), std::vector(before.begin(), before.begin() + 1000)) << "and when it is back, all are";
  }
}

TEST(AffinityByHalves, ARetryTakesAnotherAndNeverBlocks) {
  Served s(Equal(20));
  for (std::uint64_t key = 0; key < 200; ++key) {
    Attempts walk;
    std::set<std::int64_t> met;
    for (int i = 0; i < 5; ++i) {
      const Selection drawn = s.router.Select({.group = "g", .model = "m", .affinity = key}, walk);
      ASSERT_TRUE(drawn) << ReasonName(drawn.reason());
      met.insert(drawn.channel_id());
    }
    EXPECT_EQ(met.size(), 5u);
  }
}

// Would catch: a slow start in which each request decides anew whether its channel counts.
TEST(AffinityByHalves, InASlowStartKeysComeBackOneByOneAndStay) {
  FakeClock clock;
  ChannelStateOptions options{.clock = clock.clock()};
  options.cooldown.jitter = 0;
  Served s(Equal(16), 0, options);
  constexpr std::uint64_t kKeys = 16'000;
  const std::vector<std::int64_t> before = s.AskAll(kKeys);
  const auto report = [&](OutcomeKind kind) {
    Selection selection = s.router.Select({.group = "g", .model = "m", .pin = 5});
    s.router.Report(selection, {.kind = kind});
  };
  report(OutcomeKind::kRateLimited);
  clock.Advance(std::chrono::seconds(5));
  report(OutcomeKind::kSuccess);

  std::set<std::uint64_t> back;
  for (int step = 0; step <= 6; ++step) {
    std::set<std::uint64_t> now;
    for (std::uint64_t key = 0; key < kKeys; ++key) {
      const std::int64_t id = s.Ask(key);
      if (id == 5) now.insert(key);
      ASSERT_TRUE(before[key] == 5 || id == before[key]) << "nobody else's keys are concerned";
    }
    for (const std::uint64_t key : back) ASSERT_TRUE(now.contains(key)) << key << " went again";
    EXPECT_GE(now.size(), back.size());
    back = now;
    clock.Advance(std::chrono::seconds(5));
  }
  EXPECT_EQ(s.AskAll(kKeys), before);
}

}  // namespace
}  // namespace pointsman::testing
