// Plans: the groups that a request walks through and who may use them, against a plain recursive reading of the policy.
#include "policy/plans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/naive_plans.h"
#include "support/random_policy.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr FallbackWhen kNoRoute = FallbackWhen::kNoRoute;
constexpr FallbackWhen kExhausted = FallbackWhen::kExhausted;

NameTable TableOf(const std::vector<std::string_view>& groups) {
  NameTable table;
  table.Build(groups, 1);
  return table;
}

Plans Built(const GroupPolicy& policy, const std::vector<std::string_view>& groups = {}) {
  const absl::Status valid = Policy{.groups = policy}.Validate();
  EXPECT_TRUE(valid.ok()) << valid;
  return Plans::Build(policy, TableOf(groups));
}

std::vector<NaiveStep> Steps(const Plans& plans, std::string_view name) {
  std::vector<NaiveStep> steps;
  for (const PlanStep& step : plans.Find(name)) {
    const int parent = step.parent == kNoIndex ? -1 : static_cast<int>(step.parent);
    steps.push_back({std::string(step.name), parent, step.when});
  }
  return steps;
}

TEST(Plans, OfAPolicyThatSaysNothingAreNone) {
  const Plans plans = Built({});
  EXPECT_TRUE(plans.empty());
  EXPECT_FALSE(plans.KnowsGroup("default"));
  EXPECT_FALSE(Plans().KnowsGroup("default"));
}

TEST(Plans, OfAGroupBeginWithItself) {
  const Plans plans = Built({.groups = {{"vip", {}}}});
  EXPECT_THAT(Steps(plans, "vip"), ElementsAre(NaiveStep{"vip"}));
}

TEST(Plans, FollowFallbacksDepthFirstAndKeepEveryEdge) {
  const Plans plans = Built(
      {.groups = {{"a", {.fallback = {{"b", kNoRoute}, {"c", kExhausted}}}}, {"b", {.fallback = {{"c", kNoRoute}}}}}});
  EXPECT_THAT(Steps(plans, "a"), ElementsAre(NaiveStep{"a"}, NaiveStep{"b", 0, kNoRoute}, NaiveStep{"c", 1, kNoRoute},
                                             NaiveStep{"c", 0, kExhausted}));
  EXPECT_THAT(Steps(plans, "b"), ElementsAre(NaiveStep{"b"}, NaiveStep{"c", 0, kNoRoute}));
  EXPECT_THAT(Steps(plans, "c"), ElementsAre(NaiveStep{"c"})) << "known because a fallback names it";
}

TEST(Plans, NumberTheGroupsAsTheTableDoes) {
  const Plans plans = Built({.groups = {{"vip", {.fallback = {{"default"}, {"nobody"}}}}}}, {"default", "vip"});
  const std::span<const PlanStep> plan = plans.Find("vip");
  ASSERT_EQ(plan.size(), 3u);
  EXPECT_EQ(plan[0].group, 1u);
  EXPECT_EQ(plan[1].group, 0u);
  EXPECT_EQ(plan[2].group, kNoIndex);
}

TEST(Plans, OfAnAliasIsItsGroups) {
  const Plans plans =
      Built({.groups = {{"default", {.aliases = {"Default", "std"}}}, {"vip", {.fallback = {{"std", kExhausted}}}}}});
  EXPECT_EQ(plans.Find("Default").data(), plans.Find("default").data());
  EXPECT_THAT(Steps(plans, "std"), ElementsAre(NaiveStep{"default"}));
  EXPECT_THAT(Steps(plans, "vip"), ElementsAre(NaiveStep{"vip"}, NaiveStep{"default", 0, kExhausted}));
}

TEST(Plans, OfAnAutomaticNameIsItsListWithoutTheFallbacksOfItsGroups) {
  const Plans plans =
      Built({.groups = {{"vip", {.fallback = {{"spare"}}}}}, .automatic = {{"auto", {"vip", "default"}}}});
  EXPECT_THAT(Steps(plans, "auto"), ElementsAre(NaiveStep{"vip", -1, kExhausted}, NaiveStep{"default", 0, kExhausted}));
}

TEST(Plans, KnowNoGroupThatOnlyUsableOrDefaultGroupNames) {
  const Plans plans = Built({.default_group = "public", .usable = GroupLists{{"vip", {"default"}}}});
  EXPECT_FALSE(plans.KnowsGroup("vip"));
  EXPECT_FALSE(plans.KnowsGroup("default"));
  EXPECT_FALSE(plans.KnowsGroup("public"));
}

TEST(Plans, StayWhereTheyAreWhenMovedAndOutliveThePolicy) {
  auto policy = std::make_unique<GroupPolicy>();
  policy->groups["v"].fallback = {{"d"}};  // short names, which a moved string would take along
  Plans first = Built(*policy);
  policy.reset();
  const std::span<const PlanStep> plan = first.Find("v");
  const auto shared = std::make_shared<const Plans>(std::move(first));
  EXPECT_EQ(shared->Find("v").data(), plan.data());
  EXPECT_EQ(plan[1].name, "d");
}

TEST(Plans, HostileNamesFindNothing) {
  const Plans plans = Built({.groups = {{"vip", {}}}, .usable = GroupLists{{"*", {"vip"}}}});
  const std::string huge(1 << 20, 'v');
  for (const std::string& name : {std::string(), huge, std::string("vip\0", 4), std::string("\xff")}) {
    EXPECT_THAT(Steps(plans, name), IsEmpty());
    EXPECT_FALSE(plans.MayUse("default", name));
    EXPECT_TRUE(plans.MayUse(name, "vip"));
  }
  EXPECT_FALSE(plans.MayUse(huge, huge));
}

TEST(Usable, WithoutARuleEverybodyMayUseAll) {
  const Plans plans = Built({.groups = {{"vip", {}}}});
  EXPECT_FALSE(plans.restricts());
  EXPECT_TRUE(plans.MayUse("default", "vip"));
  EXPECT_TRUE(plans.MayUse("", "whatever"));
}

TEST(Usable, OwnGroupMayAlwaysBeUsed) {
  const Plans plans = Built({.groups = {{"vip", {.aliases = {"VIP"}}}}, .usable = GroupLists{{"vip", {}}}});
  EXPECT_TRUE(plans.MayUse("vip", "vip"));
  EXPECT_TRUE(plans.MayUse("VIP", "vip"));
  EXPECT_TRUE(plans.MayUse("vip", "VIP"));
  EXPECT_TRUE(plans.MayUse("unheard of", "unheard of"));
  EXPECT_FALSE(plans.MayUse("", "")) << "no group is nobody's own";
}

TEST(Usable, StarIsForUserGroupsWithoutAListOnly) {
  const Plans plans = Built({.usable = GroupLists{{"*", {"default"}}, {"vip", {"svip"}}}});
  EXPECT_TRUE(plans.MayUse("anybody", "default"));
  EXPECT_TRUE(plans.MayUse("", "default")) << "an unknown user group has no list";
  EXPECT_FALSE(plans.MayUse("anybody", "svip"));
  EXPECT_TRUE(plans.MayUse("vip", "svip"));
  EXPECT_FALSE(plans.MayUse("vip", "default"));
}

TEST(Usable, WithoutStarAUserGroupWithoutAListMayUseOnlyItsOwn) {
  const Plans plans = Built({.usable = GroupLists{{"vip", {"default"}}}});
  EXPECT_TRUE(plans.MayUse("default", "default"));
  EXPECT_FALSE(plans.MayUse("default", "vip"));
}

// An oracle for everything at once. It caught, put back on purpose: parents counted from the first plan's step, aliases
// not followed in lists, lists that were searched unsorted.
TEST(PlansOracle, AgreesWithAPlainReadingOfRandomPolicies) {
  RandomPolicies random(7);
  std::size_t longest = 0;
  std::map<bool, int> answers;
  for (int i = 0; i < 5000; ++i) {
    const Policy policy = random.Next();
    const Plans plans = Built(policy.groups);
    const NaivePlans naive(policy.groups);
    for (int j = 0; j < 12; ++j) {
      const std::string name = random.Name();
      const std::string user_group = random.Name();
      EXPECT_EQ(Steps(plans, name), naive.Plan(name)) << name << " in policy " << i;
      EXPECT_EQ(plans.MayUse(user_group, name), naive.MayUse(user_group, name)) << user_group << ", " << name;
      longest = std::max(longest, plans.Find(name).size());
      ++answers[plans.restricts() && plans.MayUse(user_group, name)];
    }
  }
  EXPECT_GE(longest, 6u);
  EXPECT_GT(answers[true], 1000);
  EXPECT_GT(answers[false], 1000);
}

}  // namespace
}  // namespace pointsman::testing
