// ThreadGenerator: the calling thread's own random bits, without an indirect call.
//
// xoshiro256++ 1.0 (D. Blackman and S. Vigna, public domain), seeded from the system when a thread first draws.
#ifndef POINTSMAN_SRC_RANDOM_THREAD_GENERATOR_H_
#define POINTSMAN_SRC_RANDOM_THREAD_GENERATOR_H_

#include <bit>
#include <cstdint>

namespace pointsman::inline v0 {

class ThreadGenerator {
 public:
  std::uint64_t operator()() noexcept {
    // The state is never all zeros once it is seeded, and its last word alone almost never: seeding again then is harmless.
    if (s_[3] == 0) [[unlikely]] Seed();
    const std::uint64_t result = std::rotl(s_[0] + s_[3], 23) + s_[0];
    const std::uint64_t t = s_[1] << 17;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = std::rotl(s_[3], 45);
    return result;
  }

 private:
  void Seed() noexcept;

  std::uint64_t s_[4] = {};
};

extern constinit thread_local ThreadGenerator thread_generator;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_RANDOM_THREAD_GENERATOR_H_
