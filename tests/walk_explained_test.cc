// What explanations say of plans, model rules and walks: each group of the plan and what became of it, each candidate
// that is out just now and why; and to callers no more than before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/profile.h"
#include "pointsman/router.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Explained : public ::testing::Test {
 protected:
  Explained() {
    policy_.groups.groups["vip"] = {.aliases = {"VIP"},
                                    .fallback = {{.group = "default", .when = FallbackWhen::kExhausted}}};
    policy_.groups.automatic["auto"] = {"default", "vip"};
    policy_.models.aliases["gpt-latest"] = "gpt-4o";
    EXPECT_TRUE(
        router_
            .Publish(MustCompile(RowsOf(Channel(1, "vip", "gpt-4o,claude-*", 7, 5), Channel(2, "vip", "gpt-4o", 3, 5),
                                        Channel(3, "default", "gpt-4o,pika")),
                                 policy_)
                         .table)
            .ok());
  }

  std::string Told(const Request& request, Language language = Language::kEnglish) {
    return router_.Explain(request).Text(language, Audience::kOperator);
  }

  Policy policy_;
  Router router_;
};

TEST_F(Explained, AnAliasIsShownAsItsGroupAndAPatternAsTheModelItMatched) {
  EXPECT_EQ(
      Told({.group = "VIP", .model = "claude-3"}),
      "route for (\"VIP\", \"claude-3\"), table 1\n"
      "  ✓ channel  channel 1 \"\" (type 0) is enabled\n"
      "  ✓ ability  (vip, claude-*): 1 of 1 channels that list it can serve\n"
      "  ✓ token    the request has group \"VIP\", to be served from \"vip\", then \"default\"\n"
      "  ✓ table    group \"vip\" serves \"claude-3\" from priority 5 as \"claude-*\" (prefix) (serving routes in "
      "all: 4)\n"
      "  groups\n"
      "    ✓ \"vip\"  serves, as \"claude-*\" (prefix)\n"
      "    · \"default\"  not its turn\n"
      "  tiers\n"
      "    priority 5\n"
      "      ✓ channel 1 \"\" weight 7 share 1/1 (100.0 %)\n");
}

TEST_F(Explained, AnAliasWithoutARouteIsNoSlipOfItsGroupsName) {
  const std::string told = Told({.group = "VIP", .model = "gpt-40"});
  EXPECT_THAT(told, HasSubstr("no channel's lists name (vip, gpt-40)"));
  EXPECT_THAT(told, HasSubstr("did you mean model \"gpt-4o\"?"));
  EXPECT_THAT(told, Not(HasSubstr("case and blanks matter")));
}

TEST_F(Explained, AFallbackThatServesIsNamedInBothLanguages) {
  const Explanation why = router_.Explain({.group = "vip", .model = "pika"});
  EXPECT_TRUE(why.ok);
  EXPECT_EQ(why.serving_group, "default");
  EXPECT_THAT(why.plan, ElementsAre("vip", "default"));
  EXPECT_EQ(why.groups[0].reason, Reason::kModelNotInGroup);
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator),
              HasSubstr("    ✗ \"vip\"  does not list the model (kModelNotInGroup)\n"));
  EXPECT_THAT(why.Text(Language::kChinese, Audience::kOperator), HasSubstr("    ✓ \"default\"  提供服务\n"));
}

TEST_F(Explained, TheNextAttemptShowsWhatWasTriedAndTheSharesOfTheOthers) {
  Attempts attempts;
  attempts.Add({.channel_id = 2, .priority = 5, .group = GroupKey("vip")});
  const Explanation why = router_.Explain({.group = "vip", .model = "gpt-4o"}, attempts);
  ASSERT_EQ(why.tiers.size(), 1u);
  EXPECT_EQ(why.tiers[0].candidates[0].share, (Share{1, 1}));
  EXPECT_EQ(why.tiers[0].candidates[1].out, Reason::kExhausted);
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator),
              HasSubstr("✗ channel 2 \"\" weight 3  out: tried before"));
}

// "1 tried, 2 tier, 3 group": who is out because of the walk, and whether by its own attempt or by the policy's rule.
std::string OutsOf(const Explanation& why) {
  std::string outs;
  for (const ExplainedTier& tier : why.tiers) {
    for (const ExplainedCandidate& c : tier.candidates) {
      if (c.out != Reason::kExhausted) continue;
      const bool by_tier = c.passed_over == PassedOver::kTier;
      outs += (outs.empty() ? "" : ", ") + std::to_string(c.channel_id) +
              (by_tier                               ? " tier"
               : c.passed_over == PassedOver::kGroup ? " group"
                                                     : " tried");
    }
  }
  return outs;
}

std::string OutsAfter(const Policy& policy, const Attempt& made) {
  Router router(policy);
  EXPECT_TRUE(router
                  .Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2, 5), Channel(2, "g", "m", 1, 5),
                                              Channel(3, "g", "m", 1, 1)),
                                       policy)
                               .table)
                  .ok());
  Attempts attempts;
  attempts.Add(made);
  return OutsOf(router.Explain({.group = "g", .model = "m"}, attempts));
}

// Catches: "tried before" of a channel that nobody tried.
TEST(PassedOver, IsToldFromTried) {
  const Attempt first{.channel_id = 1, .priority = 5, .group = GroupKey("g")};
  Policy policy;
  EXPECT_EQ(OutsAfter(policy, first), "1 tried");
  policy.retry.tiers = RetryTiers::kOnePerTier;
  EXPECT_EQ(OutsAfter(policy, first), "1 tried, 2 tier");
  policy.retry.budget_per_group = 1;
  EXPECT_EQ(OutsAfter(policy, first), "1 tried, 2 group, 3 group");
  EXPECT_EQ(OutsAfter(ProfilePolicy(Profile::kNewApiMemory, {.retry_times = 3}), first), "1 tier, 2 tier")
      << "by number: what was tried may be tried again";
}

// Before all others, also before those that did not serve yet when the channel did.
TEST(ExplainedKey, ThatIsTriedNextLeavesGroupsNoTurn) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default", .when = FallbackWhen::kNoRoute}};
  ChannelRow two_keys = Channel(2, "default", "m");
  two_keys.keys.count = 2;
  Router router(policy);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(two_keys), policy).table).ok());
  const Request request{.group = "vip", .model = "m"};
  Attempts attempts;
  Selection s = router.Select(request, attempts);
  router.Report(s, {.kind = OutcomeKind::kCredentialRefused}, attempts);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "vip", "m"), two_keys), policy).table).ok());
  const Explanation e = router.Explain(request, attempts);
  EXPECT_EQ(e.serving_group, "default");
  ASSERT_EQ(e.groups.size(), 2u);
  EXPECT_FALSE(e.groups[0].reached) << "it serves now, and would be next";
  EXPECT_TRUE(e.groups[1].reached);
  ASSERT_EQ(e.tiers.size(), 1u);
  EXPECT_EQ(e.tiers[0].candidates.at(0).share.Text(), "1/1");
}

// Catches: groups that were never looked at, shown with the reason of an empty one.
TEST_F(Explained, GroupsHadNoTurnWhereTheBudgetIsSpent) {
  policy_.retry.budget = 1;
  Router router(policy_);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "vip,default", "gpt-4o")), policy_).table).ok());
  Attempts attempts;
  ASSERT_TRUE(router.Select({.group = "vip", .model = "gpt-4o"}, attempts));
  const Explanation why = router.Explain({.group = "vip", .model = "gpt-4o"}, attempts);
  EXPECT_EQ(why.reason, Reason::kBudgetSpent);
  for (const ExplainedGroup& group : why.groups) EXPECT_FALSE(group.reached) << group.group;
  EXPECT_THAT(why.near_misses, ElementsAre());
}

TEST_F(Explained, AChannelThatIsSwitchedOffIsOutAndThoseBelowAreShown) {
  ASSERT_TRUE(router_.SwitchOff(1));
  ASSERT_TRUE(router_.SwitchOff(2));
  const Explanation why = router_.Explain({.group = "vip", .model = "gpt-4o"});
  EXPECT_EQ(why.serving_group, "default");
  EXPECT_EQ(why.groups[0].reason, Reason::kAllDisabled);
  EXPECT_THAT(why.Text(Language::kChinese, Audience::kOperator), HasSubstr("不可用：运行时已关闭"));
}

TEST_F(Explained, TheEndOfAWalkSaysHowManyAttemptsThereWere) {
  Attempts attempts;
  while (router_.Select({.group = "vip", .model = "gpt-4o"}, attempts)) {
  }
  const Explanation why = router_.Explain({.group = "vip", .model = "gpt-4o"}, attempts);
  EXPECT_EQ(why.reason, Reason::kExhausted);
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator),
              HasSubstr("the walk is over after 3 attempts: nothing is left"));
}

TEST_F(Explained, ASlipOfThePenIsGuessed) {
  const Explanation why = router_.Explain({.group = "default", .model = "pkia"});
  ASSERT_EQ(why.near_misses.size(), 1u);
  EXPECT_EQ(why.near_misses[0].kind, NearMiss::Kind::kModelSimilar);
  EXPECT_EQ(why.near_misses[0].model, "pika");
  EXPECT_EQ(router_.Explain({.group = "default", .model = "p"}).near_misses.size(), 0u) << "not everything is similar";
}

TEST_F(Explained, CallersLearnNothingOfGroupsThatTheyMayNotUse) {
  const std::string_view own[] = {"vip"};
  for (const std::string_view model : {"gpt-4o", "pika", "unknown"}) {
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      const Explanation why = router_.Explain({.group = "VIP", .model = model, .allowed_groups = own});
      EXPECT_THAT(why.Text(language), Not(HasSubstr("default")));
      EXPECT_THAT(why.plan, ElementsAre("vip"));
    }
  }
}

// "1 2/3, 2 1/3": who can be drawn by the next attempt.
std::string SharesOf(const Explanation& why) {
  std::string shares;
  for (const ExplainedTier& tier : why.tiers) {
    for (const ExplainedCandidate& c : tier.candidates) {
      if (c.share.numerator == 0) continue;
      shares += (shares.empty() ? "" : ", ") + std::to_string(c.channel_id) + " " + c.share.Text();
    }
  }
  return shares;
}

std::string SharesAfter(const Policy& policy, std::vector<Attempt> made, std::optional<std::int64_t> pin = {}) {
  Router router(policy);
  EXPECT_TRUE(router
                  .Publish(MustCompile(RowsOf(Channel(1, "g", "m", 2, 5), Channel(2, "g", "m", 1, 5),
                                              Channel(3, "g", "m", 0, 5), Channel(4, "g", "m", 3, 1)),
                                       policy)
                               .table)
                  .ok());
  Attempts attempts;
  for (const Attempt& a : made) attempts.Add(a);
  const Explanation why = router.Explain({.group = "g", .model = "m", .pin = pin}, attempts);
  EXPECT_TRUE(why.ok);
  return SharesOf(why);
}

const Attempt kFirst{.channel_id = 1, .priority = 5, .group = GroupKey("g")};
const Attempt kSecond{.channel_id = 2, .priority = 5, .group = GroupKey("g")};
const Attempt kFourth{.channel_id = 4, .priority = 1, .group = GroupKey("g")};

// Of the tier that is drawn from: what was tried below it stays so.
TEST(ExplainedShares, OfARepeatAreThoseOfAFreshDraw) {
  Policy policy;
  policy.retry.last_resort = LastResort::kRepeat;
  EXPECT_EQ(SharesAfter(policy, {kFirst, kSecond, kFourth}), "1 2/3, 2 1/3");
}

TEST(ExplainedShares, OfAnAttemptByNumberAreOfItsTierAndNotOfThoseAbove) {
  const Policy policy = ProfilePolicy(Profile::kNewApiMemory, {.retry_times = 3});
  EXPECT_EQ(SharesAfter(policy, {kFirst}), "4 1/1");
}

TEST(ExplainedShares, OfAPinnedChannelAreAllWhateverItWeighs) { EXPECT_EQ(SharesAfter({}, {}, 3), "3 1/1"); }

// Would catch: a list that is walked to its end, in a walk that has room for so many steps.
TEST_F(Explained, OfAListOfAnyLengthOnlyABoundedPartIsLookedAt) {
  for (const std::size_t length : {kMaxPlanSteps, kMaxPlanSteps + 1, std::size_t{10'000}}) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < length; ++i) names.push_back("unheard of " + std::to_string(i));
    names.back() = "vip";
    const std::vector<std::string_view> list(names.begin(), names.end());
    const Request request{.model = "gpt-4o", .ordered_groups = list};
    const Reason expected = length > kMaxPlanSteps ? Reason::kUnknownGroup : Reason::kNone;
    EXPECT_EQ(router_.Select(request).reason(), expected) << length;
    EXPECT_EQ(router_.Explain(request).reason, expected) << length;
    EXPECT_EQ(router_.Distribute(request).reason, expected) << length;
    Attempts attempts;
    EXPECT_EQ(static_cast<bool>(router_.Select(request, attempts)), expected == Reason::kNone) << length;
  }
}

}  // namespace
}  // namespace pointsman::testing
