// Reading a value that is replaced now and then: 1 to N threads, without a publisher and with a thousand replacements a
// second.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "harness/paired.h"
#include "strategies/cells.h"
#include "strategies/epoch_cell.h"
#include "strategies/hazard_cell.h"

namespace pointsman::bench {
namespace {

using Value = std::array<std::uint64_t, 64>;

template <class Cell>
struct Setting {
  explicit Setting(std::int64_t a_second) : cell(values[0]), publisher([this, a_second] { Publish(a_second); }) {}
  ~Setting() {
    stop.store(true);
    publisher.join();
  }

  void Publish(std::int64_t a_second) {
    if (a_second == 0) return;
    auto next = std::chrono::steady_clock::now();
    for (std::size_t turn = 1; !stop.load(); ++turn) {
      cell.Replace(values[turn % 2]);
      next += std::chrono::nanoseconds(1'000'000'000 / a_second);
      std::this_thread::sleep_until(next);
    }
  }

  std::array<std::shared_ptr<const Value>, 2> values = {std::make_shared<const Value>(),
                                                        std::make_shared<const Value>()};
  Cell cell;
  std::atomic<bool> stop{false};
  std::thread publisher;
};

template <class Cell>
void BM_Read(benchmark::State& state) {
  static std::unique_ptr<Setting<Cell>> setting;
  if (state.thread_index() == 0) setting = std::make_unique<Setting<Cell>>(state.range(0));
  for (auto _ : state) {
    setting->cell.Read([](const Value& v) { Keep(v[0]); });
  }
  if (state.thread_index() == 0) setting = nullptr;
}
#define POINTSMAN_READ(strategy)                           \
  BENCHMARK_TEMPLATE(BM_Read, strategy<Value>)             \
      ->Name("read/" #strategy)                            \
      ->ArgName("publishes_per_second")                    \
      ->Arg(0)                                             \
      ->Arg(1000)                                          \
      ->ThreadRange(1, benchmark::CPUInfo::Get().num_cpus) \
      ->UseRealTime()
POINTSMAN_READ(PlainLoad);
POINTSMAN_READ(MutexSharedPtr);
POINTSMAN_READ(SharedMutex);
POINTSMAN_READ(AtomicSharedPtr);
POINTSMAN_READ(ThreadCached);
POINTSMAN_READ(HazardSlot);
POINTSMAN_READ(EpochSlot);

}  // namespace
}  // namespace pointsman::bench
