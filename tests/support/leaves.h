// Leaves: every way in which the draws of one call can fall, so that its probabilities are counted and not sampled.
//
//   const auto counts = Leaves([](std::size_t) { return 6; }, [&](RandomBits bits) { return Throw(bits); });
//
// `ways(d)` says how many outcomes the draw number d has, all alike; a multiple will do. Each call of `run` reads one
// path through that tree. Results are counted in units of the deepest leaves, so that one that was reached by fewer
// draws counts for all the ways in which the others could have fallen: count / sum of counts is the probability.
#ifndef POINTSMAN_TESTS_SUPPORT_LEAVES_H_
#define POINTSMAN_TESTS_SUPPORT_LEAVES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <type_traits>
#include <vector>

#include "pointsman/random.h"
#include "pointsman/testing.h"

namespace pointsman::testing {

// The words of a path, then zeros; counts how often it was asked.
class PathBits {
 public:
  explicit PathBits(const std::vector<std::uint64_t>& words) : words_(words) {}
  RandomBits bits() { return {&Draw, this}; }
  std::size_t asked() const { return asked_; }

 private:
  static std::uint64_t Draw(void* context) noexcept {
    auto& self = *static_cast<PathBits*>(context);
    const std::size_t at = self.asked_++;
    return at < self.words_.size() ? self.words_[at] : 0;
  }

  const std::vector<std::uint64_t>& words_;
  std::size_t asked_ = 0;
};

template <class Ways, class Run>
auto Leaves(const Ways& ways, const Run& run) {
  using Result = std::invoke_result_t<Run, RandomBits>;
  std::vector<std::map<Result, std::uint64_t>> by_depth;
  std::vector<std::uint64_t> words;
  const auto descend = [&](const auto& self) -> void {
    PathBits path(words);
    const Result result = run(path.bits());
    const std::size_t depth = words.size();
    if (path.asked() <= depth) {
      if (by_depth.size() <= depth) by_depth.resize(depth + 1);
      ++by_depth[depth][result];
      return;
    }
    const std::uint64_t outcomes = ways(depth);
    words.push_back(0);
    for (std::uint64_t i = 0; i < outcomes; ++i) {
      words.back() = WordForTicket(i, outcomes);
      self(self);
    }
    words.pop_back();
  };
  descend(descend);

  std::map<Result, std::uint64_t> leaves;
  std::uint64_t below = 1;
  for (std::size_t depth = by_depth.size(); depth-- > 0;) {
    for (const auto& [result, count] : by_depth[depth]) leaves[result] += count * below;
    if (depth > 0) below *= ways(depth - 1);
  }
  return leaves;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_LEAVES_H_
