// Rotations: how many turns were taken, for each of a bounded number of keys.
//
//   Rotations rotations(4096);
//   if (std::optional<std::uint64_t> ticket = rotations.Take(key)) …      // 0, 1, 2, …: each once
//
// Open addressing without removal: a key claims the first free place behind its own, and keeps it. Keys are hashes of
// 64 bits of a group, a model, a priority and whether it is a retry; two with the same hash would share their turns.
//
// Thread safety: thread-safe, without locks. Cost: one line, and one atomic addition. Limits: the places that were
// asked for, rounded up to a power of 2; where a key finds none within kProbes, there is no ticket for it.
#ifndef POINTSMAN_SRC_STATE_ROTATIONS_H_
#define POINTSMAN_SRC_STATE_ROTATIONS_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pointsman::inline v0 {

class Rotations {
 public:
  explicit Rotations(std::size_t places) : places_(std::bit_ceil(places < 1 ? 1 : places)) {}

  std::optional<std::uint64_t> Take(std::uint64_t key) noexcept {
    if (key == 0) key = 1;
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
      Place& place = places_[(key + probe) & (places_.size() - 1)];
      std::uint64_t owner = place.key.load(std::memory_order_relaxed);
      if (owner == 0 && place.key.compare_exchange_strong(owner, key, std::memory_order_relaxed)) owner = key;
      if (owner == key) return place.taken.fetch_add(1, std::memory_order_relaxed);
    }
    return std::nullopt;
  }

  std::size_t memory_bytes() const { return places_.size() * sizeof(Place); }

 private:
  static constexpr std::size_t kProbes = 64;
  // On a line of its own: turns of one route do not slow another's.
  struct alignas(64) Place {
    std::atomic<std::uint64_t> key{0};
    std::atomic<std::uint64_t> taken{0};
  };
  std::vector<Place> places_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_ROTATIONS_H_
