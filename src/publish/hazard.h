// HazardCell: a value that any number of threads read while others replace it. ALL atomics of publication are here and
// in hazard.cc, which holds what is rare: slots and freeing.
//
//   HazardCell<Table> cell(std::make_shared<const Table>(…));
//   int n = cell.Read([](const Table& table) { return table.size(); });     // does not change or end during the call
//   cell.Replace(std::make_shared<const Table>(…));                         // never waits for a reader
//   std::shared_ptr<const Table> kept = cell.Hold();                        // may be kept, and moved between threads
//
// THE PROBLEM. A reader loads a pointer and uses what is behind it. When may the publisher free the old value? A count
// of readers answers that, and makes all of them write the same cache line; a lock makes them wait as well. Step by
// step:
//
//   a. Announce. Each thread has a slot that nobody else writes. It stores there the pointer that it is going to use,
//   and
//      empties it afterwards; who retires a value looks into all slots and keeps what is named. Still wrong: the reader
//      has loaded the pointer, the publisher replaces it, looks, finds nothing, frees; then the reader announces.
//   b. Look again. Having announced, the reader loads once more, and starts over if the pointer changed. If everything
//      happened in the order written, that were right: whoever still finds the pointer announced before the exchange,
//      and the publisher scans after the exchange, so it sees the name.
//   c. Keep that order. Processors let a load overtake an earlier store to another place: the reader would look again
//      before others see its announcement. Fence::kPortable makes all four accesses (announce, look; exchange, scan)
//      sequentially consistent: in their single order either the look follows the exchange, and the reader starts over,
//      or the announcement precedes the scan, and the value stays. The price is a full fence in each read.
//   d. Let the rare side pay. Fence::kAsymmetric: Linux's membarrier(PRIVATE_EXPEDITED) makes every running thread of
//   the
//      process pass a full fence, somewhere between two of its instructions. The publisher calls it between exchange
//      and scan; the reader only keeps the compiler from swapping store and load. If that fence falls before the look,
//      the look finds the exchange; if after, the announcement came before it, and the scan finds that.
//
// EDGES. Each number stands at its operations; a test compares them with this list and with each other.
//   (1) -> (2)    exchange -> second look: a value is complete before anybody uses it
//   (3) -> (4)    announcement -> scan: what a second look has confirmed is kept (steps c and d)
//   (5) -> (4)    emptying an entry -> scan: whoever read has finished before the value is freed. A thread's next
//                 announcement says the same of its last read, for the scan may find that instead; so it releases too
//   (6) -> (7)    linking a slot -> walking over slots: no slot that announces is overlooked, by c and d once more
//   (8) -> (9)    giving a slot back -> taking it: its entries are empty
//   (10) -> (11)  retiring -> taking the retired: a node's exchange lies before the scan of whoever took it
//   (12) -> (13)  membarrier -> the reader's compiler barrier: the two halves of the fence in step d
//
// WHAT IT BUYS. A read stores twice, into its own slot, and writes no line that is shared. It repeats its look once for
// each Replace that fell between announcement and look, and waits for nothing. A reader that stalls keeps the values it
// has announced, one per nested read, and no later ones. Replace waits for nobody; it frees every retired value that no
// slot names. WHAT IT COSTS. One slot of 128 bytes for each thread alive at once, for good; a walk over them, and a
// membarrier, for each Replace.
//
// Thread safety: thread-safe, all of it. A thread's first Read allocates its slot; without memory for that, or while
// the process ends, reads share one slot and a lock. Limits: `use` must return on the thread that called it: a fiber
// that moves to another thread must not be suspended inside (it may keep what Hold returned). A signal handler may Read
// if the thread it interrupts has read before, up to kNestedReads deep together. After fork the child may read and
// replace; what other threads were reading at that moment stays in the child. Not for systems without POSIX threads.
#ifndef POINTSMAN_SRC_PUBLISH_HAZARD_H_
#define POINTSMAN_SRC_PUBLISH_HAZARD_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "random/thread_local_model.h"

namespace pointsman::inline v0 {

enum class Fence {
  kAuto,        // the asymmetric one where the system has it
  kAsymmetric,  // the portable one where the system lacks it, and under the thread sanitizer, which does not know it
  kPortable,
};

// A published value. `next` and `named` belong to whoever took the node from a RetiredList.
struct HazardNode {
  const void* value;
  std::shared_ptr<const void> owner;
  HazardNode* next = nullptr;
  bool named = false;
};

// Null where free: an entry is taken by announcing in it, so that a signal handler finds it taken or gives it back.
using HazardEntry = std::atomic<const HazardNode*>;

inline constexpr std::size_t kNestedReads = 4;  // reads inside reads of one thread; deeper ones hold a count instead

struct alignas(128) HazardSlot {               // apart by two lines, since processors fetch lines in pairs
  HazardEntry entries[kNestedReads + 1] = {};  // the last is for Hold, which must find one at any depth
  std::atomic<bool> taken{true};
  HazardSlot* next = nullptr;  // fixed once linked
};

// Null before the thread's first read, and again at its end.
POINTSMAN_INITIAL_EXEC extern constinit thread_local HazardSlot* hazard_slot;

// A free one among the first `most` entries of this thread's slot, which it gets where it has none; null if there is
// none.
HazardEntry* FindHazardEntry(std::size_t most) noexcept;

// The first of them if it is free and this thread has a slot; null otherwise.
inline HazardEntry* FirstHazardEntry() noexcept {
  HazardSlot* const slot = hazard_slot;
  // no edge: only this thread writes there
  if (slot != nullptr && slot->entries[0].load(std::memory_order_relaxed) == nullptr) [[likely]]
    return &slot->entries[0];
  return nullptr;
}

inline HazardEntry* FreeHazardEntry(std::size_t most) noexcept {
  if (HazardEntry* const entry = FirstHazardEntry(); entry != nullptr) [[likely]]
    return entry;
  return FindHazardEntry(most);
}

// For threads that could not get a slot: one entry for all of them, locked.
class SharedHazardEntry {
 public:
  SharedHazardEntry() noexcept;
  ~SharedHazardEntry();
  SharedHazardEntry(const SharedHazardEntry&) = delete;
  SharedHazardEntry& operator=(const SharedHazardEntry&) = delete;
  HazardEntry& entry() const noexcept;
};

std::size_t HazardSlotCount() noexcept;  // as many as threads that have read were ever alive at once
bool AsymmetricFenceWorks() noexcept;    // asks the system once

class RetiredList {
 public:
  void Put(HazardNode* first) noexcept;  // a chain
  HazardNode* TakeAll() noexcept;

 private:
  std::atomic<HazardNode*> first_{nullptr};
};

struct SortedNodes {
  HazardNode* named = nullptr;
  HazardNode* unnamed = nullptr;  // nobody uses them, nobody will
  std::size_t named_count = 0;
};
SortedNodes SortRetired(HazardNode* taken, bool asymmetric) noexcept;
void FreeNodes(HazardNode* first) noexcept;

// Moments between two steps, for tests that put a whole Read or Replace there.
struct NoHooks {
  static void AfterGuess() noexcept {}
  static void AfterAnnouncement() noexcept {}
  static void AfterExchange() noexcept {}
  static void AfterTaking() noexcept {}
  static void AfterScan() noexcept {}
};

template <class T, class Hooks = NoHooks>
class alignas(128) HazardCell {
 public:
  // REQUIRES: `first` is not null.
  explicit HazardCell(std::shared_ptr<const T> first, Fence fence = Fence::kAuto)
      : current_(NewNode(std::move(first))), asymmetric_(fence != Fence::kPortable && AsymmetricFenceWorks()) {}

  // REQUIRES: nobody is inside a call to this cell. Its values end here, but for what Hold handed out.
  ~HazardCell() {
    FreeNodes(current_.load(std::memory_order_relaxed));  // no edge: no other thread is left
    FreeNodes(retired_.TakeAll());
  }
  HazardCell(const HazardCell&) = delete;
  HazardCell& operator=(const HazardCell&) = delete;

  // Calls `use(const T&)` with the current value and returns what it returns.
  template <class Use>
  auto Read(Use&& use) const noexcept(std::is_nothrow_invocable_v<Use&, const T&>) {
    static_assert(!std::is_reference_v<std::invoke_result_t<Use&, const T&>>, "it would outlive the read");
    if (HazardEntry* const entry = FirstHazardEntry(); entry != nullptr) [[likely]]
      return UseProtected(*entry, use);
    return ReadByAnotherEntry<Kept<Use>>(use);
  }

  std::shared_ptr<const T> Hold() const noexcept {
    if (HazardEntry* const entry = FreeHazardEntry(kNestedReads + 1); entry != nullptr) return HoldBy(*entry);
    const SharedHazardEntry shared;
    return HoldBy(shared.entry());
  }

  // REQUIRES: `next` is not null. Retired values that nobody reads end here, on this thread.
  void Replace(std::shared_ptr<const T> next) {
    HazardNode* const node = NewNode(std::move(next));
    HazardNode* const old = current_.exchange(node, std::memory_order_seq_cst);  // (1) -> (2)
    Hooks::AfterExchange();
    retired_.Put(old);
    Reclaim();
  }

  // Frees what nobody reads any more. Returns how many retired values it had to leave.
  std::size_t Reclaim() noexcept {
    HazardNode* const taken = retired_.TakeAll();
    if (taken == nullptr) return 0;
    Hooks::AfterTaking();
    const SortedNodes sorted = SortRetired(taken, asymmetric_);
    Hooks::AfterScan();
    retired_.Put(sorted.named);
    FreeNodes(sorted.unnamed);
    return sorted.named_count;
  }

  bool asymmetric() const noexcept { return asymmetric_; }

 private:
  // Empties its entry in the end, however that comes.
  struct Announcement {
    explicit Announcement(HazardEntry& e) noexcept : entry(e) {}
    ~Announcement() { entry.store(nullptr, std::memory_order_release); }  // (5) -> (4)
    Announcement(const Announcement&) = delete;
    Announcement& operator=(const Announcement&) = delete;
    HazardEntry& entry;
  };

  template <class Use>
  [[gnu::always_inline]] auto UseProtected(HazardEntry& entry, Use& use) const
      noexcept(std::is_nothrow_invocable_v<Use&, const T&>) {
    const Announcement announcement(entry);
    return use(*static_cast<const T*>(Protect(entry)->value));
  }

  // Out of line, so that the path above stays small. A closure that a call does not change is handed over by value: its
  // address would keep the path above from holding it in registers.
  template <class Use>
  static constexpr bool kCopied = std::is_trivially_copyable_v<std::remove_reference_t<Use>> &&
                                  std::is_invocable_v<const std::remove_reference_t<Use>&, const T&>;
  template <class Use>
  using Kept = std::conditional_t<kCopied<Use>, std::remove_cvref_t<Use>, std::remove_reference_t<Use>&>;
  template <class Use>
  [[gnu::noinline, gnu::cold]] auto ReadByAnotherEntry(Use use) const
      noexcept(std::is_nothrow_invocable_v<Use&, const T&>) {
    if (HazardEntry* const entry = FindHazardEntry(kNestedReads); entry != nullptr) return UseProtected(*entry, use);
    return use(*Hold());
  }

  static HazardNode* NewNode(std::shared_ptr<const T> value) {
    const void* const address = value.get();
    return new HazardNode{.value = address, .owner = std::move(value)};
  }

  // The current node, which stays until `entry` is emptied.
  const HazardNode* Protect(HazardEntry& entry) const noexcept {
    const HazardNode* const node = Guess();
    const HazardNode* const looked = Announce(entry, node);
    return looked == node ? node : ProtectAgain(entry, looked);
  }

  [[gnu::noinline, gnu::cold]] const HazardNode* ProtectAgain(HazardEntry& entry,
                                                              const HazardNode* node) const noexcept {
    for (;;) {
      Hooks::AfterGuess();
      const HazardNode* const looked = Announce(entry, node);
      if (looked == node) return node;
      node = looked;
    }
  }

  const HazardNode* Guess() const noexcept {
    // no edge: the second look checks it
    const HazardNode* const node = current_.load(std::memory_order_relaxed);
    Hooks::AfterGuess();
    return node;
  }

  // Returns what the second look found.
  const HazardNode* Announce(HazardEntry& entry, const HazardNode* node) const noexcept {
    return asymmetric_ ? AnnounceAsymmetric(entry, node) : AnnouncePortable(entry, node);
  }

  const HazardNode* AnnounceAsymmetric(HazardEntry& entry, const HazardNode* node) const noexcept {
    entry.store(node, std::memory_order_release);         // (3) -> (4)
    std::atomic_signal_fence(std::memory_order_seq_cst);  // (13) <- (12)
    Hooks::AfterAnnouncement();
    return current_.load(std::memory_order_acquire);  // (2) <- (1)
  }

  const HazardNode* AnnouncePortable(HazardEntry& entry, const HazardNode* node) const noexcept {
    entry.store(node, std::memory_order_seq_cst);  // (3) -> (4)
    Hooks::AfterAnnouncement();
    return current_.load(std::memory_order_seq_cst);  // (2) <- (1)
  }

  std::shared_ptr<const T> HoldBy(HazardEntry& entry) const noexcept {
    const Announcement announcement(entry);
    return std::static_pointer_cast<const T>(Protect(entry)->owner);
  }

  std::atomic<HazardNode*> current_;
  const bool asymmetric_;
  RetiredList retired_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_HAZARD_H_
