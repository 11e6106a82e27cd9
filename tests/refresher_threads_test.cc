// A Refresher's own thread: it follows, it hears, it ends at once, and others may ask it anything meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "pointsman/refresher.h"
#include "support/eventually.h"
#include "support/rows_builder.h"
#include "support/scripted_loader.h"

namespace pointsman::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// A notifier that a test rings.
class Bell final : public Notifier {
 public:
  void Ring() { Set(rung_); }
  void Interrupt() noexcept override { Set(interrupted_); }
  Waited Wait(steady_clock::time_point deadline) override {
    std::unique_lock lock(mutex_);
    condition_.wait_until(lock, deadline, [&] { return rung_ || interrupted_; });
    if (std::exchange(interrupted_, false)) return Waited::kInterrupted;
    return std::exchange(rung_, false) ? Waited::kChanged : Waited::kTimedOut;
  }
  absl::Status status() const override { return absl::UnavailableError("a bell tells nothing of itself"); }

 private:
  void Set(bool& what) {
    {
      const std::lock_guard lock(mutex_);
      what = true;
    }
    condition_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  bool rung_ = false;
  bool interrupted_ = false;
};

class RefresherThreads : public ::testing::Test {
 protected:
  std::uint64_t Generation() const { return router_.TakeSnapshot().generation; }

  std::atomic<std::int64_t> channel_{8};
  std::atomic<int> loads_{0};
  Router router_{{}, {.max_lost_share = 1.0}};
  ScriptedLoader loader_{[this](RowSink& sink, const Wanted&) {
    ++loads_;
    return AddAll(sink, {Channel(channel_, "default", "m", 1)});
  }};
};

TEST_F(RefresherThreads, FollowsByPollingAlone) {
  Refresher refresher(router_, loader_, {.pace = {.interval = milliseconds(5)}});
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_TRUE(Eventually([&] { return Generation() == 1; }));
  channel_ = 9;
  EXPECT_TRUE(Eventually([&] { return router_.Select({.group = "default", .model = "m"}).channel_id() == 9; }));
  EXPECT_TRUE(Eventually([&] { return loads_ >= 10; }));
  refresher.Stop();
  EXPECT_EQ(Generation(), 2u) << "a generation for each change, not for each load";
  const int loads = loads_;
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_EQ(loads_, loads) << "it goes on after Stop";
}

TEST_F(RefresherThreads, LoadsAtOnceWhenItIsNotified) {
  Refresher refresher(router_, loader_, {.pace = {.interval = std::chrono::hours(1)}});
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_TRUE(Eventually([&] { return Generation() == 1; }));
  channel_ = 9;
  const auto since = steady_clock::now();
  refresher.Notify();
  EXPECT_TRUE(Eventually([&] { return Generation() == 2; }));
  EXPECT_LT(steady_clock::now() - since, seconds(5));
}

TEST_F(RefresherThreads, HearsItsNotifier) {
  Bell bell;
  Refresher refresher(router_, loader_, {.pace = {.interval = std::chrono::hours(1)}, .notifier = &bell});
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_TRUE(Eventually([&] { return Generation() == 1; }));
  channel_ = 9;
  bell.Ring();
  EXPECT_TRUE(Eventually([&] { return Generation() == 2; }));
  const RefreshStatus status = refresher.status();
  EXPECT_TRUE(status.is_running);
  EXPECT_EQ(status.notifications, 1u);
  EXPECT_EQ(status.notifier->code(), absl::StatusCode::kUnavailable);
}

TEST_F(RefresherThreads, StartsOnceAndAgainAfterStop) {
  Refresher refresher(router_, loader_, {.pace = {.interval = milliseconds(1)}});
  EXPECT_FALSE(refresher.status().is_running);
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_EQ(refresher.Start().code(), absl::StatusCode::kFailedPrecondition);
  refresher.Stop();
  refresher.Stop();
  EXPECT_FALSE(refresher.status().is_running);
  const int loads = loads_;
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_TRUE(Eventually([&] { return loads_ > loads; }));
}

// Rows without end: only the sink can end this load.
TEST_F(RefresherThreads, StopEndsALoadAtItsNextRow) {
  ScriptedLoader endless([&](RowSink& sink, const Wanted&) {
    ++loads_;
    while (sink.Add(Ability("default", "m", 8))) std::this_thread::sleep_for(milliseconds(1));
    return absl::CancelledError("stopped");
  });
  Refresher refresher(router_, endless);
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_TRUE(Eventually([&] { return loads_ == 1; }));
  refresher.Stop();
  EXPECT_EQ(Generation(), 0u);
}

TEST_F(RefresherThreads, EndWithTheRefresher) {
  {
    Refresher refresher(router_, loader_, {.pace = {.interval = std::chrono::hours(1)}});
    ASSERT_TRUE(refresher.Start().ok());
  }
  const int loads = loads_;
  std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(loads_, loads);
}

TEST_F(RefresherThreads, AskingAndNotifyingFromEverywhereIsSafe) {
  std::atomic<int> observed{0};
  Refresher refresher(router_, loader_,
                      {.pace = {.interval = milliseconds(1), .shortest_pause = milliseconds(0)},
                       .observe = [&](const RefreshTurn&) { ++observed; }});
  ASSERT_TRUE(refresher.Start().ok());
  std::atomic<bool> stop{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop) {
        ++channel_;
        refresher.Notify();
        refresher.AcceptLoss();
        const RefreshStatus status = refresher.status();
        EXPECT_GE(status.generation, last);
        EXPECT_EQ(status.loads, status.published + status.unchanged + status.refused + status.failed);
        last = status.generation;
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return observed >= 100; }));
  stop = true;
  for (std::thread& other : others) other.join();
  refresher.Stop();
  EXPECT_EQ(refresher.status().failed, 0u);
}

}  // namespace
}  // namespace pointsman::testing
