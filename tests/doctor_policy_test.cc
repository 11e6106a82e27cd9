// The doctor with a policy: what plans, aliases, permissions and model rules serve is no failing request; and where the
// names of policy and rows do not meet.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"
#include "support/examined.h"

namespace pointsman {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Channel 1 serves gpt-4o in group default and nothing else is served.
Rows DefaultServesGpt() {
  Rows rows("test");
  Put(rows, ChannelRow{.id = 1, .name = "one", .type = 1, .status = 1, .groups = "default", .models = "gpt-4o"});
  Put(rows, AbilityRow{.group = "default", .model = "gpt-4o", .channel_id = 1, .enabled = 1});
  return rows;
}

Rows WithTokenIn(std::string_view group, std::string_view user_group = "default") {
  Rows rows = DefaultServesGpt();
  Put(rows, UserRow{.id = 7, .username = "owner", .status = 1, .group = user_group});
  Put(rows, TokenRow{.id = 70, .user_id = 7, .name = "t", .status = 1, .group = group});
  return rows;
}

std::vector<Finding> Unserved(const Rows& rows, const Policy& policy) {
  return Examined(rows, {.policy = policy, .only = {"token-group-unserved"}}).findings;
}

TEST(TokenGroupUnserved, AFallbackThatServesTheModelIsEnough) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default"}};
  EXPECT_THAT(Unserved(WithTokenIn("vip"), policy), IsEmpty());
  EXPECT_THAT(Unserved(WithTokenIn("vip"), Policy()), SizeIs(1));
}

TEST(TokenGroupUnserved, AnAliasOfAServedGroupIsServed) {
  Policy policy;
  policy.groups.groups["default"].aliases = {"Default"};
  EXPECT_THAT(Unserved(WithTokenIn("Default"), policy), IsEmpty());
}

TEST(TokenGroupUnserved, AnAutomaticNameIsWhatThePolicyMakesOfIt) {
  Policy policy;
  EXPECT_THAT(Unserved(WithTokenIn("auto"), policy), SizeIs(1)) << "the policy knows no such name";
  policy.groups.automatic["auto"] = {"default"};
  EXPECT_THAT(Unserved(WithTokenIn("auto"), policy), IsEmpty());
  policy.groups.automatic["auto"] = {"vip"};
  EXPECT_THAT(Unserved(WithTokenIn("auto"), policy), SizeIs(1));
}

TEST(TokenGroupUnserved, AGroupThatTheOwnerMayNotUseIsNotServedForItsToken) {
  Policy policy;
  policy.groups.usable.emplace()["vip"] = {"default"};
  EXPECT_THAT(Unserved(WithTokenIn("default", "vip"), policy), IsEmpty());
  const std::vector<Finding> findings = Unserved(WithTokenIn("default", "guest"), policy);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].why, HasSubstr("nothing that the policy makes of the group serves a model"));
}

TEST(TokenEmptyGroup, CountsNoModelThatARuleServes) {
  Rows rows("test");
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "default,vip", .models = "claude-*"});
  Put(rows, AbilityRow{.group = "default", .model = "claude-*", .channel_id = 1, .enabled = 1});
  Put(rows, AbilityRow{.group = "vip", .model = "claude-*", .channel_id = 1, .enabled = 1});
  Put(rows, UserRow{.id = 7, .username = "owner", .status = 1, .group = "vip"});
  Put(rows, TokenRow{.id = 70,
                     .user_id = 7,
                     .name = "t",
                     .status = 1,
                     .group = "",
                     .model_limits_enabled = 1,
                     .model_limits = "claude-3-opus"});
  Policy policy{.groups = {.empty_group = EmptyGroup::kExact}, .models = {.prefixes = true}};
  EXPECT_EQ(Only(Examined(rows, {.policy = policy}), "token-empty-group").failing_routes, 1u)
      << "the pattern serves it in the owner's group";
  policy.groups.empty_group = EmptyGroup::kInherit;
  EXPECT_EQ(Only(Examined(rows, {.policy = policy}), "token-empty-group").failing_routes, 0u);
  policy.models.prefixes = false;
  policy.groups.empty_group = EmptyGroup::kExact;
  EXPECT_EQ(Only(Examined(rows, {.policy = policy}), "token-empty-group").failing_routes, 0u)
      << "nobody serves that model, whatever the group";
}

TEST(AbilityDisagrees, ASwitchedOffPairFailsOnlyWhereThePlanHasNobodyElse) {
  Rows rows = DefaultServesGpt();
  Put(rows, ChannelRow{.id = 2, .name = "two", .type = 1, .status = 1, .groups = "vip", .models = "gpt-4o"});
  Put(rows, AbilityRow{.group = "vip", .model = "gpt-4o", .channel_id = 2, .enabled = 0});
  EXPECT_EQ(Only(Examined(rows), "ability-disagrees").failing_routes, 1u);
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default"}};
  EXPECT_EQ(Only(Examined(rows, {.policy = policy}), "ability-disagrees").failing_routes, 0u);
}

TEST(PolicyGroupUnknown, NamesGroupsOfPlansThatNoRowNamesAndWhereTheyStand) {
  Policy policy;
  policy.groups.groups["default"] = {.aliases = {"standard"}, .fallback = {{.group = "spare"}}};
  policy.groups.automatic["auto"] = {"standard", "svip"};
  const Finding finding = Only(Examined(DefaultServesGpt(), {.policy = policy}), "policy-group-unknown");
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.count, 2u) << "an alias of a known group is known";
  EXPECT_EQ(finding.message,
            "the policy names 2 groups in its plans that no row of channels or abilities names: \"spare\" (fallback of "
            "group \"default\"), \"svip\" (listed for the automatic name \"auto\")");
}

TEST(PolicyGroupUnknown, SaysNothingOfAPolicyWhoseGroupsAreAllNamed) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default"}};
  EXPECT_TRUE(Examined(DefaultServesGpt(), {.policy = policy}).ok());
}

TEST(PolicyNameHidesGroup, NamesAliasesAndAutomaticNamesThatRowsUseAsGroups) {
  Rows rows = DefaultServesGpt();
  for (const char* group : {"auto", "Default"}) {
    Put(rows, AbilityRow{.group = group, .model = "gpt-4o", .channel_id = 1, .enabled = 1});
  }
  Policy policy;
  policy.groups.groups["default"].aliases = {"Default"};
  policy.groups.automatic["auto"] = {"default"};
  const Finding finding = Only(Examined(rows, {.policy = policy}), "policy-name-hides-group");
  EXPECT_EQ(finding.message,
            "2 names of the policy are a group in the rows too: \"Default\" (an alias of group \"default\"), \"auto\" "
            "(an automatic name)");
}

TEST(RowRejected, ShowsOptionsThatCouldNotBeUsed) {
  const Rejection rejection{.place = {.source = "test", .table = SourceTable::kOptions, .key = "key AutoGroups"},
                            .problem = "not a list",
                            .cure = "save the option again"};
  const Finding finding = Only(Examined(DefaultServesGpt(), {.rejected_options = {rejection}}), "row-rejected");
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.message, "1 row or list item of options cannot be used, e.g. key AutoGroups: not a list");
  EXPECT_EQ(finding.advice, "save the option again");
}

}  // namespace
}  // namespace pointsman
