// What Compile promises: the rules on rows, every rejected row with its place and cure, and equal tiers stored once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pointsman/compile.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> RejectionTexts(const Compiled& compiled) {
  std::vector<std::string> texts;
  for (const Rejection& r : compiled.report.rejections) texts.push_back(r.Text());
  return texts;
}

std::vector<std::string> RoutesOf(const RouteTable& table) {
  std::vector<std::string> routes;
  table.ForEachRoute([&](const RouteInfo& r) { routes.push_back(std::string(r.group) + "/" + std::string(r.model)); });
  return routes;
}

const CandidateInfo OnlyCandidate(const Compiled& c, std::string_view group, std::string_view model) {
  return c.table->Describe(group, model)->tiers.at(0).candidates.at(0);
}

TEST(Lists, AreSplitTrimmedAndDeduplicated) {
  const Compiled c = MustCompile(RowsOf(Channel(1, " vip , default,vip,", "b, a ,,a\t")));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("default/a", "default/b", "vip/a", "vip/b"));
  EXPECT_THAT(RejectionTexts(c), IsEmpty());
}

TEST(Lists, LongListsAreDeduplicatedToo) {
  std::string models;
  for (int i = 0; i < 100; ++i) models += "m" + std::to_string(i % 50) + ",";
  EXPECT_EQ(MustCompile(RowsOf(Channel(1, "g", models))).table->route_count(), 50u);
}

TEST(Lists, OfNothingButCommasAreNamed) {
  const Compiled c = MustCompile(RowsOf(Channel(7, "default", " , ,,")));
  EXPECT_THAT(RoutesOf(*c.table), IsEmpty());
  EXPECT_THAT(RejectionTexts(c),
              ElementsAre("test: channels id 7, column models: channel \"\": the list \" , ,,\" names nothing; name at "
                          "least one, or empty it"));
}

TEST(Lists, AnItemThatIsTooLongCostsOnlyItself) {
  const std::string models = "a," + std::string(10000, 'x') + ",b";
  const Compiled c = MustCompile(RowsOf(Channel(1, "default", models)));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("default/a", "default/b"));
  ASSERT_THAT(c.report.rejections, SizeIs(1));
  EXPECT_THAT(c.report.rejections[0].problem, ::testing::HasSubstr("…(10000 bytes)\" is longer than 1024 bytes"));
}

TEST(Lists, AnAbsentGroupColumnMeansTheDefaultGroupAndNullMeansNone) {
  const Compiled c =
      MustCompile(RowsOf(ChannelRow{.id = 1, .models = "m"}, ChannelRow{.id = 2, .groups = nullptr, .models = "n"}));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("default/m"));
}

TEST(Status, OnlyOneCountsAsEnabledAndAbsentMeansOne) {
  for (const std::int64_t status : {0, 2, 3, 4, -1, 99}) {
    const Compiled c = MustCompile(RowsOf(ChannelRow{.id = 1, .status = status, .groups = "g", .models = "m"}));
    EXPECT_EQ(c.table->serving_route_count(), 0u) << status;
    EXPECT_EQ(OnlyCandidate(c, "g", "m").status, CandidateStatus::kChannelDisabled) << status;
  }
  EXPECT_EQ(MustCompile(RowsOf(ChannelRow{.id = 1, .status = nullptr, .groups = "g", .models = "m"}))
                .table->serving_route_count(),
            0u);
  EXPECT_EQ(MustCompile(RowsOf(ChannelRow{.id = 1, .groups = "g", .models = "m"})).table->serving_route_count(), 1u);
}

TEST(Weights, OutOfRangeRejectsTheRowAndNothingElse) {
  const Compiled c = MustCompile(RowsOf(
      ChannelRow{
          .id = 1, .name = "eu-3", .groups = "g", .models = "m", .weight = -5, .origin = {.line = 41, .index = 3}},
      Channel(2, "g", "m", 4294967296), Channel(3, "g", "m", 4294967295)));
  EXPECT_THAT(
      RejectionTexts(c),
      ElementsAre(
          "test:41: $.channels[3].weight (id 1): channel \"eu-3\": weight -5 is negative; use 0 to switch it off",
          "test: channels id 2, column weight: channel \"\": weight 4294967296 is above 4294967295; divide the weights "
          "of "
          "its tier by a common factor"));
  EXPECT_EQ(OnlyCandidate(c, "g", "m").weight, 4294967295u);
}

TEST(Weights, NullIsZero) {
  EXPECT_EQ(
      OnlyCandidate(MustCompile(RowsOf(ChannelRow{.id = 1, .groups = "g", .models = "m", .weight = nullptr})), "g", "m")
          .weight,
      0u);
}

TEST(Abilities, AbsentTakesTheChannelsValueAndNullIsZero) {
  AbilityRow absent = Ability("g", "absent", 1);
  AbilityRow null = Ability("g", "null", 1);
  null.weight = nullptr;
  null.priority = nullptr;
  AbilityRow own = Ability("g", "own", 1);
  own.weight = 3;
  own.priority = -4;
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "x", 7, 9), absent, null, own));
  EXPECT_EQ(OnlyCandidate(c, "g", "absent").weight, 7u);
  EXPECT_EQ(c.table->Describe("g", "absent")->tiers[0].priority, 9);
  EXPECT_EQ(OnlyCandidate(c, "g", "null").weight, 0u);
  EXPECT_EQ(c.table->Describe("g", "null")->tiers[0].priority, 0);
  EXPECT_EQ(OnlyCandidate(c, "g", "own").weight, 3u);
  EXPECT_EQ(c.table->Describe("g", "own")->tiers[0].priority, -4);
}

// A channel's last offer is remembered: it must not be taken for the next one.
TEST(Abilities, OfOneChannelKeepTheirOwnCells) {
  Rows rows("test");
  rows.Add(Channel(1, "g", "x", 500, 50));
  for (int i = 0; i < 100; ++i) {
    const std::string model = "m" + std::to_string(i);
    AbilityRow row = Ability("g", model, 1);
    if (i % 3 != 0) row.weight = i % 2;
    if (i % 5 == 1) row.priority = nullptr;
    if (i % 7 == 0) row.enabled = nullptr;
    rows.Add(row);
  }
  const Compiled c = MustCompile(rows);
  for (int i = 0; i < 100; ++i) {
    const RouteInfo route = *c.table->Describe("g", "m" + std::to_string(i));
    EXPECT_EQ(route.tiers.at(0).priority, i % 5 == 1 ? 0 : 50) << i;
    EXPECT_EQ(route.tiers[0].candidates.at(0).weight, i % 3 == 0 ? 500u : static_cast<std::uint32_t>(i % 2)) << i;
    EXPECT_EQ(route.tiers[0].candidates[0].status == CandidateStatus::kAbilityDisabled, i % 7 == 0) << i;
  }
}

// Where the last offers are remembered, channels share places.
TEST(Abilities, OfChannelsWhoseIdsDifferByAPowerOfTwoStayApart) {
  for (std::int64_t apart = 1; apart <= 1 << 20; apart *= 2) {
    const Compiled c = MustCompile(RowsOf(Channel(1, "g", "x"), Channel(1 + apart, "g", "x"), Ability("g", "a", 1),
                                          Ability("g", "b", 1 + apart), Ability("g", "c", 1)));
    EXPECT_EQ(OnlyCandidate(c, "g", "a").channel_id, 1) << apart;
    EXPECT_EQ(OnlyCandidate(c, "g", "b").channel_id, 1 + apart) << apart;
    EXPECT_EQ(OnlyCandidate(c, "g", "c").channel_id, 1) << apart;
  }
}

// More lists than compiling remembers, each of them twice.
TEST(Tiers, AreStoredOnceHoweverManyThereAre) {
  Rows rows("test");
  rows.Add(Channel(1, "g", "x"));
  for (const char* group : {"a", "b"}) {
    for (int i = 0; i < 40000; ++i) {
      const std::string model = "m" + std::to_string(i);
      AbilityRow row = Ability(group, model, 1);
      row.weight = i;
      rows.Add(row);
    }
  }
  const Compiled c = MustCompile(rows);
  EXPECT_EQ(c.table->tier_count(), 40000u);
  EXPECT_EQ(OnlyCandidate(c, "b", "m39999").weight, 39999u);
}

TEST(Abilities, CountWhetherTheChannelListsThemOrNot) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "default", "listed"), Ability("vip", "unlisted", 1)));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("vip/unlisted"));
  EXPECT_EQ(c.report.believed, RowSource::kAbilities);
}

TEST(Abilities, NeedToBeEnabledAndTheirChannelToo) {
  AbilityRow off = Ability("g", "off", 1);
  off.enabled = 0;
  AbilityRow null = Ability("g", "null", 1);
  null.enabled = nullptr;
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", ""), ChannelRow{.id = 2, .status = 2}, off, null,
                                        Ability("g", "on", 1), Ability("g", "channel off", 2)));
  EXPECT_EQ(OnlyCandidate(c, "g", "off").status, CandidateStatus::kAbilityDisabled);
  EXPECT_EQ(OnlyCandidate(c, "g", "null").status, CandidateStatus::kAbilityDisabled);
  EXPECT_EQ(OnlyCandidate(c, "g", "on").status, CandidateStatus::kEligible);
  EXPECT_EQ(OnlyCandidate(c, "g", "channel off").status, CandidateStatus::kChannelDisabled);
}

TEST(Abilities, WithoutAChannelARowOrANameAreRejectedWithTheirKey) {
  const Compiled c = MustCompile(RowsOf(
      Channel(1, "g", "m"), Channel(2, "g", "m", -1), Ability("g", "m", 99), Ability("g", "m", 2), Ability(" ", "m", 1),
      AbilityRow{.group = "g", .model = nullptr, .channel_id = 1}, Ability("g", "m", 1), Ability("g", "m", 1)));
  EXPECT_THAT(
      RejectionTexts(c),
      ElementsAre("test: channels id 2, column weight: channel \"\": weight -1 is negative; use 0 to switch it off",
                  "test: abilities (g, m, 99), column channel_id: channel 99 does not exist; delete the ability, or "
                  "add the channel",
                  "test: abilities (g, m, 2), column channel_id: the row of its channel 2 was rejected; mend that row",
                  "test: abilities ( , m, 1), column group: the group is empty; name it, or delete the row",
                  "test: abilities (g, NULL, 1), column model: the model is empty; name it, or delete the row",
                  "test: abilities (g, m, 1), column channel_id: the row is there twice; keep one of them; the first "
                  "good one counts"));
  EXPECT_EQ(c.table->serving_route_count(), 1u);
}

TEST(Source, EachChoiceBelievesItsTable) {
  const Rows rows = RowsOf(Channel(1, "g", "list"), Ability("g", "ability", 1));
  const Rows lists = RowsOf(Channel(1, "g", "list"));
  EXPECT_THAT(RoutesOf(*MustCompile(rows, {.source = RowSource::kBoth}).table), ElementsAre("g/ability"));
  EXPECT_THAT(RoutesOf(*MustCompile(rows, {.source = RowSource::kChannels}).table), ElementsAre("g/list"));
  EXPECT_THAT(RoutesOf(*MustCompile(rows, {.source = RowSource::kAbilities}).table), ElementsAre("g/ability"));
  EXPECT_THAT(RoutesOf(*MustCompile(lists, {.source = RowSource::kBoth}).table), ElementsAre("g/list"));
  EXPECT_THAT(RoutesOf(*MustCompile(lists, {.source = RowSource::kAbilities}).table), IsEmpty());
}

TEST(Source, AbilitiesThatAreAllRejectedAreStillATableThatIsThere) {
  EXPECT_THAT(RoutesOf(*MustCompile(RowsOf(Channel(1, "g", "list"), Ability("g", "m", 99))).table), IsEmpty());
  Rows rows = RowsOf(Channel(1, "g", "list"));
  rows.Reject({.place = {.table = SourceTable::kAbilities}, .problem = "broken"});
  EXPECT_THAT(RoutesOf(*MustCompile(rows).table), IsEmpty());
}

TEST(Channels, ListedTwiceCountOnce) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "first"), Channel(1, "g", "second")));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("g/first"));
  EXPECT_THAT(RejectionTexts(c),
              ElementsAre("test: channels id 1, column id: channel \"\": channel 1 is listed twice; keep one of the "
                          "rows; the first good one counts"));
}

TEST(Channels, ARowThatIsRejectedDoesNotClaimItsId) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "first", -1), Channel(1, "g", "second")));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("g/second"));
}

TEST(Channels, ThatCouldNotBeReadAreNotSaidToBeMissing) {
  // "Does not exist, delete the ability" would be a destructive thing to say about a row with a typing error.
  Rows rows = RowsOf(Ability("g", "m", 8));
  rows.Reject({.place = {.source = "test", .table = SourceTable::kChannels, .key = "id 8", .column = "weight"},
               .problem = "text"});
  const Compiled c = MustCompile(rows);
  ASSERT_THAT(c.report.rejections, SizeIs(2));
  EXPECT_EQ(c.report.rejections[1].problem, "the row of its channel 8 was rejected");
}

TEST(Channels, WhoseListsSpanTooManyRoutesAreRejected) {
  std::string groups;
  std::string models;
  for (int i = 0; i < 1001; ++i) {
    groups += "g" + std::to_string(i) + ",";
    models += "m" + std::to_string(i) + ",";
  }
  const Compiled c = MustCompile(RowsOf(Channel(1, groups, models), Channel(2, "g", "m")));
  EXPECT_THAT(RoutesOf(*c.table), ElementsAre("g/m"));
  ASSERT_THAT(c.report.rejections, SizeIs(1));
  EXPECT_THAT(c.report.rejections[0].problem,
              ::testing::HasSubstr("1001 groups times 1001 models are more than 1000000 routes"));
}

TEST(Names, MayHoldAnyBytes) {
  const std::string model("\0\xff\x1b[2J\"'", 8);
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", model)));
  EXPECT_TRUE(c.table->HasModel(model));
}

TEST(Tiers, DescribedFromTheHighestDownWithThoseThatAreOutInTheirPlace) {
  ChannelRow off = Channel(3, "g", "m", 9, 7);
  off.status = 3;
  const RouteInfo route =
      *MustCompile(RowsOf(Channel(1, "g", "m", 1, 5), Channel(2, "g", "m", 3, 5), off, Channel(4, "g", "m", 1, -1)))
           .table->Describe("g", "m");
  ASSERT_THAT(route.tiers, SizeIs(3));
  EXPECT_EQ(route.tiers[0].priority, 7);
  EXPECT_FALSE(route.tiers[0].serves());
  EXPECT_EQ(route.top(), &route.tiers[1]);
  EXPECT_EQ(route.tiers[1].candidates[1].share.Text(), "3/4");
  EXPECT_EQ(route.tiers[2].priority, -1);
}

TEST(Tiers, EqualOnesAreStoredOnce) {
  const Compiled c = MustCompile(
      RowsOf(Channel(1, "a,b,c", "x,y,z", 3), Channel(2, "a,b,c", "x,y,z", 1), Channel(3, "a", "x", 1, -5)));
  EXPECT_EQ(c.table->route_count(), 9u);
  // The shared one, the low one of a/x, and the one above it: what comes next is part of what a tier is.
  EXPECT_EQ(c.table->tier_count(), 3u);
}

TEST(Tiers, OfTheSameProportionButOtherWeightsStayApart) {
  const Compiled c =
      MustCompile(RowsOf(Channel(1, "g", "x", 7), Channel(2, "g", "x", 3), Ability("g", "x", 1), Ability("g", "x", 2),
                         AbilityRow{.group = "g", .model = "y", .channel_id = 1, .weight = 70},
                         AbilityRow{.group = "g", .model = "y", .channel_id = 2, .weight = 30}));
  EXPECT_EQ(c.table->tier_count(), 2u);
  EXPECT_EQ(c.table->Describe("g", "y")->tiers[0].candidates[0].weight, 70u);
}

TEST(Report, CountsAndNamesTheSource) {
  const Compiled c = MustCompile(RowsOf(Bltcy(), Channel(9, "default", "runway", -1)));
  EXPECT_THAT(c.report.Text(),
              ::testing::StartsWith("test: 2 channels, 0 abilities -> 1 group, 3 models, 3 routes (3 serving, from "
                                    "channels), v1:"));
  EXPECT_THAT(c.report.Text(), ::testing::HasSubstr("1 row or list item was rejected:\n  test: channels id 9"));
}

TEST(PolicyCheck, ABlankDefaultGroupIsRefusedWithTheCure) {
  const auto compiled = Compile(Rows(), {.groups = {.default_group = " "}});
  ASSERT_FALSE(compiled.ok());
  EXPECT_EQ(std::string(compiled.status().message()),
            "policy: default_group is empty; name the group that stands in for an empty one, such as \"default\"");
}

TEST(PolicyCheck, ADefaultGroupThatNoTrimmedListCouldNameIsRefused) {
  EXPECT_FALSE(Compile(Rows(), {.groups = {.default_group = " default"}}).ok());
}

TEST(Report, WithoutRejectionsToShowSaysWhereTheyAre) {
  const Compiled c = MustCompile(RowsOf(Channel(9, "default", "runway", -1)));
  EXPECT_THAT(c.report.Text(0), ::testing::EndsWith("1 row or list item was rejected\n"));
}

TEST(Empty, RowsCompileToAnEmptyTable) {
  const Compiled c = MustCompile(Rows());
  EXPECT_EQ(c.table->route_count(), 0u);
  EXPECT_TRUE(c.table->HasGroup("default"));
}

}  // namespace
}  // namespace pointsman::testing
