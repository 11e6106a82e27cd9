// Limits as an input of routing: who is full is passed over, and what was reserved is given back.
#include "pointsman/channel_state.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>

#include "support/channel_state_fixture.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using testing::Channel;
using testing::kRequest;

using Limits = testing::ChannelStateTest;

TEST_F(Limits, AClockThatLeapsAheadForAMomentKeepsNoLimitForLong) {
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

TEST_F(Limits, ADebtEndsWithResetState) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.tokens_per_minute = 1}).ok());
  Selection s = router_->Select(kRequest);
  router_->Report(s, {.tokens = 5000});
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllAtLimit);
  ASSERT_TRUE(router_->ResetState(1));
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(Limits, OfRequestsInFlightNobodyKnowsWhenOneEnds) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  const Selection held = router_->Select(kRequest);
  const Selection refused = router_->Select(kRequest);
  EXPECT_EQ(refused.reason(), Reason::kAllAtLimit);
  EXPECT_EQ(refused.retry_after(), std::nullopt);
}

TEST_F(Limits, AChannelAtItsLimitIsPassedOverAndTheOthersKeepTheirShares) {
  Serve(Options(), Channel(1, "g", "m", 5), Channel(2, "g", "m", 2), Channel(3, "g", "m", 1));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  const Selection flying = router_->Select({.group = "g", .model = "m", .pin = 1});
  ASSERT_EQ(flying.channel_id(), 1);
  EXPECT_EQ(Share(1), "0");
  EXPECT_EQ(Share(2), "2/3");
  EXPECT_EQ(Share(3), "1/3");
  EXPECT_EQ(Count(100).count(1), 0u);
}

TEST_F(Limits, ASelectionThatIsNeverReportedReleasesWhatItReserved) {
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

TEST_F(Limits, AReservationMayOutliveTheRouterAndMoveToAnotherThread) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 2}).ok());
  Selection s = router_->Select(kRequest);
  ASSERT_EQ(Status(1).in_flight, 1);
  router_.reset();
  std::thread([moved = std::move(s)] { EXPECT_EQ(moved.channel_id(), 1); }).join();
}

TEST_F(Limits, TheRateOfRequestsIsNotRefunded) {
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

TEST_F(Limits, TokensAreSettledFromTheOutcome) {
  Serve(Options(), Channel(1, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.tokens_per_minute = 100}).ok());
  Selection s = router_->Select(kRequest);
  router_->Report(s, {.kind = OutcomeKind::kSuccess, .tokens = 150});
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllAtLimit);
  clock_.Advance(31s);
  EXPECT_TRUE(router_->Select(kRequest));
}

TEST_F(Limits, LimitsMayBeSetBeforeTheChannelIsKnown) {
  router_.emplace(Policy(), RouterOptions{.state = Options()});
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  Publish(Channel(1, "g", "m"));
  const Selection first = router_->Select(kRequest);
  EXPECT_TRUE(first);
  EXPECT_FALSE(router_->Select(kRequest));
  EXPECT_FALSE(router_->SetLimits(1, {.max_in_flight = -1}).ok());
}

}  // namespace
}  // namespace pointsman
