// Seldom: a log for what may go wrong with every request: a line now and then, and how many there were meanwhile.
//
//   Seldom log(options.log, std::chrono::seconds(10));
//   log.Say("keys cannot be looked up: …");
//
// Thread safety: thread-safe. Cost: a lock.
#ifndef GATEWAY_SELDOM_H_
#define GATEWAY_SELDOM_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace gateway {

class Seldom {
 public:
  // `log` null: nobody is told.
  Seldom(std::function<void(const std::string&)> log, std::chrono::milliseconds pause)
      : log_(std::move(log)), pause_(pause) {}

  void Say(const std::string& line) {
    if (log_ == nullptr) return;
    std::uint64_t unsaid = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto now = std::chrono::steady_clock::now();
      if (now < next_) {
        ++unsaid_;
        return;
      }
      next_ = now + pause_;
      unsaid = std::exchange(unsaid_, 0);
    }
    log_(unsaid == 0 ? line : line + " (and " + std::to_string(unsaid) + " times like it before)");
  }

 private:
  const std::function<void(const std::string&)> log_;
  const std::chrono::milliseconds pause_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_{};
  std::uint64_t unsaid_ = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SELDOM_H_
