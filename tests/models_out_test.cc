// A channel that is out for one model alone: whoever explains, sums up, records or dumps says so, as the selection
// does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "pointsman/load/dump.h"
#include "support/channel_state_fixture.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using testing::Channel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kRequest;

constexpr Request kOther{.group = "g", .model = "n"};

class ModelsOut : public testing::ChannelStateTest {
 protected:
  // 1 has m switched off and n cooling down; 2 is in order.
  void ServeTwo() {
    Serve(Options(), Channel(1, "g", "m,n", 3), Channel(2, "g", "m,n", 1));
    ASSERT_TRUE(router_->SwitchOff(1, "m").ok());
    Report(1, OutcomeKind::kModelUnavailable, 1, "n");
  }
  // No selection of a hundred is another than `channel`.
  void ExpectOnly(std::int64_t channel, const Request& request) {
    EXPECT_EQ(Count(100, request), (std::map<std::int64_t, int>{{channel, 100}}));
  }

  const std::vector<OutChannel> out_ = {{.channel_id = 1, .reason = OutReason::kSwitchedOff, .model = "m"},
                                        {.channel_id = 1, .reason = OutReason::kCoolingDown, .model = "n"}};
};

TEST_F(ModelsOut, HaveNoShare) {
  ServeTwo();
  ExpectOnly(2, kRequest);
  EXPECT_EQ(Share(2), "1/1");
  EXPECT_EQ(Share(1), "0");
  ASSERT_TRUE(router_->SwitchOn(1, "m"));
  EXPECT_EQ(Share(1), "3/4");
}

TEST_F(ModelsOut, AreExplained) {
  Serve(Options(), Channel(1, "g", "m,n"));
  ASSERT_TRUE(router_->SwitchOff(1, "m").ok());
  const Explanation why = router_->Explain(kRequest);
  EXPECT_FALSE(why.ok);
  EXPECT_EQ(why.reason, Reason::kAllDisabled);
  EXPECT_EQ(router_->Select(kRequest).reason(), why.reason);
  EXPECT_TRUE(router_->Explain(kOther).ok);
}

TEST_F(ModelsOut, AreInRecordsWhichReplayAndComeBackFromJson) {
  ServeTwo();
  DecisionRecord record;
  for (const Request& request : {kRequest, kOther}) {
    const Selection chosen = router_->SelectRecorded(request, nullptr, ThreadBits(), record);
    EXPECT_EQ(chosen.channel_id(), 2);
    EXPECT_EQ(record.out, out_);
    EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
    EXPECT_EQ(ParseDecision(DecisionToJson(record)).value(), record);
  }
}

TEST_F(ModelsOut, AreInDumps) {
  ServeTwo();
  const absl::StatusOr<LoadedDump> loaded = ParseDump(DumpToJson(router_->Dump()));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->dump.out, out_);
}

TEST_F(ModelsOut, OfARecordThatNobodyServesAreLeftAside) {
  ServeTwo();
  DecisionRecord record;
  router_->SelectRecorded(kRequest, nullptr, ThreadBits(), record);
  record.out.push_back({.channel_id = 2, .reason = OutReason::kSwitchedOff, .model = "of another table"});
  record.out.push_back({.channel_id = 77, .reason = OutReason::kSwitchedOff, .model = "m"});
  EXPECT_TRUE(ReplayDecision(*router_->TakeSnapshot().table, record).same());
}

TEST_F(ModelsOut, AreNeverAtALimitOfTheirOwn) {
  ServeTwo();
  DecisionRecord record;
  router_->SelectRecorded(kRequest, nullptr, ThreadBits(), record);
  std::string text = DecisionToJson(record);
  const std::size_t at = text.find("switched_off");
  text.replace(at, std::string("switched_off").size(), "at_limit");
  const absl::Status refused = ParseDecision(text, "record.json").status();
  EXPECT_THAT(std::string(refused.message()), HasSubstr("has a model, which is \"switched_off\" or \"cooling_down\""));
}

TEST_F(ModelsOut, DoNotServeWhereAllElseFailsOpenAtItsLimit) {
  Serve(Options(), Channel(1, "g", "m"), Channel(2, "g", "m"));
  ASSERT_TRUE(router_->SetLimits(1, {.max_in_flight = 1}).ok());
  Report(1, OutcomeKind::kTransient, 3);
  ASSERT_TRUE(router_->SwitchOff(2, "m").ok());
  const Selection busy = router_->Select(kRequest);
  EXPECT_TRUE(busy.degraded());
  EXPECT_FALSE(router_->Select(kRequest));
  EXPECT_FALSE(router_->Explain(kRequest).ok);
  EXPECT_THAT(router_->Distribute(kRequest).shares, IsEmpty());
  EXPECT_THAT(router_->Dump().out, ElementsAre(OutChannel{.channel_id = 1, .reason = OutReason::kCoolingDown},
                                               OutChannel{.channel_id = 1, .reason = OutReason::kAtLimit},
                                               OutChannel{.channel_id = 2, .model = "m"}));
}

// Would catch: the longer of the two ends deciding which of them it is.
TEST_F(ModelsOut, SwitchedOffByHandAreThatWhateverTheyHaveLearned) {
  Serve(Options(), Channel(1, "g", "m"));
  Report(1, OutcomeKind::kModelUnavailable);
  ASSERT_TRUE(router_->SwitchOff(1, "m", {.lasts = 1s}).ok());
  EXPECT_EQ(router_->Select(kRequest).reason(), Reason::kAllDisabled);
  clock_.Advance(1s);
  EXPECT_TRUE(router_->Select(kRequest).degraded()) << "the lesson is not over yet";
}

TEST_F(ModelsOut, ForgetWhatTheyHaveLearnedAndStaySwitchedOffWhenReset) {
  ServeTwo();
  ASSERT_TRUE(router_->ResetState(1));
  EXPECT_THAT(router_->Dump().out, ElementsAre(OutChannel{.channel_id = 1, .model = "m"}));
}

}  // namespace
}  // namespace pointsman
