// Choice by affinity: a key stays with its channel, on every machine, and who goes takes only his own keys along.
#include "select/rendezvous.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "pointsman/balance.h"
#include "pointsman/router.h"
#include "support/served_tier.h"

namespace pointsman {
namespace {

using namespace pointsman::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Affinity, SameKeySameChannelOnEveryNode) {
  ServedTier here({1, 2, 3, 4}, With(Balance::kAffinity));
  ServedTier there({1, 2, 3, 4}, With(Balance::kAffinity));
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
  ServedTier s({5, 1, 9, 3, 2}, With(Balance::kAffinity));
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
  ServedTier a({1, 1, 1, 1}, With(Balance::kAffinity));
  ServedTier b({1, 1, 1, 1}, other);
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
  ServedTier s(weights, With(Balance::kAffinity));
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
  ServedTier s({4, 3, 2, 1}, With(Balance::kAffinity));
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
  ServedTier s({1, 1, 1}, With(Balance::kAffinity));
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
  ServedTier s({3, 1}, With(Balance::kAffinity));
  EXPECT_NEAR(s.Count(10000).at(1), 7500, 5 * std::sqrt(1875));
}

TEST(Affinity, IsExplainedForTheKey) {
  ServedTier s({1, 1, 1}, With(Balance::kAffinity));
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

TEST(Logarithm, IsTrueToThirtyPlaces) {
  SplitMix64 bits(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t u = bits() >> (i % 64);
    const auto truth = static_cast<double>(64 - std::log2(static_cast<long double>(u == 0 ? 1 : u)));
    EXPECT_NEAR(static_cast<double>(NegativeLog2(u)) / 4294967296.0, truth, 1e-9) << u;
    EXPECT_LE(NegativeLog2AtLeast(u), NegativeLog2(u)) << u;
    if (::testing::Test::HasFailure()) break;
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

}  // namespace
}  // namespace pointsman
