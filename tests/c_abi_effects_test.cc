// What a caller of the C ABI sets has its effect, member by member: limits, reports, options and switches; and what a
// selection answers beside its channel is said. Would catch: a member that is forgotten on its way over.
#include "pointsman/c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "support/c_abi_fixture.h"

namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000'000;

// On a clock that stands still unless it is told to go on.
class CAbiEffects : public CAbi {
 protected:
  void SetUp() override { MakeWith(POINTSMAN_ROUTER_OPTIONS_INIT); }
  void MakeWith(pointsman_router_options options) {
    options.now = [](void* now) { return *static_cast<std::uint64_t*>(now); };
    options.now_context = &now_;
    if (options.jitter_seed == 0) options.jitter_seed = 1;
    Make(options);
  }
  void Limit(const pointsman_limits& limits) { ASSERT_EQ(pointsman_set_limits(router_, 8, &limits), POINTSMAN_OK); }

  // How many of ten requests at one moment are served, if each is reported with so many tokens, or held.
  int ServedOfTen(std::int64_t tokens, bool held = false) {
    std::vector<pointsman_selection> selections(10, POINTSMAN_SELECTION_INIT);
    pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
    outcome.tokens = tokens;
    const pointsman_request request = For("vip");
    int served = 0;
    for (pointsman_selection& selection : selections) {
      served += pointsman_select(router_, &request, nullptr, &selection) == POINTSMAN_REASON_NONE;
      if (!held) pointsman_report(router_, &selection, &outcome, nullptr);
    }
    for (pointsman_selection& selection : selections) pointsman_release(&selection);
    return served;
  }
  void Report(const pointsman_outcome& outcome, const char* group = "vip") {
    ASSERT_EQ(Select(For(group)), POINTSMAN_REASON_NONE);
    ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_OK);
  }
  std::string States() {
    EXPECT_EQ(pointsman_states_json(router_, &words_.buffer), POINTSMAN_OK);
    return words_.text();
  }

  std::uint64_t now_ = 1000 * kSecond;
};

TEST_F(CAbiEffects, EachLimitHoldsByItself) {
  EXPECT_EQ(ServedOfTen(60, /*held=*/true), 10);
  pointsman_limits limits = POINTSMAN_LIMITS_INIT;
  limits.max_in_flight = 4;
  Limit(limits);
  EXPECT_EQ(ServedOfTen(60, /*held=*/true), 4);
  EXPECT_EQ(ServedOfTen(60), 10);

  limits = POINTSMAN_LIMITS_INIT;
  limits.requests_per_minute = 60;
  Limit(limits);
  EXPECT_EQ(ServedOfTen(60), 1) << "burst 0 is 1";
  EXPECT_STREQ(pointsman_reason_name(Select(For("vip"))), "kAllAtLimit");
  EXPECT_EQ(selection_.retry_after_ms, 1000);
  now_ += 60 * kSecond;
  limits.burst = 3;
  Limit(limits);
  EXPECT_EQ(ServedOfTen(60), 3);

  limits = POINTSMAN_LIMITS_INIT;
  limits.tokens_per_minute = 100;
  Limit(limits);
  EXPECT_EQ(ServedOfTen(/*tokens=*/0), 10);
  EXPECT_EQ(ServedOfTen(/*tokens=*/60), 2) << "what is reported is used up";
}

TEST_F(CAbiEffects, NodesShareTheLimits) {
  pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
  options.nodes = 3;
  MakeWith(options);
  pointsman_limits limits = POINTSMAN_LIMITS_INIT;
  limits.max_in_flight = 6;
  Limit(limits);
  EXPECT_EQ(ServedOfTen(0, /*held=*/true), 2);
}

TEST_F(CAbiEffects, AReportsLatencyIsKnownAfterwards) {
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  Report(outcome);
  EXPECT_THAT(States(), HasSubstr(R"("successes": 1, "failures": 0, "latency_us": 0,)"));
  outcome.latency_ns = 1'500'000;
  Report(outcome);
  EXPECT_THAT(States(), HasSubstr(R"("latency_us": 1500,)"));
}

// The body decides what a status leaves open.
TEST_F(CAbiEffects, AnAnswersStatusHeaderAndBodyAreAllRead) {
  const auto classified = [](std::int32_t status, const char* retry_after, const char* body) {
    pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
    outcome.retry_after_ms = 5;
    EXPECT_EQ(pointsman_classify_http(status, pointsman_string(retry_after), pointsman_string(body), &outcome),
              POINTSMAN_OK);
    return std::vector<std::int64_t>{outcome.kind, outcome.has_retry_after, outcome.retry_after_ms};
  };
  using Said = std::vector<std::int64_t>;
  EXPECT_EQ(classified(200, nullptr, nullptr), (Said{POINTSMAN_SUCCESS, 0, 0}));
  EXPECT_EQ(classified(429, nullptr, nullptr), (Said{POINTSMAN_RATE_LIMITED, 0, 0}));
  EXPECT_EQ(classified(429, "2", nullptr), (Said{POINTSMAN_RATE_LIMITED, 1, 2000}));
  EXPECT_EQ(classified(429, nullptr, R"({"error": {"code": "insufficient_quota"}})"),
            (Said{POINTSMAN_QUOTA_EXHAUSTED, 0, 0}));
}

TEST_F(CAbiEffects, ASelectionFromAmongThoseThatCoolDownIsDegraded) {
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  outcome.kind = POINTSMAN_CREDENTIAL_REFUSED;
  ASSERT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.degraded, 0);
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_OK);
  ASSERT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.degraded, 1);
  ASSERT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.degraded, 0) << "channel 9 is in order";
  EXPECT_EQ(selection_.channel_id, 9);
}

// Cooldowns with their jitter: the same from the same seed.
TEST_F(CAbiEffects, TheJitterSeedMakesCooldownsWhatTheyAre) {
  const auto cooldowns_of = [&](std::uint64_t seed) {
    pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
    options.jitter_seed = seed;
    options.refuse_when_cool = 1;
    MakeWith(options);
    pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
    std::vector<std::int64_t> all;
    for (const std::int32_t kind : {POINTSMAN_CREDENTIAL_REFUSED, POINTSMAN_QUOTA_EXHAUSTED, POINTSMAN_RATE_LIMITED}) {
      outcome.kind = kind;
      Report(outcome);
      Select(For("vip"));
      all.push_back(selection_.retry_after_ms);
      pointsman_reset_state(router_, 8);
    }
    return all;
  };
  const std::vector<std::int64_t> first = cooldowns_of(1);
  EXPECT_EQ(cooldowns_of(1), first);
  EXPECT_NE(cooldowns_of(2), first);
}

TEST_F(CAbiEffects, ASwitchLastsAsLongAsItSays) {
  const auto off_after = [&](std::int64_t lasts_ms, std::uint64_t waited) {
    EXPECT_EQ(pointsman_switch_off(router_, 8, pointsman_string("why"), lasts_ms), POINTSMAN_OK);
    now_ += waited;
    const bool off = Select(For("vip")) != POINTSMAN_REASON_NONE;
    pointsman_switch_on(router_, 8);
    return off;
  };
  EXPECT_TRUE(off_after(5000, 4 * kSecond));
  EXPECT_FALSE(off_after(5000, 6 * kSecond));
  EXPECT_FALSE(off_after(0, 0));
  EXPECT_TRUE(off_after(-1, 365 * 24 * 3600 * kSecond));
}

// Each of what an explanation is asked with makes it another text.
TEST_F(CAbiEffects, ExplanationsHeedWalkLanguageAndAudience) {
  pointsman_walk* walk = nullptr;
  ASSERT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
  ASSERT_EQ(Select(For("vip"), walk), POINTSMAN_REASON_NONE);
  const pointsman_request request = For("vip");
  std::set<std::string> texts;
  for (const pointsman_walk* with :
       {static_cast<const pointsman_walk*>(nullptr), static_cast<const pointsman_walk*>(walk)}) {
    for (const std::int32_t language : {POINTSMAN_ENGLISH, POINTSMAN_CHINESE}) {
      for (const std::int32_t audience : {POINTSMAN_FOR_CALLER, POINTSMAN_FOR_OPERATOR}) {
        ASSERT_EQ(pointsman_explain(router_, &request, with, language, audience, &words_.buffer), POINTSMAN_OK);
        texts.insert(words_.text());
        EXPECT_EQ(words_.text().find('8') != std::string::npos, audience == POINTSMAN_FOR_OPERATOR)
            << "channels are no caller's business: " << words_.text();
      }
    }
  }
  pointsman_walk_free(walk);
  EXPECT_EQ(texts.size(), 8u);
}

}  // namespace
