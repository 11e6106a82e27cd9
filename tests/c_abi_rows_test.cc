// What crosses the C ABI as structs: rows and policies arrive as they are, what is wrong with them is said, and every
// member stays where the first version had it.
#include "pointsman/c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "support/c_abi_fixture.h"

namespace {

using ::testing::ElementsAre;

#define AT(member) offsetof(Struct, member)

// Programs that were compiled with the first c.h know no other. Would catch: a member put in the middle.
TEST(CAbiStructs, KeepTheirMembersWhereTheFirstVersionHadThem) {
  if (sizeof(void*) != 8) GTEST_SKIP() << "the figures are those of 64 bits";
  const auto all = [](auto... offsets) { return std::vector<std::size_t>{offsets...}; };
  {
    using Struct = pointsman_channel;
    EXPECT_THAT(all(AT(struct_size), AT(id), AT(name), AT(groups), AT(models), AT(tag), AT(channel_info), AT(type),
                    AT(status), AT(priority), AT(weight), AT(cookie), sizeof(Struct)),
                ElementsAre(0, 8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 168));
  }
  {
    using Struct = pointsman_ability;
    EXPECT_THAT(all(AT(struct_size), AT(channel_id), AT(group), AT(model), AT(tag), AT(enabled), AT(priority),
                    AT(weight), sizeof(Struct)),
                ElementsAre(0, 8, 16, 32, 48, 64, 80, 96, 112));
  }
  {
    using Struct = pointsman_router_options;
    EXPECT_THAT(all(AT(struct_size), AT(policy), AT(max_lost_share), AT(nodes), AT(refuse_when_cool), AT(now),
                    AT(now_context), AT(jitter_seed), sizeof(Struct)),
                ElementsAre(0, 8, 24, 32, 36, 40, 48, 56, 64));
  }
  {
    using Struct = pointsman_build;
    EXPECT_THAT(all(AT(struct_size), AT(generation), AT(channels), AT(abilities), AT(groups), AT(models), AT(routes),
                    AT(serving_routes), AT(rejections), AT(text), AT(content_hash), sizeof(Struct)),
                ElementsAre(0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 96, 136));
  }
  {
    using Struct = pointsman_request;
    EXPECT_THAT(all(AT(struct_size), AT(group), AT(user_group), AT(model), AT(allowed_groups), AT(allowed_count),
                    AT(ordered_groups), AT(ordered_count), AT(pin), AT(affinity), AT(has_allowed_groups),
                    AT(has_ordered_groups), AT(has_pin), AT(has_affinity), AT(stay_in_group), AT(unused), AT(bits),
                    AT(bits_context), sizeof(Struct)),
                ElementsAre(0, 8, 24, 40, 56, 64, 72, 80, 88, 96, 104, 105, 106, 107, 108, 109, 112, 120, 128));
  }
  {
    using Struct = pointsman_selection;
    EXPECT_THAT(all(AT(struct_size), AT(held), AT(reason), AT(degraded), AT(channel_id), AT(priority), AT(cookie),
                    AT(group), AT(generation), AT(retry_after_ms), AT(key_index), sizeof(Struct)),
                ElementsAre(0, 8, 136, 140, 144, 152, 160, 168, 184, 192, 200, 208));
  }
  {
    using Struct = pointsman_outcome;
    EXPECT_THAT(all(AT(struct_size), AT(kind), AT(has_retry_after), AT(retry_after_ms), AT(latency_ns), AT(tokens),
                    sizeof(Struct)),
                ElementsAre(0, 8, 12, 16, 24, 32, 40));
  }
  {
    using Struct = pointsman_limits;
    EXPECT_THAT(all(AT(struct_size), AT(requests_per_minute), AT(tokens_per_minute), AT(burst), AT(max_in_flight),
                    sizeof(Struct)),
                ElementsAre(0, 8, 16, 24, 32, 40));
  }
}

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
