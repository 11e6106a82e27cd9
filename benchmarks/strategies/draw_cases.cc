// Drawing one of n by weight. Weights of 1 to 20, the library's own random bits.
#include <benchmark/benchmark.h>

#include <vector>

#include "harness/paired.h"
#include "strategies/draws.h"

namespace pointsman::bench {
namespace {

template <class Draw>
void BM_Draw(benchmark::State& state) {
  SplitMix64 bits(7);
  std::vector<std::uint32_t> weights(static_cast<std::size_t>(state.range(0)));
  for (std::uint32_t& w : weights) w = static_cast<std::uint32_t>(1 + bits() % 20);
  Draw draw(weights);
  const RandomBits source = ThreadBits();
  for (auto _ : state) Keep(draw(source));
}
#define POINTSMAN_DRAW(strategy)        \
  BENCHMARK_TEMPLATE(BM_Draw, strategy) \
      ->Name("draw/" #strategy)         \
      ->ArgName("n")                    \
      ->Arg(2)                          \
      ->Arg(5)                          \
      ->Arg(15)                         \
      ->Arg(100)                        \
      ->Arg(1000)
POINTSMAN_DRAW(LinearScan);
POINTSMAN_DRAW(PrefixSums);
POINTSMAN_DRAW(PrefixSumsBranchless);
POINTSMAN_DRAW(Alias);
POINTSMAN_DRAW(StdDistribution);

}  // namespace
}  // namespace pointsman::bench
