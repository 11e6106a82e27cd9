// How a channel fares (src/state/cooldown.h): failures counted, cooldowns, trials, slow start. Time is a number here.
#include "state/cooldown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <set>

#include "state/slot_word.h"

namespace pointsman::testing {
namespace {

using namespace std::chrono_literals;
using slot_bit::kCooling;
using slot_bit::kSlowStart;

constexpr Nanoseconds kSecond = 1'000'000'000;

CooldownPolicy NoJitter() {
  CooldownPolicy policy;
  policy.jitter = 0;
  return policy;
}

class Channel : public ::testing::Test {
 protected:
  std::uint64_t Note(OutcomeKind kind, std::optional<std::chrono::milliseconds> retry_after = {}) {
    const auto may_cool = [this] { return may_cool_; };
    return cooldown_.Note({.kind = kind, .retry_after = retry_after}, Moment(), policy_, MayCool::Of(may_cool));
  }
  // Of an attempt that was let through by the cooldown, or of one that nothing was asked of.
  Cooldown::Moment Moment(bool trial = true) const { return {.now = now_, .trial = trial, .salt = 8}; }
  std::uint64_t Fail(int times = 1) {
    std::uint64_t bits = 0;
    for (int i = 0; i < times; ++i) bits = Note(OutcomeKind::kTransient);
    return bits;
  }
  Nanoseconds left() const { return cooldown_.until() - now_; }
  void PassTime(Nanoseconds time) { now_ += time; }

  CooldownPolicy policy_ = NoJitter();
  Cooldown cooldown_;
  Nanoseconds now_ = 1000 * kSecond;
  bool may_cool_ = true;
};

TEST_F(Channel, CoolsDownAfterAsManyFailuresInARowAsThePolicySays) {
  EXPECT_EQ(Fail(2), 0u);
  EXPECT_EQ(Fail(), kCooling);
  EXPECT_EQ(left(), 5 * kSecond);
}

TEST_F(Channel, ASuccessBetweenFailuresBeginsTheCountAnew) {
  Fail(2);
  Note(OutcomeKind::kSuccess);
  EXPECT_EQ(Fail(2), 0u);
}

TEST_F(Channel, CallersFaultsAndCancellationsCountForNothing) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Note(OutcomeKind::kCallersFault), 0u);
    EXPECT_EQ(Note(OutcomeKind::kCancelled), 0u);
  }
  EXPECT_EQ(cooldown_.failures(), 0);
  EXPECT_EQ(Fail(2), 0u);
}

TEST_F(Channel, CoolsDownWhenTheShareOfFailuresIsReachedAtTheLeastVolume) {
  policy_.consecutive_failures = 0;
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(Note(OutcomeKind::kSuccess), 0u);
    EXPECT_EQ(Fail(), 0u);
  }
  EXPECT_EQ(Note(OutcomeKind::kSuccess), 0u) << "19 requests";
  EXPECT_EQ(Fail(), kCooling) << "10 of 20";
}

TEST_F(Channel, FailuresOfAnEarlierWindowAreForgotten) {
  policy_.consecutive_failures = 0;
  Fail(19);
  PassTime(31 * kSecond);
  EXPECT_EQ(Fail(), 0u);
}

TEST_F(Channel, RetryAfterIsHonouredAndBounded) {
  EXPECT_EQ(Note(OutcomeKind::kRateLimited, 17s), kCooling);
  EXPECT_EQ(left(), 17 * kSecond);
}

TEST_F(Channel, AnAbsurdRetryAfterIsTheLongestCooldown) {
  Note(OutcomeKind::kRateLimited, std::chrono::hours(1'000'000));
  EXPECT_EQ(left(), 600 * kSecond);
}

TEST_F(Channel, ANegativeRetryAfterIsNone) {
  Note(OutcomeKind::kRateLimited, -5s);
  EXPECT_EQ(left(), 5 * kSecond);
}

TEST_F(Channel, ARefusedCredentialAndASpentQuotaHaveTimesOfTheirOwn) {
  Note(OutcomeKind::kCredentialRefused);
  EXPECT_EQ(left(), 300 * kSecond);
  cooldown_.Reset();
  Note(OutcomeKind::kQuotaExhausted);
  EXPECT_EQ(left(), 60 * kSecond);
}

TEST_F(Channel, EachCooldownInARowIsTwiceAsLongUpToTheLongest) {
  Nanoseconds expected = 5 * kSecond;
  Fail(3);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(left(), expected);
    PassTime(left());
    EXPECT_EQ(Fail(), kCooling) << "the trial failed";
    expected = std::min(2 * expected, 120 * kSecond);
  }
}

TEST_F(Channel, WhatWasOnItsWayWhenTheCooldownBeganSaysNothingNew) {
  Fail(3);
  const Nanoseconds until = cooldown_.until();
  PassTime(kSecond);
  Fail(5);
  EXPECT_EQ(Note(OutcomeKind::kSuccess), kCooling);
  EXPECT_EQ(cooldown_.until(), until);
  EXPECT_EQ(cooldown_.cooldowns(), 1);
}

TEST_F(Channel, ALongerRetryAfterHoldsAlthoughTheCooldownHasBegun) {
  Note(OutcomeKind::kRateLimited);
  EXPECT_EQ(left(), 5 * kSecond);
  Note(OutcomeKind::kRateLimited, 120s);
  EXPECT_EQ(left(), 120 * kSecond);
  Note(OutcomeKind::kRateLimited, 60s);
  EXPECT_EQ(left(), 120 * kSecond) << "a shorter one takes nothing away";
  EXPECT_EQ(cooldown_.cooldowns(), 1);
}

TEST_F(Channel, RetryAfterOfATransientFailureHoldsWhereItIsLonger) {
  Fail(2);
  Note(OutcomeKind::kTransient, 90s);
  EXPECT_EQ(left(), 90 * kSecond);
}

TEST_F(Channel, JitterDoesNotGoBeyondTheLongest) {
  policy_.jitter = 1;
  Note(OutcomeKind::kRateLimited, 24h);
  EXPECT_EQ(left(), 600 * kSecond);
}

TEST_F(Channel, ATimeThatNobodyCanHaveWaitedForIsNotKnown) {
  const auto may_cool = [] { return true; };
  Note(OutcomeKind::kRateLimited);
  PassTime(6 * kSecond);
  const Outcome absurd{.kind = OutcomeKind::kSuccess, .latency = std::chrono::nanoseconds::max()};
  EXPECT_EQ(cooldown_.Note(absurd, Moment(), policy_, MayCool::Of(may_cool)), kSlowStart) << "the trial succeeded";
  EXPECT_EQ(cooldown_.latency().count(), 0);
}

TEST_F(Channel, LetsOneTrialThroughWhenTheCooldownIsOver) {
  Fail(3);
  EXPECT_EQ(cooldown_.NextTrial(policy_), now_ + 5 * kSecond);
  PassTime(5 * kSecond);
  EXPECT_EQ(cooldown_.NextTrial(policy_), now_);
  EXPECT_TRUE(cooldown_.TakeTrial(now_, policy_));
  EXPECT_FALSE(cooldown_.TakeTrial(now_, policy_));
  EXPECT_EQ(cooldown_.NextTrial(policy_), now_ + 30 * kSecond) << "one that is never reported makes room";
  PassTime(30 * kSecond);
  EXPECT_TRUE(cooldown_.TakeTrial(now_, policy_));
}

TEST_F(Channel, LetsAsManyTrialsThroughAtOnceAsThePolicySays) {
  policy_.trials = 3;
  Fail(3);
  PassTime(5 * kSecond);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(cooldown_.TakeTrial(now_, policy_));
  EXPECT_FALSE(cooldown_.TakeTrial(now_, policy_));
}

TEST_F(Channel, ASuccessfulTrialBeginsTheSlowStartAndItsEndIsTheOldOrder) {
  Fail(3);
  PassTime(5 * kSecond);
  EXPECT_EQ(Note(OutcomeKind::kSuccess), kSlowStart);
  EXPECT_EQ(cooldown_.Level(now_, policy_), 6u) << "a tenth of 64";
  EXPECT_EQ(cooldown_.Level(now_ + 15 * kSecond, policy_), 35u) << "half way between 6.4 and 64";
  EXPECT_EQ(cooldown_.Level(now_ + 30 * kSecond, policy_), Availability::kFull);
  PassTime(30 * kSecond);
  EXPECT_EQ(Note(OutcomeKind::kSuccess), 0u);
}

TEST_F(Channel, WithoutASlowStartASuccessfulTrialIsTheEnd) {
  policy_.slow_start = 0ms;
  Fail(3);
  PassTime(5 * kSecond);
  EXPECT_EQ(Note(OutcomeKind::kSuccess), 0u);
}

TEST_F(Channel, FailuresDuringTheSlowStartCountAsInOrderAndTheNextCooldownIsTwiceAsLong) {
  Fail(3);
  PassTime(5 * kSecond);
  Note(OutcomeKind::kSuccess);
  EXPECT_EQ(Fail(2), kSlowStart) << "where some requests fail anyway it would never come back";
  EXPECT_EQ(Fail(), kCooling);
  EXPECT_EQ(left(), 10 * kSecond);
}

TEST_F(Channel, ARequestThatBeganBeforeTheCooldownSaysNothingHoweverLateItEnds) {
  Fail(3);
  PassTime(7 * kSecond);
  const auto end = [&](OutcomeKind kind, std::chrono::nanoseconds took) {
    const auto may_cool = [] { return true; };
    return cooldown_.Note({.kind = kind, .latency = took}, Moment(), policy_, MayCool::Of(may_cool));
  };
  EXPECT_EQ(end(OutcomeKind::kTransient, 8s), kCooling);
  EXPECT_EQ(cooldown_.cooldowns(), 1);
  EXPECT_EQ(end(OutcomeKind::kSuccess, 8s), kCooling);
  EXPECT_EQ(end(OutcomeKind::kSuccess, 1s), kSlowStart) << "that was the trial";
}

// A hundred hang when the cooldown begins, and their callers give up one by one after it. Would catch: a trial more for
// each of them.
TEST_F(Channel, WithoutATimeWhatWasNoTrialSaysNothingEither) {
  const auto may_cool = [] { return true; };
  const auto end = [&](OutcomeKind kind, bool trial) {
    return cooldown_.Note({.kind = kind}, Moment(trial), policy_, MayCool::Of(may_cool));
  };
  Fail(3);
  PassTime(7 * kSecond);
  ASSERT_TRUE(cooldown_.TakeTrial(now_, policy_));
  for (int i = 0; i < 100; ++i) {
    for (const OutcomeKind kind : {OutcomeKind::kCancelled, OutcomeKind::kTransient, OutcomeKind::kSuccess}) {
      EXPECT_EQ(end(kind, false), kCooling);
    }
    ASSERT_FALSE(cooldown_.TakeTrial(now_, policy_)) << i;
  }
  EXPECT_EQ(cooldown_.cooldowns(), 1);
  EXPECT_EQ(end(OutcomeKind::kSuccess, true), kSlowStart);
}

// They hang for a minute; meanwhile the channel has cooled down, was tried, and is well. Would catch: the next cooldown
// because of them.
TEST_F(Channel, WhoHangsUntilItIsBackDoesNotCoolItDownAgain) {
  const auto may_cool = [] { return true; };
  const auto end = [&](OutcomeKind kind, std::chrono::nanoseconds took) {
    return cooldown_.Note({.kind = kind, .latency = took}, Moment(false), policy_, MayCool::Of(may_cool));
  };
  policy_.minimum_volume = 5;
  Fail(3);
  PassTime(5 * kSecond);
  ASSERT_EQ(Note(OutcomeKind::kSuccess), kSlowStart);
  PassTime(50 * kSecond);
  ASSERT_EQ(Note(OutcomeKind::kSuccess), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(end(OutcomeKind::kTransient, 60s), 0u) << i;
  EXPECT_EQ(end(OutcomeKind::kTransient, 1s), 0u) << "one that is new, of two in the window";
  EXPECT_EQ(cooldown_.consecutive(), 1);
  EXPECT_EQ(cooldown_.failures(), 104);
}

// Judged in order a moment before the cooldown began. Would catch: the first trial taken then, and missed later.
TEST_F(Channel, LetsNoTrialThroughBeforeTheCooldownIsOver) {
  Fail(3);
  EXPECT_FALSE(cooldown_.TakeTrial(now_, policy_));
  PassTime(5 * kSecond);
  EXPECT_TRUE(cooldown_.TakeTrial(now_, policy_));
}

TEST_F(Channel, CountsThatCameFromElsewhereEndAtTheirLargest) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  cooldown_.Import(
      {.consecutive_failures = std::numeric_limits<std::int32_t>::max(), .successes = kMost, .failures = kMost}, now_,
      policy_);
  may_cool_ = false;
  Fail();
  EXPECT_EQ(cooldown_.consecutive(), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(cooldown_.failures(), kMost);
  Note(OutcomeKind::kSuccess);
  EXPECT_EQ(cooldown_.successes(), kMost);
}

TEST_F(Channel, ATrialThatSaysNothingOfTheChannelIsGivenBack) {
  Fail(3);
  PassTime(5 * kSecond);
  for (const OutcomeKind kind : {OutcomeKind::kCallersFault, OutcomeKind::kCancelled}) {
    EXPECT_TRUE(cooldown_.TakeTrial(now_, policy_));
    EXPECT_FALSE(cooldown_.TakeTrial(now_, policy_));
    EXPECT_EQ(Note(kind), kCooling);
  }
  EXPECT_TRUE(cooldown_.TakeTrial(now_, policy_));
}

TEST_F(Channel, IsForgivenOnceItServesInOrder) {
  Fail(3);
  PassTime(5 * kSecond);
  Note(OutcomeKind::kSuccess);
  PassTime(31 * kSecond);
  Note(OutcomeKind::kSuccess);
  EXPECT_EQ(cooldown_.cooldowns(), 0);
  Fail(3);
  EXPECT_EQ(left(), 5 * kSecond);
}

// Would catch: a channel that fails every few seconds and is back after five each time.
TEST_F(Channel, IsNotForgivenBeforeTheSlowStartIsOver) {
  Fail(3);
  PassTime(5 * kSecond);
  Note(OutcomeKind::kSuccess);
  PassTime(29 * kSecond);
  EXPECT_EQ(Note(OutcomeKind::kSuccess), kSlowStart);
  Fail(3);
  EXPECT_EQ(left(), 10 * kSecond);
}

TEST_F(Channel, DoesNotCoolDownWhereItMayNotAndAsksAgainOnlyAfterASecond) {
  may_cool_ = false;
  EXPECT_EQ(Fail(4), 0u);
  may_cool_ = true;
  EXPECT_EQ(Fail(), 0u);
  PassTime(kSecond);
  EXPECT_EQ(Fail(), kCooling);
}

TEST_F(Channel, AveragesTheLatencyOfSuccesses) {
  const auto may_cool = [] { return true; };
  const auto succeed = [&](std::chrono::nanoseconds took) {
    cooldown_.Note({.kind = OutcomeKind::kSuccess, .latency = took}, Moment(), policy_, MayCool::Of(may_cool));
  };
  succeed(800ms);
  EXPECT_EQ(cooldown_.latency(), 800ms);
  succeed(1600ms);
  EXPECT_EQ(cooldown_.latency(), 900ms);
  succeed(0ms);
  succeed(-5ms);
  EXPECT_EQ(cooldown_.latency(), 900ms) << "unknown times count for nothing";
}

TEST(Backoff, IsLongerByAPartOfTheJitterAndTheSameForTheSameSalt) {
  CooldownPolicy policy;
  policy.jitter = 0.5;
  std::set<Nanoseconds> lengths;
  for (std::uint64_t salt = 0; salt < 100; ++salt) {
    const Nanoseconds length = Backoff(1000, 0, policy, salt);
    EXPECT_GE(length, 1000);
    EXPECT_LE(length, 1500);
    EXPECT_EQ(length, Backoff(1000, 0, policy, salt));
    lengths.insert(length);
  }
  EXPECT_GT(lengths.size(), 50u);
}

TEST(Backoff, NeverOverflows) {
  CooldownPolicy policy;
  policy.jitter = 1;
  EXPECT_LE(Backoff(std::numeric_limits<Nanoseconds>::max(), 62, policy, 1), 2 * 600 * kSecond);
  EXPECT_EQ(Backoff(-5, 3, policy, 1), 0);
}

}  // namespace
}  // namespace pointsman::testing
