// The measurements behind the rows of RatioTable, by what they need in memory. Each sets its rows and says on stderr
// what it does.
#ifndef POINTSMAN_BENCHMARKS_RATIOS_ROWS_H_
#define POINTSMAN_BENCHMARKS_RATIOS_ROWS_H_

#include <memory>

#include "opponents/ordinary.h"
#include "pointsman/compile.h"
#include "pointsman/router.h"
#include "ratios/ratio_table.h"
#include "workloads/workload.h"

namespace pointsman::bench {

// One million abilities: random_*, compile_*, bytes_*; with shared sets also the rows of hot keys, handles and
// publishes.
void MeasureTypical(RatioTable& table, Sets sets);

// select_*_1000.
void MeasureWide(RatioTable& table);

// select_vs_ordinary_5_short_names.
void MeasureShortNames(RatioTable& table);

// half_down_vs_gateway_10.
void MeasureHalfDown(RatioTable& table);

// report_ns, and <rule>_<candidates>_ns of each rule of balance.
void MeasureBalances(RatioTable& table);

// handles_vs_ordinary_5, from the routers of MeasureTypical.
void MeasureHandles(RatioTable& table, const Workload& w, const Router& router, const OrdinaryRouter& ordinary);

// publish_*.
void MeasurePublishes(RatioTable& table, const Workload& w);

// allocations_per_select.
void MeasureAllocations(RatioTable& table);

// patch_vs_ordinary_rebuild, from what is at hand after compiling one million distinct routes.
void MeasurePatch(RatioTable& table, const Workload& w, const std::shared_ptr<const RouteTable>& ours);

// instructions_*. False where valgrind is missing or fails.
bool MeasureInstructions(RatioTable& table);

// Allocations by this thread so far: this binary's operator new counts.
std::size_t AllocationsOfThisThread();

// Compiles or ends the program.
Compiled CompileOrDie(const Rows& rows);
void PublishOrDie(Router& router, std::shared_ptr<const RouteTable> table);

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_RATIOS_ROWS_H_
