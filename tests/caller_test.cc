// What a token and its owner resolve to, and why they may not call.
#include "pointsman/caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kNow = 1700000000;
const UserRow kOwner{.id = 1, .username = "ann", .status = 1, .group = "vip"};

CallerRefusal RefusalOf(const TokenRow& token, const UserRow* owner = &kOwner) {
  return ResolveCaller(token, owner, kNow).refusal;
}

TEST(Caller, CarriesTheTokensGroupAndTheOwners) {
  const Caller caller =
      ResolveCaller({.id = 3, .user_id = 1, .name = "t", .status = 1, .group = "svip"}, &kOwner, kNow);
  const Request request = caller.MakeRequest("m");
  EXPECT_EQ(request.group, "svip");
  EXPECT_EQ(request.user_group, "vip");
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(caller.refusal, CallerRefusal::kNone);
}

TEST(Caller, TellsNullFromEmptyButAsksForTheSame) {
  const Caller null = ResolveCaller({.id = 3, .group = nullptr}, &kOwner, kNow);
  const Caller empty = ResolveCaller({.id = 3, .group = ""}, &kOwner, kNow);
  EXPECT_TRUE(null.token_group.is_null());
  EXPECT_EQ(empty.token_group.value(), "");
  EXPECT_EQ(null.MakeRequest("m").group, "");
  EXPECT_EQ(null.MakeRequest("m").user_group, "vip");
}

TEST(Caller, OfAGatewayWithoutTokenGroupsAsksForTheOwnersGroup) {
  const Caller caller = ResolveCaller({.id = 3}, &kOwner, kNow);
  EXPECT_TRUE(caller.token_group.is_absent());
  EXPECT_EQ(caller.MakeRequest("m").group, "vip");
}

TEST(Caller, WithoutAnOwnerHasNoUserGroup) {
  const Caller caller = ResolveCaller({.id = 3, .group = ""}, nullptr, kNow);
  EXPECT_EQ(caller.user_group, "");
  EXPECT_EQ(caller.refusal, CallerRefusal::kNone);
}

TEST(Caller, OwnsItsTexts) {
  Caller caller;
  {
    const std::string group = "a group that lives in a string of its own, on the heap";
    caller = ResolveCaller({.id = 3, .group = group}, nullptr, kNow);
  }
  EXPECT_EQ(caller.MakeRequest("m").group, "a group that lives in a string of its own, on the heap");
}

Caller Automatic(const TextField& auto_groups, const IntField& cross_group_retry = {}, const char* group = "auto") {
  return ResolveCaller({.id = 3, .group = group, .cross_group_retry = cross_group_retry, .auto_groups = auto_groups},
                       &kOwner, kNow);
}

std::vector<std::string> GroupsOf(const Caller& caller) {
  const Request request = caller.MakeRequest("m");
  if (!request.ordered_groups) return {"as the policy says"};
  return {request.ordered_groups->begin(), request.ordered_groups->end()};
}

TEST(AutomaticToken, IsServedFromItsOwnList) {
  EXPECT_THAT(GroupsOf(Automatic(R"(["vip", "default"])")), ElementsAre("vip", "default"));
  EXPECT_THAT(GroupsOf(Automatic(R"( [ "a\"\u00e9\ud83d\ude00\n" ] )")), ElementsAre("a\"é😀\n"));
  EXPECT_EQ(Automatic(R"(["vip"])").MakeRequest("m").group, "auto");
}

TEST(AutomaticToken, WithoutAListIsServedAsThePolicySays) {
  for (const TextField& unset : {TextField(), TextField(nullptr), TextField(""), TextField(" "), TextField("[]"),
                                 TextField(" [ ] "), TextField("null")}) {
    EXPECT_THAT(GroupsOf(Automatic(unset)), ElementsAre("as the policy says"));
  }
}

// Catches: a list that was cut on its way opening every group.
TEST(AutomaticToken, WithAMalformedListIsServedFromNoGroup) {
  for (const char* text : {"vip", "[", R"(["vip")", R"(["vip",])", R"(["vip"] x)", R"(["vip", 7])", R"([["vip"]])",
                           R"({"vip": 1})", R"("vip")", R"(["\ud83d"])", R"(["\u12"])", R"(["\x"])", "[\"\n\"]",
                           R"(["vip" "default"])", "nullx", R"(["\ude00"])", R"(["\ud83d\u0041"])"}) {
    EXPECT_THAT(GroupsOf(Automatic(text)), ElementsAre()) << text;
  }
}

TEST(AutomaticToken, StaysInItsGroupUnlessItMayRetryAcrossThem) {
  EXPECT_TRUE(Automatic(nullptr, 0).MakeRequest("m").stay_in_group);
  EXPECT_TRUE(Automatic(nullptr, nullptr).MakeRequest("m").stay_in_group) << "NULL means no";
  EXPECT_FALSE(Automatic(nullptr, 1).MakeRequest("m").stay_in_group);
  EXPECT_FALSE(Automatic(nullptr).MakeRequest("m").stay_in_group) << "a gateway without the column says nothing";
}

TEST(AutomaticToken, IsOneOfTheGroupAuto) {
  const Caller other = Automatic(R"(["vip"])", 0, "vip");
  EXPECT_THAT(GroupsOf(other), ElementsAre("as the policy says"));
  EXPECT_FALSE(other.MakeRequest("m").stay_in_group);
}

// Catches: views into the texts of a caller that was copied or moved away.
TEST(AutomaticToken, KeepsItsListWhenTheCallerIsCopied) {
  std::optional<Caller> first = Automatic(R"(["a", "a group that lives in a string of its own, on the heap"])");
  const Caller copy = *first;
  const Caller moved = *std::move(first);
  first.reset();
  EXPECT_THAT(GroupsOf(copy), ElementsAre("a", "a group that lives in a string of its own, on the heap"));
  EXPECT_EQ(GroupsOf(copy), GroupsOf(moved));
}

TEST(Refusal, FollowsTheTokensStatus) {
  EXPECT_EQ(RefusalOf({.id = 3}), CallerRefusal::kNone);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 1}), CallerRefusal::kNone);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 2}), CallerRefusal::kTokenDisabled);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 3}), CallerRefusal::kTokenExpired);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 4}), CallerRefusal::kTokenExhausted);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 77}), CallerRefusal::kTokenDisabled);
  EXPECT_EQ(RefusalOf({.id = 3, .status = nullptr}), CallerRefusal::kTokenDisabled);
}

TEST(Refusal, FollowsTheClockOnlyIfThereIsOne) {
  const TokenRow past{.id = 3, .status = 1, .expired_time = kNow - 1};
  EXPECT_EQ(RefusalOf(past), CallerRefusal::kTokenExpired);
  EXPECT_EQ(ResolveCaller(past, nullptr, std::nullopt).refusal, CallerRefusal::kNone);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 1, .expired_time = kNow}), CallerRefusal::kNone);
  EXPECT_EQ(RefusalOf({.id = 3, .status = 1, .expired_time = -1}), CallerRefusal::kNone);
}

TEST(Refusal, OfADisabledOwner) {
  const UserRow disabled{.id = 1, .status = 2, .group = "vip"};
  EXPECT_EQ(RefusalOf({.id = 3, .status = 1}, &disabled), CallerRefusal::kOwnerDisabled);
}

TEST(Limits, HoldOnlyIfEnabledAndThenExactly) {
  const TokenRow token{.id = 3, .status = 1, .model_limits_enabled = 1, .model_limits = " gpt-4o, ,o3"};
  const Caller limited = ResolveCaller(token, &kOwner, kNow);
  EXPECT_EQ(limited.MayCall("gpt-4o"), CallerRefusal::kNone);
  EXPECT_EQ(limited.MayCall("GPT-4o"), CallerRefusal::kModelNotAllowed);
  TokenRow off = token;
  for (const IntField& not_enabled : {IntField(0), IntField(nullptr), IntField()}) {
    off.model_limits_enabled = not_enabled;
    EXPECT_EQ(ResolveCaller(off, &kOwner, kNow).MayCall("anything"), CallerRefusal::kNone);
  }
}

TEST(Limits, EnabledButEmptyAllowNothing) {
  const Caller caller =
      ResolveCaller({.id = 3, .status = 1, .model_limits_enabled = 1, .model_limits = nullptr}, &kOwner, kNow);
  EXPECT_EQ(caller.MayCall("gpt-4o"), CallerRefusal::kModelNotAllowed);
}

TEST(Limits, ComeAfterTheCallersOwnRefusal) {
  const Caller caller =
      ResolveCaller({.id = 3, .status = 2, .model_limits_enabled = 1, .model_limits = "a"}, &kOwner, kNow);
  EXPECT_EQ(caller.MayCall("b"), CallerRefusal::kTokenDisabled);
}

}  // namespace
}  // namespace pointsman::testing
