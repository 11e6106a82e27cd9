// Policy::Validate: everything that a policy cannot mean, each with its whole message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/policy.h"
#include "pointsman/request.h"

namespace pointsman {
namespace {

std::string Refusal(const Policy& policy) {
  const absl::Status status = policy.Validate();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}
std::string OfGroups(GroupPolicy groups) { return Refusal({.groups = std::move(groups)}); }
std::string OfModels(ModelRules models) { return Refusal({.models = std::move(models)}); }

Fallback To(std::string group) { return {.group = std::move(group)}; }

TEST(PolicyValidate, AcceptsTheDefaultsAndAFullPolicy) {
  EXPECT_TRUE(Policy().Validate().ok());
  Policy policy;
  policy.groups.groups = {{"vip", {.aliases = {"VIP"}, .fallback = {To("default"), To("nobody's")}}}};
  policy.groups.automatic = {{"auto", {"default", "VIP"}}};
  policy.groups.usable = GroupLists{{"vip", {"default", "auto"}}, {"*", {}}};
  policy.models = {.normalizer = NewApiNormalizer(), .aliases = {{"a", "b"}, {"b", "c"}}};
  policy.retry = {.budget = kMaxBudget, .budget_per_group = kMaxBudget};
  EXPECT_TRUE(policy.Validate().ok()) << policy.Validate();
}

TEST(PolicyValidate, NamesAFallbackCycleWhole) {
  EXPECT_EQ(OfGroups({.groups = {{"default", {.fallback = {To("vip")}}}, {"vip", {.fallback = {To("default")}}}}}),
            "policy: groups.vip.fallback[0] closes the cycle default -> vip -> default; remove one of these fallbacks");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.fallback = {To("default"), To("vip")}}}}}),
            "policy: groups.vip.fallback[1] closes the cycle vip -> vip; remove one of these fallbacks");
  EXPECT_EQ(OfGroups({.groups = {{"a", {.fallback = {To("B")}}},
                                 {"b", {.aliases = {"B"}, .fallback = {To("c")}}},
                                 {"c", {.fallback = {To("x"), To("B")}}}}}),
            "policy: groups.c.fallback[1] closes the cycle b -> c -> b; remove one of these fallbacks")
      << "through an alias, and not through the group that only leads to the cycle";
}

TEST(PolicyValidate, ShortensALongCycleInItsMiddle) {
  GroupPolicy groups;
  for (int i = 100; i < 120; ++i) groups.groups[std::to_string(i)] = {.fallback = {To(std::to_string(i + 1))}};
  groups.groups["120"].fallback = {To("100")};
  EXPECT_EQ(OfGroups(groups),
            "policy: groups.120.fallback[0] closes the cycle 100 -> 101 -> 102 -> 103 -> 104 -> 105 -> 106 -> 107 -> … "
            "(6 more) … -> 114 -> 115 -> 116 -> 117 -> 118 -> 119 -> 120 -> 100; remove one of these fallbacks");
}

TEST(PolicyValidate, RefusesAnAliasThatMeansTwoThings) {
  EXPECT_EQ(OfGroups({.groups = {{"svip", {.aliases = {"V"}}}, {"vip", {.aliases = {"x", "V"}}}}}),
            "policy: groups.vip.aliases[1] \"V\" is an alias of \"svip\" too; keep one of them");
  EXPECT_EQ(OfGroups({.groups = {{"V", {}}, {"vip", {.aliases = {"V"}}}}}),
            "policy: groups.vip.aliases[0] \"V\" is itself one of the groups; remove the alias or that group");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.aliases = {"vip"}}}}}),
            "policy: groups.vip.aliases[0] \"vip\" is itself one of the groups; remove the alias or that group");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.aliases = {"auto"}}}}, .automatic = {{"auto", {"vip"}}}}),
            "policy: groups.vip.aliases[0] \"auto\" is an automatic name too; rename one of them");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.aliases = {"V", "V"}}}}}),
            "policy: groups.vip.aliases[1] \"V\" stands in the list twice; remove it");
  EXPECT_EQ(OfGroups({.default_group = "V", .groups = {{"vip", {.aliases = {"V"}}}}}),
            "policy: default_group \"V\" is an alias; name the group itself, \"vip\"");
}

TEST(PolicyValidate, RefusesNamesThatNoRowCanHaveWhereverTheyStand) {
  const std::string empty = " is empty; write a name, or remove it";
  const std::string blanks = " \" g\" has blanks around it, which no list of groups can name; remove them";
  const std::vector<std::pair<std::function<void(GroupPolicy&, const std::string&)>, std::string>> places = {
      {[](GroupPolicy& p, const std::string& g) { p.groups[g]; }, "groups: the name"},
      {[](GroupPolicy& p, const std::string& g) { p.groups["a b"].aliases = {g}; }, "groups[\"a b\"].aliases[0]"},
      {[](GroupPolicy& p, const std::string& g) { p.groups["vip"].fallback = {To("x"), To(g)}; },
       "groups.vip.fallback[1].group"},
      {[](GroupPolicy& p, const std::string& g) { p.automatic[g] = {"x"}; }, "auto: the name"},
      {[](GroupPolicy& p, const std::string& g) { p.automatic["auto"] = {g}; }, "auto.auto[0]"},
      {[](GroupPolicy& p, const std::string& g) { p.usable.emplace()[g]; }, "usable: the name"},
      {[](GroupPolicy& p, const std::string& g) { p.usable.emplace()["*"] = {"x", g}; }, "usable[\"*\"][1]"},
  };
  const std::string huge(kMaxNameBytes + 1, 'x');
  const std::string too_long = " \"" + std::string(80, 'x') + "…(1025 bytes)\" is longer than 1024 bytes; shorten it";
  for (const auto& [put, field] : places) {
    GroupPolicy with_empty, with_blanks, with_huge;
    put(with_empty, "\t ");
    put(with_blanks, " g");
    put(with_huge, huge);
    EXPECT_EQ(OfGroups(with_empty), "policy: " + field + empty);
    EXPECT_EQ(OfGroups(with_blanks), "policy: " + field + blanks);
    EXPECT_EQ(OfGroups(with_huge), "policy: " + field + too_long);
  }
  EXPECT_EQ(OfModels({.aliases = {{"", "x"}}}), "policy: models.aliases: the name" + empty);
  EXPECT_EQ(OfModels({.aliases = {{"gpt-4", ""}}}), "policy: models.aliases.gpt-4" + empty);
  EXPECT_EQ(OfModels({.aliases = {{"gpt-4", "x "}}}),
            "policy: models.aliases.gpt-4 \"x \" has blanks around it, which no list of models can name; remove them");
}

TEST(PolicyValidate, RefusesListsThatRepeatAndListsOfNothing) {
  EXPECT_EQ(OfGroups({.automatic = {{"auto", {}}}}),
            "policy: auto.auto lists no group; list at least one, or remove it");
  EXPECT_EQ(OfGroups({.automatic = {{"auto", {"a", "b", "a"}}}}),
            "policy: auto.auto[2] \"a\" stands in the list twice; remove it");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.aliases = {"VIP"}}}}, .usable = GroupLists{{"*", {"vip", "VIP"}}}}),
            "policy: usable[\"*\"][1] \"VIP\", which is \"vip\", stands in the list twice; remove it");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.fallback = {To("a"), {"a", FallbackWhen::kExhausted}}}}}}),
            "policy: groups.vip.fallback[1].group \"a\" stands in the list twice; keep one of the two: exhausted "
            "includes no_route");
}

TEST(PolicyValidate, RefusesAutomaticNamesThatAreOrHoldSomethingElse) {
  EXPECT_EQ(OfGroups({.automatic = {{"auto", {"more"}}, {"more", {"x"}}}}),
            "policy: auto.auto[0] \"more\" is an automatic name; name the groups that it lists");
  EXPECT_EQ(OfGroups({.automatic = {{"auto", {"auto"}}}}),
            "policy: auto.auto[0] \"auto\" is an automatic name; name the groups that it lists");
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.fallback = {To("auto")}}}}, .automatic = {{"auto", {"x"}}}}),
            "policy: groups.vip.fallback[0].group \"auto\" is an automatic name; name the groups that it lists");
  EXPECT_EQ(OfGroups({.groups = {{"auto", {}}}, .automatic = {{"auto", {"x"}}}}),
            "policy: auto.auto is one of the groups too; rename one of them");
}

TEST(PolicyValidate, RefusesUsableListsThatNobodyCouldTellApart) {
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.aliases = {"VIP"}}}}, .usable = GroupLists{{"VIP", {}}, {"vip", {}}}}),
            "policy: usable.vip is the same group as \"VIP\", which has a list too; make them one");
  EXPECT_EQ(OfGroups({.usable = GroupLists{{"vip", {"*"}}}}),
            "policy: usable.vip[0] \"*\" stands for user groups, not for groups; list the groups by name, or leave "
            "usable out to let everybody use all");
}

TEST(PolicyValidate, BoundsPlans) {
  GroupPolicy chain;
  for (int i = 100; i < 355; ++i) chain.groups[std::to_string(i)].fallback = {To(std::to_string(i + 1))};
  EXPECT_TRUE((Policy{.groups = chain}.Validate().ok())) << "256 steps";
  chain.groups["355"].fallback = {To("356")};
  EXPECT_EQ(OfGroups(chain),
            "policy: groups.100.fallback makes a plan of more than 256 steps, the fallbacks of its fallbacks included; "
            "shorten it");
  GroupPolicy diamonds;  // 2^40 ways through
  for (int i = 0; i < 40; ++i) {
    const std::string next = std::to_string(i + 1);
    diamonds.groups[std::to_string(i)].fallback = {To(next + "l"), To(next + "r")};
    diamonds.groups[next + "l"].fallback = {To(next)};
    diamonds.groups[next + "r"].fallback = {To(next)};
  }
  EXPECT_THAT(OfGroups(diamonds), ::testing::HasSubstr("makes a plan of more than 256 steps"));
  GroupPolicy list;
  for (int i = 0; i < 257; ++i) list.automatic["auto"].push_back(std::to_string(i));
  EXPECT_EQ(OfGroups(list), "policy: auto.auto lists 257 groups; a plan has at most 256 steps: shorten it");
}

TEST(PolicyValidate, BoundsWhatAllNamesAndPlansTogetherCost) {
  GroupPolicy names;
  for (std::size_t i = 0; i <= kMaxPolicyNames; ++i) names.groups[std::to_string(i)];
  EXPECT_EQ(OfGroups(names),
            "policy: groups and the lists beside it hold more than 65536 names; leave out the groups about which there "
            "is nothing to say");
  GroupPolicy plans;  // 30,000 groups that each fall back to a chain of 200
  for (int i = 100; i < 300; ++i) plans.groups[std::to_string(i)].fallback = {To(std::to_string(i + 1))};
  for (int i = 0; i < 30000; ++i) plans.groups["g" + std::to_string(i)].fallback = {To("100")};
  EXPECT_EQ(OfGroups(plans), "policy: groups make plans of more than 1000000 steps together; shorten their fallbacks");
  ModelRules models;
  for (std::size_t i = 0; i <= kMaxModelAliases; ++i) models.aliases[std::to_string(i)] = "x";
  EXPECT_EQ(OfModels(models),
            "policy: models.aliases holds more than 65536 aliases; list the models in the channels instead");
}

TEST(PolicyValidate, NamesACycleOfModelAliasesWhole) {
  EXPECT_EQ(OfModels({.aliases = {{"0", "a"}, {"a", "b"}, {"b", "a"}}}),
            "policy: models.aliases.b closes the cycle a -> b -> a; remove one of these aliases");
  EXPECT_EQ(OfModels({.aliases = {{"gpt-4.1", "gpt-4.1"}}}),
            "policy: models.aliases[\"gpt-4.1\"] closes the cycle gpt-4.1 -> gpt-4.1; remove one of these aliases");
}

TEST(PolicyValidate, BoundsTheWayFromAnAliasToItsEnd) {
  ModelRules rules;
  for (char c = 'a'; c < 'a' + 16; ++c) rules.aliases[std::string(1, c)] = std::string(1, static_cast<char>(c + 1));
  EXPECT_TRUE((Policy{.models = rules}.Validate().ok())) << "16 names";
  rules.aliases["q"] = "r";
  EXPECT_EQ(OfModels(rules),
            "policy: models.aliases.a leads from alias to alias over more than 16 names; let it name the last of them");
}

TEST(PolicyValidate, RefusesHalfANormalizerAndTheLibrarysOwnNames) {
  const ModelNormalizer::Function nothing = [](void*, std::string_view, std::span<char>) noexcept {
    return std::size_t{0};
  };
  EXPECT_EQ(OfModels({.normalizer = {.name = "mine"}}),
            "policy: models.normalizer \"mine\" has no function; give it one, or no name");
  EXPECT_EQ(OfModels({.normalizer = {.normalize = nothing}}),
            "policy: models.normalizer is empty; write a name, or remove it");
  EXPECT_EQ(OfModels({.normalizer = {.name = "new_api", .normalize = nothing}}),
            "policy: models.normalizer \"new_api\" is the library's own name; give your function another one");
  EXPECT_EQ(OfModels({.normalizer = {.name = "none", .normalize = nothing}}),
            "policy: models.normalizer \"none\" is the library's own name; give your function another one");
  EXPECT_TRUE((Policy{.models = {.normalizer = {.name = "mine", .normalize = nothing}}}.Validate().ok()));
}

TEST(PolicyValidate, RefusesBudgetsThatCannotBeMeant) {
  EXPECT_EQ(Refusal({.retry = {.budget = 0}}), "policy: retry.budget is 0; write a number of attempts from 1 to 1000");
  EXPECT_EQ(Refusal({.retry = {.budget = 1001}}),
            "policy: retry.budget is 1001; write a number of attempts from 1 to 1000");
  EXPECT_EQ(Refusal({.retry = {.budget_per_group = -1}}),
            "policy: retry.budget_per_group is -1; write a number of attempts up to 1000, 0 for no limit");
}

TEST(PolicyValidate, ShowsHostileNamesBoundedAndEscaped) {
  const std::string hostile = "\x1b[2J\"" + std::string(500, 'x');
  EXPECT_EQ(OfGroups({.groups = {{"vip", {.aliases = {hostile, hostile}}}}}),
            "policy: groups.vip.aliases[1] \"\\x1b[2J\\\"" + std::string(75, 'x') +
                "…(505 bytes)\" stands in the list twice; remove it");
}

}  // namespace
}  // namespace pointsman
