// What a packed tier promises: every candidate holds exactly n times its weight of the n*W tickets, in both forms, and
// what was packed can be read again exactly.
#include "table/tier_block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "pointsman/random.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAreArray;

struct Packed {
  std::vector<std::uint32_t> words{0, 0};
  std::size_t size = 0;
  TierBlock block() const { return TierBlock(words.data() + 2); }
};

std::vector<WeightedChannel> Candidates(const std::vector<std::uint32_t>& weights, std::uint32_t first_channel = 0) {
  std::vector<WeightedChannel> candidates;
  for (const std::uint32_t weight : weights) candidates.push_back({.channel = first_channel++, .weight = weight});
  return candidates;
}

Packed Pack(const std::vector<WeightedChannel>& candidates, std::uint32_t priority = 3, TierRef next = kAllOut) {
  Packed packed;
  TierWriter writer;
  packed.size = writer.Append(candidates, priority, next, packed.words);
  return packed;
}

// Counts the tickets of every column, threshold by threshold where there are too many to visit.
std::vector<std::uint64_t> TicketsHeld(const TierBlock& tier) {
  std::vector<std::uint64_t> held(tier.size(), 0);
  for (std::uint32_t column = 0; column < tier.size(); ++column) {
    for (std::uint64_t ticket = 0; ticket < tier.tickets(); ++ticket) ++held[tier.Holder(column, ticket)];
  }
  return held;
}

void ExpectExact(const std::vector<std::uint32_t>& weights, const Packed& packed) {
  const TierBlock tier = packed.block();
  ASSERT_EQ(tier.size(), weights.size());
  const std::uint64_t sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  const std::vector<std::uint64_t> held = TicketsHeld(tier);
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    const std::uint64_t all = tier.tickets() * tier.size();
    if (sum == 0) {
      EXPECT_EQ(held[i] * weights.size(), all);
    } else {
      EXPECT_EQ(held[i] * sum, all * weights[i]) << ::testing::PrintToString(weights) << " at " << i;
    }
    EXPECT_EQ(tier.RawWeight(i), weights[i]) << ::testing::PrintToString(weights) << " at " << i;
  }
}

TEST(Compact, EveryTierOfUpToFourWeightsBelowSevenIsExact) {
  for (std::uint32_t code = 0; code < 7 * 7 * 7 * 7; ++code) {
    for (std::size_t n = 1; n <= 4; ++n) {
      std::vector<std::uint32_t> weights;
      for (std::uint32_t rest = code; weights.size() < n; rest /= 7) weights.push_back(rest % 7);
      ExpectExact(weights, Pack(Candidates(weights)));
    }
  }
}

TEST(Compact, RandomTiersOfUpToFifteenAreExact) {
  SplitMix64 bits(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> weights(1 + bits() % 15);
    for (std::uint32_t& weight : weights) weight = bits() % 4 == 0 ? 0 : static_cast<std::uint32_t>(bits() % 270);
    const Packed packed = Pack(Candidates(weights));
    EXPECT_FALSE(packed.block().wide());
    ExpectExact(weights, packed);
  }
}

TEST(Compact, LargeWeightsWithACommonDivisorFitAndKeepTheirValues) {
  const std::vector<std::uint32_t> weights = {4000000000u, 2000000000u, 1000000000u};
  const Packed packed = Pack(Candidates(weights));
  EXPECT_FALSE(packed.block().wide());
  EXPECT_EQ(packed.block().tickets(), 7u);
  ExpectExact(weights, packed);
}

TEST(Compact, SevenToThreeAndSeventyToThirtyDifferInNothingButTheirWeights) {
  EXPECT_NE(Pack(Candidates({7, 3})).words, Pack(Candidates({70, 30})).words);
}

TEST(Compact, FiveCandidatesTakeTwentyFourBytes) { EXPECT_EQ(Pack(Candidates({5, 4, 3, 2, 1})).size * 4, 24u); }

TEST(Compact, OneCandidateTakesEightBytes) { EXPECT_EQ(Pack(Candidates({5})).size * 4, 8u); }

TEST(Compact, KeepsPriorityNextChannelsAndDivisor) {
  for (const TierRef next : {kAllOut, TierRef{77}}) {
    const Packed packed = Pack({{.channel = 9, .weight = 5000}, {.channel = 65535, .weight = 10000}}, 4095, next);
    const TierBlock tier = packed.block();
    EXPECT_FALSE(tier.wide());
    EXPECT_EQ(tier.priority(), 4095u);
    EXPECT_EQ(tier.next(), next);
    EXPECT_EQ(tier.channel(0), 9u);
    EXPECT_EQ(tier.channel(1), 65535u);
    EXPECT_EQ(tier.tickets(), 3u);
    EXPECT_EQ(tier.RawWeight(1), 10000u);
  }
}

TEST(Wide, BeginsWhereTheCompactFormEnds) {
  EXPECT_TRUE(Pack(Candidates(std::vector<std::uint32_t>(16, 1))).block().wide());
  EXPECT_TRUE(Pack(Candidates({4095, 1})).block().wide());
  EXPECT_FALSE(Pack(Candidates({4094, 1})).block().wide());
  EXPECT_TRUE(Pack(Candidates({1}, 65536)).block().wide());
  EXPECT_TRUE(Pack(Candidates({1}), 4096).block().wide());
}

TEST(Wide, SmallTiersAreExact) {
  SplitMix64 bits(2);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::uint32_t> weights(1 + bits() % 40);
    for (std::uint32_t& weight : weights) weight = bits() % 4 == 0 ? 0 : static_cast<std::uint32_t>(bits() % 50);
    const Packed packed = Pack(Candidates(weights, 70000), 5000, 88);
    const TierBlock tier = packed.block();
    ASSERT_TRUE(tier.wide());
    EXPECT_EQ(tier.priority(), 5000u);
    EXPECT_EQ(tier.next(), 88u);
    EXPECT_EQ(tier.channel(0), 70000u);
    ExpectExact(weights, packed);
  }
}

TEST(Wide, TheLargestWeightsAreExactWithoutVisitingEveryTicket) {
  // Thresholds are found by bisection: the holder of a column changes once.
  const std::vector<std::uint32_t> weights = {4294967295u, 4294967294u, 1u, 4294967295u, 0u};
  const Packed packed = Pack(Candidates(weights));
  const TierBlock tier = packed.block();
  ASSERT_TRUE(tier.wide());
  std::vector<std::uint64_t> held(weights.size(), 0);
  for (std::uint32_t column = 0; column < tier.size(); ++column) {
    const std::uint32_t last = tier.Holder(column, tier.tickets() - 1);
    std::uint64_t low = 0;  // the first ticket that `last` holds
    for (std::uint64_t high = tier.tickets() - 1; low < high;) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (tier.Holder(column, middle) == last)
        high = middle;
      else
        low = middle + 1;
    }
    held[last] += tier.tickets() - low;
    if (low > 0) held[tier.Holder(column, 0)] += low;
  }
  std::vector<std::uint64_t> expected;
  for (const std::uint32_t weight : weights) expected.push_back(std::uint64_t{5} * weight);
  EXPECT_THAT(held, ElementsAreArray(expected));
}

TEST(Weights, OfATierOfZerosAreOneEachToDrawAndZeroToShow) {
  for (const std::size_t n : {std::size_t{3}, std::size_t{20}}) {
    const Packed packed = Pack(Candidates(std::vector<std::uint32_t>(n, 0)));
    const TierBlock tier = packed.block();
    EXPECT_TRUE(tier.uniform());
    EXPECT_EQ(tier.tickets(), n);
    EXPECT_EQ(tier.DrawnWeight(1), 1u);
    EXPECT_EQ(tier.RawWeight(1), 0u);
  }
}

}  // namespace
}  // namespace pointsman::testing
