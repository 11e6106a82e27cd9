// Kept: things that are costly to make, such as connections: lent to one user at a time and kept for the next.
//
//   Kept<Connection> connections({.most = 32, .idle = std::chrono::seconds(10)});
//   auto one = connections.Borrow([&] { return Connect(url); });
//   if (!one->Ask(…)) one.Discard();                   // it is broken: nobody gets it again
//
// What nobody wanted for a while goes when the next one is lent or given back: a burst leaves nothing behind for ever.
//
// Thread safety: thread-safe; a loan is its holder's alone. Destroy it after all loans. Cost: a lock, and a look at
// those that do not fit.
#ifndef GATEWAY_KEPT_H_
#define GATEWAY_KEPT_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gateway {

struct KeptLimits {
  std::size_t most;                // that nobody uses at the moment
  std::chrono::milliseconds idle;  // how long one may be of no use
};

template <class T>
class Kept {
 public:
  class Loan {
   public:
    Loan(Kept* owner, std::unique_ptr<T> thing) : owner_(owner), thing_(std::move(thing)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (thing_ != nullptr) owner_->Return(std::move(thing_));
    }
    explicit operator bool() const { return thing_ != nullptr; }
    T* operator->() const { return thing_.get(); }
    T& operator*() const { return *thing_; }
    void Discard() { thing_.reset(); }

   private:
    Kept* owner_;
    std::unique_ptr<T> thing_;
  };

  explicit Kept(const KeptLimits& limits) : limits_(limits) {}

  template <class Make>
  Loan Borrow(const Make& make) {
    return Borrow(make, [](const T&) { return true; });
  }
  // One that fits, or a new one.
  template <class Make, class Fits>
  Loan Borrow(const Make& make, const Fits& fits) {
    Things gone;  // goes behind the lock: hanging up may take its time
    std::unique_ptr<T> found;
    {
      const std::lock_guard lock(mutex_);
      const auto last = std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& i) { return fits(*i.thing); });
      if (last != idle_.rend()) {
        found = std::move(last->thing);
        idle_.erase(std::next(last).base());
      }
      TakeStale(gone);
    }
    return Lend(found != nullptr ? std::move(found) : make());
  }
  // A new one.
  Loan Lend(std::unique_ptr<T> thing) { return Loan(this, std::move(thing)); }

  // Those that nobody wanted for too long go now.
  void DropStale() {
    Things gone;
    const std::lock_guard lock(mutex_);
    TakeStale(gone);
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return idle_.size();
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Things = std::vector<std::unique_ptr<T>>;
  struct Idle {
    std::unique_ptr<T> thing;
    Clock::time_point since;
  };

  void Return(std::unique_ptr<T> thing) {
    Things gone;
    const std::lock_guard lock(mutex_);
    idle_.push_back({std::move(thing), Clock::now()});
    TakeStale(gone);
  }
  void TakeStale(Things& gone) {
    const auto before = Clock::now() - limits_.idle;
    while (!idle_.empty() && (idle_.size() > limits_.most || idle_.front().since < before)) {
      gone.push_back(std::move(idle_.front().thing));
      idle_.pop_front();
    }
  }

  const KeptLimits limits_;
  mutable std::mutex mutex_;
  std::deque<Idle> idle_;  // the last one is used first, so that the others may grow old
};

}  // namespace gateway

#endif  // GATEWAY_KEPT_H_
