// A policy from a gateway's own options: what each becomes, and what is said of those that cannot be used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pointsman/load/json.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kSpecial = "group_ratio_setting.group_special_usable_group";

PolicyOfOptions From(const std::vector<OptionRow>& options, const Policy& base = {}) {
  return PolicyFromOptions(options, base, "gateway.db");
}

// What is said about one option that cannot be used; the base must stay as it is, but that nobody may use more than
// their own group as long as the rule about that cannot be read.
std::string Refusal(const OptionRow& option, const Policy& base = {}) {
  const PolicyOfOptions out = From({option}, base);
  Policy expected = base;
  if (option.key == "UserUsableGroups" && !base.groups.usable) expected.groups.usable.emplace();
  EXPECT_EQ(out.policy, expected);
  EXPECT_EQ(out.rejections.size(), 1u);
  return out.rejections.empty() ? std::string() : out.rejections[0].Text();
}

Policy EverybodyMayUse(std::vector<std::string> groups) {
  Policy policy;
  policy.groups.usable = GroupLists{{"*", std::move(groups)}};
  return policy;
}

TEST(PolicyOptions, AbsentOptionsLeaveTheBaseAlone) {
  Policy base = EverybodyMayUse({"default"});
  base.retry.budget = 7;
  const PolicyOfOptions out =
      From({{.key = "MaxTokenAutoGroups", .value = "5"}, {.key = "SMTPToken", .value = "{"}}, base);
  EXPECT_EQ(out.policy, base);
  EXPECT_THAT(out.rejections, IsEmpty());
}

TEST(PolicyOptions, GroupRatioMakesItsGroupsKnown) {
  Policy base;
  base.groups.groups = {{"vip", {.aliases = {"VIP"}, .fallback = {{"default"}}}}};
  base.groups.automatic = {{"auto", {"default"}}};
  const PolicyOfOptions out =
      From({{.key = "GroupRatio", .value = R"({"default": 1, "vip": 0.5, "VIP": 1, "auto": 1})"}}, base);
  EXPECT_THAT(out.rejections, IsEmpty());
  base.groups.groups["default"];
  EXPECT_EQ(out.policy, base) << "what is known already stays what it is";
}

TEST(PolicyOptions, AutoGroupsAreWhatAutoStandsFor) {
  const PolicyOfOptions out = From({{.key = "GroupRatio", .value = R"({"default": 1, "auto": 1})"},
                                    {.key = "AutoGroups", .value = R"(["vip", "default"])"}});
  EXPECT_THAT(out.rejections, IsEmpty());
  EXPECT_THAT(out.policy.groups.automatic.at("auto"), ElementsAre("vip", "default"));
  EXPECT_FALSE(out.policy.groups.groups.contains("auto")) << "in whatever order the rows come";
}

TEST(PolicyOptions, UserUsableGroupsAreEverybodys) {
  const PolicyOfOptions out = From({{.key = "UserUsableGroups", .value = R"({"vip": "Vip", "auto": "Auto"})"}});
  EXPECT_THAT(out.rejections, IsEmpty());
  EXPECT_EQ(out.policy, EverybodyMayUse({"vip", "auto"}));
}

TEST(PolicyOptions, SpecialUsableGroupsChangeEverybodysForOneUserGroup) {
  const std::vector<OptionRow> options = {
      {.key = kSpecial, .value = R"({"vip": {"+:svip": "", "-:default": "", "more": ""}, "svip": {"-:none": ""}})"},
      {.key = "UserUsableGroups", .value = R"({"default": "", "vip": ""})"}};
  const PolicyOfOptions out = From(options);
  EXPECT_THAT(out.rejections, IsEmpty());
  ASSERT_TRUE(out.policy.groups.usable.has_value());
  EXPECT_EQ(*out.policy.groups.usable,
            (GroupLists{{"*", {"default", "vip"}}, {"vip", {"vip", "svip", "more"}}, {"svip", {"default", "vip"}}}));
}

TEST(PolicyOptions, SpecialUsableGroupsNeedSomethingToChange) {
  EXPECT_EQ(
      Refusal({.key = kSpecial, .value = R"({"vip": {"+:svip": ""}})"}),
      "gateway.db: options key group_ratio_setting.group_special_usable_group, column value: it changes what "
      "UserUsableGroups lists, which is not there; save UserUsableGroups too, or give usable[\"*\"] in the policy");
  const PolicyOfOptions out =
      From({{.key = kSpecial, .value = R"({"vip": {"+:svip": ""}})"}}, EverybodyMayUse({"default"}));
  EXPECT_THAT(out.policy.groups.usable->at("vip"), ElementsAre("default", "svip"));
}

// It may be there to take a group away.
TEST(PolicyOptions, SpecialUsableGroupsThatCannotBeUsedLeaveOwnGroupsAlone) {
  const OptionRow everybody{.key = "UserUsableGroups", .value = R"({"default": "", "vip": ""})"};
  const OptionRow good{.key = kSpecial, .value = R"({"basic": {"-:vip": ""}})"};
  const OptionRow bad{.key = kSpecial, .value = R"({"basic": {"-:vip": "")"};
  EXPECT_EQ(From({everybody, bad}).policy.groups.usable, GroupLists());
  EXPECT_EQ(From({good}).policy.groups.usable, GroupLists()) << "nothing to take away from";
  EXPECT_EQ(From({bad}, EverybodyMayUse({"default", "vip"})).policy.groups.usable, GroupLists());
  EXPECT_THAT(From({everybody, bad, good}).policy.groups.usable->at("basic"), ElementsAre("default"))
      << "one of the rows can be used";
}

TEST(PolicyOptions, SpecialUsableGroupsThatTakeNothingAwayCloseNothing) {
  EXPECT_THAT(From({{.key = kSpecial, .value = "{}"}}).rejections, IsEmpty()) << "as the gateway saves it by itself";
  EXPECT_EQ(From({{.key = kSpecial, .value = "{}"}}).policy, Policy());
  const PolicyOfOptions adds = From({{.key = kSpecial, .value = R"({"vip": {"+:svip": ""}})"}});
  EXPECT_EQ(adds.rejections.size(), 1u) << "there is nothing that it adds to";
  EXPECT_EQ(adds.policy, Policy());
  const PolicyOfOptions spelled =
      From({{.key = kSpecial, .value = R"({"vip": {"-:svip": ""})"}}, EverybodyMayUse({"svip"}));
  EXPECT_EQ(spelled.policy.groups.usable, GroupLists()) << "it may";
}

TEST(PolicyOptions, RetryTimesAreAttemptsAfterTheFirst) {
  EXPECT_EQ(From({{.key = "RetryTimes", .value = "0"}}).policy.retry.budget, 1);
  EXPECT_EQ(From({{.key = "RetryTimes", .value = " 3\n"}}).policy.retry.budget, 4);
  EXPECT_EQ(From({{.key = "RetryTimes", .value = "999"}}).policy.retry.budget, kMaxBudget);
}

TEST(PolicyOptions, RetryTimesCountInEachGroupWhereTiersGoByAttempt) {
  Policy base;
  base.retry.tiers = RetryTiers::kByAttempt;
  const RetryPolicy twice = From({{.key = "RetryTimes", .value = "2"}}, base).policy.retry;
  EXPECT_EQ(twice.budget_per_group, 3);
  EXPECT_EQ(twice.budget, kMaxBudget) << "the plan's end is the end";
  const RetryPolicy never = From({{.key = "RetryTimes", .value = "0"}}, base).policy.retry;
  EXPECT_EQ(never.budget_per_group, 1);
  EXPECT_EQ(never.budget, 1) << "without a retry there is no second group";
}

TEST(PolicyOptions, RetryTimesThatAreNoNumberAreRejected) {
  for (const std::string_view value : {"many", "-1", "1000", "3.5", "99999999999999999999", "0x1"}) {
    EXPECT_EQ(Refusal({.key = "RetryTimes", .value = value}),
              "gateway.db: options key RetryTimes, column value: the value is no number of retries; write a whole "
              "number from 0 to 999")
        << value;
  }
}

TEST(PolicyOptions, EmptyValuesAreRejected) {
  for (const TextField& value : {TextField(), TextField(nullptr), TextField(" ")}) {
    EXPECT_EQ(Refusal({.key = "AutoGroups", .value = value}),
              "gateway.db: options key AutoGroups, column value: the value is empty; save the option again, or delete "
              "the row for the gateway's default");
  }
}

TEST(PolicyOptions, MalformedJsonIsRejectedWithItsPlace) {
  EXPECT_EQ(
      Refusal({.key = "AutoGroups", .value = R"(["default",])", .origin = {.line = 41, .index = 3}}),
      "gateway.db:41: $.options[3].value (key AutoGroups): value:1:12: unexpected ']'; remove the comma before it");
  EXPECT_EQ(Refusal({.key = "AutoGroups", .value = R"({"default": 1})"}),
            "gateway.db: options key AutoGroups, column value: value:1:1: $ is an object; write a list of groups, such "
            "as [\"default\", \"vip\"]");
  EXPECT_EQ(Refusal({.key = "AutoGroups", .value = R"(["default", null])"}),
            "gateway.db: options key AutoGroups, column value: value:1:13: $[1] is null; write the name of a group in "
            "double quotes");
  EXPECT_EQ(
      Refusal({.key = "GroupRatio", .value = "[]"}),
      "gateway.db: options key GroupRatio, column value: value:1:1: $ is a list; write an object by group, such as "
      "{\"default\": 1}");
  EXPECT_EQ(Refusal({.key = "UserUsableGroups", .value = R"({"a": 1, "a": 1})"}),
            "gateway.db: options key UserUsableGroups, column value: value:1:10: $.a stands there twice; keep one of "
            "them");
  EXPECT_EQ(Refusal({.key = kSpecial, .value = R"({"vip": ["+:a"]})"}, EverybodyMayUse({})),
            "gateway.db: options key group_ratio_setting.group_special_usable_group, column value: value:1:9: $.vip is "
            "a list; write an object of changes, such as {\"+:default\": \"\"}");
}

TEST(PolicyOptions, ValueThatMakesThePolicyInvalidIsRejectedWhole) {
  EXPECT_EQ(
      Refusal({.key = "AutoGroups", .value = "[]"}),
      "gateway.db: options key AutoGroups, column value: auto.auto lists no group; list at least one, or remove it");
  EXPECT_EQ(
      Refusal({.key = "GroupRatio", .value = R"({"default": 1, " vip": 1})"}),
      "gateway.db: options key GroupRatio, column value: groups: the name \" vip\" has blanks around it, which no "
      "list of groups can name; remove them");
  EXPECT_EQ(Refusal({.key = kSpecial, .value = R"({"vip": {"+:": ""}})"}, EverybodyMayUse({})),
            "gateway.db: options key group_ratio_setting.group_special_usable_group, column value: usable.vip[0] is "
            "empty; write a name, or remove it");
}

TEST(PolicyOptions, FirstGoodRowOfAKeyCounts) {
  const PolicyOfOptions out = From(
      {{.key = "RetryTimes", .value = "x"}, {.key = "RetryTimes", .value = "2"}, {.key = "RetryTimes", .value = "3"}});
  EXPECT_EQ(out.policy.retry.budget, 3);
  ASSERT_EQ(out.rejections.size(), 2u);
  EXPECT_EQ(out.rejections[1].Text(),
            "gateway.db: options key RetryTimes, column value: the option is listed twice; keep one of the rows: the "
            "first good one counts");
}

}  // namespace
}  // namespace pointsman
