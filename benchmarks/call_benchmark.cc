// What it costs to come from outside: the same selection as in examples/c, python and go, natively and through the C
// ABI.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "pointsman/c.h"
#include "pointsman/loader.h"
#include "pointsman/router.h"

namespace pointsman {
namespace {

const Router& Native() {
  static const Router* const router = [] {
    auto* made = new Router();
    Rows rows;
    const bool kept = rows.Add(ChannelRow{.id = 8, .groups = "default", .models = "gpt-4o,runway", .priority = 10}) &&
                      rows.Add(ChannelRow{.id = 9, .groups = "default", .models = "gpt-4o"});
    RowsLoader loader(rows);
    if (!kept || !made->Reload(loader).ok()) std::abort();
    return made;
  }();
  return *router;
}

pointsman_router* ThroughC() {
  static pointsman_router* const router = [] {
    pointsman_router* made = nullptr;
    const auto rows = pointsman_string(R"({"channels": [
        {"id": 8, "group": "default", "models": "gpt-4o,runway", "priority": 10},
        {"id": 9, "group": "default", "models": "gpt-4o"}]})");
    if (pointsman_router_new(nullptr, &made, nullptr) != POINTSMAN_OK ||
        pointsman_reload_json(made, rows, nullptr, nullptr) != POINTSMAN_OK) {
      std::abort();
    }
    return made;
  }();
  return router;
}

pointsman_request Asked() {
  pointsman_request request = POINTSMAN_REQUEST_INIT;
  request.group = pointsman_string("default");
  request.model = pointsman_string("gpt-4o");
  return request;
}

void BM_Native(benchmark::State& state) {
  const Router& router = Native();
  for (auto _ : state) benchmark::DoNotOptimize(router.Select({.group = "default", .model = "gpt-4o"}));
}
BENCHMARK(BM_Native);

void BM_ThroughC(benchmark::State& state) {
  const pointsman_request request = Asked();
  pointsman_selection selection = POINTSMAN_SELECTION_INIT;
  for (auto _ : state) benchmark::DoNotOptimize(pointsman_select(ThroughC(), &request, nullptr, &selection));
}
BENCHMARK(BM_ThroughC);

void BM_ThroughCManyAtOnce(benchmark::State& state) {
  constexpr std::size_t kBatch = 64;
  std::array<pointsman_request, kBatch> requests;
  std::array<pointsman_selection, kBatch> selections;
  requests.fill(Asked());
  selections.fill(POINTSMAN_SELECTION_INIT);
  for (auto _ : state) {
    benchmark::DoNotOptimize(pointsman_select_many(ThroughC(), requests.data(), kBatch, selections.data()));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(BM_ThroughCManyAtOnce);

}  // namespace
}  // namespace pointsman
