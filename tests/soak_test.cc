// Everything at once, for a while: selections, walks and reports on several threads, publishes, patches and refreshes,
// switches and limits, at full speed. Memory stays as it is, no slot is lost, and what was counted adds up.
// POINTSMAN_SOAK_SECONDS sets how long; ./dev soak runs it at length.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "pointsman/patch.h"
#include "pointsman/refresher.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "publish/hazard.h"
#include "support/rows_builder.h"
#include "support/scripted_loader.h"

namespace pointsman::testing {
namespace {

// A sanitizer keeps what is freed for a while, and knows more than the size of the process.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

using Time = std::chrono::steady_clock::time_point;
using std::chrono::steady_clock;

constexpr std::int64_t kChannels = 40;
constexpr std::array kOutcomes = {OutcomeKind::kSuccess,          OutcomeKind::kSuccess,  OutcomeKind::kSuccess,
                                  OutcomeKind::kTransient,        OutcomeKind::kSuccess,  OutcomeKind::kRateLimited,
                                  OutcomeKind::kModelUnavailable, OutcomeKind::kCancelled};

std::chrono::seconds Lasts() {
  const char* wanted = std::getenv("POINTSMAN_SOAK_SECONDS");
  return std::chrono::seconds(wanted == nullptr ? 3 : std::atoi(wanted));
}

double ResidentMebibytes() {
  std::ifstream in("/proc/self/statm");
  double whole = 0, resident = 0;
  in >> whole >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Every channel is in each of them, so that their counters go on; one more comes and goes, and weights change.
std::vector<ChannelRow> RowsOfRound(std::uint64_t round) {
  static const std::array<std::string, 3> kGroups = {"default,vip", "default", "vip,slow"};
  std::vector<ChannelRow> rows;
  for (std::int64_t id = 1; id <= kChannels; ++id) {
    rows.push_back(Channel(id, kGroups[static_cast<std::size_t>(id) % 3], "m,n,o*",
                           1 + static_cast<std::int64_t>(round + static_cast<std::uint64_t>(id)) % 7, id % 2));
    if (id % 5 == 0) rows.back().channel_info = R"({"is_multi_key": true, "multi_key_size": 3})";
  }
  if (round % 2 == 0) rows.push_back(Channel(1000 + static_cast<std::int64_t>(round % 16), "default", "m", 1));
  return rows;
}

struct Counts {
  std::uint64_t selected = 0, refused = 0, wrong = 0;
  std::uint64_t successes = 0, failures = 0;  // reported, of channels that are always there
};

class Soak {
 public:
  Soak() : router_(MakePolicy(), {.max_lost_share = 1, .state = {.jitter_seed = 1}}) {
    Publish();
    for (std::int64_t id = 1; id <= kChannels; id += 4) {
      EXPECT_TRUE(router_.SetLimits(id, {.max_in_flight = 64, .requests_per_minute = 100'000'000}).ok());
    }
  }

  void Run(std::chrono::seconds lasts) {
    until_ = steady_clock::now() + lasts;
    std::vector<std::thread> threads;
    std::array<Counts, 2> counts;
    for (std::size_t t = 0; t < counts.size(); ++t) threads.emplace_back([&, t] { Serve(t, counts[t]); });
    threads.emplace_back([this] { Change(); });
    threads.emplace_back([this] { Watch(); });
    for (std::thread& thread : threads) thread.join();
    Judge(counts);
  }

 private:
  static Policy MakePolicy() {
    Policy policy;
    policy.groups.groups["vip"] = {.aliases = {"VIP"}, .fallback = {{"default", FallbackWhen::kExhausted}}};
    policy.groups.groups["slow"].balance = Balance::kLeastInFlight;
    policy.groups.automatic["auto"] = {"vip", "default"};
    return policy;
  }

  bool GoesOn() const { return steady_clock::now() < until_; }

  void Serve(std::size_t thread, Counts& counts) {
    SplitMix64 bits(thread + 1);
    static constexpr std::array<std::string_view, 6> kGroups = {"default", "vip", "VIP", "slow", "auto", "unheard-of"};
    static constexpr std::array<std::string_view, 4> kModels = {"m", "n", "o1", "unheard-of"};
    while (GoesOn()) {
      for (int i = 0; i < 200; ++i) {
        const std::uint64_t word = bits();
        const Request request{.group = kGroups[word % 6], .model = kModels[word / 8 % 4]};
        Attempts attempts;
        const int most = word % 3 == 0 ? 3 : 1;
        for (int a = 0; a < most; ++a) {
          Selection s = a == 0 && word % 5 == 0   ? router_.Select(request)
                        : a == 0 && word % 5 == 1 ? SelectByHandles(request)
                                                  : router_.Select(request, attempts);
          const bool can_be_served = word % 6 != 5 && word / 8 % 4 != 3;
          if (!s) {
            ++counts.refused;
            break;
          }
          ++counts.selected;
          if (!can_be_served || s.channel_id() < 1) ++counts.wrong;
          if (word % 7 == 0) continue;  // never reported
          Report(s, kOutcomes[bits() % kOutcomes.size()], counts);
        }
      }
    }
  }

  // Found for each request, so that finding them meets publishes too.
  Selection SelectByHandles(const Request& request) const {
    const auto group = router_.FindGroup(request.group);
    const auto model = router_.FindModel(request.model);
    return group && model ? router_.Select(*group, *model) : router_.Select(request);
  }

  void Report(Selection& s, OutcomeKind kind, Counts& counts) {
    const bool is_lasting = s.channel_id() <= kChannels;
    // A rate limit of one of several keys is the key's, not the channel's.
    const bool is_the_keys = s.key_index().has_value() && IsTheKeysFault(kind);
    router_.Report(
        s, {.kind = kind, .retry_after = std::chrono::milliseconds(1), .latency = std::chrono::milliseconds(2)});
    if (!is_lasting || is_the_keys) return;
    if (kind == OutcomeKind::kSuccess) ++counts.successes;
    if (kind == OutcomeKind::kTransient || kind == OutcomeKind::kRateLimited) ++counts.failures;
  }

  void Publish() {
    Rows rows("soak");
    EXPECT_TRUE(AddAll(rows, RowsOfRound(++round_)).ok());
    EXPECT_TRUE(router_.Publish(MustCompile(rows, router_.policy()).table).ok());
    ++published_;
  }

  void Change() {
    ScriptedLoader loader(
        [this](RowSink& sink, const Wanted&) { return AddAll(sink, RowsOfRound(round_ += loads_++ % 3)); });
    Refresher refresher(
        router_, loader,
        {.pace = {.interval = std::chrono::milliseconds(1), .shortest_pause = std::chrono::milliseconds(1)}});
    SplitMix64 bits(77);
    while (GoesOn()) {
      const auto id = static_cast<std::int64_t>(1 + bits() % kChannels);
      switch (bits() % 4) {
        case 0: Publish(); break;
        case 1: refreshed_ += refresher.Step().outcome == RefreshOutcome::kPublished ? 1u : 0u; break;
        case 2: {
          const std::array<ChannelChange, 1> change = {{{.channel_id = id, .weight = bits() % 9 + 1}}};
          patched_ += router_.Patch(change).ok() ? 1u : 0u;
          break;
        }
        default:
          router_.SwitchOff(id, {.why = "soak", .lasts = std::chrono::milliseconds(5)});
          if (bits() % 2 == 0) router_.SwitchOn(id);
      }
    }
  }

  // Also what operators do meanwhile.
  void Watch() {
    const Time began = steady_clock::now();
    while (GoesOn()) {
      std::this_thread::sleep_until(std::min(until_, steady_clock::now() + std::chrono::milliseconds(100)));
      static_cast<void>(router_.Explain({.group = "vip", .model = "m"}));
      static_cast<void>(router_.ChannelStates());
      const double now = ResidentMebibytes();
      if (steady_clock::now() - began < (until_ - began) / 3) {
        warm_ = std::max(warm_, now);  // allocators settle
        slots_ = HazardSlotCount();
      } else {
        peak_ = std::max(peak_, now);
      }
    }
  }

  void Judge(const std::array<Counts, 2>& counts) {
    Counts all;
    for (const Counts& c : counts) {
      all.selected += c.selected;
      all.refused += c.refused;
      all.wrong += c.wrong;
      all.successes += c.successes;
      all.failures += c.failures;
    }
    std::uint64_t successes = 0, failures = 0;
    for (const ChannelStatus& status : router_.ChannelStates()) {
      EXPECT_EQ(status.in_flight, 0) << "of channel " << status.channel_id;
      if (status.channel_id > kChannels) continue;
      successes += static_cast<std::uint64_t>(status.successes);
      failures += static_cast<std::uint64_t>(status.failures);
    }
    std::printf(
        "%lld s: %llu selections, %llu refused, %llu wrong; %llu publishes, %llu refreshes, %llu patches; "
        "%.1f MiB when warm, %.1f at most afterwards; %zu slots of readers\n",
        static_cast<long long>(Lasts().count()), static_cast<unsigned long long>(all.selected),
        static_cast<unsigned long long>(all.refused), static_cast<unsigned long long>(all.wrong),
        static_cast<unsigned long long>(published_), static_cast<unsigned long long>(refreshed_),
        static_cast<unsigned long long>(patched_), warm_, peak_, HazardSlotCount());
    EXPECT_EQ(all.wrong, 0u);
    EXPECT_GT(all.selected, 1000u);
    EXPECT_GT(published_ + refreshed_ + patched_, 10u);
    EXPECT_EQ(successes, all.successes) << "every report is counted once, whatever is published";
    EXPECT_EQ(failures, all.failures);
    EXPECT_EQ(HazardSlotCount(), slots_) << "no slot is made while no thread is";
    EXPECT_TRUE(kSanitized || peak_ < warm_ + 8) << "memory stays as it is";
  }

  Router router_;
  Time until_;
  std::atomic<std::uint64_t> round_{0};
  std::uint64_t loads_ = 0, published_ = 0, refreshed_ = 0, patched_ = 0;
  double warm_ = 0, peak_ = 0;
  std::size_t slots_ = 0;
};

TEST(SoakThreads, NothingGrowsNothingIsLostAndEverythingAddsUp) {
  static Soak soak;
  soak.Run(Lasts());
}

}  // namespace
}  // namespace pointsman::testing
