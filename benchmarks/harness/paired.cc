#include "harness/paired.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>

namespace pointsman::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Window {
  double ns_per_call = 0;
  bool clean = false;
};

Window Time(const Batch& batch, std::size_t calls) {
  const Switches before = ThreadSwitches();
  const Clock::time_point start = Clock::now();
  batch(calls);
  const std::chrono::duration<double, std::nano> spent = Clock::now() - start;
  const Switches after = ThreadSwitches();
  return {.ns_per_call = spent.count() / static_cast<double>(calls),
          .clean = before.taken == after.taken && before.given == after.given};
}

// How many calls fill a window. Warms up on the way.
std::size_t Calibrate(const Batch& batch, std::chrono::microseconds window) {
  const std::chrono::duration<double, std::nano> wanted = window;
  for (std::size_t calls = 1;; calls *= 4) {
    const double ns = Time(batch, calls).ns_per_call;
    if (ns * static_cast<double>(calls) >= wanted.count() / 4) {
      return std::max(std::size_t{1}, static_cast<std::size_t>(wanted.count() / ns));
    }
  }
}

}  // namespace

Switches ThreadSwitches() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {.taken = usage.ru_nivcsw, .given = usage.ru_nvcsw};
}

double Quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - std::floor(place));
}

PairedResult Summarize(const std::vector<double>& ours_ns, const std::vector<double>& theirs_ns) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours_ns.size(); ++i) ratios.push_back(theirs_ns[i] / ours_ns[i]);
  return {.ratio = Quantile(ratios, 0.5),
          .ratio_q1 = Quantile(ratios, 0.25),
          .ratio_q3 = Quantile(ratios, 0.75),
          .ours_ns = Quantile(ours_ns, 0.5),
          .theirs_ns = Quantile(theirs_ns, 0.5),
          .ours_min_ns = Quantile(ours_ns, 0),
          .theirs_min_ns = Quantile(theirs_ns, 0),
          .pairs = ratios.size()};
}

// Where no pair can be measured undisturbed, the disturbed ones have to do: they are counted in `discarded`.
PairedResult MeasurePaired(const Batch& ours, const Batch& theirs, const PairedOptions& options) {
  const std::size_t ours_calls = Calibrate(ours, options.window);
  const std::size_t theirs_calls = Calibrate(theirs, options.window);
  std::vector<double> ours_ns;
  std::vector<double> theirs_ns;
  std::size_t discarded = 0;
  for (std::size_t attempt = 0; ours_ns.size() < options.pairs; ++attempt) {
    const bool ours_first = attempt % 2 == 0;
    Window a;
    if (ours_first) a = Time(ours, ours_calls);
    const Window b = Time(theirs, theirs_calls);
    if (!ours_first) a = Time(ours, ours_calls);
    if ((!a.clean || !b.clean) && ++discarded <= 10 * options.pairs) continue;
    ours_ns.push_back(a.ns_per_call);
    theirs_ns.push_back(b.ns_per_call);
  }
  PairedResult result = Summarize(ours_ns, theirs_ns);
  result.discarded = discarded;
  return result;
}

}  // namespace pointsman::bench
