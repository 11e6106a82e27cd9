// What a selection and a compilation cost. One thread; run with --benchmark_repetitions=5 and read the median.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "pointsman/compile.h"
#include "pointsman/random.h"
#include "pointsman/router.h"

namespace pointsman {
namespace {

std::string Group(std::int64_t g) { return "customer-group-" + std::to_string(g); }
std::string Model(std::int64_t m) { return "vendor-model-name-" + std::to_string(m); }

// `groups` groups by `models` models, each pair served by `candidates` channels in one tier.
Rows MakeRows(std::int64_t groups, std::int64_t models, std::int64_t candidates) {
  Rows rows("benchmark");
  for (std::int64_t c = 1; c <= candidates; ++c) rows.Add(ChannelRow{.id = c, .status = 1, .weight = c % 7 + 1});
  for (std::int64_t g = 0; g < groups; ++g) {
    for (std::int64_t m = 0; m < models; ++m) {
      for (std::int64_t c = 1; c <= candidates; ++c) {
        rows.Add(AbilityRow{.group = Group(g), .model = Model(m), .channel_id = c, .weight = (g + m + c) % 7 + 1});
      }
    }
  }
  return rows;
}

void BM_SelectHit(benchmark::State& state) {
  Router router;
  if (!router.Publish(Compile(MakeRows(20, 20, state.range(0)), {})->table).ok()) return state.SkipWithError("publish");
  const std::string group = Group(7);
  const std::string model = Model(11);
  SplitMix64 bits(1);
  for (auto _ : state) benchmark::DoNotOptimize(router.Select({.group = group, .model = model}, RandomBits(bits)));
}
BENCHMARK(BM_SelectHit)->ArgName("candidates")->Arg(3)->Arg(100)->Arg(1000);

void BM_SelectMiss(benchmark::State& state) {
  Router router;
  if (!router.Publish(Compile(MakeRows(20, 20, 3), {})->table).ok()) return state.SkipWithError("publish");
  const std::string group = Group(7);
  for (auto _ : state) benchmark::DoNotOptimize(router.Select({.group = group, .model = "no-such-model"}));
}
BENCHMARK(BM_SelectMiss);

void BM_Compile(benchmark::State& state) {
  const Rows rows = MakeRows(20, state.range(0) / 100, 5);
  for (auto _ : state) benchmark::DoNotOptimize(Compile(rows, {}));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.abilities().size()));
}
BENCHMARK(BM_Compile)->ArgName("abilities")->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pointsman
