#include <cstdio>
#include <cstdlib>
#include <unordered_set>
#include <vector>

#include "harness/optional_api.h"
#include "harness/selects.h"
#include "opponents/gateway_algorithm.h"
#include "ratios/rows.h"

namespace pointsman::bench {
namespace {

// Switches every second candidate of the hot route off, where the library can, and returns them.
template <class R>
std::unordered_set<std::int64_t> SwitchHalfOff(R& router, const Workload& w) {
  std::unordered_set<std::int64_t> off;
  if constexpr (HasSwitches<R>) {
    const std::vector<Candidate> candidates = w.CandidatesOf(w.hot_key());
    for (std::size_t i = 0; i < candidates.size(); i += 2) {
      if (!router.SwitchOff(candidates[i].channel_id)) std::abort();
      off.insert(candidates[i].channel_id);
    }
  }
  return off;
}

template <class R>
void MeasureHandlesOf(RatioTable& table, const Workload& w, const R& router, const OrdinaryRouter& ordinary) {
  if constexpr (HasHandles<R>) {
    const auto group = router.FindGroup(w.group(w.hot_key()));
    const auto model = router.FindModel(w.model(w.hot_key()));
    if (!group || !model) std::abort();
    const Batch ours = [&router, group = *group, model = *model](std::size_t calls) {
      for (; calls > 0; --calls) Keep(router.Select(group, model).channel_id());
    };
    table.Set("handles_vs_ordinary_5", MeasurePaired(ours, HotKey(Theirs(ordinary), w)));
  }
}

}  // namespace

void MeasureHandles(RatioTable& table, const Workload& w, const Router& router, const OrdinaryRouter& ordinary) {
  MeasureHandlesOf(table, w, router, ordinary);
}

void MeasureShortNames(RatioTable& table) {
  std::fprintf(stderr, "short names: select\n");
  const Workload w(SmallShortNames());
  Router router;
  PublishOrDie(router, CompileOrDie(w.rows()).table);
  OrdinaryRouter ordinary;
  ordinary.Publish(OrdinaryTable::Build(w.rows()));
  const std::vector<Key> keys = w.FewKeys(4096);
  table.Set("select_vs_ordinary_5_short_names",
            MeasurePaired(KeyByKey(Ours(router), w, keys), KeyByKey(Theirs(ordinary), w, keys)));
}

void MeasureWide(RatioTable& table) {
  std::fprintf(stderr, "1,000 candidates in one tier: select\n");
  const Workload w(Wide(1000));
  Router router;
  PublishOrDie(router, CompileOrDie(w.rows()).table);
  OrdinaryRouter ordinary;
  ordinary.Publish(OrdinaryTable::Build(w.rows()));
  GatewayRouter gateway;
  gateway.Rebuild(w.rows());
  const Batch hot = HotKey(Ours(router), w);
  table.Set("select_vs_gateway_1000", MeasurePaired(hot, HotKey(Theirs(gateway), w)));
  table.Set("select_vs_ordinary_1000", MeasurePaired(hot, HotKey(Theirs(ordinary), w)));
}

void MeasureHalfDown(RatioTable& table) {
  std::fprintf(stderr, "half of ten candidates down: select\n");
  const Workload w(Wide(10));
  Router router;
  PublishOrDie(router, CompileOrDie(w.rows()).table);
  const std::unordered_set<std::int64_t> off = SwitchHalfOff(router, w);
  if (off.empty()) return;
  GatewayRouter gateway;
  gateway.Rebuild(w.rows(), off);
  table.Set("half_down_vs_gateway_10", MeasurePaired(HotKey(Ours(router), w), HotKey(Theirs(gateway), w)));
}

}  // namespace pointsman::bench
