// HazardSlot: a reader announces the pointer that it is about to use and looks whether it is still the current one; a
// value is freed once no slot names it (M. Michael 2004). Every access is sequentially consistent: the portable form.
//
//   reader: announce p -> load current again: still p?      publisher: exchange current -> scan the slots
//
// In the one order of these four accesses either the reader's second load sees the exchange, and the reader tries
// again, or the publisher's scan sees the announcement, and keeps the value.
//
// Thread safety: thread-safe; Replace from one thread at a time. Reads of one thread must not nest.
#ifndef POINTSMAN_BENCHMARKS_STRATEGIES_HAZARD_CELL_H_
#define POINTSMAN_BENCHMARKS_STRATEGIES_HAZARD_CELL_H_

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "strategies/thread_slots.h"

namespace pointsman::bench {

template <class T>
class HazardSlot {
 public:
  explicit HazardSlot(std::shared_ptr<const T> first) : owner_(std::move(first)), current_(owner_.get()) {}

  template <class Use>
  void Read(Use use) const {
    std::atomic<const void*>& mine = Slots::Mine().value;
    const T* seen = current_.load(std::memory_order_acquire);
    for (;;) {
      mine.exchange(seen, std::memory_order_seq_cst);
      const T* again = current_.load(std::memory_order_seq_cst);
      if (again == seen) break;
      seen = again;
    }
    use(*seen);
    mine.store(nullptr, std::memory_order_release);
  }

  // Never waits: what is still being read is kept, and looked at again by the next Replace.
  void Replace(std::shared_ptr<const T> next) {
    current_.exchange(next.get(), std::memory_order_seq_cst);
    retired_.push_back(std::exchange(owner_, std::move(next)));
    std::erase_if(retired_, [](const std::shared_ptr<const T>& old) {
      return std::none_of(Slots::All().begin(), Slots::All().end(),
                          [&](const auto& slot) { return slot.value.load(std::memory_order_seq_cst) == old.get(); });
    });
  }

 private:
  using Slots = ThreadSlots<const void*, HazardSlot>;
  std::shared_ptr<const T> owner_;
  std::vector<std::shared_ptr<const T>> retired_;
  std::atomic<const T*> current_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_STRATEGIES_HAZARD_CELL_H_
