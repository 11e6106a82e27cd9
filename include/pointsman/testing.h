// For a host's own tests: tables from a few lines, random bits that a test dictates, and a clock that it moves.
//
//   namespace pt = pointsman::testing;
//   pt::FakeClock clock;
//   pointsman::Router router({}, {.state = {.clock = clock.clock()}});
//   ASSERT_TRUE(router.Publish(pt::TableFromLines("8  default,vip  gpt-4o  3\n"     // id, groups, models, weight,
//                                                 "9  default      gpt-4o  1\n")    // and perhaps priority
//                                  .value()).ok());
//
//   pt::ScriptedBits bits({pt::WordForTicket(0, 4)});           // the first of 3 + 1 tickets
//   EXPECT_EQ(router.Select(request, pointsman::RandomBits(bits)).channel_id(), 8);
//   clock.Advance(std::chrono::seconds(30));                    // a cooldown is over, and nobody slept
//
// All of it is here, in the header: the library itself holds nothing that is only for tests.
//
// Thread safety: FakeClock is thread-safe; ScriptedBits is thread-compatible.
#ifndef POINTSMAN_TESTING_H_
#define POINTSMAN_TESTING_H_

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/channel_state.h"
#include "pointsman/compile.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "pointsman/rows.h"

namespace pointsman::testing {

// Yields the script, then its last word for ever; counts how often it was asked. REQUIRES: a script of a word at least.
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
// nothing is ever rejected. Which channel holds which ticket may change in a minor release; how many it holds may not:
// a test asks for all tickets and counts.
inline std::uint64_t WordForTicket(std::uint64_t ticket, std::uint64_t total) {
  __extension__ using Wide = unsigned __int128;
  const Wide line = static_cast<Wide>(1) << 64;
  return static_cast<std::uint64_t>((line * ticket + line / 2) / total);
}

// A clock that stands still until it is moved; or, with a step, goes on by so much at each look. Must outlive the
// routers that look at it.
class FakeClock {
 public:
  explicit FakeClock(std::chrono::nanoseconds start = std::chrono::hours(1),
                     std::chrono::nanoseconds step = std::chrono::nanoseconds(0))
      : now_(start.count()), step_(step.count()) {}

  // For ChannelStateOptions::clock.
  Clock clock() { return {.now = &Look, .context = this}; }
  std::chrono::nanoseconds now() const { return std::chrono::nanoseconds(now_.load()); }
  // Backwards too: the library survives it.
  void Advance(std::chrono::nanoseconds by) { now_ += by.count(); }

 private:
  static std::chrono::nanoseconds Look(void* self) noexcept {
    auto& clock = *static_cast<FakeClock*>(self);
    return std::chrono::nanoseconds(clock.now_.fetch_add(clock.step_));
  }

  std::atomic<std::int64_t> now_;
  std::int64_t step_;
};

inline ChannelRow Channel(std::int64_t id, std::string_view groups, std::string_view models, std::int64_t weight = 0,
                          std::int64_t priority = 0) {
  return {.id = id, .status = 1, .groups = groups, .models = models, .priority = priority, .weight = weight};
}

inline AbilityRow Ability(std::string_view group, std::string_view model, std::int64_t channel) {
  return {.group = group, .model = model, .channel_id = channel};
}

// RowsOf(Channel(…), Channel(…), Ability(…)): rows of any kind.
template <class... Row>
Rows RowsOf(const Row&... row) {
  Rows rows("test");
  (static_cast<void>(rows.Add(row)), ...);
  return rows;
}

// The words of a line up to a '#'.
inline std::vector<std::string_view> WordsOfLine(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  for (std::size_t at = line.find_first_not_of(kBlanks); at != line.npos; at = line.find_first_not_of(kBlanks, at)) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// A channel from its line, "id groups models [weight [priority]]": false where it is none.
inline bool ChannelOfWords(const std::vector<std::string_view>& words, ChannelRow& channel) {
  if (words.size() < 3 || words.size() > 5) return false;
  std::int64_t numbers[3] = {};  // id, weight, priority
  for (std::size_t i = 0, word = 0; word < words.size(); word = word == 0 ? 3 : word + 1, ++i) {
    const char* const end = words[word].data() + words[word].size();
    const auto [stop, error] = std::from_chars(words[word].data(), end, numbers[i]);
    if (error != std::errc() || stop != end) return false;
  }
  channel = Channel(numbers[0], words[1], words[2], numbers[1], numbers[2]);
  return true;
}

// Enabled channels, one a line: id, groups, models, and if need be weight and priority (0 otherwise); what follows a
// '#' is a remark. Names with blanks, and all else that a row can say, take RowsOf. InvalidArgument "line 2: …".
inline absl::StatusOr<Rows> RowsFromLines(std::string_view lines) {
  Rows rows("lines");
  for (std::size_t number = 1; !lines.empty(); ++number) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::vector<std::string_view> words = WordsOfLine(lines.substr(0, end));
    ChannelRow channel;
    if (!words.empty()) {
      if (!ChannelOfWords(words, channel)) {
        return absl::InvalidArgumentError("line " + std::to_string(number) +
                                          ": a channel is written \"id groups models [weight [priority]]\", such as "
                                          "\"8 default,vip gpt-4o 3 -10\"");
      }
      static_cast<void>(rows.Add(channel));
    }
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return rows;
}

// The table of such lines, for Router::Publish. A row that Compile rejects (a negative weight) is an error here.
inline absl::StatusOr<std::shared_ptr<const RouteTable>> TableFromLines(std::string_view lines,
                                                                        const Policy& policy = {}) {
  const absl::StatusOr<Rows> rows = RowsFromLines(lines);
  if (!rows.ok()) return rows.status();
  const absl::StatusOr<Compiled> compiled = Compile(*rows, policy);
  if (!compiled.ok()) return compiled.status();
  if (!compiled->report.rejections.empty()) return absl::InvalidArgumentError(compiled->report.rejections[0].Text());
  return compiled->table;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTING_H_
