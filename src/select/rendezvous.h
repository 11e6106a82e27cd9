// Rendezvous: which candidate a key belongs to, by weight, on every machine the same.
//
//   Rendezvous best(key, fleet_seed);
//   for (…) best.Offer(channel_id, weight, i);
//   best.winner();                                  // the i of the best, or kNoIndex
//
// Each candidate gets a number u of 64 bits from the key, the seed and its id, and the one with the least
// -log2(u / 2^64) / weight wins: of exponential variables with the rates w, each is the least with the probability
// w / (sum of w). A candidate that is not offered changes nothing between the others.
//
// In integers: the logarithm to 32 binary places by repeated squaring (C. Turner, "A Fast Binary Logarithm Algorithm",
// 2010), and fractions compared by products of 128 bits. It is taken only of candidates that a tangent, which is never
// above it, does not rule out: about as many as the logarithm of their number.
//
// Thread safety: thread-compatible. Cost: a few nanoseconds a candidate, some dozens a logarithm.
#ifndef POINTSMAN_SRC_SELECT_RENDEZVOUS_H_
#define POINTSMAN_SRC_SELECT_RENDEZVOUS_H_

#include <cstdint>

#include "select/draw.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

// The number of a key and a channel.
std::uint64_t RendezvousNumber(std::uint64_t key, std::uint64_t fleet_seed, std::int64_t channel_id) noexcept;

// -log2(u / 2^64) with 32 binary places, above the true value by less than 2^-30. Of 0 as of 1.
std::uint64_t NegativeLog2(std::uint64_t u) noexcept;
// Never above NegativeLog2, never negative: 0.72134 of what is missing to the next power of 2.
std::uint64_t NegativeLog2AtLeast(std::uint64_t u) noexcept;

class Rendezvous {
 public:
  Rendezvous(std::uint64_t key, std::uint64_t fleet_seed) : key_(key), seed_(fleet_seed) {}

  // REQUIRES: ids differ; weight < 2^40. Of equal scores the smaller id's is better.
  void Offer(std::int64_t channel_id, std::uint64_t weight, std::uint32_t i) noexcept {
    if (weight == 0) return;
    const std::uint64_t u = RendezvousNumber(key_, seed_, channel_id);
    if (winner_ != kNoIndex && IsMore(NegativeLog2AtLeast(u), weight)) return;
    const std::uint64_t score = NegativeLog2(u);
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

  const std::uint64_t key_;
  const std::uint64_t seed_;
  std::uint32_t winner_ = kNoIndex;
  std::uint64_t score_ = 0;
  std::uint64_t weight_ = 0;
  std::int64_t channel_id_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_RENDEZVOUS_H_
