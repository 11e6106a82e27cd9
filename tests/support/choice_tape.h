// ChoiceTape: all that is left to chance in a random test, as one list of numbers: drawn from a seed and written down,
// or played again. What is played can be shortened while the test still fails, whatever the test makes of it.
//
//   ChoiceTape tape(seed);
//   if (std::optional<std::string> wrong = Run(tape)) {
//     const ChoiceTape shortest = Shortest(tape, [](ChoiceTape& t) { return Run(t).has_value(); });
//
// Beyond its end a tape that is played says 0: so the first of any alternatives should be the plainest.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_TESTS_SUPPORT_CHOICE_TAPE_H_
#define POINTSMAN_TESTS_SUPPORT_CHOICE_TAPE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "pointsman/random.h"

namespace pointsman::testing {

class ChoiceTape {
 public:
  explicit ChoiceTape(std::uint64_t seed) : bits_(seed), records_(true) {}
  explicit ChoiceTape(std::vector<std::uint32_t> choices) : bits_(0), records_(false), choices_(std::move(choices)) {}

  // A number below `n`. REQUIRES: n >= 1.
  std::size_t Below(std::size_t n) {
    if (records_) choices_.push_back(static_cast<std::uint32_t>(bits_() >> 33));
    return at_ < choices_.size() ? choices_[at_++] % n : 0;
  }
  bool OneIn(std::size_t n) { return Below(n) == n - 1; }

  const std::vector<std::uint32_t>& choices() const { return choices_; }

 private:
  SplitMix64 bits_;
  bool records_;
  std::vector<std::uint32_t> choices_;
  std::size_t at_ = 0;
};

namespace internal {

// The list without this piece, or with zeros for it, if it still fails.
inline bool TryWithout(std::vector<std::uint32_t>& choices, std::size_t begin, std::size_t length,
                       const std::function<bool(ChoiceTape&)>& fails) {
  const auto from = static_cast<std::ptrdiff_t>(begin);
  const auto to = static_cast<std::ptrdiff_t>(std::min(begin + length, choices.size()));
  std::vector<std::uint32_t> without = choices;
  without.erase(without.begin() + from, without.begin() + to);
  std::vector<std::uint32_t> zeros = choices;
  std::fill(zeros.begin() + from, zeros.begin() + to, 0);
  for (std::vector<std::uint32_t>* shorter : {&without, &zeros}) {
    ChoiceTape tape(*shorter);
    if (*shorter == choices || !fails(tape)) continue;
    choices = std::move(*shorter);
    return true;
  }
  return false;
}

}  // namespace internal

// Pieces of half the length, a quarter … down to single choices, until none can be left out or be 0, or until so many
// runs were made. REQUIRES: it fails as it is.
inline ChoiceTape Shortest(const ChoiceTape& failing, const std::function<bool(ChoiceTape&)>& fails, int runs = 5000) {
  std::vector<std::uint32_t> choices = failing.choices();
  const auto counted = [&](ChoiceTape& tape) { return --runs > 0 && fails(tape); };
  for (std::size_t piece = std::max<std::size_t>(choices.size() / 2, 1); runs > 0;) {
    bool shrunk = false;
    for (std::size_t begin = 0; begin < choices.size();) {
      const std::size_t before = choices.size();
      const bool shorter = internal::TryWithout(choices, begin, piece, counted);
      shrunk = shrunk || shorter;
      if (!shorter || choices.size() == before) begin += piece;
    }
    if (piece == 1 && !shrunk) break;
    if (piece > 1) piece /= 2;
  }
  return ChoiceTape(std::move(choices));
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_CHOICE_TAPE_H_
