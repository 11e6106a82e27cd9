#include "pointsman/random.h"

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <random>

namespace pointsman::inline v0 {
namespace {

// xoshiro256++ 1.0. A state of nothing but zeros (which SplitMix64 never seeds) marks a thread that has not drawn yet.
struct Xoshiro256 {
  std::array<std::uint64_t, 4> s{};

  std::uint64_t Next() noexcept {
    const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return result;
  }
};

thread_local constinit Xoshiro256 thread_generator;

// The system's entropy; where it has none to give, the clock and the thread's own address.
std::uint64_t SystemSeed() noexcept {
  try {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
  } catch (...) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    return static_cast<std::uint64_t>(now) ^ reinterpret_cast<std::uintptr_t>(&thread_generator);
  }
}

std::uint64_t DrawFromThread(void* /*context*/) noexcept {
  Xoshiro256& generator = thread_generator;
  if (generator.s == std::array<std::uint64_t, 4>{}) {
    SplitMix64 seeds(SystemSeed());
    for (std::uint64_t& word : generator.s) word = seeds();
  }
  return generator.Next();
}

}  // namespace

RandomBits ThreadBits() noexcept { return RandomBits(&DrawFromThread, nullptr); }

}  // namespace pointsman::inline v0
