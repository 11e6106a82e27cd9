// What a choice within a tier costs under each rule of pointsman/balance.h, and what a report costs. One tier of 5 and
// of 1,000 candidates, one thread; under `affinity` another key each time. Where a rule counts requests in flight, the
// end of the selection, which releases it, is part of what is measured.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "harness/cases.h"
#include "pointsman/balance.h"
#include "pointsman/compile.h"
#include "pointsman/outcome.h"
#include "pointsman/router.h"

namespace pointsman::bench {
namespace {

struct Setting {
  Setting(std::uint32_t channels, Balance balance) : w(Wide(channels)), router(With(balance)) {
    if (!router.Publish(Compile(w.rows(), router.policy())->table).ok()) std::abort();
  }
  static Policy With(Balance balance) {
    Policy policy;
    policy.balance = balance;
    return policy;
  }
  Request request() const { return {.group = w.group(w.hot_key()), .model = w.model(w.hot_key())}; }
  Workload w;
  Router router;
};

void RunBalance(benchmark::State& state, Balance balance) {
  const Setting setting(static_cast<std::uint32_t>(state.range(0)), balance);
  Request request = setting.request();
  std::uint64_t key = 0;
  for (auto _ : state) {
    if (balance == Balance::kAffinity) request.affinity = ++key;
    benchmark::DoNotOptimize(setting.router.Select(request).channel_id());
  }
}

// A selection and the report of its success; beside it the selection alone.
void RunReport(benchmark::State& state, bool reports) {
  Setting setting(5, Balance::kWeightedRandom);
  const Request request = setting.request();
  for (auto _ : state) {
    Selection selection = setting.router.Select(request);
    if (reports) setting.router.Report(selection, {.latency = std::chrono::milliseconds(800)});
    benchmark::DoNotOptimize(selection.channel_id());
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Balance balance : {Balance::kWeightedRandom, Balance::kSmoothRoundRobin, Balance::kLeastInFlight,
                                Balance::kLowestLatency, Balance::kAffinity}) {
    benchmark::RegisterBenchmark(("balance/" + std::string(BalanceName(balance)) + "/candidates").c_str(),
                                 [balance](benchmark::State& s) { RunBalance(s, balance); })
        ->Arg(5)
        ->Arg(1000);
  }
  for (const bool reports : {false, true}) {
    benchmark::RegisterBenchmark(reports ? "select_and_report" : "select",
                                 [reports](benchmark::State& s) { RunReport(s, reports); });
  }
  return true;
}();

}  // namespace
}  // namespace pointsman::bench
