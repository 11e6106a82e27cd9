// A refresher that follows the gateway's saved options: which groups there are, who may use them, how often to try.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "pointsman/load/json.h"
#include "support/refreshed.h"

namespace pointsman::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class Following : public Refreshed {
 protected:
  Refresher& Follow() {
    return Begin({.follow_options = [this](std::span<const OptionRow> options, std::vector<Rejection>& rejections) {
      PolicyOfOptions said = PolicyFromOptions(options, router_.policy());
      rejections = std::move(said.rejections);
      return std::move(said.policy);
    }});
  }
  bool ServesAuto(std::string_view model) {
    return static_cast<bool>(router_.Select({.group = "auto", .user_group = "default", .model = model}));
  }
  std::string ServedPolicy() { return PolicyToJson(router_.TakeSnapshot().table->policy()); }
};

TEST_F(Following, PublishesWhatAnAdministratorHasSaved) {
  Follow();
  ASSERT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
  EXPECT_FALSE(ServesAuto("runway"));

  options_ = {{.key = "AutoGroups", .value = R"(["default"])"}};
  const RefreshTurn turn = StepAfter(seconds(10));
  EXPECT_EQ(turn.outcome, RefreshOutcome::kPublished) << turn.status;
  EXPECT_EQ(turn.report.routes, 3u);
  EXPECT_EQ(turn.report.channels, 1u);
  EXPECT_TRUE(ServesAuto("runway"));
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kUnchanged) << "the same options are no change";

  options_.clear();
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kPublished);
  EXPECT_FALSE(ServesAuto("runway")) << "an option that is gone says nothing any more";
  EXPECT_EQ(router_.TakeSnapshot().table->policy(), router_.policy());
}

// Catches: a second build of other rows than those that were loaded with the options.
TEST_F(Following, ItIsTheTableOfThoseRowsUnderThatPolicy) {
  channels_.push_back(Channel(9, "default,vip", "sora", 3));
  options_ = {{.key = "RetryTimes", .value = "1"}, {.key = "GroupRatio", .value = R"({"default": 1, "empty": 1})"}};
  Follow();
  const RefreshTurn turn = refresher_->Step();
  ASSERT_EQ(turn.outcome, RefreshOutcome::kPublished) << turn.status;

  Rows rows("rows");
  ASSERT_TRUE(AddAll(rows, channels_).ok());
  const absl::StatusOr<Compiled> compiled = Compile(rows, PolicyFromOptions(options_, {}).policy);
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ(turn.report.content_hash, compiled->report.content_hash);
  EXPECT_EQ(refresher_->status().content_hash, compiled->report.content_hash);
}

TEST_F(Following, WhatCannotBeUsedIsRejectedAndTheRestCounts) {
  options_ = {{.key = "AutoGroups", .value = "[default]"}, {.key = "RetryTimes", .value = "2"}};
  Follow();
  const RefreshTurn turn = refresher_->Step();
  ASSERT_EQ(turn.outcome, RefreshOutcome::kPublished) << turn.status;
  EXPECT_THAT(ServedPolicy(), HasSubstr(R"("budget": 3)"));
  EXPECT_EQ(refresher_->status().rejections, 1u);
  EXPECT_THAT(refresher_->status().first_rejection, HasSubstr("AutoGroups"));
}

// Would catch: an option that cannot be used any more, and with it a rule that is gone.
TEST_F(Following, AnOptionThatIsMisspelledLaterOpensNoGroup) {
  channels_.push_back(Channel(9, "vip", "sora"));
  options_ = {{.key = "UserUsableGroups", .value = R"({"default": ""})"}};
  Follow();
  const auto of_vip = [&](std::string_view model) {
    return router_.Select({.group = "vip", .user_group = "default", .model = model}).reason();
  };
  ASSERT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
  ASSERT_EQ(of_vip("sora"), Reason::kGroupNotAllowed);

  options_ = {{.key = "UserUsableGroups", .value = R"({"default": "")"}};
  channels_.push_back(Channel(10, "default", "veo"));
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kPublished);
  EXPECT_TRUE(Serves("veo")) << "rows go on";
  EXPECT_EQ(of_vip("sora"), Reason::kGroupNotAllowed);
  EXPECT_EQ(refresher_->status().rejections, 1u);
}

TEST_F(Following, AnOptionThatIsMisspelledFromTheBeginningOpensNoGroup) {
  channels_.push_back(Channel(9, "vip", "sora"));
  options_ = {{.key = "UserUsableGroups", .value = R"({"default": "")"}};
  Follow();
  ASSERT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
  EXPECT_EQ(router_.Select({.group = "vip", .user_group = "default", .model = "sora"}).reason(),
            Reason::kGroupNotAllowed);
  EXPECT_TRUE(router_.Select({.group = "default", .user_group = "default", .model = "runway"}))
      << "one's own group needs no list";
}

TEST_F(Following, APolicyThatCannotBeKeepsTheLastGoodTable) {
  Begin({.follow_options = [this](std::span<const OptionRow>, std::vector<Rejection>&) {
    Policy policy = router_.policy();
    if (!options_.empty()) policy.retry.budget = -1;
    return policy;
  }});
  ASSERT_EQ(refresher_->Step().outcome, RefreshOutcome::kPublished);
  options_ = {{.key = "RetryTimes", .value = "1"}};
  const RefreshTurn turn = StepAfter(seconds(10));
  EXPECT_EQ(turn.outcome, RefreshOutcome::kFailed);
  EXPECT_THAT(turn.status.ToString(), HasSubstr("budget"));
  EXPECT_TRUE(Serves("runway"));
  options_.clear();
  EXPECT_EQ(StepAfter(seconds(10)).outcome, RefreshOutcome::kUnchanged);
}

TEST_F(Following, NobodyIsAskedForOptionsWhereNobodyFollowsThem) {
  Begin();
  refresher_->Step();
  EXPECT_FALSE(asked_for_options_);
  Follow();
  refresher_->Step();
  EXPECT_TRUE(asked_for_options_);
}

}  // namespace
}  // namespace pointsman::testing
