// What a channel may take on (src/state/meters.h): in flight, requests a minute, tokens a minute.
#include "state/meters.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <thread>
#include <vector>

#include "state/slot_state.h"

namespace pointsman::testing {
namespace {

constexpr Nanoseconds kSecond = 1'000'000'000;
constexpr Nanoseconds kNow = 5000 * kSecond;

TEST(Meters, WithoutLimitsEverythingIsLetThrough) {
  Meters meters;
  EXPECT_FALSE(meters.limited());
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(meters.Reserve(kNow));
  EXPECT_EQ(meters.in_flight(), 1000);
  EXPECT_EQ(meters.OpensAt(kNow), kNow);
}

TEST(Meters, AsManyAreInFlightAsTheLimitSays) {
  Meters meters;
  meters.Limit({.max_in_flight = 3}, 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(meters.Reserve(kNow));
  EXPECT_FALSE(meters.Reserve(kNow));
  EXPECT_GT(meters.OpensAt(kNow), kNow);
  meters.Release();
  EXPECT_EQ(meters.OpensAt(kNow), kNow);
  EXPECT_TRUE(meters.Reserve(kNow));
}

TEST(Meters, RequestsAreSpreadEvenlyOverTheMinute) {
  Meters meters;
  meters.Limit({.requests_per_minute = 60}, 1);
  int served = 0;
  for (Nanoseconds t = 0; t < 60 * kSecond; t += kSecond / 10) served += meters.Reserve(kNow + t) ? 1 : 0;
  EXPECT_EQ(served, 60);
}

TEST(Meters, ABurstComesAtOnceAndTheRateHoldsAfterIt) {
  Meters meters;
  meters.Limit({.requests_per_minute = 60, .burst = 5}, 1);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(meters.Reserve(kNow));
  EXPECT_FALSE(meters.Reserve(kNow));
  EXPECT_EQ(meters.OpensAt(kNow), kNow + kSecond);
  EXPECT_TRUE(meters.Reserve(kNow + kSecond));
  EXPECT_FALSE(meters.Reserve(kNow + kSecond));
}

TEST(Meters, ARefusedRequestIsNotInFlight) {
  Meters meters;
  meters.Limit({.max_in_flight = 9, .requests_per_minute = 60}, 1);
  EXPECT_TRUE(meters.Reserve(kNow));
  EXPECT_FALSE(meters.Reserve(kNow));
  EXPECT_EQ(meters.in_flight(), 1);
}

TEST(Meters, TokensAreSettledAfterwardsAndKeepRequestsOutUntilLessThanAMinuteIsOwed) {
  Meters meters;
  meters.Limit({.tokens_per_minute = 1000}, 1);
  EXPECT_TRUE(meters.Reserve(kNow));
  meters.Settle(999, kNow);
  EXPECT_TRUE(meters.Reserve(kNow));
  meters.Settle(2, kNow);
  EXPECT_FALSE(meters.Reserve(kNow));
  EXPECT_GT(meters.OpensAt(kNow), kNow);
  EXPECT_EQ(meters.OpensAt(meters.OpensAt(kNow)), meters.OpensAt(kNow));
  EXPECT_TRUE(meters.Reserve(meters.OpensAt(kNow)));
}

TEST(Meters, NegativeTokensGiveNothingBackAndHugeOnesEnd) {
  Meters meters;
  meters.Limit({.tokens_per_minute = 1}, 1);
  meters.Settle(-1000, kNow);
  EXPECT_EQ(meters.OpensAt(kNow), kNow);
  meters.Settle(std::numeric_limits<std::int64_t>::max(), kNow);
  meters.Settle(std::numeric_limits<std::int64_t>::max(), kNow);
  EXPECT_LE(meters.OpensAt(kNow), kNow + 24 * 3600 * kSecond) << "a day at most";
}

TEST(Meters, NodesShareALimitAndEachHasAtLeastOne) {
  Meters meters;
  meters.Limit({.max_in_flight = 10}, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(meters.Reserve(kNow));
  EXPECT_FALSE(meters.Reserve(kNow));
  Meters small;
  small.Limit({.max_in_flight = 1}, 3);
  EXPECT_TRUE(small.Reserve(kNow));
  EXPECT_FALSE(small.Reserve(kNow)) << "a part of less than one is one, not no limit";
}

TEST(Meters, ADebtIsForgivenWhenTheRateChanges) {
  Meters meters;
  meters.Limit({.tokens_per_minute = 1}, 1);
  ASSERT_TRUE(meters.Reserve(kNow));
  meters.Settle(5000, kNow);
  EXPECT_FALSE(meters.Reserve(kNow));
  meters.Limit({.tokens_per_minute = 1}, 1);
  EXPECT_FALSE(meters.Reserve(kNow)) << "the same limit again changes nothing";
  meters.Limit({.tokens_per_minute = 1'000'000}, 1);
  EXPECT_TRUE(meters.Reserve(kNow));
}

TEST(Meters, NodesShareABurst) {
  Meters meters;
  meters.Limit({.requests_per_minute = 60, .burst = 9}, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(meters.Reserve(kNow)) << i;
  EXPECT_FALSE(meters.Reserve(kNow));
}

TEST(Meters, HugeLimitsLimitNothing) {
  Meters meters;
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  meters.Limit({.max_in_flight = std::numeric_limits<std::int32_t>::max(),
                .requests_per_minute = kHuge,
                .tokens_per_minute = kHuge,
                .burst = kHuge},
               1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(meters.Reserve(kNow));
    meters.Settle(1'000'000, kNow);
  }
}

TEST(Meters, CountsAreExactUnderRacingThreads) {
  Meters meters;
  meters.Limit({.max_in_flight = 4}, 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        if (!meters.Reserve(kNow)) continue;
        EXPECT_LE(meters.in_flight(), 4);
        meters.Release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(meters.in_flight(), 0);
}

// Two have judged a channel that is to be tried once, and both want it. Would catch: a place in flight that is reserved
// first and not given back when the trial is gone; one trial too many.
TEST(Claim, OfATrialThatAnotherHasTakenGivesItsReservationBack) {
  SlotCommons commons({});
  SlotWord word{0};
  SlotState& state = *new SlotState(1, word, commons);  // owns itself
  state.Limit({.max_in_flight = 10});
  const auto may_cool = [] { return true; };
  for (int i = 0; i < 3; ++i) {
    state.Note({.kind = OutcomeKind::kTransient}, {.model = "m"}, kNow, MayCool::Of(may_cool));
  }
  const Nanoseconds later = kNow + 600 * kSecond;
  Taken taken;
  ASSERT_TRUE(state.Claim(word, later, Leniency::kNone, taken));
  EXPECT_EQ(taken.reservation, &state);
  EXPECT_TRUE(taken.trial);
  EXPECT_EQ(state.in_flight(), 1);
  EXPECT_FALSE(state.Claim(word, later, Leniency::kNone, taken));
  EXPECT_EQ(state.in_flight(), 1);
  state.Release();
  state.Unslot();
}

}  // namespace
}  // namespace pointsman::testing
