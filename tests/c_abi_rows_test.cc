// Rows and policies that come through the C ABI: what they say arrives, what is wrong with them is said.
#include "pointsman/c.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>

#include "support/c_abi_fixture.h"

namespace {

// Rows by struct: each of absent, NULL and a value arrives as what it is.
TEST_F(CAbi, RowsByStructSayWhatJsonSays) {
  pointsman_rows* rows = nullptr;
  ASSERT_EQ(pointsman_rows_new(pointsman_string("unit test"), &rows), POINTSMAN_OK);
  pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
  channel.id = 8;
  channel.groups = pointsman_string("default");
  channel.models = pointsman_string("a,b");
  channel.weight = pointsman_number(7);
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  channel.id = 9;
  channel.weight = pointsman_number(-1);
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  pointsman_ability ability = POINTSMAN_ABILITY_INIT;
  ability.channel_id = 8;
  ability.group = pointsman_string("vip");
  ability.model = pointsman_string("a");
  ability.weight.state = POINTSMAN_NULL;
  EXPECT_EQ(pointsman_rows_add_ability(rows, &ability), POINTSMAN_OK);
  pointsman_build build = POINTSMAN_BUILD_INIT;
  build.text = words_.buffer;
  MakeWithoutGuard();
  ASSERT_EQ(pointsman_reload_rows(router_, rows, &build, nullptr), POINTSMAN_OK);
  const std::string by_struct = build.content_hash;
  EXPECT_EQ(build.channels, 2u);
  EXPECT_EQ(build.rejections, 1u);
  EXPECT_NE(words_.text().find("unit test: channels id 9, column weight"), std::string::npos) << words_.text();
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({
      "channels": [{"id": 8, "group": "default", "models": "a,b", "weight": 7}],
      "abilities": [{"channel_id": 8, "group": "vip", "model": "a", "weight": null}]})"),
                                  &build, nullptr),
            POINTSMAN_OK);
  EXPECT_EQ(build.content_hash, by_struct);

  channel.id = 10;
  channel.models = pointsman_string("c");
  channel.cookie = 77;
  channel.weight = pointsman_number(1);
  ability.channel_id = 10;
  ability.model = pointsman_string("c");
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  EXPECT_EQ(pointsman_rows_add_ability(rows, &ability), POINTSMAN_OK);
  ASSERT_EQ(pointsman_reload_rows(router_, rows, nullptr, nullptr), POINTSMAN_OK);
  pointsman_rows_free(rows);
  ASSERT_EQ(Select(For("vip", "c")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.cookie, 77u);
}

// Keys that a row tells of take turns; a channel with one key says so.
TEST_F(CAbi, SelectionsNameTheKeyOfAChannelWithSeveral) {
  ASSERT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.key_index, -1);
  MakeWithoutGuard();
  pointsman_rows* rows = nullptr;
  ASSERT_EQ(pointsman_rows_new(pointsman_string("keys"), &rows), POINTSMAN_OK);
  pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
  channel.id = 5;
  channel.groups = pointsman_string("g");
  channel.models = pointsman_string("m");
  channel.channel_info =
      pointsman_string(R"({"is_multi_key":true,"multi_key_size":3,"multi_key_status_list":{"1":2}})");
  ASSERT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  ASSERT_EQ(pointsman_reload_rows(router_, rows, nullptr, nullptr), POINTSMAN_OK);
  pointsman_rows_free(rows);
  std::set<std::int64_t> keys;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(Select(For("g", "m")), POINTSMAN_REASON_NONE);
    keys.insert(selection_.key_index);
  }
  EXPECT_EQ(keys, (std::set<std::int64_t>{0, 2})) << "key 1 is disabled";
}

TEST_F(CAbi, WrongPolicyAndWrongRowsSayWhereAndLeaveTheTable) {
  pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
  options.policy = pointsman_string("{\n \"sauce\": \"both\"}");
  pointsman_router* refused = router_;
  EXPECT_EQ(pointsman_router_new(&options, &refused, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(refused, nullptr);
  EXPECT_EQ(words_.text().find("policy:2:"), 0u) << words_.text();
  options.policy = pointsman_string(nullptr);
  options.nodes = -1;
  EXPECT_EQ(pointsman_router_new(&options, &refused, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  options.nodes = 0;
  for (const double share : {-0.5, 1.5, std::nan("")}) {
    options.max_lost_share = share;
    EXPECT_EQ(pointsman_router_new(&options, &refused, &words_.buffer), POINTSMAN_INVALID_ARGUMENT) << share;
    EXPECT_EQ(words_.text().find("max_lost_share is a share"), 0u) << words_.text();
  }
  EXPECT_EQ(pointsman_reload_json(router_, pointsman_string("{"), nullptr, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(words_.text().find("json:1:"), 0u) << words_.text();
  EXPECT_EQ(pointsman_reload_json(router_, pointsman_string("{}"), nullptr, &words_.buffer),
            POINTSMAN_FAILED_PRECONDITION)
      << "the guard";
  EXPECT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
}

}  // namespace
