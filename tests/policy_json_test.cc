// Policies from JSON: every key, and every way to get one wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pointsman/load/json.h"

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

TEST(PolicyJson, UnknownKeyNamesTheNearOne) {
  EXPECT_EQ(Refusal("{\n  \"empty_gruop\": \"exact\"}"),
            "p.json:2:3: unknown key \"empty_gruop\" (did you mean \"empty_group\"?); "
            "the keys are default_group, empty_group, source");
  EXPECT_EQ(Refusal("{\"zzz\": {}}"),
            "p.json:1:2: unknown key \"zzz\"; the keys are default_group, empty_group, source");
}

// Ignoring one of them would route otherwise than the operator asked.
TEST(PolicyJson, KeysOfLaterVersionsAreRefusedNotIgnored) {
  EXPECT_EQ(Refusal("{\"groups\": {}}"), "p.json:1:2: $.groups: this version does not know \"groups\" yet; remove it");
  for (const std::string key : {"groups", "auto", "usable", "models", "retry", "balance", "fleet_seed"}) {
    EXPECT_EQ(Refusal("{\"" + key + "\": null}"),
              "p.json:1:2: $." + key + ": this version does not know \"" + key + "\" yet; remove it");
  }
}

TEST(PolicyJson, KeyThatStandsTwiceIsRefused) {
  EXPECT_EQ(Refusal(R"({"source": "both", "source": "both"})"),
            "p.json:1:20: $.source stands in the policy twice; keep one of them");
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
}

TEST(PolicyJson, OnlyAnObjectIsAPolicy) {
  EXPECT_EQ(Refusal("[]"), "p.json:1:1: the policy is a list, not an object; write {} for the default policy");
  EXPECT_EQ(Refusal("5"), "p.json:1:1: the policy is 5, not an object; write {} for the default policy");
  EXPECT_EQ(Refusal(""), "p.json:1:1: the text is empty; write at least {}");
}

TEST(PolicyJson, SyntaxErrorsNameLineAndColumn) {
  EXPECT_EQ(Refusal("{\"source\": \"both\",\n}"), "p.json:2:1: unexpected '}'; remove the comma before it");
}

TEST(PolicyJson, PolicyThatCannotMeanAnythingIsRefused) {
  EXPECT_THAT(Refusal(R"({"default_group": " "})"), StartsWith("p.json: $.default_group is empty; "));
}

}  // namespace
}  // namespace pointsman
