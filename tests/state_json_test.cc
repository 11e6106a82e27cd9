// Channels' state as JSON (load/state.h) and as metrics (metrics.h).
#include "pointsman/load/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "pointsman/metrics.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

ChannelStatus Everything() {
  ChannelStatus s;
  s.channel_id = -8;
  s.switched_off = true;
  s.tag_off = true;
  s.switch_note = "why \"so\"\n\xff";
  s.switch_remaining = 90s;
  s.tag_remaining = 70s;
  s.phase = ChannelPhase::kCooling;
  s.switch_age = 3s;
  s.tag_age = 4s;
  s.remaining = 4200ms;
  s.age = 1800ms;
  s.last_failure = OutcomeKind::kRateLimited;
  s.cooldowns = 3;
  s.consecutive_failures = 2;
  s.successes = 1'000'000'000'000;
  s.failures = 7;
  s.latency = 830ms;
  s.in_flight = 4;
  s.limits = {.max_in_flight = 5, .requests_per_minute = 60, .tokens_per_minute = 1000, .burst = 2};
  s.models.resize(3);
  s.models[0].model = "gpt-4o";
  s.models[0].remaining = 5s;
  s.models[1].model = "x";
  s.models[1].switched_off = true;
  s.models[2] = {.model = "y", .switched_off = true, .remaining = 6s};
  s.keys = {{.key = 0, .remaining = 7s}, {.key = 3, .remaining = 1ms}};
  return s;
}

// A member more does not compile here, so that nobody forgets it in Everything.
auto MembersOf(const ChannelStatus& s) {
  const auto& [id, off, tag_off, note, switch_left, tag_left, switch_age, tag_age, phase, left, age, failure, cooldowns,
               in_a_row, successes, failures, latency, in_flight, limits, models, keys] = s;
  return std::tie(id, off, tag_off, note, switch_left, tag_left, switch_age, tag_age, phase, left, age, failure,
                  cooldowns, in_a_row, successes, failures, latency, in_flight, limits, models, keys);
}
auto MembersOf(const ChannelLimits& limits) {
  const auto& [in_flight, requests, tokens, burst] = limits;
  return std::tie(in_flight, requests, tokens, burst);
}

template <class Struct>
void ExpectNoMemberIsAsUsual(const Struct& s) {
  const Struct usual;
  const auto all = MembersOf(s);
  const auto all_usual = MembersOf(usual);
  const auto differ = [](const auto& member, const auto& as_usual, std::size_t at) {
    EXPECT_FALSE(member == as_usual) << "member " << at;
  };
  [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
    (differ(std::get<kAt>(all), std::get<kAt>(all_usual), kAt), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(all)>>());
}

std::string Refusal(std::string_view text) {
  const auto states = ParseChannelStates(text, "s.json");
  EXPECT_FALSE(states.ok()) << text;
  return states.ok() ? "" : std::string(states.status().message());
}

// Would catch: a member that is neither written nor read, which a round trip of its usual value does not notice.
TEST(StateJson, IsTriedWithAStateThatHasEverything) {
  ExpectNoMemberIsAsUsual(Everything());
  ExpectNoMemberIsAsUsual(Everything().limits);
}

TEST(StateJson, GivesBackWhatItWasGiven) {
  ChannelStatus plain;
  plain.channel_id = 1;
  ChannelStatus slow = plain;
  slow.channel_id = 2;
  slow.phase = ChannelPhase::kSlowStart;
  const std::vector<ChannelStatus> states = {Everything(), plain, slow};
  const auto read = ParseChannelStates(ChannelStatesToJson(states));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, states);
  EXPECT_EQ(ParseChannelStates(ChannelStatesToJson({})).value(), std::vector<ChannelStatus>());
}

TEST(StateJson, IsRefusedWithPlaceAndCureWhereItIsMalformed) {
  EXPECT_THAT(Refusal(""), HasSubstr("s.json:1:1"));
  EXPECT_THAT(Refusal("[]"), HasSubstr("is a list"));
  EXPECT_THAT(Refusal("{}"), HasSubstr("pointsman_state"));
  EXPECT_THAT(Refusal(R"({"pointsman_state": 2, "channels": []})"), HasSubstr("does not read"));
  const auto channel = [](const std::string& what) {
    return Refusal(R"({"pointsman_state": 1, "channels": [{)" + what + "}]}");
  };
  EXPECT_THAT(channel(""), HasSubstr("channel_id"));
  EXPECT_THAT(channel(R"("channel_id": 8, "phase": "tired")"), HasSubstr("$.channels[0].phase is \"tired\""));
  EXPECT_THAT(channel(R"("channel_id": 8, "remaining_ms": -1)"), HasSubstr("$.channels[0].remaining_ms"));
  EXPECT_THAT(channel(R"("channel_id": 8, "cooldowns": 99999999999)"), HasSubstr("$.channels[0].cooldowns"));
  EXPECT_THAT(channel(R"("channel_id": 8, "cooldown": 1)"), HasSubstr("cooldowns")) << "the near miss";
  EXPECT_THAT(channel(R"("channel_id": 8, "models": [{"remaining_ms": 1}])"), HasSubstr("model"));
}

TEST(PrometheusText, HasEachFigureOfEachChannel) {
  ChannelStatus plain;
  plain.channel_id = 1;
  const std::vector<ChannelStatus> states = {Everything(), plain};
  const std::string text = PrometheusText(states);
  for (const char* line :
       {"# TYPE pointsman_channel_successes_total counter", "pointsman_channel_switched_off{channel=\"-8\"} 1\n",
        "pointsman_channel_switched_off{channel=\"1\"} 0\n",
        "pointsman_channel_phase{channel=\"-8\",phase=\"cooling\"} 1\n",
        "pointsman_channel_phase{channel=\"1\",phase=\"in_order\"} 1\n",
        "pointsman_channel_phase_remaining_seconds{channel=\"-8\"} 4.200000\n",
        "pointsman_channel_successes_total{channel=\"-8\"} 1000000000000\n",
        "pointsman_channel_latency_seconds{channel=\"-8\"} 0.830000\n",
        "pointsman_channel_in_flight{channel=\"-8\"} 4\n", "pointsman_channel_models_out{channel=\"-8\"} 3\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("latency_seconds{channel=\"1\"}"))) << "unknown";
}

}  // namespace
}  // namespace pointsman
