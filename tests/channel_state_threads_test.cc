// Channels' state under threads that select, report, switch, limit and publish at once: nothing is lost, nothing stuck.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "pointsman/router.h"
#include "support/rows_builder.h"

namespace pointsman {
namespace {

using testing::Channel;
using testing::MustCompile;
using testing::RowsOf;

constexpr Request kRequest{.group = "g", .model = "m"};

class StateThreads : public ::testing::Test {
 protected:
  static constexpr int kRounds = 3000;

  RouterOptions Options() {
    RouterOptions options;
    options.state.clock = clock_.clock();
    options.state.cooldown.first = std::chrono::milliseconds(2);
    options.state.cooldown.slow_start = std::chrono::milliseconds(5);
    options.state.cooldown.trial_timeout = std::chrono::milliseconds(3);
    return options;
  }

  // Moves a little with every look, so that cooldowns begin and end all the time.
  testing::FakeClock clock_{std::chrono::seconds(1), std::chrono::microseconds(50)};
};

TEST_F(StateThreads, CountEveryReportOnceAndReleaseEveryReservation) {
  Router router({}, Options());
  const auto table =
      MustCompile(RowsOf(Channel(1, "g", "m,n", 3), Channel(2, "g", "m", 2), Channel(3, "g", "m"))).table;
  const auto other = MustCompile(RowsOf(Channel(1, "g", "m,n", 1), Channel(2, "g,h", "m"), Channel(3, "g", "m"))).table;
  ASSERT_TRUE(router.Publish(table).ok());
  for (const std::int64_t id : {1, 2, 3}) ASSERT_TRUE(router.SetLimits(id, {.max_in_flight = 3}).ok());

  std::atomic<std::int64_t> reported{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        Attempts attempts;
        while (Selection s = router.Select(kRequest, attempts)) {
          if (i % 7 == 0) continue;  // given up without a word
          const bool fails = (i + t) % 3 == 0;
          router.Report(s, {.kind = fails ? OutcomeKind::kTransient : OutcomeKind::kSuccess});
          reported.fetch_add(1);
          if (!fails) break;
        }
      }
    });
  }
  std::thread publisher([&] {
    for (int i = 0; !done.load(); ++i) {
      ASSERT_TRUE(router.Publish(i % 2 == 0 ? other : table).ok());
      router.SwitchOff(1 + i % 3, {.lasts = std::chrono::milliseconds(1)});
      (void)router.SwitchOff(1, "n");
      router.SwitchOn(1, "n");
      router.SwitchOn(1 + i % 3);
      (void)router.ChannelStates();
      (void)router.Explain(kRequest);
    }
  });
  for (std::thread& thread : threads) thread.join();
  done.store(true);
  publisher.join();

  std::int64_t counted = 0;
  for (const ChannelStatus& status : router.ChannelStates()) {
    EXPECT_EQ(status.in_flight, 0) << status.channel_id;
    counted += status.successes + status.failures;
  }
  EXPECT_EQ(counted, reported.load());
}

TEST_F(StateThreads, LimitsHoldWhoeverAsks) {
  Router router({}, Options());
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m"))).table).ok());
  ASSERT_TRUE(router.SetLimits(1, {.max_in_flight = 2}).ok());
  constexpr int kAsking = 4;
  std::atomic<int> served{0};
  std::atomic<int> wrong{0};
  std::barrier all_have_asked(kAsking), all_have_counted(kAsking);
  std::vector<std::thread> threads;
  for (int t = 0; t < kAsking; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        std::optional<Selection> s = router.Select(kRequest);
        if (*s) ++served;
        all_have_asked.arrive_and_wait();  // what was got is held until here
        if (served.load() != 2 * (i + 1)) ++wrong;
        s.reset();
        all_have_counted.arrive_and_wait();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(served.load(), 2 * kRounds);
  EXPECT_EQ(router.ChannelStates().front().in_flight, 0);
}

// All eight fail at once, each on its own thread. The group has many models, so that asking takes its time. Would
// catch: two that ask whether they may cool down before either does.
TEST_F(StateThreads, NoMoreThanTheirShareCoolDownHoweverManyFailAtOnce) {
  constexpr std::int64_t kChannels = 8;
  RouterOptions options = Options();
  options.state.cooldown.first = std::chrono::hours(1);
  options.state.cooldown.longest_backoff = options.state.cooldown.longest = std::chrono::hours(1);
  Router router({}, options);
  std::string models = "m";
  for (int i = 0; i < 500; ++i) models += ",m" + std::to_string(i);
  Rows rows;
  for (std::int64_t id = 1; id <= kChannels; ++id) rows.Add(Channel(id, "g", models));
  ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());

  for (int round = 0; round < 600; ++round) {
    std::atomic<std::int64_t> ready{0};
    std::vector<std::thread> threads;
    for (std::int64_t id = 1; id <= kChannels; ++id) {
      threads.emplace_back([&, id] {
        Selection s = router.Select({.group = "g", .model = "m", .pin = id});
        ready.fetch_add(1);
        while (ready.load() < kChannels) std::this_thread::yield();
        router.Report(s, {.kind = OutcomeKind::kCredentialRefused});
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::int64_t cooling = 0;
    for (const ChannelStatus& status : router.ChannelStates()) {
      cooling += status.phase == ChannelPhase::kCooling ? 1 : 0;
      router.ResetState(status.channel_id);
    }
    ASSERT_EQ(cooling, kChannels / 2) << "round " << round;
  }
}

TEST_F(StateThreads, OneTrialIsTakenByOne) {
  RouterOptions options = Options();
  options.state.cooldown.trial_timeout = std::chrono::hours(1);
  Router router({}, options);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m"), Channel(2, "g", "m"))).table).ok());
  for (int i = 0; i < 3; ++i) {
    Selection s = router.Select({.group = "g", .model = "m", .pin = 1});
    router.Report(s, {.kind = OutcomeKind::kTransient});
  }
  clock_.Advance(std::chrono::milliseconds(10));  // 10 ms: the cooldown is over
  std::atomic<int> trials{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) trials.fetch_add(router.Select(kRequest).channel_id() == 1 ? 1 : 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(trials.load(), 1);
}

}  // namespace
}  // namespace pointsman
