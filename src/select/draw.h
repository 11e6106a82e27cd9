// Drawing: a number below n, and a candidate of a tier, each with exactly its probability.
//
// D. Lemire, "Fast Random Integer Generation in an Interval" (2019): the high half of a 128-bit product, rejecting the
// sliver of words that would favour some numbers. A rejection has a probability of n / 2^64 at most; after 64 of them
// in a row the source cannot be random, and the last word is taken as it is, so that no source can hold a selection up.
#ifndef POINTSMAN_SRC_SELECT_DRAW_H_
#define POINTSMAN_SRC_SELECT_DRAW_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "random/thread_generator.h"
#include "random/wide_product.h"
#include "state/slot_word.h"
#include "table/name_table.h"
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

// Column and ticket from one word: the high half of word * n is the column, and the low half, which is uniform too,
// times W gives the ticket. Together they are the number column * W + ticket below n * W, so the rejection is that of n
// * W, by `rest`.
struct ColumnAndTicket {
  std::uint64_t column = 0;
  std::uint64_t ticket = 0;
  std::uint64_t rest = 0;
};

[[gnu::always_inline]] inline ColumnAndTicket Split(std::uint64_t word, std::uint64_t n,
                                                    std::uint64_t tickets) noexcept {
  const WideProduct column = Multiply(n, word);
  const WideProduct ticket = Multiply(tickets, column.low);
  return {.column = column.high, .ticket = ticket.high, .rest = ticket.low};
}

// REQUIRES: all = n * W, which is not beyond 64 bits.
inline bool IsRejected(std::uint64_t rest, std::uint64_t all) noexcept { return rest < all && rest < (0 - all) % all; }

// For paths that shall not divide: false where it takes a division to know whether the word is rejected, which is
// hardly ever. Otherwise `drawn` is the place of a candidate. REQUIRES: a compact tier.
[[gnu::always_inline]] inline bool DrawCompact(const TierBlock tier, std::uint64_t word, std::size_t& drawn) noexcept {
  const ColumnAndTicket at = Split(word, tier.CompactSize(), tier.CompactTickets());
  drawn = tier.CompactHolder(at.column, at.ticket);
  return at.rest >= TierBlock::kMostCompactColumnsAndTickets;
}

// The same for a wide tier. Its n * W can be beyond 64 bits: then false.
[[gnu::always_inline]] inline bool DrawWide(const TierBlock tier, std::uint64_t word, std::uint32_t& drawn) noexcept {
  std::uint64_t all = 0;
  if (__builtin_mul_overflow(std::uint64_t{tier.WideSize()}, tier.WideTickets(), &all)) [[unlikely]]
    return false;
  const ColumnAndTicket at = Split(word, tier.WideSize(), tier.WideTickets());
  drawn = tier.WideHolder(static_cast<std::uint32_t>(at.column), at.ticket);
  return at.rest >= all;
}

// The words of the calling thread's generator. Empty, so that it costs nothing to hand on.
struct ThreadWords {
  std::uint64_t operator()() const noexcept { return thread_generator(); }
};

// A word for a path that must not call anything; false where the source has to be seeded first.
inline bool DrawWord(ThreadWords, std::uint64_t& word) noexcept {
  if (!thread_generator.seeded()) [[unlikely]]
    return false;
  word = thread_generator.Next();
  return true;
}
template <class Bits>
bool DrawWord(Bits bits, std::uint64_t& word) noexcept {
  word = bits();
  return true;
}

// One or two words that were drawn already, then those of the source.
template <class Bits>
class WordsThen {
 public:
  WordsThen(std::uint64_t word, Bits bits) : words_{word}, left_(1), bits_(bits) {}
  WordsThen(std::uint64_t word, std::uint64_t next, Bits bits) : words_{next, word}, left_(2), bits_(bits) {}
  std::uint64_t operator()() noexcept { return left_ == 0 ? bits_() : words_[--left_]; }

 private:
  std::uint64_t words_[2] = {};  // the next one last
  std::uint32_t left_;
  Bits bits_;
};

// The place of a candidate in any tier. Two words where n * W is beyond 64 bits.
template <class Bits>
std::uint32_t DrawCandidate(const TierBlock tier, Bits& bits) noexcept {
  const std::uint64_t n = tier.size();
  const std::uint64_t tickets = tier.tickets();
  std::uint64_t all = 0;
  if (n == 1) return 0;
  if (__builtin_mul_overflow(n, tickets, &all)) {
    const auto column = static_cast<std::uint32_t>(DrawBelow(n, bits));
    return tier.Holder(column, DrawBelow(tickets, bits));
  }
  ColumnAndTicket at;
  for (int i = 0; i <= kMostRejections; ++i) {
    at = Split(bits(), n, tickets);
    if (!IsRejected(at.rest, all)) break;
  }
  return tier.Holder(static_cast<std::uint32_t>(at.column), at.ticket);
}

// Whether a draw that met a candidate counts, if so much of its weight does.
template <class Bits>
bool Counts(std::uint32_t level, Bits& bits) noexcept {
  return level == Availability::kFull || (level != 0 && DrawBelow(Availability::kFull, bits) < level);
}

// How often a draw that met nobody who counts is repeated, of a tier of n candidates, before all of them are looked at:
// a quarter of n, within bounds. Where a look is a load and mostly no more, at least six are worth it.
inline constexpr std::uint32_t kFewestStraightRedraws = 6;
inline std::uint32_t RedrawsOf(std::uint32_t n, std::uint32_t fewest = 3) noexcept {
  return n == 1 ? 0 : n / 4 < fewest ? fewest : n / 4 > 64 ? 64 : n / 4;
}
inline std::uint32_t StraightRedrawsOf(std::uint32_t n) noexcept { return RedrawsOf(n, kFewestStraightRedraws); }

// A candidate by weight, each weight counting for `level(place)` of Availability::kFull; kNoIndex where none counts.
// Each keeps exactly its counting weight over the sum of theirs, whatever `level` says from one call to the next, and
// whatever `redraws` is.
template <class Bits, class Level>
std::uint32_t DrawAmong(const TierBlock& tier, Bits& bits, Level level, std::uint32_t redraws) noexcept {
  const std::uint32_t n = tier.size();
  for (; redraws > 0; --redraws) {
    const std::uint32_t drawn = DrawCandidate(tier, bits);
    if (Counts(level(drawn), bits)) return drawn;
  }
  // One pass: each that counts takes the place of the one held so far with the probability weight / sum up to it. In
  // the end each is held with the probability weight / sum of all. Each is asked about once, so that a channel that is
  // switched meanwhile cannot be counted and then be missing. (Reservoir sampling by weight; M.-T. Chao, 1982.)
  const TierWeights weights(tier);
  std::uint64_t sum = 0;
  std::uint64_t units = 1;  // 1, or Availability::kFull once some weight counts in part: all are in these units
  std::uint32_t held = kNoIndex;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t part = weights[i] == 0 ? 0 : level(i);
    if (part == 0) continue;
    if (part != Availability::kFull && units == 1) {
      units = Availability::kFull;
      sum *= units;
    }
    const std::uint64_t counts = weights[i] * (units == 1 ? 1 : part);
    sum += counts;
    if (sum == counts || DrawBelow(sum, bits) < counts) held = i;
  }
  return held;
}
template <class Bits, class Level>
std::uint32_t DrawAmong(const TierBlock& tier, Bits& bits, Level level) noexcept {
  return DrawAmong(tier, bits, level, RedrawsOf(tier.size()));
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_DRAW_H_
