// Kept: things that are costly to make, such as connections: lent to one user at a time and kept for the next.
//
//   Kept<Connection> connections;
//   auto one = connections.Borrow([&] { return Connect(url); });
//   if (!one->Ask(…)) one.Discard();                   // it is broken: nobody gets it again
//
// Thread safety: thread-safe; a loan is its holder's alone. Destroy it after all loans. Cost: a lock.
#ifndef GATEWAY_KEPT_H_
#define GATEWAY_KEPT_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace gateway {

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

  template <class Make>
  Loan Borrow(const Make& make) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<T> thing = std::move(idle_.back());
        idle_.pop_back();
        return Loan(this, std::move(thing));
      }
    }
    return Lend(make());
  }
  // A new one.
  Loan Lend(std::unique_ptr<T> thing) { return Loan(this, std::move(thing)); }

 private:
  void Return(std::unique_ptr<T> thing) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(thing));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;  // the last one used first, so that the others may time out
};

}  // namespace gateway

#endif  // GATEWAY_KEPT_H_
