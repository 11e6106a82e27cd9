#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "opponents/ordinary.h"
#include "pointsman/patch.h"
#include "ratios/rows.h"

namespace pointsman::bench {
namespace {

constexpr int kPairs = 5;
constexpr std::uint32_t kPatches = 64;  // of different channels, in a window of ours

using TablePtr = std::shared_ptr<const RouteTable>;
using Clock = std::chrono::steady_clock;

double NsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

TablePtr PatchOrDie(const RouteTable& table, std::int64_t channel, std::uint32_t weight) {
  absl::StatusOr<TablePtr> patched = Patch(table, std::array{ChannelChange::SetWeight(channel, weight)});
  if (!patched.ok()) std::abort();
  return *std::move(patched);
}

}  // namespace

// Ours: each patch is made from the one before, as a gateway would, and packing anew is part of it where it falls due.
// The first patch, which builds the index, is timed apart.
void MeasurePatch(RatioTable& table, const Workload& w, const TablePtr& ours) {
  std::fprintf(stderr, "one million abilities_distinct: patch\n");
  std::vector<std::int64_t> ids;
  for (const ChannelRow& row : w.rows().channels()) ids.push_back(row.id);
  const Clock::time_point first = Clock::now();
  TablePtr patched = PatchOrDie(*ours, ids[0], 1000);
  const double first_ns = NsSince(first);

  std::vector<double> ours_ns;
  std::vector<double> theirs_ns;
  std::uint32_t made = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Clock::time_point start = Clock::now();
    for (std::uint32_t i = 0; i < kPatches; ++i, ++made) {
      patched = PatchOrDie(*patched, ids[made * 7 % ids.size()], 1 + made % 100);
    }
    ours_ns.push_back(NsSince(start) / kPatches);
    const Clock::time_point rebuild = Clock::now();
    Keep(OrdinaryTable::Build(w.rows()));
    theirs_ns.push_back(NsSince(rebuild));
  }
  char more[64];
  std::snprintf(more, sizeof more, "first patch %.1f ms", first_ns / 1e6);
  table.Set("patch_vs_ordinary_rebuild", Summarize(ours_ns, theirs_ns), more);
}

}  // namespace pointsman::bench
