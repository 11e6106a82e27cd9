// From rows to a table: ours with report and content hash, the opponents' with neither.
#include <benchmark/benchmark.h>

#include "harness/cases.h"
#include "opponents/gateway_algorithm.h"
#include "opponents/ordinary.h"

namespace pointsman::bench {
namespace {

void Finish(benchmark::State& state, const Workload& w) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(w.shape().abilities()));
}

void BM_Compile(benchmark::State& state, Size size) {
  const Workload& w = WorkloadOf(size);
  for (auto _ : state) benchmark::DoNotOptimize(Compile(w.rows(), {}));
  Finish(state, w);
}

void BM_OrdinaryBuild(benchmark::State& state, Size size) {
  const Workload& w = WorkloadOf(size);
  for (auto _ : state) benchmark::DoNotOptimize(OrdinaryTable::Build(w.rows()));
  Finish(state, w);
}

void BM_GatewayRebuild(benchmark::State& state, Size size) {
  const Workload& w = WorkloadOf(size);
  GatewayRouter router;
  for (auto _ : state) router.Rebuild(w.rows());
  Finish(state, w);
}

#define POINTSMAN_COMPILE_CASES(size, name)                                             \
  BENCHMARK_CAPTURE(BM_Compile, name, Size::size)->Unit(benchmark::kMillisecond);       \
  BENCHMARK_CAPTURE(BM_OrdinaryBuild, name, Size::size)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(BM_GatewayRebuild, name, Size::size)->Unit(benchmark::kMillisecond)
POINTSMAN_COMPILE_CASES(kTiny, tiny);
POINTSMAN_COMPILE_CASES(kSmall, small);
POINTSMAN_COMPILE_CASES(kWide, wide);
POINTSMAN_COMPILE_CASES(kTypical, typical_shared);
POINTSMAN_COMPILE_CASES(kTypicalDistinct, typical_distinct);
POINTSMAN_COMPILE_CASES(kHuge, huge);

}  // namespace
}  // namespace pointsman::bench
