// The doctor on names: spellings that differ only in case or blanks, and groups that saved options offer in vain.
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

Rows Serving(std::string_view groups, std::string_view models) {
  Rows rows("test");
  Put(rows, ChannelRow{.id = 1, .name = "one", .status = 1, .groups = groups, .models = models});
  return rows;
}

std::vector<Finding> Found(const Rows& rows, const char* code) { return Examined(rows, {.only = {code}}).findings; }

TEST(NameNearDuplicate, GroupsThatDifferInCaseAreTwoGroups) {
  Rows rows = Serving("vip", "a,b");
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "VIP", .models = "b"});
  const std::vector<Finding> found = Found(rows, "name-near-duplicate");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].message,
              HasSubstr(R"(1 group is spelled in ways that differ only in case or blanks: "VIP" and "vip")"));
  EXPECT_EQ(found[0].failing_routes, 1U) << "(VIP, a)";
}

TEST(NameNearDuplicate, ModelsThatDifferInBlanksCountByTheGroupsThatServeOne) {
  Rows rows = Serving("default,vip", "gpt-4o");
  Put(rows, AbilityRow{.group = "default", .model = "gpt-4o", .channel_id = 1, .enabled = 1});
  Put(rows, AbilityRow{.group = "vip", .model = "gpt-4o ", .channel_id = 1, .enabled = 1});
  const std::vector<Finding> found = Found(rows, "name-near-duplicate");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where[0].column, "model");
  EXPECT_EQ(found[0].failing_routes, 2U) << "one spelling in each group";
}

TEST(NameNearDuplicate, DifferentNamesAreFine) {
  EXPECT_THAT(Found(Serving("default,vip", "a,b"), "name-near-duplicate"), IsEmpty());
}

Rows WithOption(std::string_view key, std::string_view value) {
  Rows rows = Serving("default", "a,b");
  Put(rows, UserRow{.id = 1, .status = 1, .group = "default"});
  Put(rows, TokenRow{.id = 5, .user_id = 1, .name = "t", .status = 1, .group = "auto"});
  Put(rows, OptionRow{.key = key, .value = value});
  return rows;
}

TEST(OptionGroupUnserved, NamesOptionAndGroup) {
  const std::vector<Finding> found =
      Found(WithOption("UserUsableGroups", R"({"default": "x", "vip": "y", "auto": "z"})"), "option-group-unserved");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].count, 1U) << "auto is no group";
  EXPECT_EQ(found[0].where[0].key, "key UserUsableGroups");
  EXPECT_EQ(found[0].where[0].name, "vip");
  EXPECT_THAT(Found(WithOption("AutoGroups", R"(["default", "svip"])"), "option-group-unserved"), SizeIs(1));
  EXPECT_THAT(Found(WithOption("group_ratio_setting.group_special_usable_group",
                               R"({"default": {"+:new": "", "-:old": "", "default": ""}})"),
                    "option-group-unserved"),
              SizeIs(1));
  EXPECT_THAT(Found(WithOption("AutoGroups", "broken"), "option-group-unserved"), IsEmpty());
}

TEST(AutoGroupsEmpty, FailsEveryTokenOfTheAutomaticGroup) {
  const std::vector<Finding> found = Found(WithOption("AutoGroups", "[]"), "auto-groups-empty");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].severity, Severity::kError);
  EXPECT_EQ(found[0].failing_routes, 2U);
  EXPECT_THAT(Found(WithOption("AutoGroups", R"(["default"])"), "auto-groups-empty"), IsEmpty());
  EXPECT_THAT(Found(WithOption("RetryTimes", "3"), "auto-groups-empty"), IsEmpty());
}

}  // namespace
}  // namespace pointsman
