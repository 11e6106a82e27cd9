// Policies from JSON: every key, and every way to get one wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pointsman/load/json.h"
#include "support/random_policy.h"

namespace pointsman {
namespace {

using ::testing::StartsWith;

Policy Parsed(const std::string& text) {
  const absl::StatusOr<Policy> policy = ParsePolicy(text);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.value_or(Policy());
}

std::string Refusal(const std::string& text) {
  const absl::StatusOr<Policy> policy = ParsePolicy(text, "p.json");
  EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(policy.status().message());
}

TEST(PolicyJson, EmptyObjectIsTheDefaultPolicy) { EXPECT_EQ(Parsed("{}"), Policy()); }

TEST(PolicyJson, EveryKeyReachesItsField) {
  const Policy policy = Parsed(R"({"default_group": "public", "empty_group": "refuse", "source": "channels"})");
  EXPECT_EQ(policy.groups.default_group, "public");
  EXPECT_EQ(policy.groups.empty_group, EmptyGroup::kRefuse);
  EXPECT_EQ(policy.source, RowSource::kChannels);
}

TEST(PolicyJson, PlansAndModelsReachTheirFields) {
  const Policy policy = Parsed(R"({
    "groups": {"vip": {"aliases": ["VIP"], "fallback": [{"group": "default", "when": "exhausted"}, {"group": "x"}]},
               "plain": {}},
    "auto": {"auto": ["default", "vip"]},
    "usable": {"default": ["default"], "*": []},
    "models": {"normalizer": "new_api", "prefixes": false, "aliases": {"gpt-4-latest": "gpt-4o"}},
    "retry": {"tiers": "one_per_tier", "last_resort": "repeat", "budget": 3, "budget_per_group": 2},
    "balance": "weighted_random", "fleet_seed": 0})");
  Policy wanted;
  wanted.groups.groups = {
      {"vip", {.aliases = {"VIP"}, .fallback = {{"default", FallbackWhen::kExhausted}, {"x", FallbackWhen::kNoRoute}}}},
      {"plain", {}}};
  wanted.groups.automatic = {{"auto", {"default", "vip"}}};
  wanted.groups.usable = GroupLists{{"default", {"default"}}, {"*", {}}};
  wanted.models = {.normalizer = NewApiNormalizer(), .prefixes = false, .aliases = {{"gpt-4-latest", "gpt-4o"}}};
  wanted.retry = {
      .tiers = RetryTiers::kOnePerTier, .last_resort = LastResort::kRepeat, .budget = 3, .budget_per_group = 2};
  EXPECT_EQ(policy, wanted);
  EXPECT_NE(policy.models.normalizer.normalize, nullptr);
}

TEST(PolicyJson, UsableOfNothingIsARuleAndAbsentIsNone) {
  EXPECT_FALSE(Parsed("{}").groups.usable.has_value());
  EXPECT_EQ(Parsed(R"({"usable": {}})").groups.usable, GroupLists());
}

TEST(PolicyJson, EveryValueOfAChoiceIsKnownByItsName) {
  for (const EmptyGroup rule : {EmptyGroup::kInherit, EmptyGroup::kDefault, EmptyGroup::kRefuse, EmptyGroup::kExact}) {
    const std::string name(EmptyGroupName(rule));
    EXPECT_EQ(Parsed("{\"empty_group\": \"" + name + "\"}").groups.empty_group, rule) << name;
  }
  for (const RowSource source : {RowSource::kBoth, RowSource::kChannels, RowSource::kAbilities}) {
    const std::string name(RowSourceName(source));
    EXPECT_EQ(Parsed("{\"source\": \"" + name + "\"}").source, source) << name;
  }
}

TEST(PolicyJson, CommentsAreAllowed) {
  EXPECT_EQ(Parsed("// ours\n{/* as in the incident */ \"empty_group\": \"exact\"}").groups.empty_group,
            EmptyGroup::kExact);
}

TEST(PolicyJson, UnknownKeyNamesTheNearOneAtEveryLevel) {
  const std::string keys =
      "the keys are default_group, empty_group, groups, auto, usable, models, retry, shares, priorities, source, "
      "balance, fleet_seed";
  EXPECT_EQ(Refusal("{\n  \"empty_gruop\": \"exact\"}"),
            "p.json:2:3: unknown key \"empty_gruop\" (did you mean \"empty_group\"?); " + keys);
  EXPECT_EQ(Refusal("{\"zzzzzz\": {}}"), "p.json:1:2: unknown key \"zzzzzz\"; " + keys);
  EXPECT_EQ(Refusal("{\"groups\": {\"vip\": {\n\"alias\": []}}}"),
            "p.json:2:1: $.groups.vip: unknown key \"alias\" (did you mean \"aliases\"?); the keys are aliases, "
            "balance, fallback");
  EXPECT_EQ(Refusal(R"({"groups": {"a b": {"fallback": [{"group": "x", "if": 1}]}}})"),
            "p.json:1:49: $.groups[\"a b\"].fallback[0]: unknown key \"if\"; the keys are group, when");
  EXPECT_EQ(Refusal(R"({"models": {"prefix": true}})"),
            "p.json:1:13: $.models: unknown key \"prefix\" (did you mean \"prefixes\"?); "
            "the keys are normalizer, prefixes, aliases");
  EXPECT_EQ(Refusal(R"({"retry": {"Budget": 5}})"),
            "p.json:1:12: $.retry: unknown key \"Budget\" (did you mean \"budget\"?); "
            "the keys are tiers, last_resort, budget, budget_per_group");
}

TEST(PolicyJson, BalanceIsReadFromAndWrittenToTheFile) {
  const Policy policy = Parsed(
      R"({"balance": "least_in_flight", "fleet_seed": 18446744073709551615, "groups": {"g": {"balance": "affinity"}}})");
  EXPECT_EQ(policy.balance, Balance::kLeastInFlight);
  EXPECT_EQ(policy.fleet_seed, ~std::uint64_t{0});
  EXPECT_EQ(policy.groups.groups.at("g").balance, Balance::kAffinity);
  EXPECT_EQ(Parsed(PolicyToJson(policy)), policy);
  for (const Balance rule : {Balance::kWeightedRandom, Balance::kSmoothRoundRobin, Balance::kLeastInFlight,
                             Balance::kLowestLatency, Balance::kAffinity, Balance::kAffinityByHalves}) {
    const std::string name(BalanceName(rule));
    EXPECT_EQ(Parsed("{\"balance\": \"" + name + "\"}").balance, rule) << name;
  }
}

TEST(PolicyJson, BalanceThatIsNotKnownIsRefused) {
  const std::string rest =
      "; write one of weighted_random, smooth_round_robin, least_in_flight, lowest_latency, affinity, "
      "affinity_by_halves";
  EXPECT_EQ(Refusal(R"({"balance": "smooth"})"), "p.json:1:13: $.balance is \"smooth\"" + rest);
  EXPECT_EQ(Refusal(R"({"balance": null})"), "p.json:1:13: $.balance is null" + rest);
  EXPECT_EQ(Refusal(R"({"fleet_seed": -1})"),
            "p.json:1:16: $.fleet_seed is -1; write a whole number from 0 to 18446744073709551615");
}

TEST(PolicyJson, KeyThatStandsTwiceIsRefused) {
  EXPECT_EQ(Refusal(R"({"source": "both", "source": "both"})"),
            "p.json:1:20: $.source stands there twice; keep one of them");
  EXPECT_EQ(Refusal(R"({"groups": {"vip": {}, "vip": {}}})"),
            "p.json:1:24: $.groups.vip stands there twice; keep one of them");
  EXPECT_EQ(Refusal(R"({"models": {"aliases": {"a": "b", "a": "c"}}})"),
            "p.json:1:35: $.models.aliases.a stands there twice; keep one of them");
}

TEST(PolicyJson, WrongValuesNameTheAllowedOnes) {
  EXPECT_EQ(Refusal(R"({"empty_group": "inherits"})"),
            "p.json:1:17: $.empty_group is \"inherits\" (did you mean \"inherit\"?); "
            "write one of inherit, default, refuse, exact");
  EXPECT_EQ(Refusal(R"({"source": "Both"})"),
            "p.json:1:12: $.source is \"Both\" (did you mean \"both\"?); write one of both, channels, abilities");
}

TEST(PolicyJson, WrongTypesNameWhatIsWanted) {
  EXPECT_EQ(Refusal(R"({"source": 5})"), "p.json:1:12: $.source is 5; write one of both, channels, abilities");
  EXPECT_EQ(Refusal(R"({"empty_group": ["exact"]})"),
            "p.json:1:17: $.empty_group is a list; write one of inherit, default, refuse, exact");
  EXPECT_EQ(Refusal(R"({"default_group": null})"),
            "p.json:1:19: $.default_group is null; write the name of a group in double quotes");
  EXPECT_EQ(Refusal(R"({"default_group": {}})"),
            "p.json:1:19: $.default_group is an object; write the name of a group in double quotes");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"groups": []})",
       "1:12: $.groups is a list; write an object of groups, such as {\"vip\": {\"aliases\": [\"VIP\"]}}"},
      {R"({"groups": {"vip": "default"}})",
       "1:20: $.groups.vip is the text \"default\"; write an object with the keys aliases, balance, fallback"},
      {R"({"groups": {"vip": {"aliases": "VIP"}}})",
       "1:32: $.groups.vip.aliases is the text \"VIP\"; write a list of groups, such as [\"default\", \"vip\"]"},
      {R"({"groups": {"vip": {"fallback": {}}}})",
       "1:33: $.groups.vip.fallback is an object; write a list, such as [{\"group\": \"default\", \"when\": "
       "\"no_route\"}]"},
      {R"({"groups": {"vip": {"fallback": ["default"]}}})",
       "1:34: $.groups.vip.fallback[0] is the text \"default\"; write an object with the keys group, when"},
      {R"({"groups": {"vip": {"fallback": [{"when": "no_route"}]}}})",
       "1:34: $.groups.vip.fallback[0] has no group; write {\"group\": \"default\", \"when\": \"no_route\"}"},
      {R"({"groups": {"vip": {"fallback": [{"group": "x", "when": "noroute"}]}}})",
       "1:57: $.groups.vip.fallback[0].when is \"noroute\" (did you mean \"no_route\"?); write one of no_route, "
       "exhausted"},
      {R"({"auto": ["default"]})",
       "1:10: $.auto is a list; write an object of lists, such as {\"auto\": [\"default\", \"vip\"]}"},
      {R"({"auto": {"auto": [1]}})", "1:20: $.auto.auto[0] is 1; write the name of a group in double quotes"},
      {R"({"usable": {"*": "default"}})",
       "1:18: $.usable[\"*\"] is the text \"default\"; write a list of groups, such as [\"default\", \"vip\"]"},
      {R"({"usable": null})",
       "1:12: $.usable is null; write an object of lists by user group, such as {\"vip\": [\"default\"], \"*\": []}"},
      {R"({"models": true})", "1:12: $.models is true; write an object with the keys normalizer, prefixes, aliases"},
      {R"({"models": {"normalizer": "newapi"}})",
       "1:27: $.models.normalizer is \"newapi\" (did you mean \"new_api\"?); write one of none, new_api"},
      {R"({"models": {"prefixes": 1}})", "1:25: $.models.prefixes is 1; write true or false"},
      {R"({"models": {"aliases": {"a": 1}}})",
       "1:30: $.models.aliases.a is 1; write the name of a model in double quotes"},
      {R"({"retry": {"budget": 0}})", "1:22: $.retry.budget is 0; write a whole number from 1 to 1000"},
      {R"({"retry": {"budget": 2.5}})", "1:22: $.retry.budget is 2.5; write a whole number from 1 to 1000"},
      {R"({"retry": {"budget": 4294967301}})",
       "1:22: $.retry.budget is 4294967301; write a whole number from 1 to 1000"},
      {R"({"retry": {"budget_per_group": -1}})",
       "1:32: $.retry.budget_per_group is -1; write a whole number from 0 to 1000"},
      {R"({"retry": {"tiers": "all"}})",
       "1:21: $.retry.tiers is \"all\"; write one of exhaust, one_per_tier, by_attempt, top_twice"},
      {R"({"retry": {"last_resort": false}})", "1:27: $.retry.last_resort is false; write one of none, repeat"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(Refusal(text), "p.json:" + message) << text;
}

TEST(PolicyJson, OnlyAnObjectIsAPolicy) {
  EXPECT_EQ(Refusal("[]"), "p.json:1:1: the policy is a list, not an object; write {} for the default policy");
  EXPECT_EQ(Refusal("5"), "p.json:1:1: the policy is 5, not an object; write {} for the default policy");
  EXPECT_EQ(Refusal(""), "p.json:1:1: the text is empty; write at least {}");
}

TEST(PolicyJson, SyntaxErrorsNameLineAndColumn) {
  EXPECT_EQ(Refusal("{\"source\": \"both\",\n}"), "p.json:2:1: unexpected '}'; remove the comma before it");
}

TEST(PolicyJson, PolicyThatCannotMeanAnythingIsRefusedAtItsPlace) {
  EXPECT_THAT(Refusal(R"({"default_group": " "})"), StartsWith("p.json:1:19: $.default_group is empty; "));
  EXPECT_EQ(
      Refusal(
          "{\"groups\": {\"a\": {\"fallback\": [{\"group\": \"b\"}]},\n \"b\": {\"fallback\": [{\"group\": \"a\"}]}}}"),
      "p.json:2:21: $.groups.b.fallback[0] closes the cycle a -> b -> a; remove one of these fallbacks");
  EXPECT_EQ(
      Refusal("{\n\"groups\": {\"a \": {}}}"),
      "p.json:2:11: $.groups: the name \"a \" has blanks around it, which no list of groups can name; remove them");
  EXPECT_EQ(Refusal("\xef\xbb\xbf{\"auto\": {\"x\": []}}"),
            "p.json:1:16: $.auto.x lists no group; list at least one, or remove it");
}

TEST(PolicyJson, NormalizersOfTheHostAreKnownByTheNamesThatItGives) {
  const std::vector<ModelNormalizer> ours = {
      {.name = "lower", .normalize = [](void*, std::string_view, std::span<char>) noexcept { return std::size_t{0}; }}};
  const std::string text = R"({"models": {"normalizer": "lower"}})";
  const absl::StatusOr<Policy> policy = ParsePolicy(text, "p.json", ours);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->models.normalizer.normalize, ours[0].normalize);
  EXPECT_EQ(ParsePolicy(PolicyToJson(*policy), "p.json", ours).value(), *policy);
  EXPECT_EQ(Refusal(text), "p.json:1:27: $.models.normalizer is \"lower\"; write one of none, new_api");
}

TEST(PolicyToJson, SaysEverythingEvenTheDefaults) {
  EXPECT_EQ(PolicyToJson({}), R"({
  "default_group": "default",
  "empty_group": "inherit",
  "groups": {},
  "auto": {},
  "models": {
    "normalizer": "none",
    "prefixes": true,
    "aliases": {}
  },
  "retry": {
    "tiers": "exhaust",
    "last_resort": "none",
    "budget": 5,
    "budget_per_group": 0
  },
  "shares": "weight",
  "priorities": {
    "tiers": "always",
    "null": "zero"
  },
  "balance": "weighted_random",
  "fleet_seed": 0,
  "source": "both"
})");
}

TEST(PolicyJson, SharesPrioritiesAndTheTiersOfRetriesAreRead) {
  const Policy policy =
      Parsed(R"({"shares": "plus_ten_inclusive", "priorities": {"tiers": "above_zero", "null": "never"},
                                   "retry": {"tiers": "top_twice"}})");
  EXPECT_EQ(policy.shares, ShareRule::kPlusTenInclusive);
  EXPECT_EQ(policy.priorities, (PriorityPolicy{PriorityTiers::kAboveZero, NullPriority::kNever}));
  EXPECT_EQ(policy.retry.tiers, RetryTiers::kTopTwice);
  EXPECT_EQ(Refusal(R"({"shares": "plus_tem"})"),
            "p.json:1:12: $.shares is \"plus_tem\" (did you mean \"plus_ten\"?); write one of weight, plus_ten, "
            "plus_ten_inclusive, uniform");
}

TEST(PolicyJson, OverAnotherPolicyOnlyTheKeysThatAreThereChange) {
  Policy base{.shares = ShareRule::kUniform};
  base.groups.automatic["auto"] = {"a", "b"};
  base.retry.budget = 9;
  Policy expected = base;
  expected.retry.last_resort = LastResort::kRepeat;
  EXPECT_EQ(ParsePolicy(R"({"retry": {"last_resort": "repeat"}})", "p.json", {}, base).value(), expected);
  expected = base;
  expected.groups.automatic["auto"] = {"c"};
  EXPECT_EQ(ParsePolicy(R"({"auto": {"auto": ["c"]}})", "p.json", {}, base).value(), expected)
      << "replaced, not added to";
}

TEST(PolicyToJson, IsReadBackAsTheSamePolicy) {
  testing::RandomPolicies random(3);
  for (int i = 0; i < 1000; ++i) {
    const Policy policy = random.Next();
    EXPECT_EQ(Parsed(PolicyToJson(policy)), policy) << PolicyToJson(policy);
  }
}

TEST(PolicyToJson, CarriesAnyName) {
  Policy policy;
  policy.groups.groups[std::string("a\"\\\n\0\x7f名", 9)] = {};
  EXPECT_EQ(Parsed(PolicyToJson(policy)), policy);
  policy.groups.groups["\xff"] = {};  // no UTF-8: replaced, never an abort
  EXPECT_TRUE(Parsed(PolicyToJson(policy)).groups.groups.contains("\xef\xbf\xbd"));
}

}  // namespace
}  // namespace pointsman
