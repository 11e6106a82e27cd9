// From two names to a number: 200 groups by 1,000 models ("typical") and 20 by 100; hot, random and skewed keys,
// misses.
#include <benchmark/benchmark.h>

#include <string>

#include "harness/cases.h"
#include "harness/selects.h"
#include "strategies/lookups.h"

namespace pointsman::bench {
namespace {

template <class Lookup>
void Run(benchmark::State& state, Size size, Order order) {
  const Workload& w = WorkloadOf(size);
  Lookup lookup;
  for (std::uint32_t g = 0; g < w.shape().groups; ++g) {
    for (std::uint32_t m = 0; m < w.shape().models; ++m) lookup.Add(w.groups()[g], w.models()[m], g ^ m);
  }
  const std::vector<Key> keys = KeysOf(w, order);
  std::size_t next = keys.size();
  for (auto _ : state) {
    if (next == 0) next = keys.size();
    const Key key = keys[--next];
    Keep(lookup.Find(w.group(key), w.model(key)));
  }
}

template <class Lookup>
void Register(const std::string& name, Size size) {
  for (const Order order : {Order::kHot, Order::kRandom, Order::kSkewed, Order::kMissing}) {
    benchmark::RegisterBenchmark(("lookup/" + name + "/" + NameOf(size) + "/" + NameOf(order)).c_str(),
                                 [size, order](benchmark::State& s) { Run<Lookup>(s, size, order); });
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Size size : {Size::kSmall, Size::kTypical}) {
    Register<NestedStdMap>("nested_std_map", size);
    Register<NestedStdTemporaries>("nested_std_unordered_map_temporaries", size);
    Register<NestedStdUnordered>("nested_std_unordered_map", size);
    Register<NestedAbseil>("nested_absl_flat_hash_map", size);
    Register<FlatAbseil>("flat_absl_flat_hash_map", size);
#if BOOST_VERSION >= 108100
    Register<FlatBoost>("flat_boost_unordered_flat_map", size);
#endif
    Register<DenseMatrix>("dense_matrix", size);
  }
  return true;
}();

}  // namespace
}  // namespace pointsman::bench
