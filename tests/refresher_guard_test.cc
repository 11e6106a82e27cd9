// What a Refresher does not publish: tables that lost most routes, or a column, until that is meant or lasts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pointsman/refresher.h"
#include "support/refreshed.h"

namespace pointsman::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Refusal : public Refreshed {
 protected:
  void SetUp() override {
    Begin({.pace = {.interval = seconds(10), .longest_backoff = seconds(10)}, .accept_loss_after = seconds(60)});
    EXPECT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
  }
  RefreshTurn Next() { return StepAfter(seconds(10)); }
};

TEST_F(Refusal, OfATableThatLostMostRoutesSaysHowMany) {
  channels_ = {Channel(8, "default", "runway")};
  const RefreshTurn turn = Next();
  EXPECT_EQ(turn.outcome, RefreshOutcome::kRefused);
  EXPECT_EQ(turn.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Serves("kling"));
  now_ += seconds(3);
  const RefreshStatus status = refresher_->status();
  EXPECT_FALSE(status.ok());
  ASSERT_TRUE(status.held_back.has_value());
  EXPECT_EQ(status.held_back->lost, 2u);
  EXPECT_EQ(status.held_back->serving, 3u);
  EXPECT_EQ(status.held_back->age, seconds(3));
  EXPECT_THAT(status.held_back->columns, IsEmpty());
  EXPECT_EQ(status.refused, 1u);
  EXPECT_EQ(status.failures_in_a_row, 0u);
  EXPECT_THAT(status.Text(), HasSubstr("a table is held back for 3.0 s: 2 of 3 serving routes would be lost"));
}

TEST_F(Refusal, IsLookedAtAgainSoonerThanTheInterval) {
  channels_.clear();
  const RefreshTurn turn = Next();
  EXPECT_EQ(NextOf(turn), milliseconds(500));
}

TEST_F(Refusal, OfATableThatWasEmptyForAMomentIsForgotten) {
  const std::vector<ChannelRow> before = channels_;
  channels_.clear();
  EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused);
  channels_ = before;
  EXPECT_EQ(Next().outcome, RefreshOutcome::kUnchanged);
  EXPECT_TRUE(refresher_->status().ok());
  EXPECT_FALSE(refresher_->AcceptLoss()) << "nothing is held back any more";
  EXPECT_EQ(router_.TakeSnapshot().generation, 1u);
}

TEST_F(Refusal, EndsWhenTheSameContentIsSeenLongEnough) {
  channels_ = {Channel(8, "default", "runway")};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused) << i;
  EXPECT_EQ(Next().outcome, RefreshOutcome::kPublished) << "60 seconds after the first";
  EXPECT_FALSE(Serves("kling"));
  EXPECT_TRUE(refresher_->status().ok());
}

class Filling : public Refusal {
 protected:
  static std::vector<ChannelRow> First(int n) {
    static constexpr const char* kModels[] = {"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9",
                                              "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"};
    std::vector<ChannelRow> rows;
    for (int i = 0; i < n; ++i) rows.push_back(Channel(100 + i, "default", kModels[i]));
    return rows;
  }
  void SetUp() override {
    channels_ = First(20);
    Refusal::SetUp();
  }
};

// A table that is being filled again loses less at each look.
TEST_F(Filling, BeginsAnewWithEachOtherLoss) {
  for (int n = 0; n < 10; n += 2) {
    channels_ = First(n);
    for (int look = 0; look < 5; ++look) EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused) << n;
  }
  EXPECT_TRUE(Serves("n9"));
}

// A database that is alive is another one at each look, too.
TEST_F(Filling, EndsWhereTheLossLastsWhateverElseChanges) {
  for (int i = 0; i < 6; ++i) {
    channels_ = First(4);
    channels_[0].weight = i;
    EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused) << i;
  }
  channels_[0].weight = 7;
  EXPECT_EQ(Next().outcome, RefreshOutcome::kPublished);
  EXPECT_FALSE(Serves("n9"));
}

TEST_F(Filling, AWordHoldsForTheSameLossWhateverElseChanges) {
  channels_ = First(4);
  EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused);
  ASSERT_TRUE(refresher_->AcceptLoss());
  channels_[0].weight = 7;
  EXPECT_EQ(Next().outcome, RefreshOutcome::kPublished);
}

TEST_F(Refusal, EndsWhenSomebodySaysThatItIsMeant) {
  EXPECT_FALSE(refresher_->AcceptLoss());
  channels_.clear();
  EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused);
  EXPECT_TRUE(refresher_->AcceptLoss());
  EXPECT_EQ(StepAfter(milliseconds(500)).outcome, RefreshOutcome::kPublished) << "soon, not at the next interval";
  EXPECT_FALSE(Serves("runway"));
}

TEST_F(Refusal, IsAcceptedForTheLossThatWasToldAndNoLarger) {
  channels_ = {Channel(8, "default", "runway")};
  EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused);
  EXPECT_TRUE(refresher_->AcceptLoss());
  channels_.clear();
  EXPECT_EQ(Next().outcome, RefreshOutcome::kRefused) << "that was not what somebody accepted";
  EXPECT_TRUE(Serves("kling"));
}

TEST_F(Refusal, CanBeEndedByNobodyButAPerson) {
  Begin({.accept_loss_after = milliseconds(0)});
  refresher_->Step();
  channels_.clear();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(StepAfter(seconds(30)).outcome, RefreshOutcome::kRefused);
  EXPECT_TRUE(refresher_->AcceptLoss());
  EXPECT_EQ(StepAfter(seconds(30)).outcome, RefreshOutcome::kPublished);
}

TEST_F(Refusal, OfWhatTheHostRefusesStaysWithTheHost) {
  Router router({}, {.before_publish = [](const RouteTable&) { return absl::FailedPreconditionError("not ready"); }});
  Refresher refresher(router, loader_, {.clock = clock()});
  const RefreshTurn turn = refresher.Step();
  EXPECT_EQ(turn.outcome, RefreshOutcome::kRefused);
  EXPECT_EQ(turn.status.message(), "not ready");
  EXPECT_TRUE(refresher.AcceptLoss());
  now_ += seconds(30);
  EXPECT_EQ(refresher.Step().outcome, RefreshOutcome::kRefused);
}

class LostColumn : public Refreshed {
 protected:
  // Channel 9 is disabled: without its column, status, it would count as enabled.
  void SetUp() override {
    columns_ = {"id", "models", "status"};
    channels_ = {Bltcy(), Channel(9, "default", "sora")};
    channels_[1].status = 2;
    Begin();
    EXPECT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
    EXPECT_FALSE(Serves("sora"));
  }
  void RenameStatus() {
    columns_ = {"id", "models"};
    for (ChannelRow& row : channels_) row.status = {};
  }
};

TEST_F(LostColumn, IsNotTakenForADefault) {
  RenameStatus();
  const RefreshTurn turn = StepAfter(seconds(10));
  EXPECT_EQ(turn.outcome, RefreshOutcome::kRefused);
  EXPECT_EQ(turn.status.message(),
            "rows: what it had before is gone: channels.status; the current table stays. Bring it back, or say "
            "AcceptLoss if that is meant");
  EXPECT_FALSE(Serves("sora"));
  EXPECT_THAT(refresher_->status().held_back->columns, ElementsAre("channels.status"));
}

TEST_F(LostColumn, IsAcceptedByNothingButAWord) {
  RenameStatus();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(StepAfter(seconds(30)).outcome, RefreshOutcome::kRefused);
  EXPECT_TRUE(refresher_->AcceptLoss());
  EXPECT_EQ(StepAfter(seconds(30)).outcome, RefreshOutcome::kPublished);
  EXPECT_TRUE(Serves("sora"));
  EXPECT_EQ(StepAfter(seconds(30)).outcome, RefreshOutcome::kUnchanged) << "that is what it has from now on";
}

TEST_F(LostColumn, ThatComesBackIsRecoveredFromByItself) {
  const std::vector<ChannelRow> before = channels_;
  RenameStatus();
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kRefused);
  columns_ = {"id", "models", "status"};
  channels_ = before;
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kUnchanged);
  channels_[1].status = 1;
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kPublished);
}

TEST_F(LostColumn, ThatChangesNothingIsNoMatter) {
  columns_ = {"id", "status"};
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kUnchanged);
  channels_[1].status = 1;
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kRefused) << "it is still gone when something changes";
}

}  // namespace
}  // namespace pointsman::testing
