// RandomBits: a source of 64 uniform random bits, as an argument.
//
//   std::mt19937_64 engine(seed);
//   router.Select(request, pointsman::RandomBits(engine));     // repeatable
//   router.Select(request);                                    // the calling thread's own generator
//
// Thread safety: as the source behind it; ThreadBits() is for the calling thread.
// Cost: one indirect call per 64 bits. The source must outlive the RandomBits that names it.
#ifndef POINTSMAN_RANDOM_H_
#define POINTSMAN_RANDOM_H_

#include <concepts>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

// A non-owning reference to any uniform random bit generator that yields all values of 32 or of 64 bits.
class RandomBits {
 public:
  using Function = std::uint64_t (*)(void* context) noexcept;

  RandomBits(Function function, void* context) : function_(function), context_(context) {}

  template <std::uniform_random_bit_generator G>
    requires(!std::same_as<G, RandomBits>)
  explicit RandomBits(G& generator) : function_(&Draw<G>), context_(&generator) {
    static_assert(G::min() == 0 && (G::max() == std::numeric_limits<std::uint64_t>::max() ||
                                    G::max() == std::numeric_limits<std::uint32_t>::max()),
                  "a generator of exactly 32 or 64 uniform bits is needed");
  }

  std::uint64_t operator()() const noexcept { return function_(context_); }

 private:
  template <class G>
  static std::uint64_t Draw(void* context) noexcept {
    G& generator = *static_cast<G*>(context);
    if constexpr (G::max() == std::numeric_limits<std::uint32_t>::max()) {
      const std::uint64_t high = generator();
      return high << 32 | static_cast<std::uint64_t>(generator());
    } else {
      return generator();
    }
  }

  Function function_;
  void* context_;
};

// The calling thread's generator (wyrand by Wang Yi, seeded once per thread from the system).
// Statistically sound, not secret. A child made by fork seeds its own anew.
POINTSMAN_EXPORT RandomBits ThreadBits() noexcept;

// A repeatable generator for tests and tools (SplitMix64, G. Steele and others 2014): 8 bytes, any seed is good.
class SplitMix64 {
 public:
  using result_type = std::uint64_t;
  explicit constexpr SplitMix64(std::uint64_t seed) : state_(seed) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  constexpr result_type operator()() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_RANDOM_H_
