// What one selection costs: by size of the table, order of the keys and number of threads, for the library and for its
// opponents. `channels` is the plot's series: candidates of the route, in one tier.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "harness/cases.h"
#include "harness/optional_api.h"
#include "harness/selects.h"
#include "opponents/gateway_algorithm.h"
#include "opponents/ordinary.h"

namespace pointsman::bench {
namespace {

// Each contestant: built from a workload, asked by names.
struct Pointsman {
  explicit Pointsman(const Workload& w) { ok = router.Publish(Compile(w.rows(), {})->table).ok(); }
  auto select() const { return Ours(router); }
  Router router;
  bool ok = false;
};
struct Ordinary {
  explicit Ordinary(const Workload& w) { router.Publish(OrdinaryTable::Build(w.rows())); }
  auto select() const { return Theirs(router); }
  OrdinaryRouter router;
  bool ok = true;
};
struct Gateway {
  explicit Gateway(const Workload& w) { router.Rebuild(w.rows()); }
  auto select() const { return Theirs(router); }
  GatewayRouter router;
  bool ok = true;
};

// Thread 0 builds before the threads' common start and destroys after their common end.
template <class Contestant>
void Run(benchmark::State& state, const Shape& shape, Order order) {
  struct Setting {
    explicit Setting(const Shape& s, Order o) : w(s), contestant(w), keys(KeysOf(w, o)) {}
    Workload w;
    Contestant contestant;
    std::vector<Key> keys;
  };
  static std::unique_ptr<const Setting> setting;
  if (state.thread_index() == 0) setting = std::make_unique<const Setting>(shape, order);
  std::size_t next = 0;
  for (auto _ : state) {
    if (next == 0) next = setting->keys.size();  // first read after the start
    const Key key = setting->keys[--next];
    Keep(setting->contestant.select()(setting->w.group(key), setting->w.model(key)));
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    if (!setting->contestant.ok) state.SkipWithError("publish");
    setting = nullptr;
  }
}

template <class Contestant>
void Register(const std::string& name) {
  for (const Size size : {Size::kTiny, Size::kSmall, Size::kTypical, Size::kTypicalDistinct, Size::kHuge}) {
    for (const Order order : {Order::kHot, Order::kRandom, Order::kSkewed, Order::kMissing}) {
      benchmark::RegisterBenchmark((name + "/" + NameOf(size) + "/" + NameOf(order)).c_str(),
                                   [size, order](benchmark::State& s) { Run<Contestant>(s, ShapeOf(size), order); });
    }
  }
  for (const std::uint32_t channels : {1u, 3u, 10u, 30u, 100u, 300u, 1000u}) {
    benchmark::RegisterBenchmark((name + "/channels:" + std::to_string(channels)).c_str(),
                                 [channels](benchmark::State& s) { Run<Contestant>(s, Wide(channels), Order::kHot); });
  }
  benchmark::RegisterBenchmark((name + "/parallel").c_str(),
                               [](benchmark::State& s) { Run<Contestant>(s, Small(), Order::kHot); })
      ->ThreadRange(1, 2 * benchmark::CPUInfo::Get().num_cpus)
      ->UseRealTime();
}

// Everything resolved beforehand.
template <class R>
void RunHandles(benchmark::State& state, Order order) {
  if constexpr (HasHandles<R>) {
    const Workload w(Small());
    const Pointsman built(w);
    const R& router = built.router;
    using Group = std::decay_t<decltype(*router.FindGroup(""))>;
    using Model = std::decay_t<decltype(*router.FindModel(""))>;
    std::vector<std::pair<Group, Model>> handles;
    for (const Key key : KeysOf(w, order))
      handles.emplace_back(*router.FindGroup(w.group(key)), *router.FindModel(w.model(key)));
    std::size_t next = handles.size();
    for (auto _ : state) {
      if (next == 0) next = handles.size();
      const auto& [group, model] = handles[--next];
      Keep(router.Select(group, model).channel_id());
    }
  } else {
    for (auto _ : state) {
    }
    state.SetLabel("not built");
  }
}

// A whole walk: `attempts` selections of one request, each taken to fail, none of a channel that was tried. Beside it
// as many selections that remember nothing.
void RunWalk(benchmark::State& state, bool remembers) {
  const Workload w(Small());
  const Pointsman built(w);
  const Request request{.group = w.group(w.hot_key()), .model = w.model(w.hot_key())};
  const std::int64_t attempts = state.range(0);
  for (auto _ : state) {
    Attempts walk;
    for (std::int64_t i = 0; i < attempts; ++i) {
      Keep((remembers ? built.router.Select(request, walk) : built.router.Select(request)).channel_id());
    }
  }
  state.SetItemsProcessed(state.iterations() * attempts);
}

[[maybe_unused]] const bool kRegistered = [] {
  Register<Pointsman>("pointsman");
  Register<Ordinary>("ordinary");
  Register<Gateway>("gateway_algorithm");
  for (const Order order : {Order::kHot, Order::kRandom}) {
    benchmark::RegisterBenchmark((std::string("pointsman_handles/small/") + NameOf(order)).c_str(),
                                 [order](benchmark::State& s) { RunHandles<Router>(s, order); });
  }
  for (const bool remembers : {true, false}) {
    benchmark::RegisterBenchmark(remembers ? "pointsman_walk/attempts" : "pointsman_alone/attempts",
                                 [remembers](benchmark::State& s) { RunWalk(s, remembers); })
        ->Arg(1)
        ->Arg(3)
        ->Arg(5);
  }
  return true;
}();

}  // namespace
}  // namespace pointsman::bench
