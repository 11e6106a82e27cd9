// Rendezvous: which candidate a key belongs to, by weight, on every machine the same.
//
//   Rendezvous best(key, fleet_seed);
//   for (…) if (best.MayWin(channel_id, at_most)) best.Offer(channel_id, weight, i);      // MayWin may be left out
//   best.winner();                                  // the i of the best, or kNoIndex
//
// Each candidate gets a number u of 64 bits from the key, the seed and its id, and the one with the least
// -log2(u / 2^64) / weight wins: of exponential variables with the rates w, each is the least with the probability
// w / (sum of w). A candidate that is not offered changes nothing between the others.
//
// In integers: the logarithm to 32 binary places by repeated squaring (C. Turner, "A Fast Binary Logarithm Algorithm",
// 2010), and fractions compared by products of 128 bits. It is taken only of candidates that a tangent, which is never
// above it, does not rule out: about as many as the logarithm of their number. Who asks MayWin first need not even find
// out how much of the others' weight counts.
//
// Thread safety: thread-compatible. Cost: a few nanoseconds a candidate, some dozens a logarithm.
#ifndef POINTSMAN_SRC_SELECT_RENDEZVOUS_H_
#define POINTSMAN_SRC_SELECT_RENDEZVOUS_H_

#include <cstdint>

#include "pointsman/random.h"
#include "select/draw.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

// A key with a fleet's seed, and that with a channel: two rounds of SplitMix64's finisher (D. Stafford's variant 13).
std::uint64_t SeededKey(std::uint64_t key, std::uint64_t fleet_seed) noexcept;
inline std::uint64_t RendezvousNumber(std::uint64_t seeded_key, std::int64_t channel_id) noexcept {
  return SplitMix64(seeded_key ^ (static_cast<std::uint64_t>(channel_id) * 0x9e3779b97f4a7c15u))();
}

// -log2(u / 2^64) with 32 binary places, above the true value by less than 2^-30. Of 0 as of 1.
std::uint64_t NegativeLog2(std::uint64_t u) noexcept;
// Never above NegativeLog2, never negative: the tangent at 1, which is close to it where the least of many are.
inline std::uint64_t NegativeLog2AtLeast(std::uint64_t u) noexcept {
  constexpr std::uint64_t kSlope = 6196328018u;  // 1 / ln 2, with 32 binary places, rounded down
  const std::uint64_t missing = ~u >> 33;        // 1 - u / 2^64, with 31 binary places, rounded down
  return missing * kSlope >> 31;
}

class Rendezvous {
 public:
  Rendezvous(std::uint64_t key, std::uint64_t fleet_seed) noexcept : seeded_key_(SeededKey(key, fleet_seed)) {}

  // False only for a candidate that would not win with this weight or a smaller one.
  bool MayWin(std::int64_t channel_id, std::uint64_t weight) const noexcept {
    return winner_ == kNoIndex || !IsMore(NegativeLog2AtLeast(RendezvousNumber(seeded_key_, channel_id)), weight);
  }

  // REQUIRES: ids differ; weight < 2^40. Of equal scores the smaller id's is better.
  void Offer(std::int64_t channel_id, std::uint64_t weight, std::uint32_t i) noexcept {
    if (weight == 0 || !MayWin(channel_id, weight)) return;
    const std::uint64_t score = NegativeLog2(RendezvousNumber(seeded_key_, channel_id));
    const bool better = winner_ == kNoIndex || IsLess(score, weight) ||
                        (Product(score, weight_) == Product(score_, weight) && channel_id < channel_id_);
    if (!better) return;
    winner_ = i;
    score_ = score;
    weight_ = weight;
    channel_id_ = channel_id;
  }
  std::uint32_t winner() const { return winner_; }

 private:
  static Wide128 Product(std::uint64_t a, std::uint64_t b) { return static_cast<Wide128>(a) * b; }
  // score / weight, against the best so far.
  bool IsMore(std::uint64_t score, std::uint64_t weight) const {
    return Product(score, weight_) > Product(score_, weight);
  }
  bool IsLess(std::uint64_t score, std::uint64_t weight) const {
    return Product(score, weight_) < Product(score_, weight);
  }

  const std::uint64_t seeded_key_;
  std::uint32_t winner_ = kNoIndex;
  std::uint64_t score_ = 0;
  std::uint64_t weight_ = 0;
  std::int64_t channel_id_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_RENDEZVOUS_H_
