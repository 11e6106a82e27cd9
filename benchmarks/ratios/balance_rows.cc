#include <cstdint>
#include <cstdio>
#include <string>

#include "harness/balanced.h"
#include "harness/paired.h"
#include "ratios/rows.h"

namespace pointsman::bench {
namespace {

constexpr PairedOptions kShort{.pairs = 21};

void MeasureReport(RatioTable& table) {
  BalancedSetting setting(5, Balance::kWeightedRandom);
  const PairedResult both = MeasurePaired([&](std::size_t n) { setting.SelectAndReport(n); },
                                          [&](std::size_t n) { setting.Select(n); }, kShort);
  table.Set("report_ns", both.ours_ns - both.theirs_ns,
            "a selection and the report of its success, less the selection");
}

// Beside the default rule at five candidates, so that a busy machine shows.
void MeasureBalance(RatioTable& table, Balance balance, std::uint32_t candidates) {
  BalancedSetting setting(candidates, balance);
  BalancedSetting by_chance(5, Balance::kWeightedRandom);
  const PairedResult r =
      MeasurePaired([&](std::size_t n) { setting.Select(n); }, [&](std::size_t n) { by_chance.Select(n); }, kShort);
  table.Set(std::string(BalanceName(balance)) + "_" + std::to_string(candidates) + "_ns", r.ours_ns,
            "weighted_random at 5 in the same run: " + std::to_string(static_cast<int>(r.theirs_ns + 0.5)) + " ns");
}

}  // namespace

void MeasureBalances(RatioTable& table) {
  std::fprintf(stderr, "rules of balance, and a report\n");
  MeasureReport(table);
  for (const Balance balance : kBalances) {
    for (const std::uint32_t candidates : {5u, 1000u}) MeasureBalance(table, balance, candidates);
  }
}

}  // namespace pointsman::bench
