// The doctor on channels: keys, mappings, lists cut short, weights and priorities; which requests fail is compiled.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"
#include "support/examined.h"

namespace pointsman {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kDay = 24 * 60 * 60;

ChannelRow Serving(std::int64_t id, std::string_view models, std::string_view groups = "default") {
  return {.id = id, .name = "c", .status = 1, .groups = groups, .models = models, .priority = 0, .weight = 1};
}

Rows Of(const std::vector<ChannelRow>& channels) {
  Rows rows("test");
  for (const ChannelRow& row : channels) Put(rows, row);
  return rows;
}

std::vector<Finding> Found(const Rows& rows, const char* code, DoctorOptions options = {}) {
  options.only = {code};
  return Examined(rows, options).findings;
}

ChannelRow WithKeys(std::int64_t id, std::string_view models, std::string_view info) {
  ChannelRow row = Serving(id, models);
  row.channel_info = info;
  return row;
}

constexpr char kAllOff[] = R"({"is_multi_key": true, "multi_key_size": 2, "multi_key_status_list": {"0": 2, "1": 3}})";

TEST(ChannelKeysDisabled, CountsWhatNobodyElseServes) {
  const std::vector<Finding> found = Found(Of({WithKeys(1, "a,b", kAllOff), Serving(2, "b")}), "channel-keys-disabled");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].severity, Severity::kError);
  EXPECT_EQ(found[0].failing_routes, 1U) << "b is served by channel 2";
  EXPECT_THAT(found[0].why, HasSubstr(R"(e.g. ("default", "a"))"));
  EXPECT_EQ(found[0].where[0].detail, "all of its 2 keys are disabled");
}

TEST(ChannelKeysDisabled, OneKeyThatIsEnabledAndADisabledChannelAreFine) {
  ChannelRow off = WithKeys(2, "a", kAllOff);
  off.status = 2;
  EXPECT_THAT(Found(Of({WithKeys(1, "a", R"({"is_multi_key": true, "multi_key_size": 2,
                                             "multi_key_status_list": {"0": 2}})"),
                        off}),
                    "channel-keys-disabled"),
              IsEmpty());
}

TEST(ChannelInfoMalformed, IsReportedOnceAndNotAsARejectedRow) {
  const Rows rows = Of({WithKeys(1, "a", "{broken")});
  EXPECT_THAT(Found(rows, "channel-info-malformed"), SizeIs(1));
  EXPECT_THAT(Found(rows, "row-rejected"), IsEmpty());
}

TEST(ChannelDisabledLong, TellsSinceWhenAndWhatWaitsForIt) {
  ChannelRow row = Serving(1, "a,b");
  row.status = 3;
  row.other_info = R"({"status_reason": "quota", "status_time": 1700000000})";
  const Rows rows = Of({row, Serving(2, "b")});
  const std::int64_t then = 1700000000;
  EXPECT_THAT(Found(rows, "channel-disabled-long"), IsEmpty()) << "no time is given";
  EXPECT_THAT(Found(rows, "channel-disabled-long", {.now = then + 7 * kDay - 1}), IsEmpty());
  const std::vector<Finding> found = Found(rows, "channel-disabled-long", {.now = then + 8 * kDay});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where[0].detail, "disabled automatically 8 days ago");
  EXPECT_EQ(found[0].failing_routes, 1U);
  EXPECT_THAT(Found(rows, "channel-disabled-long", {.now = then - kDay}), IsEmpty()) << "a clock that jumped";
}

ChannelRow Mapping(std::int64_t id, std::string_view models, std::string_view mapping) {
  ChannelRow row = Serving(id, models);
  row.model_mapping = mapping;
  return row;
}

TEST(ModelMapping, ThatIsNoObjectOfTextsIsMalformed) {
  for (const char* text : {"{", "[]", "{\"a\":5}", "{\"a\":null}", "x", "{\"a\":\"b\"} x"}) {
    const std::vector<Finding> found = Found(Of({Mapping(1, "a", text)}), "model-mapping-malformed");
    ASSERT_THAT(found, SizeIs(1)) << text;
    EXPECT_EQ(found[0].failing_routes, 1U);
  }
  for (const char* text : {"", "  ", "{}", "null", "{\"a\":\"b\"}"}) {
    EXPECT_THAT(Found(Of({Mapping(1, "a", text)}), "model-mapping-malformed"), IsEmpty()) << text;
  }
}

TEST(ModelMapping, ThatNeverEndsFailsTheModelsThatEnterIt) {
  const Rows rows = Of({Mapping(1, "a,b,c,d", R"({"a": "b", "b": "x", "x": "b", "c": "c", "d": "up"})")});
  const std::vector<Finding> found = Found(rows, "model-mapping-cycle");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].failing_routes, 2U) << "a and b; c is its own end";
  EXPECT_EQ(found[0].where[0].detail, "the mapping of \"a\" never ends");
}

TEST(ModelMapping, ChainsThatEndAreNoCycles) {
  EXPECT_THAT(Found(Of({Mapping(1, "a", R"({"a": "b", "b": "c", "c": "d", "d": "d"})")}), "model-mapping-cycle"),
              IsEmpty());
}

TEST(ModelMapping, OfAModelThatTheChannelDoesNotListIsNeverUsed) {
  const Rows rows = Of({Mapping(1, "a", R"({"a": "step", "step": "up", "gone": "up"})")});
  const std::vector<Finding> found = Found(rows, "model-mapping-unlisted");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where[0].detail, "maps what it does not list: \"gone\"");
  EXPECT_EQ(found[0].failing_routes, 1U);
}

TEST(ChannelGroupCut, NamesTheGroupThatWasMeant) {
  const std::string list = std::string(57, 'g') + ",premiu";  // 64 characters
  ASSERT_EQ(list.size(), 64U);
  const Rows rows = Of({Serving(1, "a", list), Serving(2, "b", "premium")});
  const std::vector<Finding> found = Found(rows, "channel-group-cut");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where[0].detail, "\"premiu\" is the beginning of \"premium\"");
  EXPECT_EQ(found[0].failing_routes, 1U) << "(premium, a)";
}

TEST(ChannelGroupCut, AShorterListAndAWholeLastNameAreFine) {
  EXPECT_THAT(
      Found(Of({Serving(1, "a", std::string(56, 'g') + ",premiu"), Serving(2, "b", "premium")}), "channel-group-cut"),
      IsEmpty());
  EXPECT_THAT(
      Found(Of({Serving(1, "a", std::string(56, 'g') + ",premium"), Serving(2, "b", "premium")}), "channel-group-cut"),
      IsEmpty());
}

TEST(ListUntidy, IsWrittenAnewWithTheOldValueAsCondition) {
  const std::vector<Finding> found = Found(Of({Serving(1, "a, b,,a")}), "list-untidy");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].cure, CureClass::kReview);
  EXPECT_THAT(Sql(found[0]),
              ElementsAre(R"(UPDATE channels SET "models" = 'a,b' WHERE "id" = 1 AND "models" = 'a, b,,a')"));
  EXPECT_THAT(Found(Of({Serving(1, "a,b"), Serving(2, ""), Serving(3, " , ")}), "list-untidy"), IsEmpty())
      << "a list of nothing is another finding";
}

TEST(Weights, ZeroBesideOthersNeverServes) {
  ChannelRow zero = Serving(2, "a,b");
  zero.weight = 0;
  const Rows rows = Of({Serving(1, "a"), zero});
  const std::vector<Finding> found = Found(rows, "weight-zero-beside-others");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].where[0].detail, R"(weight 0 beside others in 1 pair, e.g. ("default", "a"))");
  EXPECT_THAT(Found(rows, "weight-zero-beside-others", {.policy = Policy{.shares = ShareRule::kPlusTen}}), IsEmpty())
      << "there a weight of zero has a share";
}

TEST(Weights, OfZeroAloneAreDrawnAlike) {
  ChannelRow one = Serving(1, "a");
  ChannelRow two = Serving(2, "a,b");
  one.weight = two.weight = 0;
  const std::vector<Finding> found = Found(Of({one, two}), "tier-all-zero");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].count, 1U) << "b has one channel only";
  EXPECT_EQ(found[0].where[0].detail, "priority 0: 2 channels, all of weight 0");
  EXPECT_THAT(Found(Of({one, two}), "weight-zero-beside-others"), IsEmpty()) << "nobody beside them weighs more";
}

TEST(Weights, WhoseSumOverflowsAreNamed) {
  ChannelRow big = Serving(1, "a");
  big.weight = 2147483647;
  EXPECT_THAT(Found(Of({big}), "tier-weight-overflow"), IsEmpty());
  const std::vector<Finding> found = Found(Of({big, Serving(2, "a")}), "tier-weight-overflow");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].where[0].detail, HasSubstr("sum up to 2147483648"));
}

TEST(PriorityNull, CountsWhatGatewaysThatSelectInTheDatabaseNeverServe) {
  ChannelRow null = Serving(1, "a,b");
  null.priority = nullptr;
  const std::vector<Finding> found = Found(Of({null, Serving(2, "b")}), "priority-null");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].failing_routes, 1U);
  EXPECT_THAT(Sql(found[0]),
              ElementsAre(R"(UPDATE channels SET "priority" = 0 WHERE "id" = 1 AND "priority" IS NULL)"));
}

TEST(PriorityNull, OfAnAbilityIsCuredByItsWholeKey) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "c", .priority = 0, .weight = 1});
  Put(rows, AbilityRow{.group = "default", .model = "c", .channel_id = 2, .enabled = 1, .priority = nullptr});
  EXPECT_THAT(Sql(Only(Examined(rows, {.only = {"priority-null"}}), "priority-null")),
              ElementsAre(R"(UPDATE abilities SET "priority" = 0 WHERE "group" = 'default' AND "model" = 'c' AND )"
                          R"("channel_id" = 2 AND "priority" IS NULL)"));
}

TEST(ModelUnserved, NamesTheDisabledChannels) {
  ChannelRow off = Serving(7, "a,b", "default,vip");
  off.status = 3;
  const std::vector<Finding> found = Found(Of({off, Serving(8, "b")}), "model-unserved");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].count, 1U);
  EXPECT_EQ(found[0].failing_routes, 2U) << "in two groups";
  EXPECT_EQ(found[0].where[0].detail, "listed by disabled channels only: 7");
}

TEST(ModelUnserved, IsLeftToNothingServedWhereNothingIs) {
  ChannelRow off = Serving(7, "a");
  off.status = 2;
  EXPECT_THAT(Found(Of({off}), "model-unserved"), IsEmpty());
}

}  // namespace
}  // namespace pointsman
