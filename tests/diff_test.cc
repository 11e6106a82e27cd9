// What a comparison of two tables promises: everything that a change does to traffic, and nothing that it does not.
#include "pointsman/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pointsman/distribution.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Diff Compare(const Rows& before, const Rows& after, const Policy& policy = {}, const Policy& policy_after = {}) {
  return CompareTables(*MustCompile(before, policy).table, *MustCompile(after, policy_after).table,
                       {.before_rows = &before, .after_rows = &after});
}

std::vector<std::string> Names(const std::vector<RouteDiff>& routes) {
  std::vector<std::string> names;
  for (const RouteDiff& r : routes) names.push_back(r.group + " " + r.model);
  return names;
}

TEST(Diff, OfATableWithItselfIsEmpty) {
  const Rows rows = RowsOf(Bltcy(), Channel(1, "vip,default", "a,b*", 3), Channel(2, "vip", "a", 1, 7));
  const Diff d = Compare(rows, rows);
  EXPECT_TRUE(d.ok());
  EXPECT_TRUE(d.empty()) << d.Summary();
  EXPECT_EQ(d.served_before, d.served_after);
}

TEST(Diff, SeesNoChangeInOtherNumbersThatMeanTheSame) {
  const Diff d = Compare(RowsOf(Channel(1, "g", "m", 70, 5), Channel(2, "g", "m", 30, 5), Channel(3, "g", "m", 1)),
                         RowsOf(Channel(1, "g", "m", 7, 9), Channel(2, "g", "m", 3, 9), Channel(3, "g", "m", 4, -1)));
  EXPECT_TRUE(d.empty()) << d.Summary();
}

TEST(Diff, ListsLostAndGainedRoutesWithTheReason) {
  const Diff d = Compare(RowsOf(Channel(1, "g", "a,b")), RowsOf(Channel(1, "g", "b,c")));
  EXPECT_FALSE(d.ok());
  EXPECT_THAT(Names(d.lost), ElementsAre("g a"));
  EXPECT_EQ(d.lost[0].after.reason, Reason::kNoSuchModel);
  EXPECT_EQ(d.lost[0].before.channels, 1u);
  EXPECT_THAT(Names(d.gained), ElementsAre("g c"));
  EXPECT_THAT(d.changed, IsEmpty());
}

TEST(Diff, OfADisabledChannelIsALostRoute) {
  ChannelRow off = Channel(1, "g", "a");
  off.status = 2;
  const Diff d = Compare(RowsOf(Channel(1, "g", "a")), RowsOf(off));
  EXPECT_THAT(Names(d.lost), ElementsAre("g a"));
  EXPECT_EQ(d.lost[0].after.reason, Reason::kAllDisabled);
}

TEST(Diff, NamesTheExactSharesThatMove) {
  const Diff d = Compare(RowsOf(Channel(1, "g", "m", 7), Channel(2, "g", "m", 3), Channel(4, "g", "m", 0)),
                         RowsOf(Channel(1, "g", "m", 3), Channel(2, "g", "m", 3), Channel(3, "g", "m", 4)));
  ASSERT_THAT(d.changed, SizeIs(1));
  EXPECT_THAT(d.changed[0].moved, ElementsAre(ShareMove{1, {7, 10}, {3, 10}}, ShareMove{3, {0, 1}, {2, 5}}));
}

// Tables keep equal tiers once. Would catch: a tier that is looked at for the first of its groups only.
TEST(Diff, OfATierThatTwoGroupsSharedNamesTheOneForWhichItChanged) {
  const Rows shared = RowsOf(Channel(1, "g,h", "m", 1), Channel(2, "g,h", "m", 1));
  const Rows apart = RowsOf(Channel(1, "g,h", "m", 1), Channel(2, "g", "m", 1));
  const Diff d = Compare(shared, apart);
  ASSERT_THAT(Names(d.changed), ElementsAre("h m"));
  EXPECT_THAT(d.changed[0].moved, ElementsAre(ShareMove{1, {1, 2}, {1, 1}}, ShareMove{2, {1, 2}, {0, 1}}));
  EXPECT_THAT(Names(Compare(apart, shared).changed), ElementsAre("h m"));
}

TEST(Diff, ARouteThatFallsBackIsNotLostButServedByAnotherGroup) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default"}};
  const Diff d = Compare(RowsOf(Channel(1, "vip,default", "m")), RowsOf(Channel(1, "default", "m")), policy, policy);
  EXPECT_TRUE(d.ok());
  ASSERT_THAT(Names(d.changed), ElementsAre("vip m"));
  EXPECT_TRUE(d.changed[0].changes_group());
  EXPECT_EQ(d.changed[0].after.group, "default");
  EXPECT_THAT(d.changed[0].moved, IsEmpty()) << "the same channel, billed to another group";
}

TEST(Diff, OfAPolicyThatDropsAFallbackLosesWhatItServed) {
  Policy policy;
  policy.groups.groups["vip"] = {.aliases = {"VIP"}, .fallback = {{.group = "default"}}};
  Policy without;
  without.groups.groups["vip"] = {.aliases = {"VIP"}, .fallback = {}};
  const Rows rows = RowsOf(Channel(1, "default", "m"));
  EXPECT_THAT(Names(Compare(rows, rows, policy, without).lost), ElementsAre("VIP m", "vip m"));
}

TEST(Diff, OfAModelThatAPatternTakesOverIsNotLost) {
  const Diff d = Compare(RowsOf(Channel(1, "g", "gpt-4"), Channel(2, "g", "gpt-*")), RowsOf(Channel(2, "g", "gpt-*")));
  EXPECT_TRUE(d.ok());
  ASSERT_THAT(Names(d.changed), ElementsAre("g gpt-4"));
  EXPECT_EQ(d.changed[0].after.rule, MatchRule::kPrefix);
  EXPECT_EQ(d.changed[0].after.model, "gpt-*");
}

TEST(Diff, WarnsOfLostBackupsDownToOneSpareAndNotBefore) {
  const auto rows = [](int channels) {
    Rows made("test");
    for (int id = 1; id <= channels; ++id) EXPECT_TRUE(made.Add(Channel(id, "g", "m", 1, -id)));
    return made;
  };
  EXPECT_EQ(Compare(rows(4), rows(3)).later_only, 1u);
  EXPECT_THAT(Compare(rows(4), rows(3)).changed, IsEmpty());
  const Diff d = Compare(rows(4), rows(2));
  ASSERT_THAT(d.changed, SizeIs(1));
  EXPECT_TRUE(d.changed[0].loses_backups());
  EXPECT_EQ(d.changed[0].before.channels, 4u);
  EXPECT_EQ(d.changed[0].after.channels, 2u);
}

TEST(Diff, CountsASpareChannelOnceThoughSeveralGroupsOfThePlanHaveIt) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "g", .when = FallbackWhen::kExhausted}};
  const Diff d =
      Compare(RowsOf(Channel(1, "vip,g", "m"), Channel(2, "g", "m")), RowsOf(Channel(1, "vip,g", "m")), policy, policy);
  ASSERT_THAT(Names(d.changed), ElementsAre("g m", "vip m"));
  EXPECT_EQ(d.changed[1].before.channels, 2u);
  EXPECT_EQ(d.changed[1].after.channels, 1u);
}

TEST(Diff, OfTheIncidentsCureChangesNoRouteAndTwelveTokens) {
  Policy exact;
  exact.groups.empty_group = EmptyGroup::kExact;
  Rows before = RowsOf(Bltcy(), UserRow{.id = 1, .group = "default"});
  Rows after = RowsOf(Bltcy(), UserRow{.id = 1, .group = "default"});
  for (std::int64_t id = 1; id <= 63; ++id) {
    const bool empty = id <= 12;
    ASSERT_TRUE(before.Add(TokenRow{.id = id, .user_id = 1, .name = "t", .group = empty ? "" : "default"}));
    ASSERT_TRUE(after.Add(TokenRow{.id = id, .user_id = 1, .name = "t", .group = "default"}));
  }
  const Diff d = Compare(before, after, exact, exact);
  EXPECT_THAT(d.lost, IsEmpty());
  EXPECT_THAT(d.gained, IsEmpty());
  EXPECT_THAT(d.changed, IsEmpty());
  ASSERT_THAT(d.tokens, SizeIs(12));
  EXPECT_THAT(d.tokens[0].gained, ElementsAre("kling", "pika", "runway"));
  EXPECT_THAT(d.tokens[0].lost, IsEmpty());
  EXPECT_EQ(d.Summary(), "0 routes lost, 0 gained, 0 changed; 12 tokens gain models, 0 lose some");
}

TEST(Diff, OfTokensHonoursLimitsStatusAndOwner) {
  const auto token = [](std::int64_t id, std::int64_t status, TextField limits) {
    return TokenRow{.id = id,
                    .user_id = 1,
                    .status = status,
                    .group = "",
                    .model_limits_enabled = limits.has_value() ? 1 : 0,
                    .model_limits = limits};
  };
  const Rows before = RowsOf(Channel(1, "g", "a,b,gpt-*"), UserRow{.id = 1, .group = "g"}, token(1, 1, nullptr),
                             token(2, 1, "a,gpt-4"), token(3, 1, "b"), token(4, 2, nullptr));
  const Rows after = RowsOf(Channel(1, "g", "b"), UserRow{.id = 1, .group = "g"}, token(1, 2, nullptr),
                            token(2, 1, "a,gpt-4"), token(3, 1, "b"), token(4, 2, nullptr));
  const Diff d = Compare(before, after);
  ASSERT_THAT(d.tokens, SizeIs(2));
  EXPECT_EQ(d.tokens[0].id, 1);
  EXPECT_EQ(d.tokens[0].after, CallerRefusal::kTokenDisabled);
  EXPECT_THAT(d.tokens[0].lost, ElementsAre("a", "b", "gpt-*", "gpt-4")) << "named by a limit, served by a pattern";
  EXPECT_EQ(d.tokens[1].id, 2);
  EXPECT_THAT(d.tokens[1].lost, ElementsAre("a", "gpt-4"));
}

TEST(Diff, OfTokensFollowsTheListsOfAutomaticOnes) {
  const auto token = [](std::int64_t id, TextField groups) {
    return TokenRow{.id = id, .user_id = 1, .group = "auto", .auto_groups = groups};
  };
  const Rows before = RowsOf(Channel(1, "g", "a"), Channel(2, "h", "b"), token(1, R"(["g"])"), token(2, R"(["g"])"));
  const Rows after = RowsOf(Channel(1, "g", "a"), Channel(2, "h", "b"), token(1, R"(["g"])"), token(2, R"(["h"])"));
  const Diff d = Compare(before, after);
  ASSERT_THAT(d.tokens, SizeIs(1));
  EXPECT_EQ(d.tokens[0].id, 2);
  EXPECT_THAT(d.tokens[0].gained, ElementsAre("b"));
  EXPECT_THAT(d.tokens[0].lost, ElementsAre("a"));
}

TEST(Diff, NamesNoMoreModelsOfATokenThanAskedForAndCountsAll) {
  const Rows before = RowsOf(Channel(1, "default", "a,b,c"), TokenRow{.id = 1, .group = "default"});
  const Rows after = RowsOf(Channel(1, "default", "z"), TokenRow{.id = 1, .group = "default"});
  const Diff d = CompareTables(*MustCompile(before).table, *MustCompile(after).table,
                               {.before_rows = &before, .after_rows = &after, .models_per_token = 2});
  ASSERT_THAT(d.tokens, SizeIs(1));
  EXPECT_THAT(d.tokens[0].lost, ElementsAre("a", "b"));
  EXPECT_EQ(d.tokens[0].lost_total, 3u);
  EXPECT_EQ(d.tokens[0].gained_total, 1u);
}

TEST(Diff, WhereTheRulesRestrictUsersARouteOfTheOwnGroupIsStillCompared) {
  Policy policy;
  policy.groups.usable.emplace();
  EXPECT_THAT(Names(Compare(RowsOf(Channel(1, "vip", "m")), RowsOf(Channel(1, "vip", "x")), policy, policy).lost),
              ElementsAre("vip m"));
}

}  // namespace
}  // namespace pointsman::testing
