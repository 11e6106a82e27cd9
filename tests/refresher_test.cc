// When a Refresher loads, what it publishes, and what it says of itself; with a clock that the test turns.
#include "pointsman/refresher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/refreshed.h"

namespace pointsman::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Refreshing = Refreshed;

TEST_F(Refreshing, LoadsAtItsFirstStepAndThenOnlyWhenItIsTime) {
  Begin({.pace = {.interval = seconds(10)}});
  const RefreshTurn first = refresher_->Step();
  EXPECT_EQ(first.outcome, RefreshOutcome::kPublished);
  EXPECT_EQ(first.report.generation, 1u);
  EXPECT_EQ(first.report.routes, 3u);
  EXPECT_EQ(NextOf(first), seconds(10));

  const RefreshTurn early = StepAfter(milliseconds(9999));
  EXPECT_EQ(early.outcome, RefreshOutcome::kNotDue);
  EXPECT_EQ(NextOf(early), milliseconds(1));
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ(StepAfter(milliseconds(1)).outcome, RefreshOutcome::kUnchanged);
  EXPECT_EQ(loads_, 2);
}

TEST_F(Refreshing, PublishesWhatChangedAndNothingElse) {
  Begin();
  refresher_->Step();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kUnchanged);
  EXPECT_EQ(router_.TakeSnapshot().generation, 1u) << "equal content is no new generation";

  channels_.push_back(Channel(9, "default", "sora", 1));
  const RefreshTurn turn = StepAfter(seconds(10));
  EXPECT_EQ(turn.outcome, RefreshOutcome::kPublished);
  EXPECT_EQ(turn.report.generation, 2u);
  EXPECT_TRUE(Serves("sora"));
  const RefreshStatus status = refresher_->status();
  EXPECT_EQ(status.loads, 7u);
  EXPECT_EQ(status.published, 2u);
  EXPECT_EQ(status.unchanged, 5u);
  EXPECT_EQ(status.content_hash, turn.report.content_hash);
}

TEST_F(Refreshing, AnEmptySourceIsPublishedOnceSoThatItCountsAsLoaded) {
  channels_.clear();
  Begin();
  EXPECT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
  EXPECT_EQ(router_.TakeSnapshot().generation, 1u);
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kUnchanged);
}

TEST_F(Refreshing, WhatTheHostHasPublishedIsNotPublishedAgain) {
  ASSERT_TRUE(router_.Reload(loader_).ok());
  Begin();
  const RefreshTurn turn = refresher_->Step();
  EXPECT_EQ(turn.outcome, RefreshOutcome::kUnchanged);
  EXPECT_EQ(turn.report.generation, 1u);
}

TEST_F(Refreshing, APatchLastsUntilTheNextLoad) {
  Begin();
  refresher_->Step();
  const ChannelChange gone = ChannelChange::Remove(8);
  ASSERT_TRUE(router_.Patch({&gone, 1}).ok());
  EXPECT_FALSE(Serves("runway"));
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kPublished);
  EXPECT_TRUE(Serves("runway"));
}

TEST_F(Refreshing, JitterOnlyBringsLoadsForwardAndDiffersFromNodeToNode) {
  std::set<milliseconds> waits;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Begin({.pace = {.interval = seconds(10), .jitter = 0.2}, .jitter_seed = seed});
    const milliseconds wait = NextOf(refresher_->Step());
    EXPECT_GT(wait, seconds(8) - milliseconds(1));
    EXPECT_LE(wait, seconds(10));
    waits.insert(wait);
  }
  EXPECT_GT(waits.size(), 150u);
  EXPECT_LT(*waits.begin(), milliseconds(8200));
  EXPECT_GT(*waits.rbegin(), milliseconds(9800));
}

TEST_F(Refreshing, ANotificationIsFollowedByALoadAfterAShortPause) {
  Begin({.pace = {.interval = seconds(10), .shortest_pause = milliseconds(20)}});
  refresher_->Step();
  channels_.push_back(Channel(9, "default", "sora", 1));
  refresher_->Notify();
  EXPECT_EQ(NextOf(StepAfter(milliseconds(5))), milliseconds(15));
  EXPECT_EQ(StepAfter(milliseconds(15)).outcome, RefreshOutcome::kPublished);
  EXPECT_EQ(NextOf(StepAfter(milliseconds(0))), seconds(10)) << "it was one notification";
  EXPECT_EQ(refresher_->status().notifications, 1u);
}

// The load may have read that table already.
TEST_F(Refreshing, ANotificationDuringALoadIsFollowedByAnother) {
  Begin();
  during_load_ = [&] {
    if (loads_ == 1) refresher_->Notify();
  };
  EXPECT_EQ(NextOf(refresher_->Step()), milliseconds(20));
  EXPECT_EQ(StepAfter(milliseconds(20)).outcome, RefreshOutcome::kUnchanged);
  EXPECT_EQ(loads_, 2);
}

TEST_F(Refreshing, AStreamOfNotificationsLeavesTheSourceHalfOfItsTime) {
  Begin();
  during_load_ = [&] { now_ += milliseconds(700); };
  refresher_->Step();
  refresher_->Notify();
  EXPECT_EQ(StepAfter(milliseconds(699)).outcome, RefreshOutcome::kNotDue);
  EXPECT_EQ(StepAfter(milliseconds(1)).outcome, RefreshOutcome::kUnchanged);
}

TEST_F(Refreshing, AFailingSourceIsLeftAloneLongerAndLongerAndTheLastGoodTableStays) {
  Begin({.pace = {.first_backoff = milliseconds(500), .longest_backoff = seconds(3)}});
  refresher_->Step();
  broken_ = absl::UnavailableError("db: gone");
  std::vector<milliseconds> waits;
  RefreshTurn turn = StepAfter(seconds(10));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(turn.outcome, RefreshOutcome::kFailed);
    EXPECT_EQ(turn.status.code(), absl::StatusCode::kUnavailable);
    waits.push_back(NextOf(turn));
    turn = StepAfter(waits.back());
  }
  EXPECT_THAT(waits, ElementsAre(milliseconds(500), seconds(1), seconds(2), seconds(3), seconds(3)));
  EXPECT_TRUE(Serves("runway"));
  const RefreshStatus status = refresher_->status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.failures_in_a_row, 6u);
  EXPECT_EQ(status.last_error.message(), "db: gone");
  EXPECT_EQ(*status.age, milliseconds(10000 + 9500)) << "as old as the last load that went well";
  EXPECT_EQ(status.Text(), "generation 1, 19.5 s old; 6 failures in a row: db: gone");

  broken_ = absl::OkStatus();
  EXPECT_EQ(StepAfter(seconds(3)).outcome, RefreshOutcome::kUnchanged);
  EXPECT_TRUE(refresher_->status().ok());
  EXPECT_EQ(refresher_->status().last_error.message(), "db: gone") << "what was stays to be read";
  EXPECT_EQ(*refresher_->status().last_error_age, seconds(3));
  broken_ = absl::UnavailableError("db: again");
  EXPECT_EQ(NextOf(StepAfter(seconds(10))), milliseconds(500)) << "the backoff begins anew";
}

TEST_F(Refreshing, ANotificationShortensABackoffButDoesNotEndIt) {
  Begin({.pace = {.first_backoff = milliseconds(500), .longest_backoff = seconds(60)}});
  broken_ = absl::UnavailableError("db: gone");
  RefreshTurn turn = refresher_->Step();
  for (int i = 0; i < 5; ++i) turn = StepAfter(NextOf(turn));
  EXPECT_EQ(NextOf(turn), seconds(16));
  refresher_->Notify();
  EXPECT_EQ(NextOf(StepAfter(milliseconds(0))), milliseconds(500));
  EXPECT_EQ(StepAfter(milliseconds(500)).outcome, RefreshOutcome::kFailed);
}

TEST_F(Refreshing, NothingIsOldBeforeTheFirstLoad) {
  Begin();
  broken_ = absl::NotFoundError("db: nowhere");
  EXPECT_EQ(refresher_->status().Text(), "generation 0, nothing loaded yet");
  refresher_->Step();
  EXPECT_FALSE(refresher_->status().age.has_value());
  EXPECT_EQ(refresher_->status().Text(), "generation 0, nothing loaded yet; 1 failures in a row: db: nowhere");
}

TEST_F(Refreshing, ABuildThatWasOvertakenIsTriedAgain) {
  Begin();
  during_load_ = [&] {
    if (loads_ > 1) return;
    ASSERT_TRUE(router_.Publish(MustCompile(RowsOf(Channel(1, "default", "other"))).table).ok());
  };
  const RefreshTurn turn = refresher_->Step();
  EXPECT_EQ(turn.outcome, RefreshOutcome::kFailed);
  EXPECT_EQ(turn.status.code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Serves("other"));
}

TEST_F(Refreshing, ALoaderThatThrowsHasFailed) {
  Begin();
  refresher_->Step();
  during_load_ = [] { throw std::runtime_error("a bug of the host's"); };
  RefreshTurn turn = StepAfter(seconds(10));
  EXPECT_EQ(turn.status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(turn.status.message(), "rows: the loader threw: a bug of the host's");
  during_load_ = [] { throw std::bad_alloc(); };
  turn = StepAfter(seconds(10));
  EXPECT_EQ(turn.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Serves("runway"));
}

TEST_F(Refreshing, RejectedRowsAreCountedAndOneIsNamed) {
  channels_.push_back(Channel(9, "default", "sora", -5));
  Begin();
  EXPECT_EQ(refresher_->Step().report.rejections.size(), 1u);
  const RefreshStatus status = refresher_->status();
  EXPECT_EQ(status.rejections, 1u);
  EXPECT_THAT(status.first_rejection, HasSubstr("weight"));
  EXPECT_THAT(status.Text(), HasSubstr("1 rows rejected, such as"));
  EXPECT_TRUE(status.ok()) << "wrong rows stop nothing";
}

TEST_F(Refreshing, AClockThatGoesBackDelaysNothingForLong) {
  Begin();
  refresher_->Step();
  now_ -= std::chrono::hours(3);
  EXPECT_EQ(NextOf(refresher_->Step()), seconds(10));
  EXPECT_GE(*refresher_->status().age, seconds(0));
  EXPECT_EQ(StepAfter(seconds(9)).outcome, RefreshOutcome::kNotDue);
  EXPECT_EQ(StepAfter(seconds(1)).outcome, RefreshOutcome::kUnchanged) << "not three hours later";
  EXPECT_EQ(refresher_->status().loads, 2u);
}

TEST_F(Refreshing, EveryTurnThatLoadsIsObserved) {
  std::vector<std::string_view> seen;
  Begin({.observe = [&](const RefreshTurn& turn) { seen.push_back(RefreshOutcomeName(turn.outcome)); }});
  refresher_->Step();
  refresher_->Step();
  broken_ = absl::UnavailableError("db: gone");
  StepAfter(seconds(10));
  EXPECT_THAT(seen, ElementsAre("published", "failed"));
}

TEST_F(Refreshing, OptionsThatCannotBeAreRefusedWithTheirRange) {
  Begin({.pace = {.interval = milliseconds(0)}});
  const RefreshTurn turn = refresher_->Step();
  EXPECT_EQ(turn.outcome, RefreshOutcome::kFailed);
  EXPECT_EQ(turn.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(turn.status.message(), "RefresherOptions: pace.interval is 0 ms; set it between 1 ms and a day");
  EXPECT_EQ(refresher_->Start(), turn.status);
  EXPECT_EQ(loads_, 0);

  Begin({.pace = {.jitter = 1.5}, .jitter_seed = 1});
  EXPECT_EQ(refresher_->Start().message(), "RefresherOptions: pace.jitter is 1.500000; set it between 0 and 0.9");
  Begin({.load_timeout = std::chrono::hours(25)});
  EXPECT_EQ(refresher_->Start().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pointsman::testing
