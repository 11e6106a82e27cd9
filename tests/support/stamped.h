// Stamped: a value that accuses whoever reads it torn, or after its end: it bears its generation in many words, and its
// destructor overwrites them. No sanitizer is needed to see it.
#ifndef POINTSMAN_TESTS_SUPPORT_STAMPED_H_
#define POINTSMAN_TESTS_SUPPORT_STAMPED_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "publish/hazard.h"

namespace pointsman::testing {

class Stamped {
 public:
  explicit Stamped(std::uint64_t generation) {
    for (volatile std::uint64_t& word : words_) word = generation;
    alive_.fetch_add(1, std::memory_order_relaxed);
  }
  ~Stamped() {
    for (volatile std::uint64_t& word : words_) word = kEnded;
    alive_.fetch_sub(1, std::memory_order_relaxed);
  }
  Stamped(const Stamped&) = delete;
  Stamped& operator=(const Stamped&) = delete;

  static constexpr std::uint64_t kTorn = ~std::uint64_t{0};
  static constexpr std::uint64_t kEnded = 0xDEADDEADDEADDEAD;

  // Its generation, or kTorn or kEnded.
  std::uint64_t generation() const {
    const std::uint64_t first = words_[0];
    for (const volatile std::uint64_t& word : words_) {
      if (word != first) return kTorn;
    }
    return first;
  }

  static int alive() { return alive_.load(std::memory_order_relaxed); }

 private:
  volatile std::uint64_t words_[64];
  static inline std::atomic<int> alive_{0};
};

inline std::shared_ptr<const Stamped> Stamp(std::uint64_t generation) {
  return std::make_shared<const Stamped>(generation);
}

inline constexpr auto kGeneration = [](const Stamped& value) { return value.generation(); };

// Runs each test with both fences; the asymmetric one only where the system has it.
class EachFence : public ::testing::TestWithParam<Fence> {
 protected:
  void SetUp() override {
    if (GetParam() == Fence::kAsymmetric && !AsymmetricFenceWorks()) GTEST_SKIP() << "no asymmetric fence here";
  }
};

inline std::string FenceName(const ::testing::TestParamInfo<Fence>& info) {
  return info.param == Fence::kPortable ? "Portable" : "Asymmetric";
}

#define POINTSMAN_WITH_EACH_FENCE(suite) \
  INSTANTIATE_TEST_SUITE_P(Each, suite, ::testing::Values(Fence::kAsymmetric, Fence::kPortable), FenceName)

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_STAMPED_H_
