// What a selection promises: exact shares, typed reasons, bounded work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>

#include "pointsman/random.h"
#include "pointsman/router.h"
#include "select/select.h"
#include "support/rows_builder.h"
#include "support/scripted_bits.h"
#include "table/table_data.h"

namespace pointsman::testing {
namespace {

Reason ReasonFor(const Rows& rows, const Request& request, const Policy& policy = {}) {
  Router router(policy);
  EXPECT_TRUE(router.Publish(MustCompile(rows, policy).table).ok());
  return router.Select(request).reason();
}

// Who holds each ticket of the tier that a request is drawn from, counted over all of its tickets.
std::map<std::int64_t, std::uint64_t> SweepTickets(const RouteTable& table, std::string_view group, std::string_view model) {
  const TableData& data = table.data();
  const RouteRecord* route =
      data.FindRoute(TableData::FindName(data.group_index, group), TableData::FindName(data.model_index, model));
  const TierRecord& tier = data.tiers[route->first_tier];
  std::map<std::int64_t, std::uint64_t> held;
  for (std::uint64_t ticket = 0; ticket < tier.total; ++ticket) {
    ++held[data.channels[data.candidates[HolderOf(data, tier, ticket)].channel].id];
  }
  return held;
}

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Shares, WeightsTwoAndOneHoldTwoTicketsAndOne) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1)));
  EXPECT_THAT(SweepTickets(*c.table, "g", "m"), ElementsAre(Pair(1, 2), Pair(2, 1)));
  const RouteInfo route = *c.table->Describe("g", "m");
  EXPECT_EQ(route.tiers[0].candidates[0].share.Text(), "2/3");
  EXPECT_EQ(route.tiers[0].candidates[1].share.Text(), "1/3");
}

TEST(Shares, EveryTierOfSmallWeightsGivesEachCandidateExactlyItsWeight) {
  for (std::int64_t a = 0; a <= 6; ++a) {
    for (std::int64_t b = 0; b <= 6; ++b) {
      for (std::int64_t c = 0; c <= 6; ++c) {
        const Compiled compiled = MustCompile(RowsOf(Channel(1, "g", "m", a), Channel(2, "g", "m", b), Channel(3, "g", "m", c)));
        std::map<std::int64_t, std::uint64_t> expected;
        for (const auto& [id, weight] : std::map<std::int64_t, std::int64_t>{{1, a}, {2, b}, {3, c}}) {
          const std::int64_t tickets = a + b + c == 0 ? 1 : weight;
          if (tickets > 0) expected[id] = static_cast<std::uint64_t>(tickets);
        }
        EXPECT_EQ(SweepTickets(*compiled.table, "g", "m"), expected) << a << " " << b << " " << c;
      }
    }
  }
}

TEST(Shares, SelectMapsTheWholeDrawSpaceOntoTheTickets) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1))).table).ok());
  std::map<std::int64_t, int> counts;
  for (std::uint64_t ticket = 0; ticket < 3; ++ticket) {
    ScriptedBits bits({WordForTicket(ticket, 3)});
    ++counts[router.Select({.group = "g", .model = "m"}, RandomBits(bits)).channel_id()];
    EXPECT_EQ(bits.asked(), 1u);
  }
  EXPECT_THAT(counts, ElementsAre(Pair(1, 2), Pair(2, 1)));
}

TEST(Shares, ZeroWeightBesideOthersIsNeverSelected) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", 0), Channel(2, "g", "m", 5), Channel(3, "g", "m", 0)));
  EXPECT_THAT(SweepTickets(*c.table, "g", "m"), ElementsAre(Pair(2, 5)));
}

TEST(Shares, WeightsUpToTheLargestAreSummedWithoutOverflow) {
  constexpr std::int64_t kMost = 4294967295;
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", kMost), Channel(2, "g", "m", kMost), Channel(3, "g", "m", kMost)));
  EXPECT_EQ(c.table->Describe("g", "m")->tiers[0].candidates[2].share, Share::Of(1, 3));
  const TableData& data = c.table->data();
  EXPECT_EQ(data.tiers[0].total, std::uint64_t{3} * 4294967295u);
  EXPECT_EQ(HolderOf(data, data.tiers[0], 4294967294u), 0u);
  EXPECT_EQ(HolderOf(data, data.tiers[0], 4294967295u), 1u);
  EXPECT_EQ(HolderOf(data, data.tiers[0], std::uint64_t{3} * 4294967295u - 1), 2u);
}

TEST(Draw, WordsOfTheBiasedSliverAreRejected) {
  // Below 3 there is one word too many: the product's low half is 0 for the word 0 alone, and 2^64 mod 3 is 1.
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1))).table).ok());
  ScriptedBits bits({0, WordForTicket(2, 3)});
  EXPECT_EQ(router.Select({.group = "g", .model = "m"}, RandomBits(bits)).channel_id(), 2);
  EXPECT_EQ(bits.asked(), 2u);
}

TEST(Draw, ASourceOfNothingButZerosOrOnesStillEnds) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2), Channel(2, "g", "m", 1))).table).ok());
  for (const std::uint64_t word : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    ScriptedBits bits({word});
    EXPECT_TRUE(router.Select({.group = "g", .model = "m"}, RandomBits(bits)));
    EXPECT_LE(bits.asked(), 65u);
  }
}

TEST(Draw, TheThreadsOwnGeneratorFollowsTheWeights) {
  // One chi-square for this source of bits. Two degrees of freedom; 27.6 is exceeded once in a million runs.
  Router router;
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 7), Channel(2, "g", "m", 2), Channel(3, "g", "m", 1))).table).ok());
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
  EXPECT_THAT(SweepTickets(*MustCompile(rows).table, "g", "m"), ElementsAre(Pair(1, 1)));

  Rows without_top("test");
  for (ChannelRow row : rows.channels()) {
    if (row.id == 1) row.status = 2;
    without_top.Add(row);
  }
  EXPECT_THAT(SweepTickets(*MustCompile(without_top).table, "g", "m"), ElementsAre(Pair(2, 1)));
}

TEST(Tiers, ATierOfZerosAboveAWeightedOneStillServes) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", 0, 1), Channel(2, "g", "m", 0, 1), Channel(3, "g", "m", 9, 0)));
  EXPECT_THAT(SweepTickets(*c.table, "g", "m"), ElementsAre(Pair(1, 1), Pair(2, 1)));
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
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "public", "m"), Channel(2, "vip", "m")), policy).table).ok());
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
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = "runway", .allowed_groups = allowed}), Reason::kGroupNotAllowed);
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "nowhere", .model = "runway", .allowed_groups = allowed}), Reason::kGroupNotAllowed);
}

TEST(Groups, AnEmptyListOfAllowedGroupsAllowsNone) {
  const std::span<const std::string_view> none;
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = "runway", .allowed_groups = none}), Reason::kGroupNotAllowed);
}

TEST(Groups, TheStandInForAnEmptyGroupMustBeAllowedToo) {
  const std::string_view allowed[] = {"vip"};
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "", .model = "runway", .allowed_groups = allowed}), Reason::kGroupNotAllowed);
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
  EXPECT_EQ(ReasonFor(RowsOf(Bltcy()), {.group = "default", .model = std::string_view("run\0way", 7)}), Reason::kNoSuchModel);
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
