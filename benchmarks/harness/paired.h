// Paired measurement: two things in turns, A B B A A B …, a few milliseconds each, in one run. What drifts (clock,
// heat, neighbours) drifts for both; the ratio of each pair is taken, and of all pairs the median.
//
//   PairedResult r = MeasurePaired([&](std::size_t n) { for (; n > 0; --n) Ours(); },
//                                  [&](std::size_t n) { for (; n > 0; --n) Theirs(); });
//   print(r.ratio, r.ours_ns, r.theirs_ns);
//
// A pair in which the system took the processor away from this thread is measured again, up to ten times as often as
// there are pairs.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_HARNESS_PAIRED_H_
#define POINTSMAN_BENCHMARKS_HARNESS_PAIRED_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace pointsman::bench {

// Performs this many calls.
using Batch = std::function<void(std::size_t calls)>;

struct PairedOptions {
  std::chrono::microseconds window{1500};
  std::size_t pairs = 61;
};

struct PairedResult {
  double ratio = 0;     // theirs / ours, median of the pairs
  double ratio_q1 = 0;  // quartiles of the same
  double ratio_q3 = 0;
  double ours_ns = 0;  // medians
  double theirs_ns = 0;
  double ours_min_ns = 0;
  double theirs_min_ns = 0;
  std::size_t pairs = 0;
  std::size_t discarded = 0;  // pairs with a preempted window
};

PairedResult MeasurePaired(const Batch& ours, const Batch& theirs, const PairedOptions& options = {});

// The same from times that were measured elsewhere, pair by pair. REQUIRES: as many of one as of the other, and some.
PairedResult Summarize(const std::vector<double>& ours_ns, const std::vector<double>& theirs_ns);

// The value at `q` of 0 to 1 in order of size, between neighbours if need be. REQUIRES: values.
double Quantile(std::vector<double> values, double q);

// How often the system took the processor away from the calling thread, and how often it gave it up by waiting.
struct Switches {
  long taken = 0;
  long given = 0;
};
Switches ThreadSwitches();

// Keeps a value and everything behind it from being optimised away.
template <class T>
inline void Keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_HARNESS_PAIRED_H_
