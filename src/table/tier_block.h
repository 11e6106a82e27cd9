// TierBlock: one tier, packed into a few 32-bit words, from which a candidate is drawn in constant time.
//
// The draw is Walker's alias method (1974) in whole numbers, so that shares are exact: n candidates whose weights sum
// up to W stand for n columns of W tickets each. A column's first `threshold` tickets belong to its own candidate, the
// others to one other, its alias; over all n*W tickets each candidate holds exactly n times its weight. A draw is a
// column and a ticket, one comparison, and no search.
//
// compact: at most 15 candidates, channel numbers below 2^16, weights that sum up to at most 4095 once divided by their
// greatest common divisor, priority number below 2^12. Nearly every real tier; five candidates take 24 bytes.
//
//   word 0   n:4 | W:12 | priority:12 | has_next | has_divisor | uniform | 0
//   then     n channel numbers of 16 bits
//   then     n columns of 16 bits (threshold:12 | alias:4); none where n is 1
//   then     (on a word boundary) the next lower tier, if has_next; the divisor, if has_divisor, and if that is 0, n
//            weights of 32 bits
//
// wide: everything else.
//
//   word 0   priority:28 | has_next | has_drawn | uniform | 1
//   then     n, W low, W high, next
//   then     n columns of {threshold low, threshold high, alias, channel}
//   then     n weights of 32 bits
//   then     n drawn weights of 64 bits (low, high), if has_drawn
//
// `uniform` marks a tier whose weights are all 0: it is drawn from as if they were all 1. Weights are recovered exactly
// (times the divisor), so nothing else needs to repeat them, unless the share rule draws by something else: then both
// are kept.
//
// Thread safety: immutable. A TierBlock is a view into TableData::blocks.
#ifndef POINTSMAN_SRC_TABLE_TIER_BLOCK_H_
#define POINTSMAN_SRC_TABLE_TIER_BLOCK_H_

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "pointsman/policy.h"

namespace pointsman::inline v0 {

// A reference to a tier: its first word's place in TableData::blocks. The two lowest values are not places.
using TierRef = std::uint32_t;
inline constexpr TierRef kNotListed = 0;  // of a route: no row lists the pair
inline constexpr TierRef kAllOut = 1;     // of a route: every candidate is out. Of a tier's next: there is none
inline constexpr TierRef kFirstBlock = 2;

struct WeightedChannel {
  std::uint32_t channel = 0;
  std::uint32_t weight = 0;  // as the rows say it
};

class TierBlock {
 public:
  explicit TierBlock(const std::uint32_t* words) : words_(words), head_(words[0]) {}

  bool wide() const { return (head_ & kWide) != 0; }
  bool uniform() const { return (head_ & kUniform) != 0; }
  std::uint32_t size() const { return wide() ? WideSize() : head_ & 15; }
  // The number of the priority in TableData::priorities.
  std::uint32_t priority() const { return wide() ? WidePriority() : CompactPriority(); }
  // The next lower tier; kAllOut where there is none.
  TierRef next() const {
    if ((head_ & kHasNext) == 0) return kAllOut;
    return wide() ? words_[4] : words_[CompactWords(size())];
  }
  // Tickets in a column: the sum of the drawn weights, divided by their greatest common divisor where the tier is
  // compact.
  std::uint64_t tickets() const { return wide() ? WideTickets() : CompactTickets(); }

  // How many words it takes.
  std::size_t words() const {
    if (wide()) return kWideHeadWords + ((head_ & kHasDrawn) != 0 ? 7 : 5) * std::size_t{size()};
    return DivisorPlace() + ((head_ & kHasDivisor) != 0 ? 1u : 0u) + (KeepsWeights() ? size() : 0u);
  }

  std::uint32_t channel(std::uint32_t i) const { return wide() ? WideChannel(i) : CompactChannel(i); }

  // The same for a tier that is known to be compact.
  std::size_t CompactSize() const { return head_ & 15; }
  // Beyond n * W of every compact tier.
  static constexpr std::uint64_t kMostCompactColumnsAndTickets = 1u << 16;
  std::uint32_t CompactTickets() const { return head_ >> 4 & 0xfff; }
  std::uint32_t CompactPriority() const { return head_ >> 16 & 0xfff; }
  std::uint32_t CompactChannel(std::size_t i) const { return Half(i); }

  // And for one that is known to be wide.
  std::uint32_t WideSize() const { return words_[1]; }
  std::uint64_t WideTickets() const { return words_[2] | std::uint64_t{words_[3]} << 32; }
  std::uint32_t WidePriority() const { return head_ & kWidePriority; }
  std::uint32_t WideChannel(std::uint32_t i) const { return words_[kWideHeadWords + 4 * std::size_t{i} + 3]; }

  // Who holds a ticket of a column. REQUIRES: column < size(), ticket < tickets().
  std::uint32_t Holder(std::uint32_t column, std::uint64_t ticket) const {
    return wide() ? WideHolder(column, ticket) : static_cast<std::uint32_t>(CompactHolder(column, ticket));
  }

  // Holder for a compact tier. Without a branch, which would be mispredicted half of the time: g++ makes one even of a
  // question mark, unless it is told that.
  std::size_t CompactHolder(std::size_t column, std::uint64_t ticket) const {
    const std::size_t packed = Half(CompactSize() + column);
    const std::size_t alias = packed >> 12;
    return __builtin_expect_with_probability(ticket < (packed & 0xfff), 1, 0.5) ? column : alias;
  }

  // Holder for a wide tier. Chosen by a mask, since g++ branches all the same to spare itself a load.
  std::uint32_t WideHolder(std::uint32_t column, std::uint64_t ticket) const {
    const std::uint32_t* entry = words_ + kWideHeadWords + 4 * std::size_t{column};
    const std::uint64_t threshold = entry[0] | std::uint64_t{entry[1]} << 32;
    const std::uint32_t alias = entry[2];
    return alias ^ ((column ^ alias) & (0 - static_cast<std::uint32_t>(ticket < threshold)));
  }

  // The weight that the candidate is drawn by: what the share rule makes of the rows', or 1 in a uniform tier, divided
  // by the divisor.
  // O(size) where the tier is compact: ask TierWeights for all of them.
  std::uint64_t DrawnWeight(std::uint32_t i) const;
  // Of a tier that is known to be wide.
  std::uint64_t WideDrawnWeight(std::uint32_t i) const {
    const std::uint32_t* weights = words_ + kWideHeadWords + 4 * std::size_t{WideSize()};
    if ((head_ & kHasDrawn) == 0) return uniform() ? 1 : weights[i];
    const std::uint32_t* drawn = weights + WideSize() + 2 * std::size_t{i};
    return drawn[0] | std::uint64_t{drawn[1]} << 32;
  }
  // The weight as the rows say it.
  std::uint32_t RawWeight(std::uint32_t i) const;

 private:
  friend class TierWriter;
  friend class TierWeights;

  static constexpr std::uint32_t kHasNext = 1u << 28;
  static constexpr std::uint32_t kHasDivisor = 1u << 29;
  static constexpr std::uint32_t kHasDrawn = 1u << 29;  // of a wide tier
  static constexpr std::uint32_t kUniform = 1u << 30;
  static constexpr std::uint32_t kWide = 1u << 31;
  static constexpr std::uint32_t kWidePriority = kHasNext - 1;
  static constexpr std::uint32_t kWideHeadWords = 5;

  static constexpr std::uint32_t CompactHalves(std::uint32_t n) { return n == 1 ? 1 : 2 * n; }
  static constexpr std::uint32_t CompactWords(std::uint32_t n) { return 1 + (CompactHalves(n) + 1) / 2; }

  std::uint32_t Half(std::size_t i) const {
    std::uint16_t half;
    std::memcpy(&half, reinterpret_cast<const char*>(words_ + 1) + 2 * i, sizeof half);
    return half;
  }

  // All of these of a compact tier.
  std::size_t DivisorPlace() const { return CompactWords(size()) + ((head_ & kHasNext) != 0 ? 1u : 0u); }
  std::uint32_t Divisor() const { return (head_ & kHasDivisor) == 0 ? 1 : words_[DivisorPlace()]; }
  bool KeepsWeights() const { return Divisor() == 0; }
  std::uint32_t KeptWeight(std::uint32_t i) const { return words_[DivisorPlace() + 1 + i]; }

  const std::uint32_t* words_;
  std::uint32_t head_;
};

// The weights by which the candidates of a tier are drawn, worked out once. REQUIRES: the block outlives it.
class TierWeights {
 public:
  explicit TierWeights(const TierBlock& tier);
  // The mask changes nothing: a compact tier has fewer candidates. It tells g++ 12 so, which else warns.
  std::uint64_t operator[](std::uint32_t i) const { return tier_.wide() ? tier_.WideDrawnWeight(i) : compact_[i & 15]; }
  // As the rows say it.
  std::uint32_t Raw(std::uint32_t i) const {
    if (tier_.wide()) return tier_.words_[TierBlock::kWideHeadWords + 4 * std::size_t{tier_.size()} + i];
    if (tier_.uniform()) return 0;
    return tier_.KeepsWeights() ? tier_.KeptWeight(i) : compact_[i] * tier_.Divisor();
  }

 private:
  const TierBlock& tier_;
  std::uint32_t compact_[16] = {};
};

// Appends tiers to an array of words. Holds the scratch space of the alias construction, so that writing allocates
// nothing once it has grown.
class TierWriter {
 public:
  explicit TierWriter(ShareRule rule = ShareRule::kWeight) : rule_(rule) {}

  // Appends one tier and returns how many words it took. REQUIRES: candidates are not empty, sorted by channel, without
  // repeats; priority < 2^28.
  std::size_t Append(std::span<const WeightedChannel> candidates, std::uint32_t priority, TierRef next,
                     std::vector<std::uint32_t>& blocks);

  // Appends the same tier with another reference to the one below it. REQUIRES: `next` is kAllOut where tier.next() is.
  static void AppendCopy(const TierBlock& tier, TierRef next, std::vector<std::uint32_t>& blocks);

 private:
  struct Column {
    std::uint64_t threshold = 0;
    std::uint32_t alias = 0;
  };

  void BuildColumns(std::uint64_t total);
  void BuildFewColumns(std::uint64_t total);
  void AppendCompact(std::span<const WeightedChannel> candidates, std::uint32_t head, TierRef next,
                     std::uint64_t divisor, std::vector<std::uint32_t>& blocks);
  void AppendWide(std::span<const WeightedChannel> candidates, std::uint32_t head, TierRef next, std::uint64_t total,
                  std::vector<std::uint32_t>& blocks);

  // Whether the tickets in weights_ do not tell the weights that the rows say.
  bool DrawsByOther(std::span<const WeightedChannel> candidates) const;

  __extension__ using Wide = unsigned __int128;

  const ShareRule rule_;
  std::vector<std::uint64_t> weights_;  // that are drawn by
  std::vector<Wide> left_;  // tickets that a candidate has yet to be given: n times its weight can exceed 64 bits
  std::vector<Column> columns_;
  std::vector<std::uint32_t> small_;
  std::vector<std::uint32_t> large_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_TIER_BLOCK_H_
