// Channels with several keys: which key a selection names, what a key's failure does, and walks that try another key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/outcome.h"
#include "pointsman/router.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr Request kAsk{.group = "g", .model = "m"};

class Keys : public ::testing::Test {
 protected:
  static std::chrono::nanoseconds Now(void* context) noexcept {
    return *static_cast<std::chrono::nanoseconds*>(context);
  }
  static ChannelRow Row(std::int64_t id, std::uint32_t keys, std::span<const KeyStatus> disabled = {},
                        std::int64_t priority = 0) {
    return {.id = id,
            .status = 1,
            .groups = "g",
            .models = "m",
            .priority = priority,
            .weight = 1,
            .keys = {.count = keys, .disabled = disabled}};
  }
  void Serve(const std::vector<ChannelRow>& channels, const Policy& policy = {}) {
    if (!router_) {
      ChannelStateOptions options{.clock = {.now = &Now, .context = &now_}};
      options.cooldown.jitter = 0;
      router_.emplace(policy, RouterOptions{.state = options});
    }
    Rows rows;
    for (const ChannelRow& channel : channels) rows.Add(channel);
    ASSERT_TRUE(router_->Publish(Compile(rows, policy)->table).ok());
  }
  std::optional<std::uint32_t> Key(const Request& request = kAsk) { return router_->Select(request).key_index(); }
  std::map<std::uint32_t, int> Count(int selections) {
    std::map<std::uint32_t, int> counts;
    for (int i = 0; i < selections; ++i) ++counts[*Key()];
    return counts;
  }
  // Uses the next key and reports that.
  std::uint32_t Fail(OutcomeKind kind, std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    Selection s = router_->Select(kAsk);
    router_->Report(s, {.kind = kind, .retry_after = retry_after});
    return *s.key_index();
  }

  std::chrono::nanoseconds now_ = 1000s;
  std::optional<Router> router_;
};

TEST_F(Keys, OfAChannelWithOneAreNotNamed) {
  Serve({Row(1, 0)});
  EXPECT_EQ(Key(), std::nullopt);
  Serve({Row(1, 1)});
  EXPECT_EQ(Key(), std::nullopt);
}

TEST_F(Keys, ComeInTurns) {
  Serve({Row(1, 3)});
  EXPECT_THAT(Count(30), UnorderedElementsAre(Pair(0, 10), Pair(1, 10), Pair(2, 10)));
}

TEST_F(Keys, ThatTheRowDisablesAreNeverNamed) {
  const std::vector<KeyStatus> off = {{.index = 1, .status = 2}};
  Serve({Row(1, 3, off)});
  const std::map<std::uint32_t, int> counts = Count(30);
  EXPECT_FALSE(counts.contains(1));
  EXPECT_EQ(counts.size(), 2u);
}

TEST_F(Keys, AllDisabledTakeTheChannelOut) {
  const std::vector<KeyStatus> off = {{.index = 0, .status = 2}, {.index = 1, .status = 3}};
  Serve({Row(1, 2, off)});
  EXPECT_EQ(router_->Select(kAsk).reason(), Reason::kAllDisabled);
  Serve({Row(1, 2)});
  EXPECT_TRUE(router_->Select(kAsk));
}

TEST_F(Keys, ThatFailByTheirOwnFaultAreLeftAloneAndTheChannelServesOn) {
  Serve({Row(1, 3)});
  const std::uint32_t failed = Fail(OutcomeKind::kCredentialRefused);
  EXPECT_FALSE(Count(30).contains(failed));
  const ChannelStatus status = router_->ChannelStates()[0];
  EXPECT_EQ(status.phase, ChannelPhase::kInOrder);
  EXPECT_THAT(status.keys, ElementsAre(KeyCooldown{.key = failed, .remaining = 300s}));
  now_ += 300s;
  EXPECT_TRUE(Count(30).contains(failed));
}

TEST_F(Keys, FailuresThatWereOnTheirWayCountOnceAndALongerRetryAfterHolds) {
  Serve({Row(1, 2)});
  std::vector<Selection> burst;
  for (int i = 0; i < 16; ++i) {
    if (Selection s = router_->Select(kAsk); s.key_index() == 0u) burst.push_back(std::move(s));
  }
  ASSERT_EQ(burst.size(), 8u);
  for (Selection& s : burst) router_->Report(s, {.kind = OutcomeKind::kRateLimited});
  EXPECT_THAT(router_->ChannelStates()[0].keys, ElementsAre(KeyCooldown{.key = 0, .remaining = 5s}));
}

TEST_F(Keys, AnEarlierRequestsSuccessDoesNotLiftTheCooldownAndItsRetryAfterProlongsIt) {
  Serve({Row(1, 2)});
  std::vector<Selection> first;
  while (first.size() < 3) {
    if (Selection s = router_->Select(kAsk); s.key_index() == 0u) first.push_back(std::move(s));
  }
  router_->Report(first[0], {.kind = OutcomeKind::kRateLimited, .retry_after = 60s});
  now_ += 10s;
  router_->Report(first[1], {.kind = OutcomeKind::kSuccess, .latency = 11s});
  EXPECT_THAT(router_->ChannelStates()[0].keys, ElementsAre(KeyCooldown{.key = 0, .remaining = 50s}));
  router_->Report(first[2], {.kind = OutcomeKind::kRateLimited, .retry_after = 100s});
  EXPECT_THAT(router_->ChannelStates()[0].keys, ElementsAre(KeyCooldown{.key = 0, .remaining = 100s}));
}

TEST_F(Keys, RetryAfterIsHonoured) {
  Serve({Row(1, 2)});
  const std::uint32_t failed = Fail(OutcomeKind::kRateLimited, 7s);
  now_ += 6999ms;
  EXPECT_FALSE(Count(10).contains(failed));
  now_ += 1ms;
  EXPECT_TRUE(Count(10).contains(failed));
}

// Without Retry-After: first, and twice that when it fails again.
TEST_F(Keys, CooldownsDoubleAndASuccessEndsThat) {
  Serve({Row(1, 2)});
  const auto fail_key_0 = [&] {
    for (;;) {
      Selection s = router_->Select(kAsk);
      if (*s.key_index() != 0) continue;
      router_->Report(s, {.kind = OutcomeKind::kRateLimited});
      return router_->ChannelStates()[0].keys.at(0).remaining;
    }
  };
  EXPECT_EQ(fail_key_0(), 5s);
  now_ += 5s;
  EXPECT_EQ(fail_key_0(), 10s);
  now_ += 10s;
  for (;;) {
    Selection s = router_->Select(kAsk);
    router_->Report(s, {.kind = OutcomeKind::kSuccess});
    if (*s.key_index() == 0) break;
  }
  EXPECT_EQ(fail_key_0(), 5s);
}

TEST_F(Keys, ChannelIsOutWhereAllOfThemAre) {
  Serve({Row(1, 2), Row(2, 0, {}, -1)});
  Fail(OutcomeKind::kRateLimited, 5s);
  EXPECT_EQ(router_->Select(kAsk).channel_id(), 1);
  Fail(OutcomeKind::kRateLimited, 9s);
  EXPECT_EQ(router_->Select(kAsk).channel_id(), 2);
  now_ += 5s;
  EXPECT_EQ(router_->Select(kAsk).channel_id(), 1);
}

TEST_F(Keys, WhereEverythingCoolsDownTheEarliestRecoveryIsTold) {
  ChannelStateOptions options{.all_cooling = AllCooling::kRefuse, .clock = {.now = &Now, .context = &now_}};
  options.cooldown.jitter = 0;
  router_.emplace(Policy(), RouterOptions{.state = options});
  Serve({Row(1, 2)});
  Fail(OutcomeKind::kRateLimited, 5s);
  Fail(OutcomeKind::kRateLimited, 9s);
  const Selection refused = router_->Select(kAsk);
  EXPECT_EQ(refused.reason(), Reason::kAllCoolingDown);
  EXPECT_EQ(refused.retry_after(), 5s);
}

// A host that is told to serve all the same has to know with what.
TEST_F(Keys, FailingOpenNamesTheKeyThatIsBackFirst) {
  Serve({Row(1, 3)});
  Fail(OutcomeKind::kRateLimited, 9s);
  const std::uint32_t soonest = Fail(OutcomeKind::kRateLimited, 5s);
  Fail(OutcomeKind::kRateLimited, 7s);
  Attempts walk;
  const Selection alone = router_->Select(kAsk);
  const Selection first = router_->Select(kAsk, walk);
  for (const Selection* s : {&alone, &first}) {
    ASSERT_TRUE(*s);
    EXPECT_TRUE(s->degraded());
    EXPECT_EQ(s->key_index(), soonest);
  }
}

TEST_F(Keys, OtherFailuresAreTheChannels) {
  Serve({Row(1, 3)});
  for (int i = 0; i < 3; ++i) Fail(OutcomeKind::kTransient);
  const ChannelStatus status = router_->ChannelStates()[0];
  EXPECT_EQ(status.phase, ChannelPhase::kCooling);
  EXPECT_THAT(status.keys, IsEmpty());
}

TEST_F(Keys, StateOutlivesAReloadThatAddsKeys) {
  Serve({Row(1, 2)});
  const std::uint32_t failed = Fail(OutcomeKind::kCredentialRefused);
  Serve({Row(1, 5)});
  const std::map<std::uint32_t, int> counts = Count(50);
  EXPECT_FALSE(counts.contains(failed));
  EXPECT_EQ(counts.size(), 4u);
  Serve({Row(1, 1)});
  EXPECT_EQ(Key(), std::nullopt);
}

// Would catch: keys that take along until when they cool down, and not how often in a row they did.
TEST_F(Keys, CooldownsGoOnDoublingAfterAReloadThatAddsKeys) {
  Serve({Row(1, 2)});
  const std::uint32_t failed = Fail(OutcomeKind::kRateLimited);
  now_ += 5s;
  Serve({Row(1, 5)});
  while (Fail(OutcomeKind::kRateLimited) != failed) {
  }
  const std::vector<KeyCooldown> cooling = router_->ChannelStates()[0].keys;
  EXPECT_THAT(cooling, ::testing::Contains(KeyCooldown{.key = failed, .remaining = 10s}));
}

TEST_F(Keys, ResetForgetsTheirCooldowns) {
  Serve({Row(1, 2)});
  Fail(OutcomeKind::kCredentialRefused);
  EXPECT_TRUE(router_->ResetState(1));
  EXPECT_THAT(Count(10), UnorderedElementsAre(Pair(0, 5), Pair(1, 5)));
}

TEST_F(Keys, CooldownsSurviveExportAndImport) {
  Serve({Row(1, 2)});
  const std::uint32_t failed = Fail(OutcomeKind::kCredentialRefused);
  const std::vector<ChannelStatus> states = router_->ChannelStates();
  router_.reset();
  Serve({Row(1, 2)});
  EXPECT_EQ(router_->ImportChannelStates(states), 1u);
  EXPECT_FALSE(Count(10).contains(failed));
}

// Would catch: a key that another process says is out for ever.
TEST_F(Keys, ImportedCooldownsLastNoLongerThanTheLongest) {
  Serve({Row(1, 2)});
  ChannelStatus status{.channel_id = 1};
  status.keys = {{.key = 0, .remaining = std::chrono::milliseconds::max()}, {.key = 1, .remaining = 599s}};
  EXPECT_EQ(router_->ImportChannelStates({&status, 1}), 1u);
  EXPECT_THAT(router_->ChannelStates()[0].keys,
              ElementsAre(KeyCooldown{.key = 0, .remaining = 600s}, KeyCooldown{.key = 1, .remaining = 599s}));
  now_ += 600s;
  EXPECT_THAT(Count(10), UnorderedElementsAre(Pair(0, 5), Pair(1, 5)));
}

// ---- walks

// The second would catch a walk that relies on cooldowns alone: its keys are back at once.
TEST_F(Keys, AWalkTriesAnotherKeyOfTheChannelFirstAndNoneTwice) {
  for (const std::optional<std::chrono::milliseconds>& retry_after :
       {std::optional<std::chrono::milliseconds>(), std::optional<std::chrono::milliseconds>(0ms)}) {
    router_.reset();
    Serve({Row(1, 3, {}, 5), Row(2, 0)});
    Attempts walk;
    std::vector<std::uint32_t> keys;
    for (int i = 0; i < 3; ++i) {
      Selection s = router_->Select(kAsk, walk);
      ASSERT_EQ(s.channel_id(), 1) << i;
      keys.push_back(*s.key_index());
      router_->Report(s, {.kind = OutcomeKind::kRateLimited, .retry_after = retry_after}, walk);
    }
    EXPECT_THAT(keys, ::testing::UnorderedElementsAre(0, 1, 2));
    EXPECT_EQ(router_->Select(kAsk, walk).channel_id(), 2);
  }
}

TEST_F(Keys, ExplanationsAndSharesSayThatAnotherKeyComesFirst) {
  Serve({Row(1, 2, {}, 5), Row(2, 0, {}, 5), Row(3, 0)});
  Attempts walk;
  Request pinned = kAsk;
  pinned.pin = 1;
  Selection s = router_->Select(pinned, walk);
  router_->Report(s, {.kind = OutcomeKind::kRateLimited}, walk);
  const Explanation why = router_->Explain(kAsk, walk);
  ASSERT_EQ(why.tiers.size(), 2u);
  EXPECT_EQ(why.tiers[0].candidates[0].share.Text(), "1/1");
  EXPECT_EQ(why.tiers[0].candidates[1].passed_over, PassedOver::kKey);
  EXPECT_EQ(why.tiers[0].candidates[1].share.numerator, 0u);
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator), ::testing::HasSubstr("another key of the channel"));
  const Distribution shares = router_->Distribute(kAsk, &walk);
  ASSERT_EQ(shares.shares.size(), 1u);
  EXPECT_EQ(shares.shares[0].channel_id, 1);
  Selection another = router_->Select(kAsk, walk);
  EXPECT_EQ(another.channel_id(), 1);
  router_->Report(another, {.kind = OutcomeKind::kRateLimited}, walk);
  EXPECT_EQ(router_->Explain(kAsk, walk).tiers[0].candidates[1].share.Text(), "1/1") << "no key is left";
}

TEST_F(Keys, AWalkGoesOnToAnotherChannelWhenTheFailureWasNotTheKeys) {
  Serve({Row(1, 3, {}, 5), Row(2, 0)});
  Attempts walk;
  Selection s = router_->Select(kAsk, walk);
  router_->Report(s, {.kind = OutcomeKind::kTransient}, walk);
  EXPECT_EQ(router_->Select(kAsk, walk).channel_id(), 2);
}

// Would catch: a report that does not count, and sends the walk to a third key of a channel that has failed itself.
TEST_F(Keys, AReportThatComesAgainSaysNothingOfTheKeyThatWasTriedSince) {
  for (const bool moved : {false, true}) {
    router_.reset();
    Serve({Row(1, 3, {}, 5), Row(2, 0)});
    Attempts walk;
    Selection first = router_->Select(kAsk, walk);
    router_->Report(first, {.kind = OutcomeKind::kRateLimited}, walk);
    Selection second = router_->Select(kAsk, walk);
    ASSERT_EQ(second.channel_id(), 1);
    router_->Report(second, {.kind = OutcomeKind::kTransient}, walk);
    Selection again = std::move(first);
    router_->Report(moved ? first : again, {.kind = OutcomeKind::kRateLimited}, walk);
    EXPECT_EQ(router_->Select(kAsk, walk).channel_id(), 2);
  }
}

TEST_F(Keys, AnotherKeyCountsAgainstTheBudget) {
  Policy policy;
  policy.retry.budget = 2;
  Serve({Row(1, 5)}, policy);
  Attempts walk;
  for (int i = 0; i < 2; ++i) {
    Selection s = router_->Select(kAsk, walk);
    ASSERT_TRUE(s);
    router_->Report(s, {.kind = OutcomeKind::kRateLimited}, walk);
  }
  EXPECT_EQ(router_->Select(kAsk, walk).reason(), Reason::kBudgetSpent);
}

TEST_F(Keys, AnotherKeyOfAChannelThatWasSwitchedOffIsNotTried) {
  Serve({Row(1, 3, {}, 5), Row(2, 0)});
  Attempts walk;
  Selection s = router_->Select(kAsk, walk);
  router_->Report(s, {.kind = OutcomeKind::kRateLimited}, walk);
  router_->SwitchOff(1);
  EXPECT_EQ(router_->Select(kAsk, walk).channel_id(), 2);
}

TEST_F(Keys, AttemptsKeepThemAsText) {
  Serve({Row(1, 3)});
  Attempts walk;
  Selection s = router_->Select(kAsk, walk);
  router_->Report(s, {.kind = OutcomeKind::kRateLimited}, walk);
  const absl::StatusOr<Attempts> again = Attempts::Parse(walk.Text());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, walk);
  EXPECT_TRUE((*again)[0].keys_fault);
  EXPECT_TRUE(again->HasTried(1, *s.key_index()));
  EXPECT_FALSE(Attempts::Parse("1 8:0:9f86d081884c7d65:-1").ok());
  EXPECT_FALSE(Attempts::Parse("1 8:0:9f86d081884c7d65!").ok());
}

TEST_F(Keys, ARecordedDecisionNamesTheKeyAndIsMadeAgain) {
  Serve({Row(1, 3, {}, 5), Row(2, 4)});
  Attempts walk;
  for (int i = 0; i < 4; ++i) {
    DecisionRecord record;
    Selection s = router_->SelectRecorded(kAsk, &walk, ThreadBits(), record);
    ASSERT_TRUE(s);
    EXPECT_EQ(record.answer.key, s.key_index());
    const Replay again = ReplayDecision(*router_->TakeSnapshot().table, record);
    EXPECT_TRUE(again.same()) << i;
    EXPECT_EQ(again.answer.key, s.key_index());
    router_->Report(s, {.kind = OutcomeKind::kRateLimited}, walk);
  }
}

}  // namespace
}  // namespace pointsman
