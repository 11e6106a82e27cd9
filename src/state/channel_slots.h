// ChannelSlots: what is known of a channel at run time, beside the tables and longer than they live. One atomic word a
// channel; a table that is published is bound to the words of its channels, and a selection reads one of them.
//
//   ChannelSlots slots;
//   SlotBinding bound = slots.Bind(ids);             // words do not move while somebody is bound to them
//   slots.Set(8, OutBit::kSwitchedOff);              // one atomic operation, seen by the next selection
//   if (IsOut(*bound.words[0])) …
//
// The word is 0 for a channel in order, which is all that the hot path asks. A bit of it says why a channel is out.
// Reading is relaxed: a switch orders nothing but itself, and a selection that runs at the same moment may miss it.
// A channel that is new to the bindings starts in order; its word is reused only when no binding names it any more.
//
// Thread safety: thread-safe. Cost: a read is one load; Set, Clear and Bind take a lock.
#ifndef POINTSMAN_SRC_STATE_CHANNEL_SLOTS_H_
#define POINTSMAN_SRC_STATE_CHANNEL_SLOTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace pointsman::inline v0 {

using SlotWord = std::atomic<std::uint64_t>;

enum class OutBit : std::uint64_t { kSwitchedOff = 1 };

inline bool IsOut(const SlotWord& word) noexcept { return word.load(std::memory_order_relaxed) != 0; }

class ChannelSlots;

// The words of some channels, held as long as this lives. Movable.
class SlotBinding {
 public:
  SlotBinding() = default;
  SlotBinding(SlotBinding&&) noexcept = default;
  SlotBinding& operator=(SlotBinding&&) noexcept;
  ~SlotBinding();

  std::vector<const SlotWord*> words;  // parallel to the ids that were bound

  std::size_t memory_bytes() const {
    return words.capacity() * sizeof(const SlotWord*) + ids_.capacity() * sizeof(std::int64_t);
  }

 private:
  friend class ChannelSlots;
  void Release();

  std::shared_ptr<ChannelSlots> slots_;  // keeps the words although the router is gone
  std::vector<std::int64_t> ids_;
};

class ChannelSlots : public std::enable_shared_from_this<ChannelSlots> {
 public:
  SlotBinding Bind(std::vector<std::int64_t> ids);

  // False where nobody is bound to the channel.
  bool Set(std::int64_t channel_id, OutBit bit);
  bool Clear(std::int64_t channel_id, OutBit bit);

  std::size_t memory_bytes() const;

 private:
  friend class SlotBinding;
  struct Slot {
    SlotWord* word = nullptr;
    std::size_t bindings = 0;
  };

  SlotWord* TakeWord();
  void Release(std::span<const std::int64_t> ids);

  mutable std::mutex mutex_;
  absl::flat_hash_map<std::int64_t, Slot> slots_;
  std::deque<SlotWord> words_;  // never moves what it holds
  std::vector<SlotWord*> free_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_CHANNEL_SLOTS_H_
