// StateProgram: a few channels, a clock, and commands to a router: what an operator, upstreams and time do to it. It
// can be drawn from a seed, run against the naive channels, shortened as long as it fails, and printed as C++.
//
//   StateProgram program = StateProgram::Random(seed);
//   if (std::optional<std::string> why = Run(program)) ADD_FAILURE() << Shrink(program).Text() << *why;
#ifndef POINTSMAN_TESTS_SUPPORT_STATE_PROGRAM_H_
#define POINTSMAN_TESTS_SUPPORT_STATE_PROGRAM_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pointsman/channel_state.h"
#include "pointsman/outcome.h"
#include "pointsman/random.h"

namespace pointsman::testing {

struct StateCommand {
  enum class Kind : std::uint8_t {
    kSelect,     // `model`, pinned to `channel` if that is not 0
    kReport,     // the `which`th of the selections that are open: `outcome`
    kDrop,       // it ends without a report
    kAdvance,    // the clock, by `time`
    kSwitchOff,  // `channel`, for `time` if that is set
    kSwitchOn,
    kTagOff,  // the tag of the odd channels
    kTagOn,
    kModelOff,  // `model` of `channel`
    kModelOn,
    kLimit,    // `channel` to `limits`
    kReset,    // `channel`
    kReweigh,  // a table in which `channel` weighs `weight`
    kLook,     // all that is known of all channels
  };
  Kind kind = Kind::kLook;
  std::int64_t channel = 0;
  std::string model;
  std::size_t which = 0;
  Outcome outcome;
  std::optional<std::chrono::milliseconds> time;
  ChannelLimits limits;
  std::int64_t weight = 0;

  // `records`: of a selection, which is also recorded.
  std::string Text(bool records = false) const;
};

struct StateProgram {
  static constexpr std::size_t kChannels = 4;
  static constexpr std::size_t kRecordsEvery = 3;  // selection: recorded, and made again from that

  CooldownPolicy cooldown;
  AllCooling all_cooling = AllCooling::kFailOpen;
  std::array<std::int64_t, kChannels> weights{};     // of channels 1 to 4
  std::array<std::int64_t, kChannels> priorities{};  // likewise
  std::vector<StateCommand> commands;

  static StateProgram Random(std::uint64_t seed, std::size_t commands = 120);
  // As somebody would write it who wants to look at it closely.
  std::string Text() const;
};

// Whether a program fails.
using Fails = std::function<bool(const StateProgram&)>;

// The same without the commands that do not matter: none of those that are left can be left out.
StateProgram Shrink(StateProgram program, const Fails& fails);

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_STATE_PROGRAM_H_
