// Chaos: requests go on while something happens to the source of a refreshed router. Every selection is judged: it must
// be served, by a channel that lists the model and is enabled, from a version that was committed, and never from an
// older one than before.
//
// The source: models m0 … m9 of the group default, each by channels 10 i + 1 and 10 i + 2, whose priority is the
// version; 10 i + 9 is disabled, has the highest priority, and must never serve.
#ifndef POINTSMAN_TESTS_SUPPORT_CHAOS_H_
#define POINTSMAN_TESTS_SUPPORT_CHAOS_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "gtest/gtest.h"
#include "pointsman/refresher.h"
#include "support/eventually.h"

namespace pointsman::testing {

inline constexpr int kChaosModels = 10;

// For both databases.
inline std::string ChaosTables() {
  std::string sql =
      "CREATE TABLE channels (id bigint PRIMARY KEY, name text, type bigint, status bigint, \"group\" text, models "
      "text, "
      "priority bigint, weight bigint, tag text, model_mapping text, channel_info text);"
      "CREATE TABLE abilities (\"group\" text, model text, channel_id bigint, enabled boolean, priority bigint, weight "
      "bigint, tag text);";
  for (int i = 0; i < kChaosModels; ++i) {
    const std::string model = "'m" + std::to_string(i) + "'";
    for (const int k : {1, 2, 8, 9}) {
      const std::string id = std::to_string(10 * i + k);
      sql += "INSERT INTO channels VALUES (" + id + ", 'c', 1, " + (k == 8 ? "2" : "1") + ", 'default', " + model +
             ", 0, 1, 't', '{}', '{}'); INSERT INTO abilities VALUES ('default', " + model + ", " + id + ", " +
             (k == 9 ? "false" : "true") + (k > 7 ? ", 1000000" : ", 1") + ", 1, 't');";
    }
  }
  return sql;
}
inline std::string ChaosVersion(std::int64_t version) {
  return "UPDATE abilities SET priority = " + std::to_string(version) + " WHERE channel_id % 10 < 8";
}
inline constexpr const char* kChaosAbilityColumns[] = {"group",    "model",  "channel_id", "enabled",
                                                       "priority", "weight", "tag"};
inline constexpr const char* kChaosChannelColumns[] = {
    "id", "name", "type", "status", "group", "models", "priority", "weight", "tag", "model_mapping", "channel_info"};

// One thread that selects all the time.
class Traffic {
 public:
  explicit Traffic(const Router& router) : router_(router), thread_([this] { Run(); }) {}
  ~Traffic() {
    stop_ = true;
    thread_.join();
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Is about to be committed.
  void Announce(std::int64_t version) { announced_ = version; }
  std::int64_t served() const { return served_; }
  std::uint64_t made() const { return made_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t wrong() const { return wrong_; }

 private:
  void Run() {
    for (int i = 0; !stop_; i = (i + 1) % kChaosModels) {
      const Selection selection = router_.Select({.group = "default", .model = "m" + std::to_string(i)});
      ++made_;
      if (!selection) {
        ++failed_;
      } else if (selection.channel_id() / 10 != i || selection.channel_id() % 10 > 7 ||
                 selection.priority() < served_ || selection.priority() > announced_) {
        ++wrong_;
      } else {
        served_ = selection.priority();
      }
      if (made_ % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  const Router& router_;
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> announced_{1};
  std::atomic<std::int64_t> served_{0};
  std::atomic<std::uint64_t> made_{0}, failed_{0}, wrong_{0};
  std::thread thread_;
};

class Chaos {
 public:
  // A million rows take their time under a sanitizer.
  static constexpr std::chrono::seconds kPatience{60};

  // `commit` makes the source say another version.
  Chaos(Loader& loader, Notifier* notifier, std::function<void(std::int64_t)> commit)
      : commit_(std::move(commit)),
        refresher_(router_, loader,
                   {.pace = {.interval = Time(20), .first_backoff = Time(20), .longest_backoff = Time(500)},
                    .load_timeout = Time(8000),
                    .notifier = notifier}) {
    EXPECT_EQ(refresher_.Step().outcome, RefreshOutcome::kPublished) << refresher_.status().Text();
    traffic_ = std::make_unique<Traffic>(router_);
    EXPECT_TRUE(refresher_.Start().ok());
  }

  // Breaks the source, waits until the status says so, mends it, and waits until a new version is served.
  void Suffer(const std::string& what, const std::function<void()>& break_it,
              const std::function<bool(const RefreshStatus&)>& is_noticed, const std::function<void()>& mend_it) {
    break_it();
    const bool noticed = Eventually([&] { return is_noticed(refresher_.status()); }, kPatience);
    const RefreshStatus status = refresher_.status();
    EXPECT_TRUE(noticed) << what << ": " << status.Text() << " " << status.last_error;
    mend_it();
    traffic_->Announce(++version_);
    commit_(version_);
    const auto since = std::chrono::steady_clock::now();
    EXPECT_TRUE(Eventually([&] { return traffic_->served() == version_; }, kPatience))
        << what << ": " << refresher_.status().Text();
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
    worst_ms_ = std::max(worst_ms_, ms);
    std::printf("  %-34s fresh again after %6.0f ms; it said: %.100s\n", what.c_str(), ms,
                status.ok() ? "nothing, routing is not concerned" : std::string(status.last_error.message()).c_str());
  }

  // The figures, and the verdict.
  void Report(const char* source) {
    EXPECT_TRUE(refresher_.status().ok()) << refresher_.status().Text();
    refresher_.Stop();
    const RefreshStatus status = refresher_.status();
    std::printf(
        "chaos, %s: %llu selections made, %llu failed, %llu wrong; staleness after recovery at most %.0f ms; "
        "%llu loads: %llu published, %llu unchanged, %llu held back, %llu failed\n",
        source, Count(traffic_->made()), Count(traffic_->failed()), Count(traffic_->wrong()), worst_ms_,
        Count(status.loads), Count(status.published), Count(status.unchanged), Count(status.refused),
        Count(status.failed));
    EXPECT_GT(traffic_->made(), 1000u);
    EXPECT_EQ(traffic_->failed(), 0u);
    EXPECT_EQ(traffic_->wrong(), 0u);
  }

  std::uint64_t loads() const { return refresher_.status().loads; }

 private:
  using Time = std::chrono::milliseconds;
  static unsigned long long Count(std::uint64_t n) { return n; }

  std::function<void(std::int64_t)> commit_;
  Router router_;
  Refresher refresher_;
  std::unique_ptr<Traffic> traffic_;
  std::int64_t version_ = 1;
  double worst_ms_ = 0;
};

inline bool IsFailing(const RefreshStatus& status) { return status.failures_in_a_row > 0; }
inline bool IsInTrouble(const RefreshStatus& status) { return !status.ok(); }
inline bool IsHeldBack(const RefreshStatus& status) { return status.held_back.has_value(); }
inline auto IsFailingWith(absl::StatusCode code) {
  return
      [code](const RefreshStatus& status) { return status.failures_in_a_row > 0 && status.last_error.code() == code; };
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_CHAOS_H_
