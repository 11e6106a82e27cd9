#include "harness/publishing.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

namespace pointsman::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::duration<double, std::nano>;

struct Window {
  double ns_per_call = 0;  // mean of the readers
  double seconds = 0;
  std::size_t publishes = 0;
  bool clean = true;
};

struct ReaderTimes {
  double ns = 0;
  double cpu_ns = 0;
  Switches switches;

  // Ran all the time, but for waiting and for the publisher's turns.
  bool ran(std::size_t publishes) const {
    return switches.taken <= static_cast<long>(publishes) && (switches.given > 0 || cpu_ns > 0.8 * ns);
  }
};

double ThreadCpuNs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

ReaderTimes RunReader(const Batch& read, std::size_t calls, std::barrier<>& start) {
  read(std::min(calls, std::size_t{1000}));  // a thread's first call sets things up
  start.arrive_and_wait();
  const Switches before = ThreadSwitches();
  const double cpu_before = ThreadCpuNs();
  const Clock::time_point began = Clock::now();
  read(calls);
  const Nanoseconds spent = Clock::now() - began;
  const double cpu_ns = ThreadCpuNs() - cpu_before;
  const Switches after = ThreadSwitches();
  return {.ns = spent.count(),
          .cpu_ns = cpu_ns,
          .switches = {.taken = after.taken - before.taken, .given = after.given - before.given}};
}

std::size_t PublishUntil(const std::atomic<std::size_t>& reading, const DuelSide& side) {
  const auto period = std::chrono::nanoseconds(1'000'000'000 / side.publishes_per_second);
  std::size_t publishes = 0;
  for (Clock::time_point next = Clock::now(); reading.load() > 0; ++publishes) {
    side.publish();
    next += period;
    std::this_thread::sleep_until(next);
  }
  return publishes;
}

Window RunWindow(const DuelSide& side, std::size_t readers, std::size_t calls) {
  std::vector<ReaderTimes> times(readers);
  std::atomic<std::size_t> reading{readers};
  std::barrier<> start(static_cast<std::ptrdiff_t>(readers + 1));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < readers; ++i) {
    threads.emplace_back([&, i] {
      times[i] = RunReader(side.read, calls, start);
      reading.fetch_sub(1);
    });
  }
  Window window;
  start.arrive_and_wait();
  const Clock::time_point began = Clock::now();
  if (side.publishes_per_second > 0) window.publishes = PublishUntil(reading, side);
  for (std::thread& thread : threads) thread.join();
  window.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  for (const ReaderTimes& t : times) {
    window.ns_per_call += t.ns / static_cast<double>(calls) / static_cast<double>(readers);
    if (!t.ran(window.publishes)) window.clean = false;
  }
  return window;
}

// How many calls fill a window while nobody publishes.
std::size_t Calibrate(DuelSide side, const PublishingOptions& options) {
  side.publishes_per_second = 0;
  const Nanoseconds wanted = options.window;
  for (std::size_t calls = 1000;; calls *= 4) {
    const double ns = RunWindow(side, options.readers, calls).ns_per_call;
    if (ns * static_cast<double>(calls) >= wanted.count() / 4) return static_cast<std::size_t>(wanted.count() / ns);
  }
}

struct Rate {
  std::size_t publishes = 0;
  double seconds = 0;
  void Count(const Window& w) { publishes += w.publishes, seconds += w.seconds; }
  double value() const { return static_cast<double>(publishes) / seconds; }
};

}  // namespace

PublishingResult MeasurePublishing(const DuelSide& ours, const DuelSide& theirs, const PublishingOptions& options) {
  const std::size_t ours_calls = Calibrate(ours, options);
  const std::size_t theirs_calls = Calibrate(theirs, options);
  std::vector<double> ours_ns;
  std::vector<double> theirs_ns;
  Rate ours_rate;
  Rate theirs_rate;
  std::size_t discarded = 0;
  while (ours_ns.size() < options.pairs) {
    const Window a = RunWindow(ours, options.readers, ours_calls);
    const Window b = RunWindow(theirs, options.readers, theirs_calls);
    ours_rate.Count(a);
    theirs_rate.Count(b);
    if ((!a.clean || !b.clean) && ++discarded <= 10 * options.pairs) continue;
    ours_ns.push_back(a.ns_per_call);
    theirs_ns.push_back(b.ns_per_call);
  }
  PublishingResult result{.paired = Summarize(ours_ns, theirs_ns),
                          .ours_publishes_per_second = ours_rate.value(),
                          .theirs_publishes_per_second = theirs_rate.value()};
  result.paired.discarded = discarded;
  return result;
}

}  // namespace pointsman::bench
