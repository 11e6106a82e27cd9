// A router's channels at run time: switches, outcomes, cooldowns, limits, and the shares of the others meanwhile.
#include "pointsman/channel_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using testing::Channel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MustCompile;
using testing::RowsOf;

constexpr Request kRequest{.group = "g", .model = "m"};

class State : public ::testing::Test {
 protected:
  ChannelStateOptions Options(double most_cooling = 1) {
    ChannelStateOptions options;
    options.cooldown.jitter = 0;
    options.cooldown.max_cooling_share = most_cooling;
    options.clock = clock_.clock();
    return options;
  }
  template <class... Channels>
  void Serve(const ChannelStateOptions& options, const Channels&... channels) {
    router_.emplace(Policy(), RouterOptions{.state = options});
    Publish(channels...);
  }
  template <class... Channels>
  void Publish(const Channels&... channels) {
    const auto published = router_->Publish(MustCompile(RowsOf(channels...)).table);
    ASSERT_TRUE(published.ok()) << published.status();
  }
  void Report(std::int64_t channel, OutcomeKind kind, int times = 1, std::string_view model = "m") {
    for (int i = 0; i < times; ++i) {
      Selection s = router_->Select({.group = "g", .model = model, .pin = channel});
      ASSERT_EQ(s.channel_id(), channel) << ReasonName(s.reason());
      router_->Report(s, {.kind = kind});
    }
  }
  ChannelStatus Status(std::int64_t channel) {
    for (ChannelStatus& status : router_->ChannelStates()) {
      if (status.channel_id == channel) return status;
    }
    ADD_FAILURE() << channel;
    return {};
  }
  std::map<std::int64_t, int> Count(int draws, const Request& request = kRequest) {
    std::map<std::int64_t, int> counts;
    SplitMix64 bits(5);
    for (int i = 0; i < draws; ++i) ++counts[router_->Select(request, RandomBits(bits)).channel_id()];
    return counts;
  }
  std::string Share(std::int64_t channel) {
    for (const ChannelShare& s : router_->Distribute(kRequest).shares) {
      if (s.channel_id == channel) return s.share.Text();
    }
    return "0";
  }

  testing::FakeClock clock_;
  std::optional<Router> router_;
};

TEST_F(State, AChannelThatFailsIsLeftAloneAndComesBackByItself) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kCooling);
  EXPECT_EQ(Status(1).remaining, 5s);
  EXPECT_EQ(Count(100), (std::map<std::int64_t, int>{{2, 100}}));
  clock_.Advance(5s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
  Report(1, OutcomeKind::kSuccess);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kSlowStart);
  clock_.Advance(30s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kInOrder);
  EXPECT_EQ(Share(1), "1/2");
}

TEST_F(State, ATrialIsOneRequestHoweverManyAsk) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(5s);
  EXPECT_EQ(Count(1000)[1], 1);
}

TEST_F(State, TheWeightComesBackStepByStepAndTheSharesAreExact) {
  Serve(Options(), Channel(1, "g", "m", 2), Channel(2, "g", "m", 1));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(5s);
  Report(1, OutcomeKind::kSuccess);
  EXPECT_EQ(Share(1), "3/19") << "2*6 of 2*6 + 64";
  clock_.Advance(15s);
  EXPECT_EQ(Share(1), "35/67") << "2*35 of 2*35 + 64";
  const int won = Count(67000)[1];
  EXPECT_NEAR(won, 35000, 5 * 130) << "five standard deviations";
}

TEST_F(State, OnlyTheFirstReportOfASelectionCounts) {
  Serve(Options(), Channel(1, "g", "m"));
  Selection s = router_->Select(kRequest);
  for (int i = 0; i < 10; ++i) router_->Report(s, {.kind = OutcomeKind::kTransient});
  EXPECT_EQ(Status(1).failures, 1);
  EXPECT_EQ(s.channel_id(), 1) << "the values stay readable";
}

TEST_F(State, AReportOfASelectionWithoutAChannelChangesNothing) {
  Serve(Options(), Channel(1, "g", "m"));
  Selection none = router_->Select({.group = "g", .model = "other"});
  router_->Report(none, {.kind = OutcomeKind::kTransient});
  EXPECT_EQ(Status(1).failures, 0);
}

TEST_F(State, AReportOfAChannelThatVanishedChangesNothing) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Selection s = router_->Select({.group = "g", .model = "m", .pin = 1});
  Publish(Channel(2, "g", "m"));
  router_->Report(s, {.kind = OutcomeKind::kCredentialRefused});
  Publish(Channel(1, "g", "m"), Channel(2, "g", "m"));
  EXPECT_EQ(Status(1).phase, ChannelPhase::kInOrder);
}

TEST_F(State, SurvivesAHundredReloads) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(2, {.max_in_flight = 5}).ok());
  Report(1, OutcomeKind::kTransient, 3);
  std::vector<Selection> flying;
  for (int i = 0; i < 3; ++i) flying.push_back(router_->Select(kRequest));
  for (int i = 0; i < 100; ++i) {
    Publish(Channel(1, "g", "m"), Channel(2, "g", i % 2 == 0 ? "m,n" : "m"), Channel(3 + i, "h", "m"));
  }
  EXPECT_EQ(Status(1).phase, ChannelPhase::kCooling);
  EXPECT_EQ(Status(2).in_flight, 3);
  flying.clear();
  EXPECT_EQ(Status(2).in_flight, 0);
}

TEST_F(State, WhenEverythingCoolsDownItServesAllTheSameAndSaysSo) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  EXPECT_FALSE(router_->Select(kRequest).degraded());
  Report(2, OutcomeKind::kTransient, 3);
  const Selection s = router_->Select(kRequest);
  EXPECT_TRUE(s);
  EXPECT_TRUE(s.degraded());
  const auto counts = Count(100);
  EXPECT_EQ(counts.size(), 2u) << "by weight, as if they were in order";
}

TEST_F(State, OrRefusesWithTheEarliestRecoveryWhereThePolicySaysSo) {
  ChannelStateOptions options = Options();
  options.all_cooling_in["g"] = AllCooling::kRefuse;
  Serve(options, Channel(1, "g,h", "m"), Channel(2, "g", "m"));
  Report(2, OutcomeKind::kCredentialRefused);
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(1s);
  const Selection s = router_->Select(kRequest);
  EXPECT_EQ(s.reason(), Reason::kAllCoolingDown);
  EXPECT_EQ(s.retry_after(), 4s);
  EXPECT_TRUE(router_->Select({.group = "h", .model = "m"}).degraded()) << "the other group fails open";
}

// Would catch: leniency towards who cools down that outlasts the way on which it was asked for.
TEST_F(State, ARepeatAsALastResortDoesNotFailOpen) {
  Policy policy;
  policy.retry.last_resort = LastResort::kRepeat;
  ChannelStateOptions options = Options();
  options.all_cooling = AllCooling::kRefuse;
  router_.emplace(policy, RouterOptions{.state = options});
  ASSERT_TRUE(router_->Publish(MustCompile(RowsOf(Channel(1, "g", "m"), Channel(2, "g", "m")), policy).table).ok());
  Report(2, OutcomeKind::kTransient, 3);
  Attempts attempts;
  EXPECT_EQ(router_->Select(kRequest, attempts).channel_id(), 1);
  const Selection again = router_->Select(kRequest, attempts);
  EXPECT_EQ(again.channel_id(), 1);
  EXPECT_FALSE(again.degraded()) << "it is in order";
}

TEST_F(State, AnotherGroupOfThePlanThatIsInOrderComesBeforeFailingOpen) {
  Policy policy;
  policy.groups.groups["g"].fallback = {{.group = "h", .when = FallbackWhen::kExhausted}};
  router_.emplace(policy, RouterOptions{.state = Options()});
  ASSERT_TRUE(router_->Publish(MustCompile(RowsOf(Channel(1, "g", "m"), Channel(2, "h", "m")), policy).table).ok());
  Report(1, OutcomeKind::kTransient, 3);
  const Selection s = router_->Select(kRequest);
  EXPECT_EQ(s.channel_id(), 2);
  EXPECT_FALSE(s.degraded());
}

TEST_F(State, NotMoreThanTheShareOfAGroupCoolsDownAtOnce) {
  ChannelStateOptions options = Options();
  options.cooldown.max_cooling_share = 0.5;
  Serve(options, Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m"), Channel(4, "g", "m"));
  for (const std::int64_t channel : {1, 2, 3, 4}) Report(channel, OutcomeKind::kTransient, 3);
  int cooling = 0;
  for (const ChannelStatus& status : router_->ChannelStates())
    cooling += status.phase == ChannelPhase::kCooling ? 1 : 0;
  EXPECT_EQ(cooling, 2);
}

// A cooldown that is over, but whose trial nobody takes, since others serve, holds nobody up for good.
TEST_F(State, AFallbackThatFailedLongAgoDoesNotKeepADeadPrimaryServing) {
  Serve(Options(0.5), Channel(8, "g", "m", 1, 10), Channel(9, "g", "m"));
  ASSERT_TRUE(router_->SwitchOff(8));
  Report(9, OutcomeKind::kRateLimited);
  ASSERT_TRUE(router_->SwitchOn(8));
  clock_.Advance(1h);
  Report(8, OutcomeKind::kTransient, 3);
  EXPECT_EQ(Status(8).phase, ChannelPhase::kCooling);
  Selection trial = router_->Select(kRequest);
  EXPECT_EQ(trial.channel_id(), 9);
  router_->Report(trial, {});
  EXPECT_EQ(Count(10), (std::map<std::int64_t, int>{{9, 10}}));
}

TEST_F(State, ChannelsThatAreSwitchedOffAreNotPartOfTheGroupThatMayCool) {
  Serve(Options(0.5), Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m"), Channel(4, "g", "m"));
  Report(1, OutcomeKind::kCredentialRefused);
  Report(2, OutcomeKind::kCredentialRefused);
  for (const std::int64_t id : {1, 2}) ASSERT_TRUE(router_->SwitchOff(id));
  Report(3, OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Status(3).phase, ChannelPhase::kCooling) << "one of the two that are left";
  Report(4, OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Status(4).phase, ChannelPhase::kInOrder);
}

TEST_F(State, AClockThatGoesBackALittleStandsStill) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(-2s);
  EXPECT_EQ(Status(1).remaining, 5s);
  clock_.Advance(2s);
  EXPECT_EQ(Status(1).remaining, 5s);
  clock_.Advance(5s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
}

TEST_F(State, AClockThatIsSetBackGoesOnFromWhereItWas) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kCredentialRefused);
  clock_.Advance(-24h);
  EXPECT_EQ(Status(1).remaining, 300s);
  clock_.Advance(299s);
  EXPECT_EQ(Status(1).remaining, 1s);
  clock_.Advance(2s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
}

TEST_F(State, AClockThatLeapsAheadForAMomentKeepsNoLimitForLong) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.requests_per_minute = 60}).ok());
  EXPECT_TRUE(router_->Select(kRequest));
  clock_.Advance(24h);
  EXPECT_TRUE(router_->Select(kRequest));
  clock_.Advance(-24h);
  clock_.Advance(1s);
  EXPECT_FALSE(router_->Select(kRequest)) << "the moment of the leap counts once more";
  clock_.Advance(1s);
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(State, ADebtEndsWithResetState) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.tokens_per_minute = 1}).ok());
  Selection s = router_->Select(kRequest);
  router_->Report(s, {.tokens = 5000});
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllAtLimit);
  ASSERT_TRUE(router_->ResetState(1));
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(State, OfRequestsInFlightNobodyKnowsWhenOneEnds) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  const Selection held = router_->Select(kRequest);
  const Selection refused = router_->Select(kRequest);
  EXPECT_EQ(refused.reason(), Reason::kAllAtLimit);
  EXPECT_EQ(refused.retry_after(), std::nullopt);
}

TEST_F(State, ABurstOfTheSameMissingModelIsOneCooldown) {
  Serve(Options(), Channel(1, "g", "m"));
  std::vector<Selection> burst;
  for (int i = 0; i < 8; ++i) burst.push_back(router_->Select(kRequest));
  for (Selection& s : burst) router_->Report(s, {.kind = OutcomeKind::kModelUnavailable});
  ASSERT_EQ(Status(1).models.size(), 1u);
  EXPECT_EQ(Status(1).models[0].remaining, 5s);
}

TEST_F(State, OfATagsSwitchMovesToAnotherRouterAndLimitsThereStay) {
  Serve(Options(), Channel(1, "g", "m"));
  ChannelStatus status = Status(1);
  status.tag_off = true;
  status.switch_note = "maintenance";
  status.tag_remaining = 60s;
  status.models = {{.model = "m"}};
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 7}).ok());
  EXPECT_EQ(router_->ImportChannelStates(std::vector<ChannelStatus>{status}), 1u);
  const ChannelStatus now = Status(1);
  EXPECT_TRUE(now.tag_off);
  EXPECT_EQ(now.switch_note, "maintenance");
  EXPECT_EQ(now.tag_remaining, 60s);
  EXPECT_EQ(now.limits.max_in_flight, 7) << "it said nothing of limits";
  ASSERT_EQ(now.models.size(), 1u);
  EXPECT_EQ(now.models[0].remaining, 600s) << "a cooldown without an end is not believed";
}

TEST_F(State, AModelThatAChannelDoesNotHaveIsLeftOutForThatModelAlone) {
  Serve(Options(), Channel(1, "g", "m,n"), Channel(2, "g", "m,n"));
  Report(1, OutcomeKind::kModelUnavailable);
  EXPECT_EQ(Count(50), (std::map<std::int64_t, int>{{2, 50}}));
  EXPECT_EQ(Count(200, {.group = "g", .model = "n"}).size(), 2u);
  ASSERT_EQ(Status(1).models.size(), 1u);
  EXPECT_EQ(Status(1).models[0].model, "m");
  EXPECT_EQ(Status(1).models[0].remaining, 5s);
  clock_.Advance(5s);
  EXPECT_EQ(Count(200).size(), 2u);
}

TEST_F(State, ASwitchOfAModelHoldsUntilItIsSwitchedOn) {
  Serve(Options(), Channel(1, "g", "m,n"));
  ASSERT_TRUE(router_->SwitchOff(1, "m").ok());
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllDisabled);
  EXPECT_TRUE(router_->Select({.group = "g", .model = "n"}));
  clock_.Advance(1000h);
  EXPECT_FALSE(router_->Select(kRequest));
  EXPECT_TRUE(router_->SwitchOn(1, "m"));
  EXPECT_TRUE(router_->Select(kRequest));
  EXPECT_EQ(router_->SwitchOff(7, "m").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(router_->SwitchOff(1, "").code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(State, SeventeenModelsAreTooManyToSwitchOffOneByOne) {
  Serve(Options(), Channel(1, "g", "m"));
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(router_->SwitchOff(1, "m" + std::to_string(i)).ok());
  EXPECT_EQ(router_->SwitchOff(1, "m16").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(router_->SwitchOn(1, "m3"));
  EXPECT_TRUE(router_->SwitchOff(1, "m16").ok());
}

TEST_F(State, ASwitchWithAnEndIsOverThen) {
  Serve(Options(), Channel(1, "g", "m"));
  EXPECT_TRUE(router_->SwitchOff(1, {.why = "maintenance", .lasts = 10s}));
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllDisabled);
  EXPECT_EQ(Status(1).switch_note, "maintenance");
  EXPECT_EQ(Status(1).switch_remaining, 10s);
  clock_.Advance(10s);
  EXPECT_TRUE(router_->Select(kRequest));
  EXPECT_FALSE(Status(1).switched_off);
}

TEST_F(State, ATagSwitchesItsMembersTheLaterOnesIncluded) {
  const auto tagged = [](std::int64_t id, std::string_view tag) {
    ChannelRow row = Channel(id, "g", "m");
    row.tag = tag;
    return row;
  };
  Serve(Options(), tagged(1, "azure"), tagged(2, "azure"), tagged(3, "other"));
  router_->SwitchOffTag("azure");
  EXPECT_EQ(Count(50), (std::map<std::int64_t, int>{{3, 50}}));
  EXPECT_TRUE(router_->SwitchOn(1)) << "a switch of its own is another";
  EXPECT_EQ(Count(50).size(), 1u);
  Publish(tagged(1, "azure"), tagged(2, "other"), tagged(3, "other"), tagged(4, "azure"));
  EXPECT_EQ(Count(200).size(), 2u) << "2 has left the tag, 4 has joined it";
  router_->SwitchOnTag("azure");
  EXPECT_EQ(Count(400).size(), 4u);
}

TEST_F(State, AChannelAtItsLimitIsPassedOverAndTheOthersKeepTheirShares) {
  Serve(Options(), Channel(1, "g", "m", 5), Channel(2, "g", "m", 2), Channel(3, "g", "m", 1));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  const Selection flying = router_->Select({.group = "g", .model = "m", .pin = 1});
  ASSERT_EQ(flying.channel_id(), 1);
  EXPECT_EQ(Share(1), "0");
  EXPECT_EQ(Share(2), "2/3");
  EXPECT_EQ(Share(3), "1/3");
  EXPECT_EQ(Count(100).count(1), 0u);
}

TEST_F(State, ASelectionThatIsNeverReportedReleasesWhatItReserved) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 2}).ok());
  {
    const Selection a = router_->Select(kRequest);
    Selection b = router_->Select(kRequest);
    EXPECT_EQ(Status(1).in_flight, 2);
    const Selection none = router_->Select(kRequest);
    EXPECT_EQ(none.reason(), Reason::kAllAtLimit);
    Selection moved = std::move(b);
    router_->Report(moved, {.kind = OutcomeKind::kSuccess});
    EXPECT_EQ(Status(1).in_flight, 1);
  }
  EXPECT_EQ(Status(1).in_flight, 0);
}

TEST_F(State, AReservationMayOutliveTheRouterAndMoveToAnotherThread) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 2}).ok());
  Selection s = router_->Select(kRequest);
  ASSERT_EQ(Status(1).in_flight, 1);
  router_.reset();
  std::thread([moved = std::move(s)] { EXPECT_EQ(moved.channel_id(), 1); }).join();
}

TEST_F(State, TheRateOfRequestsIsNotRefunded) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.requests_per_minute = 60}).ok());
  {
    const Selection cancelled = router_->Select(kRequest);
  }
  const Selection next = router_->Select(kRequest);
  EXPECT_EQ(next.reason(), Reason::kAllAtLimit);
  EXPECT_EQ(next.retry_after(), 1s);
  clock_.Advance(1s);
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(State, TokensAreSettledFromTheOutcome) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.tokens_per_minute = 100}).ok());
  Selection s = router_->Select(kRequest);
  router_->Report(s, {.kind = OutcomeKind::kSuccess, .tokens = 150});
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllAtLimit);
  clock_.Advance(31s);
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(State, LimitsMayBeSetBeforeTheChannelIsKnown) {
  router_.emplace(Policy(), RouterOptions{.state = Options()});
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  Publish(Channel(1, "g", "m"));
  const Selection first = router_->Select(kRequest);
  EXPECT_TRUE(first);
  EXPECT_FALSE(router_->Select(kRequest));
  EXPECT_FALSE(router_->SetLimits(1, {.max_in_flight = -1}).ok());
}

TEST_F(State, ResetForgetsWhatWasLearnedAndKeepsSwitchesAndLimits) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 7}).ok());
  Report(1, OutcomeKind::kCredentialRefused);
  router_->SwitchOff(1);
  EXPECT_TRUE(router_->ResetState(1));
  EXPECT_FALSE(router_->ResetState(99));
  EXPECT_EQ(Status(1).phase, ChannelPhase::kInOrder);
  EXPECT_TRUE(Status(1).switched_off);
  EXPECT_EQ(Status(1).limits.max_in_flight, 7);
}

TEST_F(State, MovesToAnotherRouterWithWhatItKnows) {
  Serve(Options(), Channel(1, "g", "m,n"), Channel(2, "g", "m"), Channel(3, "g", "m"));
  Report(1, OutcomeKind::kModelUnavailable);
  Report(1, OutcomeKind::kTransient, 3, "n");
  router_->SwitchOff(2, {.why = "why", .lasts = 1min});
  ASSERT_TRUE(router_->SetLimits(3, {.requests_per_minute = 5}).ok());
  const std::vector<ChannelStatus> before = router_->ChannelStates();
  Serve(Options(), Channel(1, "g", "m,n"), Channel(2, "g", "m"), Channel(3, "g", "m"));
  EXPECT_EQ(router_->ImportChannelStates(before), 3u);
  EXPECT_EQ(router_->ChannelStates(), before);
}

TEST_F(State, AClockThatGoesBackShortensNothing) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(-30min);
  EXPECT_EQ(Status(1).remaining, 5s) << "time is not taken to be earlier than it was";
  EXPECT_EQ(Count(50), (std::map<std::int64_t, int>{{2, 50}}));
  clock_.Advance(30min + 5s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
}

TEST_F(State, ExplainSaysWhoIsCoolingDownAndTakesNoTrial) {
  ChannelStateOptions options = Options();
  options.all_cooling = AllCooling::kRefuse;
  Serve(options, Channel(1, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  const Explanation why = router_->Explain(kRequest);
  EXPECT_EQ(why.reason, Reason::kAllCoolingDown);
  const std::string text = why.Text(Language::kEnglish, Audience::kOperator);
  EXPECT_THAT(text, HasSubstr("cooling down after failures"));
  EXPECT_THAT(text, HasSubstr("wait 5 s"));
  clock_.Advance(5s);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(router_->Explain(kRequest).ok);
  EXPECT_TRUE(router_->Select(kRequest)) << "the trial is still there";
}

TEST_F(State, ARecordedSelectionTakesItsReservationAndReplays) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  Report(2, OutcomeKind::kTransient, 3);
  DecisionRecord record;
  const Selection first = router_->SelectRecorded(kRequest, nullptr, ThreadBits(), record);
  EXPECT_EQ(first.channel_id(), 1);
  EXPECT_EQ(Status(1).in_flight, 1);
  EXPECT_THAT(record.out, ElementsAre(OutChannel{.channel_id = 2, .reason = OutReason::kCoolingDown}));
  const Selection second = router_->SelectRecorded(kRequest, nullptr, ThreadBits(), record);
  EXPECT_TRUE(second.degraded()) << "one at its limit, one cooling";
  EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
}

// Would catch: a replay that fails open because it knows nothing of the router's rule.
TEST_F(State, ARecordedRefusalOfAGroupThatDoesNotFailOpenReplays) {
  ChannelStateOptions options = Options();
  options.all_cooling_in["g"] = AllCooling::kRefuse;
  Serve(options, Channel(1, "g,h", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  DecisionRecord record;
  EXPECT_EQ(router_->SelectRecorded(kRequest, nullptr, ThreadBits(), record).reason(), Reason::kAllCoolingDown);
  EXPECT_THAT(record.refusing, ElementsAre("g"));
  EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
  EXPECT_TRUE(router_->SelectRecorded({.group = "h", .model = "m"}, nullptr, ThreadBits(), record).degraded());
  EXPECT_THAT(record.refusing, IsEmpty());
  EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
}

TEST_F(State, OptionsThatCannotBeAreRefusedWhenATableIsPublished) {
  ChannelStateOptions options = Options();
  options.cooldown.failure_share = 0;
  router_.emplace(Policy(), RouterOptions{.state = options});
  const auto published = router_->Publish(MustCompile(RowsOf(Channel(1, "g", "m"))).table);
  EXPECT_EQ(published.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(published.status().message()), HasSubstr("state.cooldown.failure_share"));
}

}  // namespace
}  // namespace pointsman
