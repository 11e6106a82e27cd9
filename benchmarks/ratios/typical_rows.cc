#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "harness/optional_api.h"
#include "harness/selects.h"
#include "opponents/gateway_algorithm.h"
#include "ratios/rows.h"

namespace pointsman::bench {
namespace {

constexpr std::size_t kKeys = 1 << 18;  // more than there are routes

struct Built {
  Compiled ours;
  std::shared_ptr<const OrdinaryTable> ordinary;
};

template <class Make>
double TimeNs(Make make) {
  const auto start = std::chrono::steady_clock::now();
  make();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

// Both compile the same rows in turns. What was built before is gone before the clock runs.
Built MeasureCompile(RatioTable& table, std::string_view row, const Workload& w) {
  Built built;
  std::vector<double> ours_ns;
  std::vector<double> theirs_ns;
  for (int pair = 0; pair < 5; ++pair) {
    built.ours = {};
    ours_ns.push_back(TimeNs([&] { built.ours = CompileOrDie(w.rows()); }));
    built.ordinary = nullptr;
    theirs_ns.push_back(TimeNs([&] { built.ordinary = OrdinaryTable::Build(w.rows()); }));
  }
  table.Set(row, Summarize(ours_ns, theirs_ns));
  return built;
}

void MeasureSortedCompile(RatioTable& table, Sets sets, const std::string& suffix) {
  const Workload w(Typical(sets, RowOrder::kSorted));
  MeasureCompile(table, "compile_vs_ordinary" + suffix + "_sorted", w);
}

// A template, so that a library without memory_bytes() compiles.
template <class R>
void MeasureBytes(RatioTable& table, std::string_view row, const R& router, const Workload& w) {
  if constexpr (HasMemoryBytes<R>) {
    table.Set(row, static_cast<double>(router.memory_bytes()) / static_cast<double>(w.shape().abilities()));
  }
}

}  // namespace

Compiled CompileOrDie(const Rows& rows) {
  absl::StatusOr<Compiled> compiled = Compile(rows, {});
  if (!compiled.ok()) std::abort();
  return *std::move(compiled);
}

void PublishOrDie(Router& router, std::shared_ptr<const RouteTable> table) {
  if (!router.Publish(std::move(table)).ok()) std::abort();
}

void MeasureTypical(RatioTable& table, Sets sets) {
  const std::string suffix = sets == Sets::kShared ? "_shared" : "_distinct";
  std::fprintf(stderr, "one million abilities%s: compile\n", suffix.c_str());
  MeasureSortedCompile(table, sets, suffix);
  const Workload w(Typical(sets));
  Built built = MeasureCompile(table, "compile_vs_ordinary" + suffix, w);
  Router router;
  PublishOrDie(router, built.ours.table);
  OrdinaryRouter ordinary;
  ordinary.Publish(std::exchange(built.ordinary, nullptr));
  if (sets == Sets::kDistinct) MeasurePatch(table, w, built.ours.table);
  built.ours = {};
  GatewayRouter gateway;
  gateway.Rebuild(w.rows());
  MeasureBytes(table, "bytes_per_ability" + suffix, router, w);

  std::fprintf(stderr, "one million abilities%s: select\n", suffix.c_str());
  const std::vector<Key> keys = w.RandomKeys(kKeys);
  const Batch random = KeyByKey(Ours(router), w, keys);
  table.Set("random_vs_gateway" + suffix, MeasurePaired(random, KeyByKey(Theirs(gateway), w, keys)));
  table.Set("random_vs_ordinary" + suffix, MeasurePaired(random, KeyByKey(Theirs(ordinary), w, keys)));
  if (sets == Sets::kDistinct) return;

  const Batch hot = HotKey(Ours(router), w);
  table.Set("select_vs_gateway_5", MeasurePaired(hot, HotKey(Theirs(gateway), w)));
  table.Set("select_vs_ordinary_5", MeasurePaired(hot, HotKey(Theirs(ordinary), w)));
  MeasureHandles(table, w, router, ordinary);
  MeasurePublishes(table, w);
}

}  // namespace pointsman::bench
