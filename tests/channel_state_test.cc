// A router's channels at run time: outcomes, cooldowns, trials, clocks, and the shares of the others meanwhile.
#include "pointsman/channel_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/channel_state_fixture.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using testing::Channel;
using ::testing::HasSubstr;
using testing::kRequest;
using testing::MustCompile;
using testing::RowsOf;

using State = testing::ChannelStateTest;

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

// The whole way, with a loader, rows that disable the channel for a while, and requests that begin before one reload
// and end after the next.
TEST_F(State, AHundredReloadsInAnOutageLoseNoCooldownAndNothingInFlight) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(2, {.max_in_flight = 1000}).ok());
  Report(1, OutcomeKind::kCredentialRefused);
  std::deque<Selection> flying;
  for (int i = 0; i < 100; ++i) {
    flying.push_back(router_->Select(kRequest));
    ASSERT_EQ(flying.back().channel_id(), 2) << i;
    ChannelRow failing = Channel(1, "g", i % 2 == 0 ? "m" : "a,m");
    failing.status = i % 3 == 0 ? 2 : 1;
    const Rows rows = RowsOf(failing, Channel(2, "g", "m"));
    RowsLoader loader(rows);
    ASSERT_TRUE(router_->Reload(loader).ok());
    clock_.Advance(1s);
    if (flying.size() < 3) continue;
    if (i % 2 == 0) router_->Report(flying.front(), {.kind = OutcomeKind::kSuccess});
    flying.pop_front();
  }
  EXPECT_EQ(Status(1).phase, ChannelPhase::kCooling);
  EXPECT_EQ(Status(1).remaining, 200s) << "of 300, each reload took one";
  EXPECT_EQ(Status(1).cooldowns, 1);
  EXPECT_EQ(Status(2).in_flight, static_cast<std::int32_t>(flying.size()));
  EXPECT_EQ(Status(2).successes, 49);
  flying.clear();
  EXPECT_EQ(Status(2).in_flight, 0);
}

// Would catch: a place that is given back to the channel that came after, which would then have one less than none.
TEST_F(State, AChannelThatCameBackIsAnotherAndKeepsItsOwnCount) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 2}).ok());
  Selection before = router_->Select({.group = "g", .model = "m", .pin = 1});
  Publish(Channel(2, "g", "m"));
  Publish(Channel(1, "g", "m"), Channel(2, "g", "m"));
  Selection after = router_->Select({.group = "g", .model = "m", .pin = 1});
  EXPECT_EQ(Status(1).in_flight, 1);
  router_->Report(before, {.kind = OutcomeKind::kSuccess});
  EXPECT_EQ(Status(1).in_flight, 1);
  router_->Report(after, {.kind = OutcomeKind::kSuccess});
  EXPECT_EQ(Status(1).in_flight, 0);
}

TEST_F(State, OnlyOneOfASelectionAndWhatItWasMovedToIsReported) {
  Serve(Options(), Channel(1, "g", "m"));
  Selection first = router_->Select(kRequest);
  Selection second = std::move(first);
  router_->Report(first, {.kind = OutcomeKind::kTransient});  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(Status(1).failures, 0);
  router_->Report(second, {.kind = OutcomeKind::kTransient});
  EXPECT_EQ(Status(1).failures, 1);
}

// A hundred callers of a channel that hangs give up after its cooldown is over. Would catch: a trial for each of them,
// each of which hangs too.
TEST_F(State, WhoGivesUpLateGivesNoTrialBack) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  std::vector<Selection> hanging;
  for (int i = 0; i < 100; ++i) hanging.push_back(router_->Select({.group = "g", .model = "m", .pin = 1}));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(5s);
  EXPECT_EQ(Count(100)[1], 1) << "the trial";
  for (Selection& s : hanging) {
    router_->Report(s, {.kind = OutcomeKind::kCancelled});
    EXPECT_EQ(router_->Select(kRequest).channel_id(), 2);
  }
}

// Clocks count from whenever; some begin below zero.
TEST_F(State, AClockBelowZeroIsAsGoodAsAnyOther) {
  clock_.Advance(-clock_.now() - 1000h);
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m", 1, -1));
  ASSERT_TRUE(router_->SetLimits(2, {.requests_per_minute = 60}).ok());
  Report(1, OutcomeKind::kTransient, 3);
  EXPECT_EQ(Status(1).remaining, 5s);
  EXPECT_EQ(router_->Select(kRequest).channel_id(), 2);
  clock_.Advance(5s);
  Selection trial = router_->Select(kRequest);
  EXPECT_EQ(trial.channel_id(), 1);
  router_->Report(trial, {.kind = OutcomeKind::kSuccess});
  EXPECT_EQ(Status(1).phase, ChannelPhase::kSlowStart);
}

// Would catch: a moment of nonsense after which nothing ever ends.
TEST_F(State, AClockThatSpeaksNonsenseForAMomentIsNotBelieved) {
  std::chrono::nanoseconds said = 1h;
  ChannelStateOptions options = Options();
  options.clock = {.now = [](void* at) noexcept { return *static_cast<std::chrono::nanoseconds*>(at); },
                   .context = &said};
  Serve(options, Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  for (const auto nonsense : {std::chrono::nanoseconds::max(), std::chrono::nanoseconds::min()}) {
    said = nonsense;
    EXPECT_EQ(Status(1).remaining, 5s);
    EXPECT_EQ(Count(10).count(1), 0u);
  }
  said = 1h + 1s;
  EXPECT_EQ(Status(1).remaining, 5s) << "it goes on from here";
  said += 5s;
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
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

TEST_F(State, ChannelsWhoseSwitchIsOverArePartOfIt) {
  Serve(Options(0.5), Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m"), Channel(4, "g", "m"));
  ASSERT_TRUE(router_->SwitchOff(4, {.lasts = 10s}));
  clock_.Advance(10s);
  Report(1, OutcomeKind::kCredentialRefused);
  Report(2, OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Status(2).phase, ChannelPhase::kCooling) << "two of four";
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

TEST_F(State, ABurstOfTheSameMissingModelIsOneCooldown) {
  Serve(Options(), Channel(1, "g", "m"));
  std::vector<Selection> burst;
  for (int i = 0; i < 8; ++i) burst.push_back(router_->Select(kRequest));
  for (Selection& s : burst) router_->Report(s, {.kind = OutcomeKind::kModelUnavailable});
  ASSERT_EQ(Status(1).models.size(), 1u);
  EXPECT_EQ(Status(1).models[0].remaining, 5s);
}

// Would catch: a number that is looked up in another table than it is of.
TEST_F(State, AReportKnowsItsModelAlthoughModelsWereNumberedAnewMeanwhile) {
  Serve(Options(), Channel(1, "g", "m"));
  Selection before = router_->Select(kRequest);
  Selection long_before = router_->Select(kRequest);
  Publish(Channel(1, "g", "a,m"));
  router_->Report(before, {.kind = OutcomeKind::kModelUnavailable});
  ASSERT_EQ(Status(1).models.size(), 1u);
  EXPECT_EQ(Status(1).models[0].model, "m");
  router_->ResetState(1);
  for (const char* models : {"m", "a,m", "m,n", "m", "l,m", "m,z", "m"}) Publish(Channel(1, "g", models));
  router_->Report(long_before, {.kind = OutcomeKind::kModelUnavailable});
  EXPECT_TRUE(Status(1).models.empty()) << "too long ago to be taken for another";
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

TEST_F(State, AClockThatGoesBackShortensNothing) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(-30min);
  EXPECT_EQ(Status(1).remaining, 5s) << "time is not taken to be earlier than it was";
  EXPECT_EQ(Count(50), (std::map<std::int64_t, int>{{2, 50}}));
  clock_.Advance(30min + 5s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
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
