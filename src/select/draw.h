// Drawing: a number below n, and a candidate of a tier, each with exactly its probability.
//
// D. Lemire, "Fast Random Integer Generation in an Interval" (2019): the high half of a 128-bit product, rejecting the
// sliver of words that would favour some numbers. A rejection has a probability of n / 2^64 at most; after 64 of them
// in a row the source cannot be random, and the last word is taken as it is, so that no source can hold a selection up.
#ifndef POINTSMAN_SRC_SELECT_DRAW_H_
#define POINTSMAN_SRC_SELECT_DRAW_H_

#include <cstdint>

#include "table/tier_block.h"

namespace pointsman::inline v0 {

__extension__ using Wide128 = unsigned __int128;
inline constexpr int kMostRejections = 64;

// REQUIRES: n >= 1. `bits()` yields 64 uniform bits.
template <class Bits>
std::uint64_t DrawBelow(std::uint64_t n, Bits& bits) noexcept {
  Wide128 product = 0;
  for (int i = 0; i <= kMostRejections; ++i) {
    product = static_cast<Wide128>(bits()) * n;
    const auto low = static_cast<std::uint64_t>(product);
    if (low >= n || low >= (0 - n) % n) [[likely]]
      break;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

// The place of a candidate in a wide tier: as below from one word, unless n * W is beyond 64 bits; then column and
// ticket are drawn apart.
template <class Bits>
[[gnu::noinline]] std::uint32_t DrawWide(const TierBlock tier, Bits& bits) noexcept {
  const std::uint64_t n = tier.size();
  const std::uint64_t tickets = tier.tickets();
  std::uint64_t all = 0;
  if (__builtin_mul_overflow(n, tickets, &all)) {
    const auto column = static_cast<std::uint32_t>(DrawBelow(n, bits));
    return tier.Holder(column, DrawBelow(tickets, bits));
  }
  Wide128 column = 0;
  Wide128 ticket = 0;
  for (int i = 0; i <= kMostRejections; ++i) {
    column = static_cast<Wide128>(bits()) * n;
    ticket = static_cast<Wide128>(static_cast<std::uint64_t>(column)) * tickets;
    const auto low = static_cast<std::uint64_t>(ticket);
    if (low >= all || low >= (0 - all) % all) [[likely]]
      break;
  }
  return tier.Holder(static_cast<std::uint32_t>(column >> 64), static_cast<std::uint64_t>(ticket >> 64));
}

// The place of a candidate in a compact tier, from one word for column and ticket both: the high half of word * n is
// the column, and the low half, which is uniform too, times W gives the ticket. Together they are the number column * W
// + ticket below n * W, so the rejection is that of n * W. False where the word is rejected.
template <class Bits>
[[gnu::always_inline]] inline bool DrawAtOnce(const TierBlock tier, Bits& bits, std::uint32_t& drawn) noexcept {
  const std::uint32_t n = tier.CompactSize();
  if (n == 1) {
    drawn = 0;
    return true;
  }
  const std::uint64_t tickets = tier.CompactTickets();
  const Wide128 column = static_cast<Wide128>(bits()) * n;
  const Wide128 ticket = static_cast<Wide128>(static_cast<std::uint64_t>(column)) * tickets;
  drawn = tier.CompactHolder(static_cast<std::uint32_t>(column >> 64), static_cast<std::uint32_t>(ticket >> 64));
  const auto low = static_cast<std::uint64_t>(ticket);
  const std::uint64_t all = n * tickets;
  return low >= all || low >= (0 - all) % all;
}

// The place of a candidate in any tier.
template <class Bits>
std::uint32_t DrawCandidate(const TierBlock& tier, Bits& bits) noexcept {
  if (tier.wide()) return DrawWide(tier, bits);
  std::uint32_t drawn = 0;
  for (int i = 0; i <= kMostRejections && !DrawAtOnce(tier, bits, drawn); ++i) {
  }
  return drawn;
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_DRAW_H_
