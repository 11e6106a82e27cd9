// Why others were not taken, as a record says it: every reason, and the pass of the walk that the answer comes from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Candidates of one route that are out for every reason there is, and one that serves.
class Rejections : public ::testing::Test {
 protected:
  Rejections() {
    Rows rows("test");
    for (std::int64_t id = 1; id <= 7; ++id) {
      rows.Add(ChannelRow{.id = id, .status = id == 1 ? 2 : 1, .cookie = static_cast<std::uint64_t>(id)});
      rows.Add(AbilityRow{.group = "g",
                          .model = "m",
                          .channel_id = id,
                          .enabled = id == 2 ? 0 : 1,
                          .priority = id == 7 ? 0 : 5,
                          .weight = id == 3 ? 0 : id});
    }
    EXPECT_TRUE(router_.Publish(MustCompile(rows).table).ok());
    EXPECT_TRUE(router_.SwitchOff(5));
    attempts_.Add({.channel_id = 4, .priority = 5, .group = GroupKey("g")});
  }

  static std::int32_t NotSix(void*, const FilterCandidate& c) noexcept { return c.channel_id == 6 ? 77 : 0; }

  Router router_;
  Attempts attempts_;
};

TEST_F(Rejections, AreNamedWithTheirReasons) {
  DecisionRecord record;
  SplitMix64 bits(1);
  const Request request{.group = "g", .model = "m", .filter = {.judge = &NotSix}};
  const Selection s = router_.SelectRecorded(request, &attempts_, RandomBits(bits), record);
  EXPECT_EQ(s.channel_id(), 7);
  std::map<std::int64_t, std::string> why;
  for (const RejectedCandidate& r : record.rejected) {
    why[r.candidate.channel_id] = std::string(RejectedName(r.why)) + " " + std::to_string(r.weight);
  }
  EXPECT_THAT(record.rejected, SizeIs(6));
  EXPECT_EQ(why, (std::map<std::int64_t, std::string>{{1, "channel_disabled 1"},
                                                      {2, "ability_disabled 2"},
                                                      {3, "zero_weight 0"},
                                                      {4, "tried 4"},
                                                      {5, "out 5"},
                                                      {6, "filtered 6"}}));
  EXPECT_THAT(record.out, ElementsAre(OutChannel{.channel_id = 5}));
  ASSERT_THAT(record.verdicts, ::testing::Not(IsEmpty()));
  EXPECT_EQ(record.attempts->size(), 1u) << "as they were before";
  EXPECT_EQ(attempts_.size(), 2u);
}

TEST_F(Rejections, OfAPinAreOnlyThoseOfItsChannel) {
  DecisionRecord record;
  SplitMix64 bits(1);
  const Selection s = router_.SelectRecorded({.group = "g", .model = "m", .pin = 5}, nullptr, RandomBits(bits), record);
  EXPECT_EQ(s.reason(), Reason::kPinUnusable);
  ASSERT_THAT(record.rejected, SizeIs(1));
  EXPECT_EQ(record.rejected[0].why, Rejected::kOut);
}

TEST(RejectionsOfARepeat, AreThoseOfADrawAsIfNothingHadBeenTried) {
  Policy policy;
  policy.retry.last_resort = LastResort::kRepeat;
  Router router(policy);
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(Channel(1, "g", "m", 1, 5), Channel(2, "g", "m", 0, 5)), policy).table).ok());
  Attempts attempts;
  SplitMix64 bits(1);
  DecisionRecord record;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(router.SelectRecorded({.group = "g", .model = "m"}, &attempts, RandomBits(bits), record));
  }
  EXPECT_EQ(record.answer.channel_id, 1);
  ASSERT_EQ(record.rejected.size(), 1u);
  EXPECT_EQ(record.rejected[0].candidate.channel_id, 2);
  EXPECT_EQ(record.rejected[0].why, Rejected::kZeroWeight);
}

TEST_F(Rejections, TheFilterIsAskedOnceForEachCandidate) {
  struct Counter {
    std::map<std::int64_t, int> asked;
    static std::int32_t Judge(void* context, const FilterCandidate& c) noexcept {
      ++static_cast<Counter*>(context)->asked[c.channel_id];
      return 1;
    }
  } counter;
  DecisionRecord record;
  SplitMix64 bits(1);
  const Request request{.group = "g", .model = "m", .filter = {.judge = &Counter::Judge, .context = &counter}};
  EXPECT_EQ(router_.SelectRecorded(request, nullptr, RandomBits(bits), record).reason(), Reason::kAllFiltered);
  for (const auto& [channel, times] : counter.asked) EXPECT_EQ(times, 1) << channel;
}

// Channels that fail at once, and the records of a walk through them.
class RejectionsOfAWalk : public ::testing::Test {
 protected:
  void Serve(const Rows& rows, const Policy& policy = {}) {
    const CooldownPolicy cooldown{.consecutive_failures = 1, .jitter = 0, .max_cooling_share = 1};
    router_.emplace(policy, RouterOptions{.state = {.cooldown = cooldown, .clock = clock_.clock()}});
    ASSERT_TRUE(router_->Publish(MustCompile(rows, policy).table).ok());
  }
  Selection Select(Attempts* attempts) {
    Selection s = router_->SelectRecorded({.group = "g", .model = "m"}, attempts, RandomBits(bits_), record_);
    const Replay replay = ReplayDecision(*router_->TakeSnapshot().table, record_);
    EXPECT_TRUE(replay.same());
    EXPECT_EQ(replay.rejected, record_.rejected);
    EXPECT_EQ(replay.explanation.ok, static_cast<bool>(s));
    return s;
  }
  void Fail(std::int64_t channel) {
    Selection s = router_->Select({.group = "g", .model = "m", .pin = channel});
    router_->Report(s, {.kind = OutcomeKind::kTransient});
  }
  // "1 tried", in order.
  std::vector<std::string> Rejected() const {
    std::vector<std::string> texts;
    for (const RejectedCandidate& r : record_.rejected) {
      texts.push_back(std::to_string(r.candidate.channel_id) + " " + std::string(RejectedName(r.why)));
    }
    return texts;
  }

  FakeClock clock_;
  SplitMix64 bits_{1};
  std::optional<Router> router_;
  DecisionRecord record_;
};

// Would catch: a list of the pass that found nobody.
TEST_F(RejectionsOfAWalk, ThroughChannelsThatAllCoolDownAreThoseThatWereTried) {
  Serve(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1), Channel(3, "g", "m", 1, -1)));
  for (const std::int64_t id : {1, 2, 3}) Fail(id);
  Attempts attempts;
  const std::int64_t first = Select(&attempts).channel_id();
  ASSERT_NE(first, 3);
  EXPECT_THAT(Rejected(), IsEmpty());
  const std::string tried = std::to_string(first) + " tried";
  const std::int64_t second = Select(&attempts).channel_id();
  ASSERT_EQ(first + second, 3);
  EXPECT_THAT(Rejected(), ElementsAre(tried));
  EXPECT_EQ(Select(&attempts).channel_id(), 3);
  EXPECT_THAT(Rejected(), ElementsAre("1 tried", "2 tried"));
  EXPECT_FALSE(Select(&attempts));
  EXPECT_THAT(Rejected(), ElementsAre("1 tried", "2 tried", "3 tried"));
}

TEST_F(RejectionsOfAWalk, ThatFailsOpenAreStillThoseThatAreSwitchedOff) {
  Serve(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1)));
  Fail(1);
  router_->SwitchOff(2);
  EXPECT_TRUE(Select(nullptr).degraded());
  EXPECT_THAT(Rejected(), ElementsAre("2 out"));
}

// The walk that repeats does not fail open.
TEST_F(RejectionsOfAWalk, ThatRepeatsAreThoseThatCoolDown) {
  Policy policy;
  policy.retry.last_resort = LastResort::kRepeat;
  policy.retry.budget_per_group = 3;
  Serve(RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1)), policy);
  Fail(2);
  Attempts attempts;
  EXPECT_EQ(Select(&attempts).channel_id(), 1);
  EXPECT_THAT(Rejected(), ElementsAre("2 out"));
  EXPECT_EQ(Select(&attempts).channel_id(), 2) << "before it repeats it fails open";
  EXPECT_THAT(Rejected(), ElementsAre("1 tried"));
  EXPECT_EQ(Select(&attempts).channel_id(), 1);
  EXPECT_THAT(Rejected(), ElementsAre("2 out"));
  EXPECT_FALSE(Select(&attempts));
  EXPECT_THAT(Rejected(), ElementsAre("1 group_tried", "2 group_tried"));
}

TEST_F(RejectionsOfAWalk, ThatGoesOnWithAnotherKeyAreNone) {
  ChannelRow keyed = Channel(1, "g", "m", 1, 5);
  keyed.keys = {.count = 2};
  Serve(RowsOf(keyed, Channel(2, "g", "m", 1, 5), Channel(3, "g", "m", 1)));
  router_->SwitchOff(2);
  Attempts attempts;
  for (int key = 0; key < 2; ++key) {
    Selection s = Select(&attempts);
    ASSERT_EQ(s.channel_id(), 1);
    EXPECT_THAT(Rejected(), SizeIs(key == 0 ? 1 : 0));
    router_->Report(s, {.kind = OutcomeKind::kRateLimited}, attempts);
  }
  EXPECT_EQ(Select(&attempts).channel_id(), 3);
  EXPECT_THAT(Rejected(), ElementsAre("1 tried", "2 out"));
}

}  // namespace
}  // namespace pointsman::testing
