// What an explanation says, to whom, and what it keeps to itself.
#include "pointsman/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pointsman/router.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const Policy kExact{.groups = {.empty_group = EmptyGroup::kExact}};

Caller Incident() {
  return ResolveCaller({.id = 3, .user_id = 1, .name = "alice", .status = 1, .group = nullptr}, nullptr, std::nullopt);
}

Explanation ExplainIncident(const Policy& policy) {
  const Compiled c = MustCompile(RowsOf(Bltcy(), Ability("default", "runway", 8)), policy);
  const Caller caller = Incident();
  return Explain(*c.table, caller.MakeRequest("runway"), &caller);
}

std::vector<bool> Ticks(const Explanation& e) {
  std::vector<bool> ticks;
  for (const ChainLink& link : e.chain) ticks.push_back(link.holds);
  return ticks;
}

TEST(Chain, OfTheIncidentBreaksAtTheToken) {
  const Explanation why = ExplainIncident(kExact);
  EXPECT_EQ(why.reason, Reason::kEmptyGroup);
  EXPECT_THAT(Ticks(why), ElementsAre(true, true, false, false));
}

TEST(Chain, OfTheIncidentIsWholeUnderTheDefaultPolicy) {
  const Explanation why = ExplainIncident({});
  EXPECT_TRUE(why.ok);
  EXPECT_THAT(Ticks(why), ElementsAre(true, true, true, true));
  EXPECT_EQ(why.resolved_group, "default");
}

TEST(Chain, BreaksAtTheChannelWhereItIsDisabled) {
  ChannelRow off = Bltcy();
  off.status = 3;
  const Explanation why = Explain(*MustCompile(RowsOf(off)).table, {.group = "default", .model = "runway"});
  EXPECT_EQ(why.reason, Reason::kAllDisabled);
  EXPECT_THAT(Ticks(why), ElementsAre(false, false, true, false));
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator),
              HasSubstr("channel 8 \"Bltcy\" (type 55) is disabled automatically (status 3)"));
}

TEST(Chain, BreaksAtTheAbilityWhereOnlyItIsDisabled) {
  AbilityRow off = Ability("default", "runway", 8);
  off.enabled = 0;
  const Explanation why = Explain(*MustCompile(RowsOf(Bltcy(), off)).table, {.group = "default", .model = "runway"});
  EXPECT_THAT(Ticks(why), ElementsAre(true, false, true, false));
}

TEST(Chain, BreaksAtTheAbilityWhereTheModelIsServedElsewhere) {
  const Explanation why =
      Explain(*MustCompile(RowsOf(Bltcy(), Channel(9, "vip", "gpt-4o"))).table, {.group = "vip", .model = "runway"});
  EXPECT_EQ(why.reason, Reason::kModelNotInGroup);
  EXPECT_THAT(Ticks(why), ElementsAre(true, false, true, false));
}

// Catches: sending the operator after a route that is there.
TEST(Chain, OfAGroupThatMayNotBeUsedDeniesNoRoute) {
  const Explanation why =
      Explain(*MustCompile(RowsOf(Bltcy())).table,
              {.group = "default", .model = "runway", .allowed_groups = std::span<const std::string_view>()});
  EXPECT_EQ(why.reason, Reason::kGroupNotAllowed);
  EXPECT_THAT(Ticks(why), ElementsAre(true, true, false, false));
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator), Not(HasSubstr("has no route")));
  EXPECT_THAT(why.Text(Language::kChinese, Audience::kOperator), Not(HasSubstr("没有模型")));
}

// Catches: advice to add "auto" to a channel's groups.
TEST(OperatorText, OfTheAutomaticGroupDoesNotAskForAChannelOfThatName) {
  const Explanation why = Explain(*MustCompile(RowsOf(Bltcy())).table, {.group = "auto", .model = "runway"});
  EXPECT_EQ(why.reason, Reason::kUnknownGroup);
  ASSERT_FALSE(why.hints.empty());
  EXPECT_THAT(why.hints[0].english, HasSubstr("lets the gateway choose a group: name the groups"));
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator), Not(HasSubstr("to the groups of a channel")));
}

TEST(OperatorText, InChineseSetsOnlyNamesApart) {
  const Explanation why = Explain(*MustCompile(RowsOf(Bltcy())).table, {.group = "default", .model = "runway"});
  EXPECT_THAT(why.Text(Language::kChinese, Audience::kOperator), HasSubstr("请求的分组为 \"default\""));
}

TEST(OperatorText, OfTheIncidentIsTheWholeStory) {
  EXPECT_EQ(
      ExplainIncident(kExact).Text(Language::kEnglish, Audience::kOperator),
      "no route for (\"\", \"runway\"): kEmptyGroup\n"
      "  ✓ channel  channel 8 \"Bltcy\" (type 55) is enabled\n"
      "  ✓ ability  (default, runway): 1 of 1 ability rows can serve\n"
      "  ✗ token    token 3 \"alice\" has an empty group (NULL), which the policy leaves empty (empty_group: exact)\n"
      "  ✗ table    group \"\" has no route for \"runway\" (serving routes in all: 1)\n"
      "  -> set the token's group, for instance to its owner's: pointsman doctor --fix prints the SQL\n"
      "  -> or let an empty group mean the owner's, else \"default\": empty_group \"inherit\" in the policy\n"
      "  -> \"runway\" is served in: \"default\"\n");
}

TEST(OperatorText, InChineseSaysTheSame) {
  EXPECT_EQ(ExplainIncident(kExact).Text(Language::kChinese, Audience::kOperator),
            "无路由 (\"\", \"runway\")：kEmptyGroup\n"
            "  ✓ 渠道  渠道 8 \"Bltcy\" (type 55) 已启用\n"
            "  ✓ 能力  (default, runway)：1 条能力记录中 1 条有效\n"
            "  ✗ 令牌  令牌 3 \"alice\" 的分组为空（NULL），策略不做替换（empty_group: exact）\n"
            "  ✗ 路由表  分组 \"\" 没有模型 \"runway\" 的路由（共 1 条可用路由）\n"
            "  → 为令牌设置分组（例如其用户的分组）：pointsman doctor --fix 可给出 SQL\n"
            "  → 或在策略中使用 empty_group \"inherit\"，空分组即按用户分组、其次 \"default\" 处理\n"
            "  → \"runway\" 在以下分组可用：\"default\"\n");
}

TEST(OperatorText, ShowsEachCandidateWithItsShareOrWhyItIsOut) {
  ChannelRow off = Channel(3, "g", "m", 9, 5);
  off.status = 2;
  const Compiled c =
      MustCompile(RowsOf(Channel(1, "g", "m", 7, 5), Channel(2, "g", "m", 3, 5), off, Channel(4, "g", "m", 0, 5)));
  EXPECT_THAT(Explain(*c.table, {.group = "g", .model = "m"}).Text(Language::kEnglish, Audience::kOperator),
              HasSubstr("    priority 5\n"
                        "      ✓ channel 1 \"\" weight 7 share 7/10 (70.0 %)\n"
                        "      ✓ channel 2 \"\" weight 3 share 3/10 (30.0 %)\n"
                        "      ✗ channel 3 \"\" weight 9  out: the channel is disabled\n"
                        "      ✗ channel 4 \"\" weight 0  out: weight 0 is never drawn beside others\n"));
}

TEST(CallerText, InChineseBeginsWithTheAgreedSentenceAndItsThreeChecks) {
  const Explanation why =
      Explain(*MustCompile(RowsOf(Bltcy(), Channel(9, "vip", "x"))).table, {.group = "vip", .model = "runway"});
  EXPECT_THAT(why.Text(Language::kChinese), StartsWith("分组 vip 下模型 runway 无可用渠道。请检查："));
  for (const char* check : {"渠道是否已启用", "渠道的分组", "令牌的分组"})
    EXPECT_THAT(why.Text(Language::kChinese), HasSubstr(check));
  EXPECT_THAT(ExplainIncident(kExact).Text(Language::kChinese),
              StartsWith("分组 \"\" 下模型 runway 无可用渠道。请检查："));
}

TEST(CallerText, NamesNoChannelAndNoGroupButTheRequestsOwn) {
  const std::string_view allowed[] = {"other"};
  const Compiled c = MustCompile(RowsOf(Bltcy(), Channel(9, "secret-group", "runway")));
  for (const Request& request :
       {Request{.group = "vip", .model = "runway"}, Request{.group = "default", .model = "runway"},
        Request{.group = "", .user_group = "secret-group", .model = "runway", .allowed_groups = allowed}}) {
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      const std::string text = Explain(*c.table, request).Text(language);
      EXPECT_THAT(text, Not(HasSubstr("Bltcy")));
      EXPECT_THAT(text, Not(HasSubstr("secret-group")));
      EXPECT_THAT(text, Not(HasSubstr("8")));
    }
  }
}

TEST(CallerText, EscapesAndShortensHostileNames) {
  const std::string model = "\x1b[2J\u202e<b>" + std::string(1 << 20, 'x');
  const std::string text = Explain(*MustCompile(RowsOf(Bltcy())).table, {.group = "default\n", .model = model}).Text();
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
  EXPECT_LT(text.size(), 1000u);
}

TEST(NearMisses, NameOtherCaseAndOtherGroups) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "vip", "GPT-4o"), Channel(2, "Default", "gpt-4o")));
  const Explanation why = Explain(*c.table, {.group = "default", .model = "gpt-4o"});
  ASSERT_EQ(why.near_misses.size(), 3u);
  EXPECT_EQ(why.near_misses[0].kind, NearMiss::Kind::kGroupOtherCase);
  EXPECT_EQ(why.near_misses[0].group, "Default");
  EXPECT_EQ(why.near_misses[1].kind, NearMiss::Kind::kModelOtherCase);
  EXPECT_EQ(why.near_misses[1].model, "GPT-4o");
  EXPECT_EQ(why.near_misses[2].kind, NearMiss::Kind::kModelInOtherGroup);
}

TEST(NearMisses, NameGroupsThatServeTheModelByAPattern) {
  const Compiled compiled = MustCompile(RowsOf(Channel(1, "default", "gpt-4"), Channel(2, "svip", "claude*")));
  const Explanation e = Explain(*compiled.table, {.group = "default", .model = "claude-3"});
  ASSERT_EQ(e.near_misses.size(), 1u);
  EXPECT_EQ(e.near_misses[0].kind, NearMiss::Kind::kModelInOtherGroup);
  EXPECT_EQ(e.near_misses[0].group, "svip");
  EXPECT_EQ(e.near_misses[0].model, "claude*");
  EXPECT_THAT(e.Text(Language::kEnglish, Audience::kOperator), HasSubstr("\"claude-3\" is served in: \"svip\""));
}

// Catches: advice to look for a model that another group has, but for the flick of a switch.
TEST(NearMisses, NameOtherGroupsWhoseChannelsForTheModelAreAllDisabled) {
  ChannelRow off = Channel(9, "vip", "kling,kling-*");
  off.status = 2;
  const Compiled compiled = MustCompile(RowsOf(Channel(1, "default", "gpt-4"), off));
  for (const auto& [asked, listed] : {std::pair("kling", "kling"), std::pair("kling-2", "kling-*")}) {
    const Explanation e = Explain(*compiled.table, {.group = "default", .model = asked});
    EXPECT_FALSE(e.ok);
    ASSERT_EQ(e.near_misses.size(), 1u) << asked;
    EXPECT_EQ(NearMissName(e.near_misses[0].kind), "model_disabled_in_other_group");
    EXPECT_EQ(e.near_misses[0].group, "vip");
    EXPECT_EQ(e.near_misses[0].model, listed);
    EXPECT_FALSE(e.chain[0].holds);
    const std::string text = e.Text(Language::kEnglish, Audience::kOperator);
    EXPECT_THAT(text, HasSubstr("channel 9 \"\" (type 0) is disabled by hand (status 2), for group \"vip\""));
    EXPECT_THAT(text, HasSubstr("but by disabled channels alone: enable one, and add group \"default\" to it"));
    EXPECT_THAT(text, Not(HasSubstr("a group that has it")));
  }
}

// Catches: "is served in" of a group that was tried, or that the filter emptied.
TEST(NearMisses, NameNoGroupOfThePlanThatHadItsTurn) {
  Policy policy;
  policy.groups.groups["vip"] = {.fallback = {{.group = "default", .when = FallbackWhen::kExhausted}}};
  const Compiled c = MustCompile(RowsOf(Channel(1, "vip,default,svip", "m")), policy);
  const Explanation e = Explain(*c.table, {.group = "vip", .model = "m", .pin = 7});
  ASSERT_EQ(e.near_misses.size(), 1u);
  EXPECT_EQ(e.near_misses[0].group, "svip");
}

// Catches: "enable one in group vip" beside the tiers of vip, which say so of each of its channels.
TEST(NearMisses, NameNoGroupOfThePlanWhoseChannelsAreAllDisabled) {
  Policy policy;
  policy.groups.groups["vip"] = {.fallback = {{.group = "default"}}};
  ChannelRow off = Channel(2, "vip,default", "n");
  off.status = 2;
  const Compiled c = MustCompile(RowsOf(Channel(1, "vip,default", "m"), off), policy);
  EXPECT_THAT(Explain(*c.table, {.group = "vip", .model = "n"}).near_misses, IsEmpty());
}

TEST(NearMisses, AreAtMostTen) {
  std::string groups;
  for (int i = 0; i < 50; ++i) groups += "g" + std::to_string(i) + ",";
  const Explanation why =
      Explain(*MustCompile(RowsOf(Channel(1, groups, "m"))).table, {.group = "default", .model = "m"});
  EXPECT_EQ(why.near_misses.size(), 10u);
}

TEST(NearMisses, ANameCutAtTheLimitEqualsNoRealOne) {
  const std::string longest(kMaxNameBytes, 'x');
  const Explanation why =
      Explain(*MustCompile(RowsOf(Channel(1, "default", longest))).table, {.group = "default", .model = longest + "y"});
  EXPECT_EQ(why.reason, Reason::kNoSuchModel);
  EXPECT_TRUE(why.near_misses.empty());
}

TEST(Refusals, ComeBeforeRoutingAndAreSaid) {
  const Compiled c = MustCompile(RowsOf(Bltcy()));
  const Caller caller = ResolveCaller({.id = 3, .name = "t", .status = 4, .group = "default"}, nullptr, std::nullopt);
  const Explanation why = Explain(*c.table, caller.MakeRequest("runway"), &caller);
  EXPECT_FALSE(why.ok);
  EXPECT_EQ(why.refusal, CallerRefusal::kTokenExhausted);
  EXPECT_EQ(why.Text(Language::kChinese), "该令牌额度已用尽。");
  EXPECT_THAT(Ticks(why), ElementsAre(true, true, false, true));
}

struct Refused {
  CallerRefusal refusal;
  TokenRow token;
  std::int64_t owner_status = 1;
  const char* english;
  const char* chinese;
};

std::vector<Refused> EveryRefusal() {
  return {
      {.refusal = CallerRefusal::kTokenDisabled,
       .token = {.id = 3, .status = 2, .group = "default"},
       .english = "enable the token (status 1)",
       .chinese = "启用该令牌"},
      {.refusal = CallerRefusal::kTokenExpired,
       .token = {.id = 3, .status = 1, .group = "default", .expired_time = 99},
       .english = "renew the token (a later expired_time, or -1 for never; status 1), or issue a new one",
       .chinese = "或签发新令牌"},
      {.refusal = CallerRefusal::kTokenExhausted,
       .token = {.id = 3, .status = 4, .group = "default"},
       .english = "top up the token's quota, and enable it again (status 1)",
       .chinese = "为令牌补充额度"},
      {.refusal = CallerRefusal::kOwnerDisabled,
       .token = {.id = 3, .status = 1, .group = "default"},
       .owner_status = 2,
       .english = "enable the token's owner (status 1 of the user), or use a token of another one",
       .chinese = "启用令牌所属用户"},
      {.refusal = CallerRefusal::kModelNotAllowed,
       .token = {.id = 3, .status = 1, .group = "default", .model_limits_enabled = 1, .model_limits = "pika"},
       .english =
           "add \"runway\" to the token's model limits (model_limits), or switch them off (model_limits_enabled 0)",
       .chinese = "中加入 \"runway\"，或关闭该限制"},
  };
}

// Catches: a hint that repeats the refusal's code and leaves the operator to guess what lifts it.
TEST(Refusals, TellTheOperatorFirstWhatLiftsThemInBothLanguages) {
  const Compiled c = MustCompile(RowsOf(Bltcy()));
  for (const Refused& refused : EveryRefusal()) {
    const UserRow owner{.id = 1, .status = refused.owner_status, .group = "default"};
    const Caller caller = ResolveCaller(refused.token, &owner, 100);
    const Explanation why = Explain(*c.table, caller.MakeRequest("runway"), &caller);
    ASSERT_EQ(why.refusal, refused.refusal);
    ASSERT_FALSE(why.hints.empty());
    const std::string hint = std::string("the caller is refused before routing: ") + refused.english;
    EXPECT_EQ(why.hints[0].english, hint);
    EXPECT_THAT(why.hints[0].chinese, HasSubstr(refused.chinese));
    EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator), HasSubstr("  -> " + hint + "\n"));
    EXPECT_THAT(why.Text(Language::kChinese, Audience::kOperator), HasSubstr(refused.chinese));
    EXPECT_THAT(why.Text(Language::kEnglish, Audience::kCaller), Not(HasSubstr(refused.english)));
  }
}

// An explanation lists a thousand tiers at most.
TEST(ManyTiers, AreJudgedWhetherTheyAreListedOrNot) {
  Rows rows("test");
  for (std::int64_t id = 1; id <= 1000; ++id) rows.Add(Channel(id, "a", "m", 1, id));
  rows.Add(Channel(2001, "b", "m"));
  Policy policy;
  policy.groups.groups["a"].fallback = {{"b", FallbackWhen::kExhausted}};
  Router router(policy);
  ASSERT_TRUE(router.Publish(MustCompile(rows, policy).table).ok());
  for (std::int64_t id = 1; id <= 1000; ++id) ASSERT_TRUE(router.SwitchOff(id));
  const Request request{.group = "a", .model = "m"};
  EXPECT_EQ(router.Explain(request).serving_group, "b");
  ASSERT_TRUE(router.SetLimits(2001, {.max_in_flight = 1}).ok());
  const Selection only = router.Select(request);
  ASSERT_EQ(only.channel_id(), 2001);
  const Explanation e = router.Explain(request);
  ASSERT_EQ(e.tiers.size(), 1000u);
  EXPECT_EQ(e.tiers.back().group, "a");
  ASSERT_EQ(e.groups.size(), 2u);
  EXPECT_EQ(e.groups[0].reason, Reason::kAllDisabled);
  EXPECT_EQ(e.groups[1].reason, Reason::kAllAtLimit);
}

TEST(EmptyTable, IsExplainedWithoutAnyRow) {
  const Explanation why = Explain(*MustCompile(Rows()).table, {.group = "default", .model = "m"});
  EXPECT_EQ(why.reason, Reason::kEmptyTable);
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator), HasSubstr("the table lists no route at all"));
}

}  // namespace
}  // namespace pointsman::testing
