// The doctor on tokens and their owners: who is gone, who may use which group, which models a token may call in vain.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"
#include "support/examined.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Groups default and vip serve a and b; user 1 is of group default, user 2 disabled.
Rows Base() {
  Rows rows("test");
  Put(rows, ChannelRow{.id = 1, .name = "one", .status = 1, .groups = "default,vip", .models = "a,b"});
  Put(rows, UserRow{.id = 1, .username = "root", .status = 1, .group = "default"});
  Put(rows, UserRow{.id = 2, .username = "off", .status = 2, .group = "default"});
  return rows;
}

Rows WithToken(TokenRow token) {
  Rows rows = Base();
  token.id = 5;
  if (token.status.is_absent()) token.status = 1;
  Put(rows, token);
  return rows;
}

std::vector<Finding> Found(const Rows& rows, const char* code, DoctorOptions options = {}) {
  options.only = {code};
  return Examined(rows, options).findings;
}

TEST(TokenOwnerGone, OfADeletedOrDisabledUserIsNamed) {
  const std::vector<Finding> gone = Found(WithToken({.user_id = 9, .group = "vip"}), "token-owner-gone");
  ASSERT_THAT(gone, SizeIs(1));
  EXPECT_EQ(gone[0].where[0].detail, "its user 9 is deleted or was never there");
  EXPECT_EQ(gone[0].failing_routes, 2U);
  EXPECT_THAT(Sql(gone[0]), ElementsAre(R"(UPDATE tokens SET "status" = 2 WHERE "id" = 5 AND "status" = 1)"));
  const std::vector<Finding> off = Found(WithToken({.user_id = 2, .group = "vip"}), "token-owner-gone");
  ASSERT_THAT(off, SizeIs(1));
  EXPECT_EQ(off[0].where[0].detail, "its user 2 is disabled");
}

TEST(TokenOwnerGone, NobodyIsGoneWhereUsersWereNotReadOrCouldNotBe) {
  EXPECT_THAT(Found(WithToken({.user_id = 1, .group = "vip"}), "token-owner-gone"), IsEmpty());
  EXPECT_THAT(Found(WithToken({.user_id = 9, .status = 2, .group = "vip"}), "token-owner-gone"), IsEmpty());
  Rows without("test");
  Put(without, TokenRow{.id = 5, .user_id = 9, .status = 1, .group = "vip"});
  EXPECT_THAT(Found(without, "token-owner-gone"), IsEmpty());
  Rows unread = WithToken({.user_id = 9, .group = "vip"});
  unread.Reject({.place = {.source = "r", .table = SourceTable::kUsers, .key = "id 9", .column = "status"}});
  EXPECT_THAT(Found(unread, "token-owner-gone"), IsEmpty());
}

TEST(TokenGroupNotUsable, ByTheSavedOptions) {
  Rows rows = WithToken({.user_id = 1, .group = "vip"});
  EXPECT_THAT(Found(rows, "token-group-not-usable"), IsEmpty()) << "nothing is saved";
  Put(rows, OptionRow{.key = "UserUsableGroups", .value = R"({"default": ""})"});
  const std::vector<Finding> found = Found(rows, "token-group-not-usable");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where[0].detail, R"(its user 1 of group "default" may not use "vip")");
  EXPECT_EQ(found[0].failing_routes, 2U);
  Put(rows, OptionRow{.key = "group_ratio_setting.group_special_usable_group",
                      .value = R"({"default": {"+:vip": "", "-:default": ""}})"});
  EXPECT_THAT(Found(rows, "token-group-not-usable"), IsEmpty());
}

TEST(TokenGroupNotUsable, ByThePolicy) {
  Policy policy;
  policy.groups.usable.emplace()["default"] = {"default"};
  const Rows rows = WithToken({.user_id = 1, .group = "vip"});
  EXPECT_THAT(Found(rows, "token-group-not-usable", {.policy = policy}), SizeIs(1));
  (*policy.groups.usable)["default"] = {"vip"};
  EXPECT_THAT(Found(rows, "token-group-not-usable", {.policy = policy}), IsEmpty());
}

TEST(GroupNotInRatio, RefusesTokensOfGroupsThatAreServed) {
  Rows rows = WithToken({.user_id = 1, .group = "vip", .model_limits_enabled = 1, .model_limits = "a"});
  EXPECT_THAT(Found(rows, "group-not-in-ratio"), IsEmpty());
  Put(rows, OptionRow{.key = "GroupRatio", .value = R"({"svip": 1})"});
  const std::vector<Finding> found = Found(rows, "group-not-in-ratio");
  ASSERT_THAT(found, SizeIs(2)) << "tokens, and users";
  EXPECT_EQ(found[0].failing_routes, 1U) << "model a";
  EXPECT_THAT(found[0].message, HasSubstr("\"vip\" (1 token)"));
  EXPECT_THAT(found[1].message, HasSubstr("\"default\" (1 user)"));
}

TEST(UserGroupUnserved, FailsTokensWithoutAGroupOfTheirOwn) {
  Rows rows = Base();
  Put(rows, UserRow{.id = 3, .status = 1, .group = "dead"});
  const std::vector<Finding> idle = Found(rows, "user-group-unserved");
  ASSERT_THAT(idle, SizeIs(1));
  EXPECT_EQ(idle[0].severity, Severity::kWarning);
  Put(rows, TokenRow{.id = 5, .user_id = 3, .status = 1, .group = ""});
  const std::vector<Finding> found = Found(rows, "user-group-unserved");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].severity, Severity::kError);
  EXPECT_EQ(found[0].failing_routes, 2U);
}

TEST(TokenLimitsEmpty, RefusesEverything) {
  const TokenRow token{.user_id = 1, .group = "vip", .model_limits_enabled = 1, .model_limits = " , "};
  const std::vector<Finding> found = Found(WithToken(token), "token-limits-empty");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].failing_routes, 2U);
  EXPECT_THAT(Found(WithToken({.user_id = 1, .group = "vip", .model_limits_enabled = 0, .model_limits = ""}),
                    "token-limits-empty"),
              IsEmpty());
}

TEST(TokenLimitsUnserved, CountsTheModelsWithoutARoute) {
  const auto limited = [](std::string_view group, std::string_view models) {
    return WithToken({.user_id = 1, .group = group, .model_limits_enabled = 1, .model_limits = models});
  };
  const std::vector<Finding> found = Found(limited("vip", "a,gone,other"), "token-limits-unserved");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].failing_routes, 2U);
  EXPECT_EQ(found[0].where[0].detail, R"(no route in group "vip": "gone", "other")");
  EXPECT_THAT(Found(limited("dead", "a"), "token-limits-unserved"), IsEmpty()) << "the group's own finding";
  EXPECT_THAT(Found(limited("vip", "a,b"), "token-limits-unserved"), IsEmpty());
}

}  // namespace
}  // namespace pointsman
