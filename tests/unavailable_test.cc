// Selection while channels are switched off: at once, symmetric, and the shares of the others exact.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "select/draw.h"
#include "support/chi_square.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr Request kRequest{.group = "g", .model = "m"};

TEST(Switch, IsSeenByTheNextSelectionAndTakenBackByTheOneAfter) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1))).table).ok());
  EXPECT_TRUE(router.SwitchOff(1));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(router.Select(kRequest).channel_id(), 2);
  EXPECT_TRUE(router.SwitchOn(1));
  std::map<std::int64_t, int> counts;
  for (int i = 0; i < 200; ++i) ++counts[router.Select(kRequest).channel_id()];
  EXPECT_EQ(counts.size(), 2u);
}

TEST(Switch, OfAChannelThatNoTableHasIsRefused) {
  Router router;
  EXPECT_FALSE(router.SwitchOff(1));
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m"))).table).ok());
  EXPECT_FALSE(router.SwitchOff(2));
  EXPECT_TRUE(router.SwitchOff(1));
}

TEST(Switch, SurvivesPublishesAndEndsWithTheChannelsLastTable) {
  Router router;
  const auto table = [](std::int64_t id) { return MustCompile(RowsOf(Channel(id, "g", "m"))).table; };
  ASSERT_TRUE(router.Publish(table(1)).ok());
  EXPECT_TRUE(router.SwitchOff(1));
  ASSERT_TRUE(router.Publish(table(1)).ok());
  EXPECT_FALSE(router.Select(kRequest));
  ASSERT_TRUE(router.Publish(table(2)).ok());
  EXPECT_TRUE(router.Select(kRequest)) << "a new channel starts in order";
  ASSERT_TRUE(router.Publish(table(1)).ok());
  EXPECT_TRUE(router.Select(kRequest)) << "so does one that comes back";
}

// Would catch: a slot that is used again with what its last channel left in it. It is free for the third table, since
// the second was bound while the first was still there.
TEST(Switch, IsNotInheritedByTheNextChannelInItsSlot) {
  Router router;
  const auto table = [](std::int64_t id) { return MustCompile(RowsOf(Channel(id, "g", "m"))).table; };
  ASSERT_TRUE(router.Publish(table(1)).ok());
  EXPECT_TRUE(router.SwitchOff(1));
  for (const std::int64_t id : {2, 3, 4}) {
    ASSERT_TRUE(router.Publish(table(id)).ok());
    EXPECT_EQ(router.Select(kRequest).channel_id(), id);
  }
}

TEST(Switch, NeverEnablesWhatTheRowsDisable) {
  Router router;
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(ChannelRow{.id = 1, .status = 2, .groups = "g", .models = "m"})).table).ok());
  EXPECT_TRUE(router.SwitchOn(1));
  EXPECT_EQ(router.Select(kRequest).reason(), Reason::kAllDisabled);
}

TEST(Switch, OfAWholeTierLetsTheNextOneServe) {
  Router router;
  ASSERT_TRUE(router
                  .Publish(MustCompile(RowsOf(Channel(1, "g", "m", 1, 9), Channel(2, "g", "m", 1, 5),
                                              Channel(3, "g", "m", 1, 1)))
                               .table)
                  .ok());
  EXPECT_TRUE(router.SwitchOff(1));
  EXPECT_EQ(router.Select(kRequest).channel_id(), 2);
  EXPECT_EQ(router.Select(kRequest).priority(), 5);
  EXPECT_TRUE(router.SwitchOff(2));
  EXPECT_EQ(router.Select(kRequest).channel_id(), 3);
  EXPECT_TRUE(router.SwitchOff(3));
  EXPECT_EQ(router.Select(kRequest).reason(), Reason::kAllDisabled);
}

TEST(Switch, ZeroStaysZeroWhenAllTheOthersAreOut) {
  Router router;
  ASSERT_TRUE(router
                  .Publish(MustCompile(RowsOf(Channel(1, "g", "m", 5, 1), Channel(2, "g", "m", 0, 1),
                                              Channel(3, "g", "m", 1, 0)))
                               .table)
                  .ok());
  EXPECT_TRUE(router.SwitchOff(1));
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(router.Select(kRequest).channel_id(), 3) << "weight 0 beside others means never";
}

TEST(Switch, LeavesAWeightOfZeroAsTheReasonWhereThatIsAllThatIsLeft) {
  for (const std::string_view group : {"g", "a-usual-group-name", "a-group-with-a-name-of-unusual-length"}) {
    Router router;
    ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, group, "m", 5), Channel(2, group, "m", 0))).table).ok());
    ASSERT_TRUE(router.SwitchOff(1));
    Attempts attempts;
    EXPECT_EQ(router.Select({.group = group, .model = "m"}).reason(), Reason::kAllZeroWeight);
    EXPECT_EQ(router.Select({.group = group, .model = "m"}, attempts).reason(), Reason::kAllZeroWeight);
    EXPECT_EQ(router.Select(*router.FindGroup(group), *router.FindModel("m")).reason(), Reason::kAllZeroWeight);
  }
}

TEST(Scan, GivesEachUsableCandidateExactlyItsConditionalShare) {
  // Weights 4 (out), 2, 3, 1. All draws before the scan are made to meet the one that
  // is out; the scan then asks for a number below 2+3 and one below 2+3+1. Over all 5*6 answers the others must win 10,
  // 15 and 5 times: 2/6, 3/6 and 1/6. By names of a usual length one draw more comes before: the one that began the
  // selection at once.
  constexpr std::string_view kLong = "a-group-with-a-name-of-unusual-length";
  const std::map<std::string_view, std::size_t> draws = {{"g", 7}, {"a-usual-group-name", 7}, {kLong, 7}};
  for (const auto& [group, before] : draws) {
    constexpr std::string_view kModel = "a-usual-model-name";
    Router router;
    const Compiled compiled = MustCompile(RowsOf(Channel(1, group, kModel, 4), Channel(2, group, kModel, 2),
                                                 Channel(3, group, kModel, 3), Channel(4, group, kModel, 1)));
    ASSERT_TRUE(router.Publish(compiled.table).ok());
    ASSERT_TRUE(router.SwitchOff(1));
    const TierBlock tier = TopTier(*compiled.table, group, kModel);
    ASSERT_EQ(tier.Holder(0, 0), 0u);
    const std::uint64_t out = WordForTicket(0, tier.size() * tier.tickets());
    std::map<std::int64_t, int> wins;
    for (std::uint64_t below5 = 0; below5 < 5; ++below5) {
      for (std::uint64_t below6 = 0; below6 < 6; ++below6) {
        std::vector<std::uint64_t> script(before, out);
        script.push_back(WordForTicket(below5, 5));
        script.push_back(WordForTicket(below6, 6));
        ScriptedBits bits(script);
        ++wins[router.Select({.group = group, .model = kModel}, RandomBits(bits)).channel_id()];
        EXPECT_EQ(bits.asked(), script.size());
      }
    }
    EXPECT_THAT(wins, ElementsAre(Pair(2, 10), Pair(3, 15), Pair(4, 5)));
  }
}

// Weights 4 (out), 2, 3 (of which 12 of 64 count), 1: the scan changes its unit in the middle. Over all answers to its
// two questions the others must win 2 * 64, 3 * 12 and 1 * 64 parts of 228.
TEST(Scan, CountsPartsOfWeightsInTheUnitOfAll) {
  const Compiled compiled = MustCompile(
      RowsOf(Channel(1, "g", "m", 4), Channel(2, "g", "m", 2), Channel(3, "g", "m", 3), Channel(4, "g", "m", 1)));
  const TierBlock tier = TopTier(*compiled.table, "g", "m");
  const std::uint64_t out = WordForTicket(0, tier.size() * tier.tickets());
  const std::uint32_t levels[] = {0, Availability::kFull, 12, Availability::kFull};
  std::map<std::uint32_t, int> wins;
  for (std::uint64_t below164 = 0; below164 < 164; ++below164) {
    for (std::uint64_t below228 = 0; below228 < 228; ++below228) {
      ScriptedBits bits({out, out, out, WordForTicket(below164, 164), WordForTicket(below228, 228)});
      ++wins[DrawAmong(tier, bits, [&](std::uint32_t i) { return levels[i]; })];
      ASSERT_EQ(bits.asked(), 5u);
    }
  }
  EXPECT_THAT(wins, ElementsAre(Pair(1, 164 * 128), Pair(2, 164 * 36), Pair(3, 164 * 64)));
}

// Draws, redraws and scan together, compact and wide, against the conditional shares.
TEST(Scan, ConditionalSharesHoldAtAnyShareOfChannelsThatAreOut) {
  for (const std::int64_t n : {7, 10, 40}) {
    for (const std::int64_t out_of_ten : {2, 4, 6}) {
      Rows rows("test");
      std::map<std::int64_t, double> expected;
      double sum = 0;
      for (std::int64_t id = 1; id <= n; ++id) {
        rows.Add(Channel(id, "g", "m", id % 4 + 1));
        if (id % 10 < out_of_ten) continue;
        expected[id] = static_cast<double>(id % 4 + 1);
        sum += expected[id];
      }
      ASSERT_GE(expected.size(), 2u);
      Router router;
      ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());
      for (std::int64_t id = 1; id <= n; ++id) {
        if (!expected.contains(id)) router.SwitchOff(id);
      }
      constexpr int kDraws = 20000;
      SplitMix64 bits(static_cast<std::uint64_t>(n * 100 + out_of_ten));
      std::map<std::int64_t, int> counts;
      for (int i = 0; i < kDraws; ++i) ++counts[router.Select(kRequest, RandomBits(bits)).channel_id()];
      double chi_square = 0;
      for (const auto& [id, weight] : expected) {
        const double mean = kDraws * weight / sum;
        chi_square += std::pow(counts[id] - mean, 2) / mean;
      }
      EXPECT_EQ(counts.size(), expected.size()) << n << " " << out_of_ten;
      EXPECT_LT(chi_square, OnceInAMillion(static_cast<double>(expected.size() - 1))) << n << " " << out_of_ten;
    }
  }
}

TEST(Scan, EndsWhateverTheBitsAre) {
  Router router;
  Rows rows("test");
  for (std::int64_t id = 1; id <= 100; ++id) rows.Add(Channel(id, "g", "m", id));
  ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());
  for (std::int64_t id = 1; id < 100; ++id) router.SwitchOff(id);
  for (const std::uint64_t word : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    ScriptedBits bits({word});
    EXPECT_EQ(router.Select(kRequest, RandomBits(bits)).channel_id(), 100);
    EXPECT_LT(bits.asked(), 10000u);
  }
}

}  // namespace
}  // namespace pointsman::testing
