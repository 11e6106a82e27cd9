// DrawBelow: a whole number below n, every one with the same probability, from 64-bit words.
//
// D. Lemire, "Fast Random Integer Generation in an Interval" (2019): the high half of a 128-bit product, rejecting the
// sliver of words that would favour some numbers. A rejection has a probability of n / 2^64 at most; after 64 of them in
// a row the source cannot be random, and the last word is taken as it is, so that no source can hold a selection up.
#ifndef POINTSMAN_SRC_SELECT_DRAW_H_
#define POINTSMAN_SRC_SELECT_DRAW_H_

#include <cstdint>

#include "pointsman/random.h"

namespace pointsman::inline v0 {

// REQUIRES: n >= 1.
inline std::uint64_t DrawBelow(std::uint64_t n, RandomBits bits) noexcept {
  __extension__ using Wide = unsigned __int128;
  constexpr int kMostRejections = 64;
  Wide product = 0;
  for (int i = 0; i <= kMostRejections; ++i) {
    product = static_cast<Wide>(bits()) * n;
    const auto low = static_cast<std::uint64_t>(product);
    if (low >= n || low >= (0 - n) % n) break;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_DRAW_H_
