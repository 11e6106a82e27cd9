// Multiply: the 128 bits of a product, in two words.
//
// g++ 12 keeps an unsigned __int128 in a pair of registers, whole, even where one half is all that is asked for, and
// spills for it: told the instruction, it took 8 to 11 instructions fewer a selection. clang needs no telling.
//
// Thread safety: thread-safe (a pure function).
#ifndef POINTSMAN_SRC_RANDOM_WIDE_PRODUCT_H_
#define POINTSMAN_SRC_RANDOM_WIDE_PRODUCT_H_

#include <cstdint>

namespace pointsman::inline v0 {

struct WideProduct {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

[[gnu::always_inline]] inline WideProduct Multiply(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  WideProduct product;
  asm("mulq %3" : "=a"(product.low), "=d"(product.high) : "%0"(a), "rm"(b) : "cc");
  return product;
#else
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return {.low = static_cast<std::uint64_t>(product), .high = static_cast<std::uint64_t>(product >> 64)};
#endif
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_RANDOM_WIDE_PRODUCT_H_
