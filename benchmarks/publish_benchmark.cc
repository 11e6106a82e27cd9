// What a publish costs, and what readers pay while there are a thousand a second. Two prebuilt tables take turns.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "harness/cases.h"
#include "harness/selects.h"
#include "opponents/ordinary.h"

namespace pointsman::bench {
namespace {

struct Pointsman {
  explicit Pointsman(const Workload& w) : tables{Compile(w.rows(), {})->table, Compile(w.rows(), {})->table} {}
  void Publish(std::size_t turn) { benchmark::DoNotOptimize(router.Publish(tables[turn % 2])); }
  auto select() const { return Ours(router); }
  Router router;
  std::array<std::shared_ptr<const RouteTable>, 2> tables;
};

struct Ordinary {
  explicit Ordinary(const Workload& w) : tables{OrdinaryTable::Build(w.rows()), OrdinaryTable::Build(w.rows())} {}
  void Publish(std::size_t turn) { router.Publish(tables[turn % 2]); }
  auto select() const { return Theirs(router); }
  OrdinaryRouter router;
  std::array<std::shared_ptr<const OrdinaryTable>, 2> tables;
};

// Nobody reads.
template <class Contestant>
void BM_Publish(benchmark::State& state, Size size) {
  Contestant contestant(WorkloadOf(size));
  std::size_t turn = 0;
  for (auto _ : state) contestant.Publish(++turn);
}
void BM_PublishOurs(benchmark::State& state, Size size) { BM_Publish<Pointsman>(state, size); }
void BM_PublishOrdinary(benchmark::State& state, Size size) { BM_Publish<Ordinary>(state, size); }
BENCHMARK_CAPTURE(BM_PublishOurs, small, Size::kSmall);
BENCHMARK_CAPTURE(BM_PublishOrdinary, small, Size::kSmall);
BENCHMARK_CAPTURE(BM_PublishOurs, typical_shared, Size::kTypical);
BENCHMARK_CAPTURE(BM_PublishOrdinary, typical_shared, Size::kTypical);

// Publishes at a steady rate until it is destroyed.
template <class Contestant>
class Publisher {
 public:
  Publisher(Contestant& contestant, std::int64_t a_second)
      : thread_([this, &contestant, a_second] {
          if (a_second == 0) return;
          auto next = std::chrono::steady_clock::now();
          for (std::size_t turn = 0; !stop_.load(); ++turn) {
            contestant.Publish(turn);
            next += std::chrono::nanoseconds(1'000'000'000 / a_second);
            std::this_thread::sleep_until(next);
          }
        }) {}
  ~Publisher() {
    stop_.store(true);
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

template <class Contestant>
void BM_SelectWhilePublishing(benchmark::State& state) {
  struct Setting {
    explicit Setting(std::int64_t a_second) : w(Small()), contestant(w), publisher(contestant, a_second) {}
    Workload w;
    Contestant contestant;
    Publisher<Contestant> publisher;
  };
  static std::unique_ptr<Setting> setting;
  if (state.thread_index() == 0) {
    setting = std::make_unique<Setting>(state.range(0));
    setting->contestant.Publish(0);
  }
  for (auto _ : state) {
    const Workload& w = setting->w;
    Keep(setting->contestant.select()(w.group(w.hot_key()), w.model(w.hot_key())));
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) setting = nullptr;
}
#define POINTSMAN_PUBLISHING(contestant)                   \
  BENCHMARK_TEMPLATE(BM_SelectWhilePublishing, contestant) \
      ->ArgName("publishes_per_second")                    \
      ->Arg(0)                                             \
      ->Arg(1000)                                          \
      ->ThreadRange(1, benchmark::CPUInfo::Get().num_cpus) \
      ->UseRealTime()
POINTSMAN_PUBLISHING(Pointsman);
POINTSMAN_PUBLISHING(Ordinary);

}  // namespace
}  // namespace pointsman::bench
