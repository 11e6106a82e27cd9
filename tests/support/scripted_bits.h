// ScriptedBits: random bits that a test dictates.
#ifndef POINTSMAN_TESTS_SUPPORT_SCRIPTED_BITS_H_
#define POINTSMAN_TESTS_SUPPORT_SCRIPTED_BITS_H_

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace pointsman::testing {

// Yields the script, then its last word for ever; counts how often it was asked.
class ScriptedBits {
 public:
  using result_type = std::uint64_t;
  explicit ScriptedBits(std::vector<std::uint64_t> script) : script_(std::move(script)) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() {
    const std::size_t at = asked_ < script_.size() ? asked_ : script_.size() - 1;
    ++asked_;
    return script_[at];
  }
  std::size_t asked() const { return asked_; }

 private:
  std::vector<std::uint64_t> script_;
  std::size_t asked_ = 0;
};

// The word that makes a draw below `total` yield `ticket`: the middle of the ticket's stretch of the 64-bit line, where
// nothing is ever rejected.
inline std::uint64_t WordForTicket(std::uint64_t ticket, std::uint64_t total) {
  __extension__ using Wide = unsigned __int128;
  const Wide line = static_cast<Wide>(1) << 64;
  return static_cast<std::uint64_t>((line * ticket + line / 2) / total);
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_SCRIPTED_BITS_H_
