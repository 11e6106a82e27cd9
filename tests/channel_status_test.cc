// Switches, what is known of a channel as data, and how that moves to another router.
#include "pointsman/channel_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/channel_state_fixture.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using testing::Channel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kRequest;

using Switches = testing::ChannelStateTest;

TEST_F(Switches, OfATagsSwitchMovesToAnotherRouterAndLimitsThereStay) {
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

TEST_F(Switches, ASwitchOfAModelHoldsUntilItIsSwitchedOn) {
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

TEST_F(Switches, SeventeenModelsAreTooManyToSwitchOffOneByOne) {
  Serve(Options(), Channel(1, "g", "m"));
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(router_->SwitchOff(1, "m" + std::to_string(i)).ok());
  EXPECT_EQ(router_->SwitchOff(1, "m16").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(router_->SwitchOn(1, "m3"));
  EXPECT_TRUE(router_->SwitchOff(1, "m16").ok());
}

TEST_F(Switches, ASwitchWithAnEndIsOverThen) {
  Serve(Options(), Channel(1, "g", "m"));
  EXPECT_TRUE(router_->SwitchOff(1, {.why = "maintenance", .lasts = 10s}));
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllDisabled);
  EXPECT_EQ(Status(1).switch_note, "maintenance");
  EXPECT_EQ(Status(1).switch_remaining, 10s);
  clock_.Advance(10s);
  EXPECT_TRUE(router_->Select(kRequest));
  EXPECT_FALSE(Status(1).switched_off);
}

TEST_F(Switches, ATagSwitchesItsMembersTheLaterOnesIncluded) {
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

TEST_F(Switches, ResetForgetsWhatWasLearnedAndKeepsSwitchesAndLimits) {
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

TEST_F(Switches, MovesToAnotherRouterWithWhatItKnows) {
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

TEST_F(Switches, ExplainSaysWhoIsCoolingDownAndTakesNoTrial) {
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

TEST_F(Switches, ARecordedSelectionTakesItsReservationAndReplays) {
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

// Ten channels of one place each, which others take while a selection is being made and written down.
TEST_F(Switches, ARecordedSelectionServesNobodyWhosePlaceIsTakenMeanwhile) {
  Rows rows("test");
  for (std::int64_t id = 1; id <= 10; ++id) rows.Add(Channel(id, "g", "m"));
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->Publish(testing::MustCompile(rows).table).ok());
  for (std::int64_t id = 1; id <= 10; ++id) ASSERT_TRUE(router_->SetLimits(id, {.max_in_flight = 1}).ok());
  struct {
    Router& router;
    std::int64_t last;  // whose place is taken
    std::vector<Selection> taken;
  } others{*router_, 9, {}};
  const RandomBits take_first(
      [](void* context) noexcept -> std::uint64_t {
        auto& o = *static_cast<decltype(others)*>(context);
        for (std::int64_t id = static_cast<std::int64_t>(o.taken.size()) + 1; id <= o.last; ++id) {
          Request pinned = kRequest;
          pinned.pin = id;
          o.taken.push_back(o.router.Select(pinned));
        }
        return 0;
      },
      &others);
  DecisionRecord record;
  {
    const Selection selection = router_->SelectRecorded(kRequest, nullptr, take_first, record);
    EXPECT_EQ(selection.channel_id(), 10) << "nine are lost, one is left";
    EXPECT_EQ(Status(10).in_flight, 1);
    EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
  }
  others.taken.clear();
  others.last = 10;
  EXPECT_EQ(router_->SelectRecorded(kRequest, nullptr, take_first, record).reason(), Reason::kAllAtLimit);
  EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
  for (std::int64_t id = 1; id <= 10; ++id) EXPECT_EQ(Status(id).in_flight, 1) << id;
}

// Would catch: a replay that fails open because it knows nothing of the router's rule.

TEST_F(Switches, ARecordedRefusalOfAGroupThatDoesNotFailOpenReplays) {
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

TEST_F(Switches, SaySinceWhenByWhomAndUntilWhen) {
  ChannelRow row = Channel(1, "g", "m");
  row.tag = "azure";
  Serve(Options(), row);
  router_->SwitchOffTag("azure", {.why = "region down"});
  clock_.Advance(2s);
  ASSERT_TRUE(router_->SwitchOff(1, {.why = "maintenance", .lasts = 60s}));
  clock_.Advance(3s);
  const ChannelStatus both = Status(1);
  EXPECT_EQ(both.switch_age, 3s);
  EXPECT_EQ(both.switch_remaining, 57s);
  EXPECT_EQ(both.tag_age, 5s);
  EXPECT_EQ(both.tag_remaining, std::nullopt);
  EXPECT_EQ(both.switch_note, "maintenance");
  ASSERT_TRUE(router_->SwitchOn(1));
  EXPECT_EQ(Status(1).switch_age, std::nullopt);
  EXPECT_EQ(Status(1).switch_note, "region down");
}

TEST_F(Switches, OfATagKeepTheirAgeForMembersThatComeLater) {
  Serve(Options(), Channel(2, "g", "m"));
  router_->SwitchOffTag("azure");
  clock_.Advance(7s);
  ChannelRow row = Channel(1, "g", "m");
  row.tag = "azure";
  Publish(row, Channel(2, "g", "m"));
  EXPECT_EQ(Status(1).tag_age, 7s);
}

TEST_F(Switches, ATagThatIsOverIsOverForThoseWhoComeLaterToo) {
  Serve(Options(), Channel(2, "g", "m"));
  router_->SwitchOffTag("azure", {.lasts = 5s});
  clock_.Advance(5s);
  ChannelRow row = Channel(1, "g", "m");
  row.tag = "azure";
  Publish(row);
  EXPECT_FALSE(Status(1).tag_off);
  EXPECT_EQ(Count(10), (std::map<std::int64_t, int>{{1, 10}}));
}

TEST_F(Switches, AChannelSaysSinceWhenItIsOutAndAfterWhichFailure) {
  Serve(Options(), Channel(1, "g", "m"));
  EXPECT_EQ(Status(1).last_failure, std::nullopt);
  Report(1, OutcomeKind::kCallersFault);
  EXPECT_EQ(Status(1).last_failure, std::nullopt) << "not the channel's";
  Report(1, OutcomeKind::kTransient);
  EXPECT_EQ(Status(1).age, 0s) << "in order";
  Report(1, OutcomeKind::kRateLimited);
  clock_.Advance(2s);
  EXPECT_EQ(Status(1).last_failure, OutcomeKind::kRateLimited);
  EXPECT_EQ(Status(1).age, 2s);
  clock_.Advance(4s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kTrial);
  EXPECT_EQ(Status(1).age, 6s) << "since the cooldown began";
  Report(1, OutcomeKind::kSuccess);
  clock_.Advance(1s);
  EXPECT_EQ(Status(1).phase, ChannelPhase::kSlowStart);
  EXPECT_EQ(Status(1).age, 1s) << "since it is back";
  clock_.Advance(30s);
  EXPECT_EQ(Status(1).age, 0s);
  ASSERT_TRUE(router_->ResetState(1));
  EXPECT_EQ(Status(1).last_failure, std::nullopt);
}

TEST_F(Switches, AgesMoveToAnotherRouter) {
  Serve(Options(), Channel(1, "g", "m"));
  Report(1, OutcomeKind::kQuotaExhausted);
  ASSERT_TRUE(router_->SwitchOff(1));
  clock_.Advance(8s);
  const std::vector<ChannelStatus> before = router_->ChannelStates();
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_EQ(router_->ImportChannelStates(before), 1u);
  EXPECT_EQ(router_->ChannelStates(), before);
}

// Would catch: a tag's switch that outlives its end, because the channel's own one was moved with it.
TEST_F(Switches, MoveToAnotherRouterEachWithItsOwnEndAndAge) {
  ChannelRow row = Channel(1, "g", "m");
  row.tag = "azure";
  Serve(Options(), row);
  router_->SwitchOffTag("azure", {.why = "region down", .lasts = 20s});
  clock_.Advance(2s);
  ASSERT_TRUE(router_->SwitchOff(1, {.why = "maintenance", .lasts = 60s}));
  clock_.Advance(3s);
  const std::vector<ChannelStatus> before = router_->ChannelStates();
  Serve(Options(), row);
  ASSERT_EQ(router_->ImportChannelStates(before), 1u);
  EXPECT_EQ(router_->ChannelStates(), before);
  EXPECT_EQ(Status(1).tag_remaining, 15s);
  clock_.Advance(15s);
  EXPECT_FALSE(Status(1).tag_off);
  EXPECT_TRUE(Status(1).switched_off);
  clock_.Advance(42s);
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(Switches, LimitsMoveToAnotherRouterAndBindThere) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  ASSERT_TRUE(router_->SetLimits(2, {.requests_per_minute = 5, .burst = 3}).ok());
  ASSERT_TRUE(router_->SetLimits(3, {.tokens_per_minute = 7}).ok());
  const std::vector<ChannelStatus> before = router_->ChannelStates();
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m"));
  EXPECT_EQ(router_->ImportChannelStates(before), 3u);
  EXPECT_EQ(router_->ChannelStates(), before);
  router_->SwitchOff(2);
  router_->SwitchOff(3);
  const Selection first = router_->Select(kRequest);
  EXPECT_EQ(first.channel_id(), 1);
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllAtLimit);
}

// Ten seconds into thirty: 64 * (0.1 + 0.9 / 3), which is 25 sixty-fourths.
TEST_F(Switches, ASlowStartMovesToAnotherRouterWithItsShare) {
  const auto share = [&] { return router_->Dump().out.at(0).level; };
  Serve(Options(), Channel(1, "g", "m"));
  Report(1, OutcomeKind::kTransient, 3);
  clock_.Advance(5s);
  Report(1, OutcomeKind::kSuccess);
  clock_.Advance(10s);
  EXPECT_EQ(share(), 25u);
  const std::vector<ChannelStatus> before = router_->ChannelStates();
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_EQ(router_->ImportChannelStates(before), 1u);
  EXPECT_EQ(router_->ChannelStates(), before);
  EXPECT_EQ(share(), 25u);
}

TEST_F(Switches, TimesThatNobodyCanHaveWaitedForAreSurvived) {
  Serve(Options(), Channel(1, "g", "m"));
  ChannelStatus status = Status(1);
  status.phase = ChannelPhase::kCooling;
  status.switched_off = true;
  status.remaining = status.age = std::chrono::milliseconds::max();
  status.switch_age = std::chrono::milliseconds::max();
  status.last_failure = OutcomeKind::kSuccess;
  ASSERT_EQ(router_->ImportChannelStates(std::vector<ChannelStatus>{status}), 1u);
  EXPECT_EQ(Status(1).remaining, 600s) << "no wait is longer than the longest";
  EXPECT_GT(Status(1).age, 24h);
  EXPECT_EQ(Status(1).last_failure, std::nullopt);
  status.age = std::chrono::milliseconds::min();
  ASSERT_EQ(router_->ImportChannelStates(std::vector<ChannelStatus>{status}), 1u);
  EXPECT_EQ(Status(1).age, 0s);
}

}  // namespace
}  // namespace pointsman
