// EpochSlot: a reader writes into its slot in which epoch it began; a value that was replaced in epoch e is freed once
// every reader that is inside began after e (K. Fraser 2004, reduced to one cell). A reader that sleeps inside holds
// back everything replaced since. Sequentially consistent: the portable form.
//
//   reader: load epoch, announce it -> load current          publisher: exchange current -> raise epoch -> scan the
//   slots
//
// A reader that got the old value loaded it before the exchange, so its announcement comes before the scan, and it
// names an epoch from before the raise.
//
// Thread safety: thread-safe; Replace from one thread at a time. Reads of one thread must not nest.
#ifndef POINTSMAN_BENCHMARKS_STRATEGIES_EPOCH_CELL_H_
#define POINTSMAN_BENCHMARKS_STRATEGIES_EPOCH_CELL_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "strategies/thread_slots.h"

namespace pointsman::bench {

template <class T>
class EpochSlot {
 public:
  explicit EpochSlot(std::shared_ptr<const T> first) : owner_(std::move(first)), current_(owner_.get()) {}

  template <class Use>
  void Read(Use use) const {
    std::atomic<std::uint64_t>& mine = Slots::Mine().value;
    mine.exchange(epoch_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
    use(*current_.load(std::memory_order_seq_cst));
    mine.store(0, std::memory_order_release);
  }

  void Replace(std::shared_ptr<const T> next) {
    current_.exchange(next.get(), std::memory_order_seq_cst);
    const std::uint64_t replaced_in = epoch_.fetch_add(1, std::memory_order_seq_cst);
    retired_.push_back({replaced_in, std::exchange(owner_, std::move(next))});
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    for (const auto& slot : Slots::All()) {
      const std::uint64_t began = slot.value.load(std::memory_order_seq_cst);
      if (began != 0) oldest = std::min(oldest, began);
    }
    std::erase_if(retired_, [&](const Retired& r) { return r.epoch < oldest; });
  }

 private:
  struct Retired {
    std::uint64_t epoch;
    std::shared_ptr<const T> value;
  };
  using Slots = ThreadSlots<std::uint64_t, EpochSlot>;  // 0: outside
  std::shared_ptr<const T> owner_;
  std::vector<Retired> retired_;
  std::atomic<const T*> current_;
  std::atomic<std::uint64_t> epoch_{1};
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_STRATEGIES_EPOCH_CELL_H_
