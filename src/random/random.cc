#include "pointsman/random.h"

#include <pthread.h>
#include <sys/random.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

#include "random/system_seed.h"
#include "random/thread_generator.h"

namespace pointsman::inline v0 {

POINTSMAN_INITIAL_EXEC constinit thread_local ThreadGenerator thread_generator;

std::uint64_t SystemSeed() noexcept {
  std::uint64_t seed = 0;
  if (getentropy(&seed, sizeof seed) == 0) return seed;
  // None to be had, as in a sandbox: the clock, and where this thread's own memory lies.
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return static_cast<std::uint64_t>(now) ^ reinterpret_cast<std::uintptr_t>(&thread_generator);
}

namespace {

// Workers that a host forks would draw what their siblings draw. Where this fails they do.
[[maybe_unused]] const int fork_is_watched =
    pthread_atfork(nullptr, nullptr, []() noexcept { thread_generator.Forget(); });

}  // namespace

void ThreadGenerator::Seed() noexcept { state_ = SystemSeed(); }

RandomBits ThreadBits() noexcept {
  return RandomBits([](void* /*context*/) noexcept { return thread_generator(); }, nullptr);
}

}  // namespace pointsman::inline v0
