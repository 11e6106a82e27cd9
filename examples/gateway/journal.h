// Journal: what the gateway did lately: the latest requests, and how often each channel was the first choice. Both are
// for operators, bounded, and in memory only.
//
//   journal.CountFirstChoice("default", "gpt-4o", 1);
//   journal.Add({.token = "alice", .group = "default", .model = "gpt-4o", .channel_id = 1, .status = 200, …});
//
// Thread safety: thread-safe. Cost: a lock and a lookup.
#ifndef GATEWAY_JOURNAL_H_
#define GATEWAY_JOURNAL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {

// One request, when it was over.
struct Served {
  std::int64_t unix_ms = 0;
  std::string token;  // its name
  std::string group;  // that served; empty: none did
  std::string model;
  std::int64_t channel_id = 0;  // the last one; 0: none was tried
  std::size_t attempts = 0;
  int status = 0;       // that the caller got
  std::string outcome;  // of the last attempt, or why there was none
  std::int64_t took_ms = 0;
};

class Journal {
 public:
  static constexpr std::size_t kRequests = 100;
  static constexpr std::size_t kRoutes = 10'000;
  // Counts are of the last half to whole of it.
  static constexpr std::chrono::seconds kWindow{60};

  void Add(Served request);
  void CountFirstChoice(std::string_view group, std::string_view model, std::int64_t channel_id);

  // Latest first.
  std::vector<Served> Latest() const;
  // By status: 200 -> 17.
  std::map<int, std::int64_t> Totals() const;
  // By group and model as requested, then channel.
  using Route = std::pair<std::string, std::string>;
  using Counts = std::map<Route, std::map<std::int64_t, std::int64_t>>;
  Counts FirstChoices() const;

 private:
  void Turn(std::chrono::steady_clock::time_point now) const;

  mutable std::mutex mutex_;
  std::deque<Served> latest_;
  std::map<int, std::int64_t> totals_;
  mutable Counts now_, before_;  // of this half of the window, and of the one before
  mutable std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace gateway

#endif  // GATEWAY_JOURNAL_H_
