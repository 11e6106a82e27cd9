// Counts allocations by replacing operator new for the whole binary: one increment of a thread-local number each.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "harness/optional_api.h"
#include "harness/paired.h"
#include "ratios/rows.h"

namespace {

thread_local constinit std::size_t allocations = 0;

void* Allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
  ++allocations;
  void* memory = alignment <= alignof(std::max_align_t)
                     ? std::malloc(bytes == 0 ? 1 : bytes)
                     : std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// The other forms of the standard end in these.
void* operator new(std::size_t bytes) { return Allocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t a) { return Allocate(bytes, static_cast<std::size_t>(a)); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace pointsman::bench {
namespace {

constexpr std::size_t kCalls = 10000;

template <class Call>
double AllocationsPerCall(Call call) {
  call();  // a thread's first call may set things up
  const std::size_t before = AllocationsOfThisThread();
  for (std::size_t i = 0; i < kCalls; ++i) call();
  return static_cast<double>(AllocationsOfThisThread() - before) / static_cast<double>(kCalls);
}

// Switches the candidates of the hot route off, but for the last one.
template <class R>
bool SwitchOff(R& router, const Workload& w) {
  if constexpr (HasSwitches<R>) {
    std::vector<Candidate> candidates = w.CandidatesOf(w.hot_key());
    candidates.pop_back();
    for (const Candidate& c : candidates) {
      if (!router.SwitchOff(c.channel_id)) std::abort();
    }
    return true;
  }
  return false;
}

}  // namespace

std::size_t AllocationsOfThisThread() { return allocations; }

void MeasureAllocations(RatioTable& table) {
  std::fprintf(stderr, "allocations\n");
  const Workload w(Small());
  Router router;
  PublishOrDie(router, CompileOrDie(w.rows()).table);
  const Key key = w.hot_key();
  const std::array<std::string_view, 2> allowed = {"no-such-group", w.group(key)};
  const auto hit = [&] { Keep(router.Select({.group = w.group(key), .model = w.model(key)}).channel_id()); };
  const auto miss = [&] { Keep(router.Select({.group = w.group(key), .model = "no-such-model"}).channel_id()); };
  const auto restricted = [&] {
    Keep(router.Select({.group = w.group(key), .model = w.model(key), .allowed_groups = allowed}).channel_id());
  };
  double most = std::max({AllocationsPerCall(hit), AllocationsPerCall(miss), AllocationsPerCall(restricted)});
  const auto walk = [&] {
    Attempts attempts;
    while (router.Select({.group = w.group(key), .model = w.model(key)}, attempts)) {
    }
  };
  most = std::max(most, AllocationsPerCall(walk));
  std::string remark = "hit, miss, allowed groups, walks";
  if (SwitchOff(router, w)) {
    most = std::max(most, AllocationsPerCall(hit));
    remark += ", candidates switched off";
  }
  table.Set("allocations_per_select", most, remark);
}

}  // namespace pointsman::bench
