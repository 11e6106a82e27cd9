// What the Google Benchmark binaries share: workloads by number, kept while a binary asks for the same one again, and
// the loop over keys.
#ifndef POINTSMAN_BENCHMARKS_HARNESS_CASES_H_
#define POINTSMAN_BENCHMARKS_HARNESS_CASES_H_

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "pointsman/compile.h"
#include "workloads/workload.h"

namespace pointsman::bench {

enum class Size : std::uint8_t { kTiny, kSmall, kTypical, kTypicalDistinct, kHuge, kWide };

inline Shape ShapeOf(Size size) {
  switch (size) {
    case Size::kTiny: return Tiny();
    case Size::kSmall: return Small();
    case Size::kTypical: return Typical(Sets::kShared);
    case Size::kTypicalDistinct: return Typical(Sets::kDistinct);
    case Size::kHuge: return Huge();
    case Size::kWide: return Wide(1000);
  }
  return Tiny();
}

// One at a time is kept: the large ones are hundreds of megabytes. Not thread-safe; the result lives until the next
// call for another size.
inline const Workload& WorkloadOf(Size size) {
  static std::unique_ptr<const Workload> kept;
  static Size kept_size;
  if (kept == nullptr || kept_size != size) {
    kept = nullptr;
    kept = std::make_unique<const Workload>(ShapeOf(size));
    kept_size = size;
  }
  return *kept;
}

// In which order pairs are asked for.
enum class Order : std::uint8_t { kHot, kRandom, kSkewed, kMissing };

inline std::vector<Key> KeysOf(const Workload& w, Order order) {
  constexpr std::size_t kCount = 1 << 18;
  switch (order) {
    case Order::kHot: return {w.hot_key()};
    case Order::kRandom: return w.RandomKeys(kCount);
    case Order::kSkewed: return w.SkewedKeys(kCount);
    case Order::kMissing: return w.MissingKeys(kCount);
  }
  return {};
}

inline const char* NameOf(Order order) {
  constexpr std::array kNames = {"hot", "random", "skewed", "miss"};
  return kNames[static_cast<std::size_t>(order)];
}

inline const char* NameOf(Size size) {
  constexpr std::array kNames = {"tiny", "small", "typical_shared", "typical_distinct", "huge", "wide"};
  return kNames[static_cast<std::size_t>(size)];
}

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_HARNESS_CASES_H_
