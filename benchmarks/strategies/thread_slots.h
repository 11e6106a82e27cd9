// ThreadSlots: a fixed array of slots, one for each thread that ever asks, each on cache lines of its own. A thread's
// slot goes back when it ends. One array for the process: a strategy that is used by several cells at once on one
// thread would need more, and a benchmark does not.
//
// Thread safety: thread-safe. Limits: 256 threads at a time; the program ends beyond.
#ifndef POINTSMAN_BENCHMARKS_STRATEGIES_THREAD_SLOTS_H_
#define POINTSMAN_BENCHMARKS_STRATEGIES_THREAD_SLOTS_H_

#include <array>
#include <atomic>
#include <cstdlib>

namespace pointsman::bench {

template <class Value, class Tag>
class ThreadSlots {
 public:
  struct alignas(128) Slot {
    std::atomic<Value> value{};
    std::atomic<bool> taken{false};
  };

  static Slot& Mine() {
    thread_local const Lease lease;
    return *lease.slot;
  }
  static std::array<Slot, 256>& All() { return slots_; }

 private:
  struct Lease {
    Lease() {
      for (Slot& s : slots_) {
        if (!s.taken.exchange(true)) {
          slot = &s;
          return;
        }
      }
      std::abort();
    }
    ~Lease() { slot->taken.store(false); }
    Slot* slot = nullptr;
  };

  static inline std::array<Slot, 256> slots_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_STRATEGIES_THREAD_SLOTS_H_
