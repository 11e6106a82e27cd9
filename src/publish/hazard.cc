#include "publish/hazard.h"

#include <pthread.h>

#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(__SANITIZE_THREAD__)
#define POINTSMAN_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define POINTSMAN_THREAD_SANITIZER 1
#endif
#endif

namespace pointsman::inline v0 {
namespace {

// Slots are linked for good and never freed: a thread may outlive every cell and, when the process ends, every
// destructor of this library.
constinit HazardSlot shared_slot;
constinit std::mutex shared_slot_mutex;
constinit std::atomic<HazardSlot*> newest_slot{&shared_slot};
constinit std::atomic<std::size_t> free_slots{0};  // each may be claimed by one decrement

HazardSlot* FirstSlot() noexcept { return newest_slot.load(std::memory_order_seq_cst); }  // (7) <- (6)

// Claiming before looking bounds the slots: a new one is made only while all others belong to living threads.
bool ClaimFreeSlot() noexcept {
  std::size_t free = free_slots.load(std::memory_order_relaxed);  // no edge: only a number; (9) carries the slot
  while (free > 0) {
    if (free_slots.compare_exchange_weak(free, free - 1, std::memory_order_relaxed)) return true;  // no edge: as above
  }
  return false;
}

HazardSlot* FindClaimedSlot() noexcept {
  for (;;) {  // one is there for each claim; others may be faster at the one we look at, never at all of them
    for (HazardSlot* slot = FirstSlot(); slot != nullptr; slot = slot->next) {
      if (slot->taken.load(std::memory_order_relaxed)) continue;  // no edge: spares the line of a thread that reads
      if (!slot->taken.exchange(true, std::memory_order_acquire)) return slot;  // (9) <- (8)
    }
  }
}

HazardSlot* MakeSlot() noexcept {
  auto* const slot = new (std::nothrow) HazardSlot;
  if (slot == nullptr) return nullptr;
  slot->next = newest_slot.load(std::memory_order_relaxed);  // no edge: checked by the exchange
  // (6) -> (7)
  while (!newest_slot.compare_exchange_weak(slot->next, slot, std::memory_order_seq_cst, std::memory_order_relaxed)) {
  }
  return slot;
}

void GiveSlotBack(void* given) noexcept {
  auto* const slot = static_cast<HazardSlot*>(given);
  hazard_slot = nullptr;  // a destructor that runs later may read once more, and takes a slot anew
  slot->taken.store(false, std::memory_order_release);  // (8) -> (9)
  free_slots.fetch_add(1, std::memory_order_relaxed);   // no edge: only a number
}

// Calls GiveSlotBack when a thread ends. A thread_local with a destructor would do the same, but would keep a library
// that was opened at run time mapped until the last such thread ends. This key ends with the library, and its calls
// with it.
class ThreadEndKey {
 public:
  ThreadEndKey() noexcept {
    const bool made = pthread_key_create(&key_, [](void* slot) { GiveSlotBack(slot); }) == 0;
    usable_.store(made, std::memory_order_relaxed);  // no edge: a constructor of a local static, which orders itself
  }
  ~ThreadEndKey() {
    // no edge: a thread that reads for the first time while the process ends is served either way
    if (usable_.exchange(false, std::memory_order_relaxed)) pthread_key_delete(key_);
  }
  ThreadEndKey(const ThreadEndKey&) = delete;
  ThreadEndKey& operator=(const ThreadEndKey&) = delete;

  bool Watch(HazardSlot* slot) const noexcept {
    return usable_.load(std::memory_order_relaxed) && pthread_setspecific(key_, slot) == 0;  // no edge: as above
  }

 private:
  pthread_key_t key_{};
  static constinit std::atomic<bool> usable_;  // outlives the key
};
constinit std::atomic<bool> ThreadEndKey::usable_{false};

// Null if there is no memory, or nobody to tell us when the thread ends: a slot would be lost.
HazardSlot* TakeSlot() noexcept {
  static const ThreadEndKey key;
  HazardSlot* const slot = ClaimFreeSlot() ? FindClaimedSlot() : MakeSlot();
  if (slot == nullptr) return nullptr;
  if (key.Watch(slot)) return slot;
  GiveSlotBack(slot);
  return nullptr;
}

// membarrier's commands by number: the system's header may be older than the system.
constexpr int kFencePrivateExpedited = 1 << 3;
constexpr int kRegisterPrivateExpedited = 1 << 4;

bool Membarrier([[maybe_unused]] int command) noexcept {
#if defined(SYS_membarrier) && !defined(POINTSMAN_THREAD_SANITIZER)
  return syscall(SYS_membarrier, command, 0, 0) == 0;
#else
  return false;
#endif
}

void MarkNamed(HazardNode* nodes, const HazardNode* name) noexcept {
  for (HazardNode* node = nodes; node != nullptr; node = node->next) node->named |= node == name;
}

void MarkAnnounced(HazardNode* nodes) noexcept {
  for (HazardSlot* slot = FirstSlot(); slot != nullptr; slot = slot->next) {
    for (const HazardEntry& entry : slot->entries) {
      const HazardNode* const name = entry.load(std::memory_order_seq_cst);  // (4) <- (3), (4) <- (5)
      if (name != nullptr) MarkNamed(nodes, name);
    }
  }
}

}  // namespace

POINTSMAN_INITIAL_EXEC constinit thread_local HazardSlot* hazard_slot = nullptr;

HazardEntry* FindHazardEntry(std::size_t most) noexcept {
  if (hazard_slot == nullptr) hazard_slot = TakeSlot();
  if (hazard_slot == nullptr) return nullptr;
  for (std::size_t i = 0; i < most; ++i) {
    HazardEntry& entry = hazard_slot->entries[i];
    if (entry.load(std::memory_order_relaxed) == nullptr) return &entry;  // no edge: only this thread writes there
  }
  return nullptr;
}

SharedHazardEntry::SharedHazardEntry() noexcept { shared_slot_mutex.lock(); }
SharedHazardEntry::~SharedHazardEntry() { shared_slot_mutex.unlock(); }
HazardEntry& SharedHazardEntry::entry() const noexcept { return shared_slot.entries[0]; }

std::size_t HazardSlotCount() noexcept {
  std::size_t count = 0;
  for (const HazardSlot* slot = FirstSlot(); slot != &shared_slot; slot = slot->next) ++count;
  return count;
}

bool AsymmetricFenceWorks() noexcept {
  static const bool registered = Membarrier(kRegisterPrivateExpedited);
  return registered;
}

void RetiredList::Put(HazardNode* first) noexcept {
  if (first == nullptr) return;
  HazardNode* last = first;
  while (last->next != nullptr) last = last->next;
  last->next = first_.load(std::memory_order_relaxed);  // no edge: checked by the exchange
  // (10) -> (11)
  while (!first_.compare_exchange_weak(last->next, first, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

HazardNode* RetiredList::TakeAll() noexcept {
  return first_.exchange(nullptr, std::memory_order_acquire);  // (11) <- (10)
}

SortedNodes SortRetired(HazardNode* taken, bool asymmetric) noexcept {
  // Where the system came to forbid membarrier after it had agreed, nothing can be known to be free.
  const bool known = !asymmetric || Membarrier(kFencePrivateExpedited);  // (12) -> (13)
  if (known) MarkAnnounced(taken);
  SortedNodes sorted;
  while (taken != nullptr) {
    HazardNode* const node = std::exchange(taken, taken->next);
    const bool keep = !known || std::exchange(node->named, false);
    HazardNode*& chain = keep ? sorted.named : sorted.unnamed;
    node->next = std::exchange(chain, node);
    if (keep) ++sorted.named_count;
  }
  return sorted;
}

void FreeNodes(HazardNode* first) noexcept {
  while (first != nullptr) delete std::exchange(first, first->next);
}

}  // namespace pointsman::inline v0
