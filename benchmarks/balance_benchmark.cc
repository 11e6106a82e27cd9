// What a choice within a tier costs under each rule of pointsman/balance.h, and what a report costs. One tier of 5 and
// of 1,000 candidates, one thread.
#include <benchmark/benchmark.h>

#include <string>

#include "harness/balanced.h"
#include "harness/cases.h"

namespace pointsman::bench {
namespace {

void RunBalance(benchmark::State& state, Balance balance) {
  BalancedSetting setting(static_cast<std::uint32_t>(state.range(0)), balance);
  for (auto _ : state) setting.Select(1);
}

// A selection and the report of its success; beside it the selection alone.
void RunReport(benchmark::State& state, bool reports) {
  BalancedSetting setting(5, Balance::kWeightedRandom);
  for (auto _ : state) reports ? setting.SelectAndReport(1) : setting.Select(1);
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const Balance balance : kBalances) {
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
