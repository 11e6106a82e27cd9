// Ways to draw one of n candidates by weight, under one interface:
//
//   Draw draw(weights);             // some weight is above 0
//   std::size_t k = draw(bits);     // probability weights[k] / sum, exactly but where said
//
// Thread safety: immutable once made, but for StdDistribution, which is thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_STRATEGIES_DRAWS_H_
#define POINTSMAN_BENCHMARKS_STRATEGIES_DRAWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "opponents/choice.h"

namespace pointsman::bench {

// Subtracts weights until nothing is left.
class LinearScan {
 public:
  explicit LinearScan(std::span<const std::uint32_t> weights)
      : weights_(weights.begin(), weights.end()),
        total_(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0})) {}
  std::size_t operator()(RandomBits bits) const {
    std::uint64_t left = UniformBelow(bits, total_);
    std::size_t k = 0;
    for (; left >= weights_[k]; ++k) left -= weights_[k];
    return k;
  }

 private:
  std::vector<std::uint32_t> weights_;
  std::uint64_t total_;
};

// Sums so far, and std::upper_bound among them.
class PrefixSums {
 public:
  explicit PrefixSums(std::span<const std::uint32_t> weights) {
    std::uint64_t sum = 0;
    for (const std::uint32_t w : weights) bounds_.push_back(sum += w);
  }
  std::size_t operator()(RandomBits bits) const {
    const std::uint64_t drawn = UniformBelow(bits, bounds_.back());
    return static_cast<std::size_t>(std::upper_bound(bounds_.begin(), bounds_.end(), drawn) - bounds_.begin());
  }

 protected:
  std::vector<std::uint64_t> bounds_;
};

// The same sums, searched without a branch that depends on the draw.
class PrefixSumsBranchless : private PrefixSums {
 public:
  using PrefixSums::PrefixSums;
  std::size_t operator()(RandomBits bits) const {
    const std::uint64_t drawn = UniformBelow(bits, bounds_.back());
    const std::uint64_t* base = bounds_.data();
    for (std::size_t n = bounds_.size(); n > 1;) {
      const std::size_t half = n / 2;
      base = base[half - 1] <= drawn ? base + half : base;
      n -= half;
    }
    return static_cast<std::size_t>(base - bounds_.data());
  }
};

// Alias table in integers (A. Walker 1974, M. Vose 1991): n columns of W tickets each, where W is the sum of the
// weights; candidate k owns n * weight[k] of the n * W tickets. Exact.
class Alias {
 public:
  explicit Alias(std::span<const std::uint32_t> weights)
      : columns_(weights.size()), total_(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0})) {
    const std::uint64_t n = weights.size();
    std::vector<std::uint64_t> tickets;
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    for (std::uint32_t k = 0; k < n; ++k) {
      tickets.push_back(n * weights[k]);
      (tickets[k] < total_ ? small : large).push_back(k);
    }
    while (!small.empty()) {
      const std::uint32_t s = small.back();
      const std::uint32_t l = large.back();
      small.pop_back();
      columns_[s] = {.threshold = tickets[s], .alias = l};
      tickets[l] -= total_ - tickets[s];
      if (tickets[l] >= total_) continue;
      large.pop_back();
      small.push_back(l);
    }
    for (const std::uint32_t l : large) columns_[l] = {.threshold = total_, .alias = l};
  }

  // One draw of n * W tickets: floor(x * n * W / 2^64), taken apart into column and ticket without a division. Lemire's
  // rejection makes it exact. The comparison becomes a choice without a branch.
  std::size_t operator()(RandomBits bits) const {
    for (;;) {
      const Wide place = Wide{bits()} * columns_.size();
      const Wide within = Wide{static_cast<std::uint64_t>(place)} * total_;
      const std::uint64_t tickets = columns_.size() * total_;
      const auto rest = static_cast<std::uint64_t>(within);
      if (rest < tickets && rest < (0 - tickets) % tickets) continue;
      const auto column = static_cast<std::uint64_t>(place >> 64);
      const Column& c = columns_[column];
      const std::uint64_t own = 0 - std::uint64_t{static_cast<std::uint64_t>(within >> 64) < c.threshold};
      return (column & own) | (c.alias & ~own);
    }
  }

 private:
  __extension__ using Wide = unsigned __int128;
  struct Column {
    std::uint64_t threshold = 0;
    std::uint32_t alias = 0;
  };
  std::vector<Column> columns_;
  std::uint64_t total_;
};

// What the standard library offers: floating, so nearly exact.
class StdDistribution {
 public:
  explicit StdDistribution(std::span<const std::uint32_t> weights) : distribution_(weights.begin(), weights.end()) {}
  std::size_t operator()(RandomBits bits) {
    Source source{bits};
    return distribution_(source);
  }

 private:
  struct Source {
    using result_type = std::uint64_t;
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() { return bits(); }
    RandomBits bits;
  };
  std::discrete_distribution<std::size_t> distribution_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_STRATEGIES_DRAWS_H_
