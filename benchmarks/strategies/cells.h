// Ways to read a value that somebody replaces now and then, under one interface:
//
//   Cell cell(std::make_shared<const Table>(…));
//   cell.Read([](const Table& t) { … });                  // any thread; t stays as it is during the call
//   cell.Replace(std::make_shared<const Table>(…));       // one thread at a time; any thread
//
// Here are those that a standard library offers. hazard_cell.h and epoch_cell.h have the two that are made by hand.
//
// Thread safety: thread-safe. Destroy a cell when nobody is inside a call to it.
#ifndef POINTSMAN_BENCHMARKS_STRATEGIES_CELLS_H_
#define POINTSMAN_BENCHMARKS_STRATEGIES_CELLS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace pointsman::bench {

// Never frees: what reading costs at the least. All replaced values live until the cell ends.
template <class T>
class PlainLoad {
 public:
  explicit PlainLoad(std::shared_ptr<const T> first) { Replace(std::move(first)); }
  template <class Use>
  void Read(Use use) const {
    use(*current_.load(std::memory_order_acquire));
  }
  void Replace(std::shared_ptr<const T> next) {
    current_.store(next.get(), std::memory_order_release);
    if (kept_.empty() || kept_.back() != next) kept_.push_back(std::move(next));
  }

 private:
  std::atomic<const T*> current_{nullptr};
  std::vector<std::shared_ptr<const T>> kept_;
};

template <class T>
class MutexSharedPtr {
 public:
  explicit MutexSharedPtr(std::shared_ptr<const T> first) : current_(std::move(first)) {}
  template <class Use>
  void Read(Use use) const {
    std::shared_ptr<const T> now;
    {
      const std::lock_guard lock(mutex_);
      now = current_;
    }
    use(*now);
  }
  void Replace(std::shared_ptr<const T> next) {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> current_;
};

// The lock is held while the value is used, so no count is touched.
template <class T>
class SharedMutex {
 public:
  explicit SharedMutex(std::shared_ptr<const T> first) : current_(std::move(first)) {}
  template <class Use>
  void Read(Use use) const {
    const std::shared_lock lock(mutex_);
    use(*current_);
  }
  void Replace(std::shared_ptr<const T> next) {
    const std::unique_lock lock(mutex_);
    current_.swap(next);
  }

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const T> current_;
};

// Not lock-free in the standard libraries of today.
template <class T>
class AtomicSharedPtr {
 public:
  explicit AtomicSharedPtr(std::shared_ptr<const T> first) : current_(std::move(first)) {}
  template <class Use>
  void Read(Use use) const {
    use(*current_.load(std::memory_order_acquire));
  }
  void Replace(std::shared_ptr<const T> next) { current_.store(std::move(next), std::memory_order_release); }

 private:
  std::atomic<std::shared_ptr<const T>> current_;
};

// Each thread keeps a counted pointer and asks only whether the generation is still the same. An idle thread keeps its
// old value for as long as it lives. Generations are unique among all cells, so one thread-local serves them all.
template <class T>
class ThreadCached {
 public:
  explicit ThreadCached(std::shared_ptr<const T> first) { Replace(std::move(first)); }
  template <class Use>
  void Read(Use use) const {
    thread_local std::shared_ptr<const T> cached;
    thread_local std::uint64_t cached_generation = 0;
    if (generation_.load(std::memory_order_acquire) != cached_generation) {
      const std::lock_guard lock(mutex_);
      cached = current_;
      cached_generation = generation_.load(std::memory_order_relaxed);
    }
    use(*cached);
  }
  void Replace(std::shared_ptr<const T> next) {
    static std::atomic<std::uint64_t> last_generation{0};
    const std::lock_guard lock(mutex_);
    current_.swap(next);
    generation_.store(last_generation.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> current_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_STRATEGIES_CELLS_H_
