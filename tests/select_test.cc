// What a selection promises: exact shares, typed reasons, bounded work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pointsman/random.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "select/draw.h"
#include "support/chi_square.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

Reason ReasonFor(const Rows& rows, const Request& request, const Policy& policy = {}) {
  Router router(policy);
  EXPECT_TRUE(router.Publish(MustCompile(rows, policy).table).ok());
  return router.Select(request).reason();
}

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Shares, WeightsTwoAndOneHoldTwoTicketsAndOne) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1)));
  EXPECT_THAT(SweptWeights(*c.table, "g", "m"), ElementsAre(Pair(1, 2), Pair(2, 1)));
  const RouteInfo route = *c.table->Describe("g", "m");
  EXPECT_EQ(route.tiers[0].candidates[0].share.Text(), "2/3");
  EXPECT_EQ(route.tiers[0].candidates[1].share.Text(), "1/3");
}

TEST(Shares, EveryTierOfSmallWeightsGivesEachCandidateExactlyItsWeight) {
  for (std::int64_t a = 0; a <= 6; ++a) {
    for (std::int64_t b = 0; b <= 6; ++b) {
      for (std::int64_t c = 0; c <= 6; ++c) {
        const Compiled compiled =
            MustCompile(RowsOf(Channel(1, "g", "m", a), Channel(2, "g", "m", b), Channel(3, "g", "m", c)));
        std::map<std::int64_t, std::uint64_t> expected;
        for (const auto& [id, weight] : std::map<std::int64_t, std::int64_t>{{1, a}, {2, b}, {3, c}}) {
          const std::int64_t tickets = a + b + c == 0 ? 1 : weight;
          if (tickets > 0) expected[id] = static_cast<std::uint64_t>(tickets);
        }
        EXPECT_EQ(SweptWeights(*compiled.table, "g", "m"), expected) << a << " " << b << " " << c;
      }
    }
  }
}

TEST(Shares, SelectMapsTheWholeDrawSpaceOntoTheTickets) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1))).table).ok());
  std::map<std::int64_t, int> counts;
  for (std::uint64_t ticket = 0; ticket < 6; ++ticket) {  // two columns of three tickets
    ScriptedBits bits({WordForTicket(ticket, 6)});
    ++counts[router.Select({.group = "g", .model = "m"}, RandomBits(bits)).channel_id()];
    EXPECT_EQ(bits.asked(), 1u);
  }
  EXPECT_THAT(counts, ElementsAre(Pair(1, 4), Pair(2, 2)));
}

TEST(Shares, ZeroWeightBesideOthersIsNeverSelected) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", 0), Channel(2, "g", "m", 5), Channel(3, "g", "m", 0)));
  EXPECT_THAT(SweptWeights(*c.table, "g", "m"), ElementsAre(Pair(2, 5)));
}

TEST(Shares, WeightsUpToTheLargestAreSummedWithoutOverflow) {
  constexpr std::int64_t kMost = 4294967295;
  const Compiled c =
      MustCompile(RowsOf(Channel(1, "g", "m", kMost), Channel(2, "g", "m", kMost), Channel(3, "g", "m", kMost)));
  EXPECT_EQ(c.table->Describe("g", "m")->tiers[0].candidates[2].share, Share::Of(1, 3));
  // n times a weight does not matter to 64 bits, nor the sum of the weights to 32.
  const TierBlock tier = TopTier(*c.table, "g", "m");
  EXPECT_EQ(tier.tickets(), std::uint64_t{3} * 4294967295u / 4294967295u) << "equal weights have a common divisor";
}

TEST(Draw, WordsOfTheBiasedSliverAreRejected) {
  // Two columns of three tickets; 2^64 mod 6 is 4, so the word 0, whose product is 0, belongs to the sliver.
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1))).table).ok());
  ScriptedBits bits({0, WordForTicket(3, 6)});
  EXPECT_TRUE(router.Select({.group = "g", .model = "m"}, RandomBits(bits)));
  EXPECT_EQ(bits.asked(), 2u);
}

// 2^64 mod 7 is 2: the words whose product with 7 ends in 0 or 1 are one too many for some numbers, the next is not.
TEST(Draw, NumbersRejectTheSliverToItsLastWordAndNoFurther) {
  __extension__ using Wide = unsigned __int128;
  const auto word_with_low = [](std::uint64_t low) {
    for (Wide k = 0;; ++k) {
      const Wide product = (k << 64) + low;
      if (product % 7 == 0) return static_cast<std::uint64_t>(product / 7);
    }
  };
  for (const auto& [low, words] : std::map<std::uint64_t, std::size_t>{{0, 2}, {1, 2}, {2, 1}, {3, 1}}) {
    ScriptedBits bits({word_with_low(low), WordForTicket(3, 7)});
    DrawBelow(7, bits);
    EXPECT_EQ(bits.asked(), words) << low;
  }
}

TEST(Draw, ASourceOfNothingButZerosOrOnesStillEnds) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1))).table).ok());
  for (const std::uint64_t word : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    ScriptedBits bits({word});
    EXPECT_TRUE(router.Select({.group = "g", .model = "m"}, RandomBits(bits)));
    EXPECT_LE(bits.asked(), 66u);
  }
}

TEST(Draw, TheThreadsOwnGeneratorFollowsTheWeights) {
  // One chi-square for this source of bits. Two degrees of freedom; 27.6 is exceeded once in a million runs.
  Router router;
  ASSERT_TRUE(
      router
          .Publish(MustCompile(RowsOf(Channel(1, "g", "m", 7), Channel(2, "g", "m", 2), Channel(3, "g", "m", 1))).table)
          .ok());
  constexpr int kDraws = 100000;
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < kDraws; ++i) ++counts[router.Select({.group = "g", .model = "m"}).channel_id()];
  double chi_square = 0;
  for (const auto& [id, share] : std::map<std::int64_t, double>{{1, 0.7}, {2, 0.2}, {3, 0.1}}) {
    const double expected = kDraws * share;
    chi_square += std::pow(counts[id] - expected, 2) / expected;
  }
  EXPECT_LT(chi_square, 27.6) << counts[1] << " " << counts[2] << " " << counts[3];
}

TEST(Tiers, OnlyTheHighestTierWithAnEligibleCandidateServes) {
  Rows rows = RowsOf(Channel(1, "g", "m", 1, 10), Channel(2, "g", "m", 1, 5), Channel(3, "g", "m", 1, -3));
  EXPECT_THAT(SweptWeights(*MustCompile(rows).table, "g", "m"), ElementsAre(Pair(1, 1)));

  Rows without_top("test");
  for (ChannelRow row : rows.channels()) {
    if (row.id == 1) row.status = 2;
    without_top.Add(row);
  }
  EXPECT_THAT(SweptWeights(*MustCompile(without_top).table, "g", "m"), ElementsAre(Pair(2, 1)));
}

TEST(Tiers, ATierOfZerosAboveAWeightedOneStillServes) {
  const Compiled c =
      MustCompile(RowsOf(Channel(1, "g", "m", 0, 1), Channel(2, "g", "m", 0, 1), Channel(3, "g", "m", 9, 0)));
  EXPECT_THAT(SweptWeights(*c.table, "g", "m"), ElementsAre(Pair(1, 1), Pair(2, 1)));
}

TEST(Groups, TheIncidentUnderTheExactRule) {
  const Policy exact{.groups = {.empty_group = EmptyGroup::kExact}};
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "", .model = "runway"}, exact), Reason::kEmptyGroup);
}

TEST(Groups, TheIncidentWouldHaveBeenServedByDefault) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  for (const std::string_view empty : {"", " ", "\t"}) {
    const Selection s = router.Select({.group = empty, .user_group = "default", .model = "runway"});
    EXPECT_EQ(s.channel_id(), 8);
    EXPECT_EQ(s.group(), "default");
  }
}

TEST(Groups, AnEmptyGroupInheritsTheUsersGroupBeforeTheDefaultGroup) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "default", "m"), Channel(2, "vip", "m"))).table).ok());
  EXPECT_EQ(router.Select({.user_group = "vip", .model = "m"}).channel_id(), 2);
  EXPECT_EQ(router.Select({.user_group = " ", .model = "m"}).channel_id(), 1);
}

TEST(Groups, TheDefaultRuleIgnoresTheUsersGroup) {
  const Policy policy{.groups = {.default_group = "public", .empty_group = EmptyGroup::kDefault}};
  Router router(policy);
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(Channel(1, "public", "m"), Channel(2, "vip", "m")), policy).table).ok());
  EXPECT_EQ(router.Select({.user_group = "vip", .model = "m"}).channel_id(), 1);
}

TEST(Groups, TheRefusingRuleRefusesAnEmptyGroupWhateverTheUsersGroupIs) {
  const Policy policy{.groups = {.empty_group = EmptyGroup::kRefuse}};
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.user_group = "default", .model = "runway"}, policy), Reason::kEmptyGroup);
}

TEST(Groups, CaseAndBlanksOfAGroupMatter) {
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "Default", .model = "runway"}), Reason::kUnknownGroup);
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default ", .model = "runway"}), Reason::kUnknownGroup);
}

TEST(Groups, AGroupThatIsNotAllowedIsRefusedBeforeItIsLookedUp) {
  const std::string_view allowed[] = {"vip"};
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = "runway", .allowed_groups = allowed}),
            Reason::kGroupNotAllowed);
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "nowhere", .model = "runway", .allowed_groups = allowed}),
            Reason::kGroupNotAllowed);
}

TEST(Groups, AnEmptyListOfAllowedGroupsAllowsNone) {
  const std::span<const std::string_view> none;
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = "runway", .allowed_groups = none}),
            Reason::kGroupNotAllowed);
}

TEST(Groups, TheStandInForAnEmptyGroupMustBeAllowedToo) {
  const std::string_view allowed[] = {"vip"};
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "", .model = "runway", .allowed_groups = allowed}),
            Reason::kGroupNotAllowed);
}

TEST(Reasons, EachFailingStageHasItsOwn) {
  const Rows rows = RowsOf(Channel(1, "default", "a"), Channel(2, "vip", "b"),
                           ChannelRow{.id = 3, .status = 2, .groups = "default", .models = "off"});
  EXPECT_EQ(ReasonFor(Rows(), {.group = "default", .model = "a"}), Reason::kEmptyTable);
  EXPECT_EQ(ReasonFor(rows, {.group = "nowhere", .model = "a"}), Reason::kUnknownGroup);
  EXPECT_EQ(ReasonFor(rows, {.group = "default", .model = "zzz"}), Reason::kNoSuchModel);
  EXPECT_EQ(ReasonFor(rows, {.group = "default", .model = "b"}), Reason::kModelNotInGroup);
  EXPECT_EQ(ReasonFor(rows, {.group = "default", .model = "off"}), Reason::kAllDisabled);
  EXPECT_EQ(ReasonFor(rows, {.group = "default", .model = "a"}), Reason::kNone);
}

TEST(Reasons, TheDefaultGroupIsKnownEvenWhereNoRowNamesIt) {
  EXPECT_EQ(ReasonFor(RowsOf(Channel(1, "vip", "m")), {.group = "default", .model = "m"}), Reason::kModelNotInGroup);
}

TEST(Reasons, NamesAndNumbersAreForGood) {
  EXPECT_EQ(static_cast<int>(Reason::kEmptyTable), 16);
  std::set<std::string_view> names;
  for (int i = 0; i <= 16; ++i) names.insert(ReasonName(static_cast<Reason>(i)));
  EXPECT_EQ(names.size(), 17u);
  EXPECT_EQ(ReasonName(static_cast<Reason>(17)), "kUnknown");
}

TEST(Reasons, HostileNamesOfAnyLengthAreRefusedLikeOthers) {
  const std::string huge(1 << 20, 'x');
  const std::string blanks(1 << 20, ' ');
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = huge, .model = "runway"}), Reason::kUnknownGroup);
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = blanks, .model = "runway"}), Reason::kUnknownGroup);
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = huge}), Reason::kNoSuchModel);
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = std::string_view("run\0way", 7)}),
            Reason::kNoSuchModel);
}

TEST(Selection, CarriesTheHostsCookieAndTheGeneration) {
  ChannelRow row = Bltcy();
  row.cookie = 0xfeedu;
  Router router;
  EXPECT_EQ(router.Select({.group = "default", .model = "runway"}).generation(), 0u);
  ASSERT_EQ(*router.Publish(MustCompile(RowsOf(row)).table), 1u);
  const Selection s = router.Select({.group = "default", .model = "runway"});
  EXPECT_EQ(s.cookie(), 0xfeedu);
  EXPECT_EQ(s.generation(), 1u);
}

// Would catch: a product that overflows. Sixteen kinds of channels, by weight and by where they stand.
TEST(Shares, HoldInATierWhoseColumnsTimesTicketsNeedMoreThan64Bits) {
  constexpr std::int64_t kChannels = 80'000;
  constexpr std::int64_t kLargest = 4'294'967'295;
  Rows rows("huge");
  std::vector<double> expected(16), counts(16);
  double sum = 0;
  const auto kind_of = [](std::int64_t id) { return static_cast<std::size_t>(id % 2 * 8 + id * 8 / (kChannels + 1)); };
  for (std::int64_t id = 1; id <= kChannels; ++id) {
    const std::int64_t weight = id % 2 == 0 ? kLargest : kLargest / 2;
    rows.Add(Channel(id, "g", "m", weight));
    expected[kind_of(id)] += static_cast<double>(weight);
    sum += static_cast<double>(weight);
  }
  ASSERT_GT(sum * kChannels, std::pow(2.0, 64));
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());
  constexpr int kDraws = 50'000;
  SplitMix64 bits(7);
  for (int i = 0; i < kDraws; ++i) {
    ++counts[kind_of(router.Select({.group = "g", .model = "m"}, RandomBits(bits)).channel_id())];
  }
  for (double& e : expected) e *= kDraws / sum;
  EXPECT_LT(ChiSquare(counts, expected), OnceInAMillion(15));
}

TEST(Random, A32BitEngineIsWidenedToAll64Bits) {
  std::mt19937 engine(1);
  std::mt19937 same(1);
  const std::uint64_t word = RandomBits(engine)();
  const std::uint64_t high = same();
  EXPECT_EQ(word, high << 32 | same());
}

TEST(Random, SplitMixYieldsItsPublishedStream) {
  SplitMix64 bits(1234567);
  EXPECT_EQ(bits(), 6457827717110365317u);
  EXPECT_EQ(bits(), 3203168211198807973u);
}

}  // namespace
}  // namespace pointsman::testing
