// Time that goes on although a clock does not (src/state/forward_time.h).
#include "state/forward_time.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "pointsman/random.h"

namespace pointsman::testing {
namespace {

constexpr Nanoseconds kSecond = 1'000'000'000;
constexpr Nanoseconds kMost = std::numeric_limits<Nanoseconds>::max();
constexpr Nanoseconds kLeast = std::numeric_limits<Nanoseconds>::min();

TEST(ForwardTime, IsTheClocksWhereThatGoesOn) {
  ForwardTime time;
  for (const Nanoseconds clock : {5 * kSecond, 5 * kSecond, 6 * kSecond, 100'000 * kSecond}) {
    EXPECT_EQ(time.At(clock), clock);
    EXPECT_EQ(time.latest(), clock);
  }
}

TEST(ForwardTime, StandsStillUntilAClockThatWentBackALittleHasCaughtUp) {
  ForwardTime time;
  time.At(100 * kSecond);
  EXPECT_EQ(time.At(98 * kSecond), 100 * kSecond);
  EXPECT_EQ(time.At(99 * kSecond), 100 * kSecond);
  EXPECT_EQ(time.At(101 * kSecond), 101 * kSecond);
}

TEST(ForwardTime, GoesOnFromWhereItWasWhenAClockWasSet) {
  for (const Nanoseconds set : {50 * kSecond, -50 * kSecond, kLeast, kMost - 10 * kSecond}) {
    ForwardTime time;
    time.At(100 * kSecond);
    EXPECT_EQ(time.At(set), 100 * kSecond) << set;
    EXPECT_EQ(time.At(set + 7 * kSecond), 107 * kSecond) << set;
  }
}

TEST(ForwardTime, IsNotMovedByAMomentOfNonsense) {
  for (const Nanoseconds nonsense : {kLeast, kMost}) {
    ForwardTime time;
    time.At(100 * kSecond);
    time.At(nonsense);
    EXPECT_EQ(time.At(101 * kSecond), 100 * kSecond) << nonsense;
    EXPECT_EQ(time.At(102 * kSecond), 101 * kSecond) << nonsense;
  }
}

// What is not set yet is 0 everywhere, and 0 is to be long ago.
TEST(ForwardTime, BeginsAtZeroForAClockBelowIt) {
  ForwardTime time;
  EXPECT_EQ(time.At(-1'000 * kSecond), 0);
  EXPECT_EQ(time.At(-990 * kSecond), 10 * kSecond);
}

// Would catch: sums beyond the last number, and a time that has run so far ahead that it stands still from then on.
TEST(ForwardTime, NeverGoesBackAndStillGoesOnWhateverTheClockSays) {
  const Nanoseconds extremes[] = {kLeast, kLeast + 1, -kSecond, 0, kSecond, kMost / 2, kMost - 1, kMost};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SplitMix64 bits(seed);
    ForwardTime time;
    Nanoseconds latest = 0;
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t word = bits();
      const Nanoseconds clock = word % 2 == 0 ? extremes[word / 2 % 8] : static_cast<Nanoseconds>(bits());
      const Nanoseconds now = time.At(clock);
      ASSERT_GE(now, latest);
      latest = now;
    }
    time.At(0);
    const Nanoseconds before = time.At(kSecond);
    if (before >= kMost / 2) continue;  // set ahead by decades, and again
    EXPECT_EQ(time.At(2 * kSecond), before + kSecond) << seed;
  }
}

TEST(ForwardTime, IsTheSameForAllThreads) {
  ForwardTime time;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&time, t] {
      Nanoseconds latest = 0;
      for (Nanoseconds i = 0; i < 20'000; ++i) {
        const bool is_wrong = t == 0 && i % 1000 == 0;
        const Nanoseconds now = time.At(is_wrong ? -i * kSecond : i * kSecond / 1000);
        ASSERT_GE(now, latest);
        latest = now;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace pointsman::testing
