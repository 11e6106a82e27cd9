// What the opponents answer, and how they draw. They get the library's own random bits, so that no comparison is one of
// generators.
#ifndef POINTSMAN_BENCHMARKS_OPPONENTS_CHOICE_H_
#define POINTSMAN_BENCHMARKS_OPPONENTS_CHOICE_H_

#include <cstdint>

#include "pointsman/random.h"

namespace pointsman::bench {

struct Choice {
  std::int64_t channel_id = 0;  // 0: there is none
  std::int64_t priority = 0;
};

// Uniform and unbiased in [0, bound), one multiplication but in rare cases (D. Lemire 2019). REQUIRES: bound > 0.
inline std::uint64_t UniformBelow(RandomBits bits, std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  Wide product = Wide{bits()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t least = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < least) product = Wide{bits()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_OPPONENTS_CHOICE_H_
