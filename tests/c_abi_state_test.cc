// What the C ABI reports, reserves and switches, and what a router knows of its channels afterwards.
#include "pointsman/c.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "support/c_abi_fixture.h"

namespace {

// In flight: reserved by a selection, given back by report, release, or the next selection into the same struct.
TEST_F(CAbi, ReservationsAreGivenBackOnceByWhicheverComesFirst) {
  pointsman_limits limits = POINTSMAN_LIMITS_INIT;
  limits.max_in_flight = 1;
  ASSERT_EQ(pointsman_set_limits(router_, 8, &limits), POINTSMAN_OK);
  const pointsman_request request = For("vip");
  pointsman_selection other = POINTSMAN_SELECTION_INIT;
  const auto other_is_refused = [&] {
    const bool refused = pointsman_select(router_, &request, nullptr, &other) != POINTSMAN_REASON_NONE;
    EXPECT_STREQ(pointsman_reason_name(other.reason), refused ? "kAllAtLimit" : "kNone");
    pointsman_release(&other);
    return refused;
  };
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  EXPECT_TRUE(other_is_refused());
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_OK);
  EXPECT_FALSE(other_is_refused());
  pointsman_release(&selection_);
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  EXPECT_TRUE(other_is_refused());
  pointsman_release(&selection_);
  pointsman_release(&selection_);
  EXPECT_FALSE(other_is_refused());
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  ASSERT_NE(Select(For("vip", "sora")), POINTSMAN_REASON_NONE);
  EXPECT_FALSE(other_is_refused());
}

TEST_F(CAbi, SelectionsMayOutliveTheirRouter) {
  pointsman_limits limits = POINTSMAN_LIMITS_INIT;
  limits.max_in_flight = 1;
  ASSERT_EQ(pointsman_set_limits(router_, 8, &limits), POINTSMAN_OK);
  ASSERT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
  pointsman_router_free(router_);
  router_ = nullptr;
  pointsman_release(&selection_);
}

TEST_F(CAbi, FailuresCoolDownOnTheCallersClock) {
  static std::uint64_t now = 1'000'000'000;
  pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
  options.now = [](void*) { return now; };
  options.refuse_when_cool = 1;
  options.jitter_seed = 1;
  Make(options);
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  ASSERT_EQ(pointsman_classify_http(429, pointsman_string("7"), pointsman_string("slow down"), &outcome), 0);
  EXPECT_EQ(outcome.kind, POINTSMAN_RATE_LIMITED);
  EXPECT_EQ(outcome.retry_after_ms, 7000);
  EXPECT_EQ(pointsman_worth_another_attempt(&outcome), 1);
  ASSERT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_OK);
  EXPECT_STREQ(pointsman_reason_name(Select(For("vip"))), "kAllCoolingDown");
  EXPECT_GE(selection_.retry_after_ms, 7000);
  now += 60'000'000'000;
  EXPECT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
}

// What the walk is told of: a key that was refused is not the channel's last word, and the other one is tried at once.
TEST_F(CAbi, AReportWithItsWalkTriesAnotherKeyOfTheChannelFirst) {
  MakeWithoutGuard();
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({"channels": [
      {"id": 5, "models": "m", "group": "g", "priority": 1,
       "channel_info": "{\"is_multi_key\":true,\"multi_key_size\":2}"},
      {"id": 6, "models": "m", "group": "g"}]})"),
                                  nullptr, &words_.buffer),
            POINTSMAN_OK)
      << words_.text();
  pointsman_walk* walk = nullptr;
  ASSERT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  outcome.kind = POINTSMAN_CREDENTIAL_REFUSED;
  ASSERT_EQ(Select(For("g", "m"), walk), POINTSMAN_REASON_NONE);
  ASSERT_EQ(selection_.channel_id, 5);
  const std::int64_t refused = selection_.key_index;
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, walk), POINTSMAN_OK);
  ASSERT_EQ(Select(For("g", "m"), walk), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.channel_id, 5);
  EXPECT_EQ(selection_.key_index, 1 - refused);
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, walk), POINTSMAN_OK);
  ASSERT_EQ(Select(For("g", "m"), walk), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.channel_id, 6) << "both keys were tried";
  pointsman_walk_free(walk);
}

TEST_F(CAbi, SwitchesAndStateAreReachedAndUnknownChannelsAreNotFound) {
  EXPECT_EQ(pointsman_switch_off(router_, 8, pointsman_string("maintenance"), -1), POINTSMAN_OK);
  EXPECT_STREQ(pointsman_reason_name(Select(For("vip"))), "kAllDisabled");
  EXPECT_EQ(pointsman_states_json(router_, &words_.buffer), POINTSMAN_OK);
  EXPECT_NE(words_.text().find("maintenance"), std::string::npos) << words_.text();
  EXPECT_EQ(pointsman_switch_on(router_, 8), POINTSMAN_OK);
  EXPECT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(pointsman_reset_state(router_, 8), POINTSMAN_OK);
  EXPECT_EQ(pointsman_switch_off(router_, 12, pointsman_string(nullptr), 5), POINTSMAN_NOT_FOUND);
  EXPECT_EQ(pointsman_reset_state(router_, 12), POINTSMAN_NOT_FOUND);
  EXPECT_EQ(pointsman_dump_json(router_, &words_.buffer), POINTSMAN_OK);
  EXPECT_NE(words_.text().find("gpt-4o"), std::string::npos);
}

}  // namespace
