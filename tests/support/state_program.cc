#include "support/state_program.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace pointsman::testing {
namespace {

using namespace std::chrono_literals;
using Kind = StateCommand::Kind;
using Milliseconds = std::chrono::milliseconds;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  std::size_t Below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }
  bool OneIn(std::size_t n) { return Below(n) == 0; }
  template <class T, std::size_t n>
  T Of(const T (&values)[n]) {
    return values[Below(n)];
  }
  std::int64_t Channel() { return static_cast<std::int64_t>(1 + Below(StateProgram::kChannels)); }

 private:
  SplitMix64 bits_;
};

CooldownPolicy RandomCooldown(Dice& dice) {
  CooldownPolicy c;
  c.jitter = 0;
  c.consecutive_failures = dice.Of({0, 1, 2, 3});
  c.failure_share = dice.Of({0.3, 0.5, 1.5});
  c.minimum_volume = dice.Of({1, 4, 8});
  c.window = dice.Of<Milliseconds>({2s, 30s});
  c.first = dice.Of<Milliseconds>({0s, 1s, 5s});
  c.longest_backoff = dice.Of<Milliseconds>({8s, 120s});
  c.quota = dice.Of<Milliseconds>({3s, 60s});
  c.trials = dice.Of({1, 2, 3});
  c.trial_timeout = dice.Of<Milliseconds>({4s, 30s});
  c.slow_start = dice.Of<Milliseconds>({0s, 10s, 30s});
  c.slow_start_floor = dice.Of({0.0, 0.1, 1.0});
  c.max_cooling_share = dice.Of({0.0, 0.5, 1.0});
  return c;
}

Outcome RandomOutcome(Dice& dice) {
  Outcome outcome;
  // Failures often, or nothing ever cools down.
  outcome.kind = dice.OneIn(3)   ? OutcomeKind::kTransient
                 : dice.OneIn(3) ? OutcomeKind::kSuccess
                                 : static_cast<OutcomeKind>(dice.Below(kOutcomeKinds));
  outcome.tokens = dice.Of<std::int64_t>({0, 0, -5, 31, 200, 1'000'000'000'000});
  if (dice.OneIn(4)) outcome.retry_after = dice.Of<Milliseconds>({0s, 2s, 45s, 3600s});
  return outcome;
}

std::optional<Milliseconds> RandomEnd(Dice& dice) {
  if (dice.OneIn(3)) return std::nullopt;
  return dice.Of<Milliseconds>({0s, 1s, 6s, 60s});
}

StateCommand RandomCommand(Dice& dice) {
  static constexpr Kind kUsual[] = {Kind::kSelect, Kind::kSelect,  Kind::kSelect,  Kind::kReport, Kind::kReport,
                                    Kind::kReport, Kind::kAdvance, Kind::kAdvance, Kind::kLook};
  static constexpr Kind kRare[] = {Kind::kDrop,     Kind::kSwitchOff, Kind::kSwitchOn, Kind::kTagOff, Kind::kTagOn,
                                   Kind::kModelOff, Kind::kModelOn,   Kind::kLimit,    Kind::kReset,  Kind::kReweigh};
  StateCommand c{.kind = dice.OneIn(5) ? dice.Of(kRare) : dice.Of(kUsual)};
  c.channel = dice.Channel();
  if (c.kind == Kind::kSelect && !dice.OneIn(5)) c.channel = 0;
  c.model = dice.OneIn(3) ? "n" : "m";
  c.which = dice.Below(8);
  c.outcome = RandomOutcome(dice);
  c.time = c.kind == Kind::kAdvance ? dice.Of<Milliseconds>({1ms, 999ms, 1s, 2500ms, 5s, 10s, 30s, 90s, 601s})
                                    : RandomEnd(dice);
  c.limits = {.max_in_flight = dice.Of({0, 0, 1, 2}),
              .requests_per_minute = dice.Of<std::int64_t>({0, 0, 7, 60}),
              .tokens_per_minute = dice.Of<std::int64_t>({0, 0, 70}),
              .burst = dice.Of<std::int64_t>({1, 3})};
  c.weight = dice.Of<std::int64_t>({0, 1, 2, 5});
  return c;
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
std::string Ms(Milliseconds time) { return std::to_string(time.count()) + "ms"; }
std::string Number(double value) { return std::to_string(value); }

std::string OutcomeText(const Outcome& o) {
  static constexpr std::string_view kNames[] = {"kSuccess",        "kTransient",         "kRateLimited",
                                                "kQuotaExhausted", "kCredentialRefused", "kModelUnavailable",
                                                "kCallersFault",   "kCancelled"};
  const std::string_view name = kNames[static_cast<std::size_t>(o.kind)];
  return "{.kind = OutcomeKind::" + std::string(name) +
         (o.retry_after ? ", .retry_after = " + Ms(*o.retry_after) : "") + ", .tokens = " + std::to_string(o.tokens) +
         "}";
}

std::string ArrayText(std::string_view name, const std::array<std::int64_t, StateProgram::kChannels>& numbers) {
  std::string text = "std::array<std::int64_t, " + std::to_string(numbers.size()) + "> " + std::string(name) + " = {";
  for (const std::int64_t n : numbers) text += (text.ends_with('{') ? "" : ", ") + std::to_string(n);
  return text + "};\n";
}

}  // namespace

std::string StateCommand::Text(bool records) const {
  const std::string id = std::to_string(channel);
  const std::string note = time ? ", {.lasts = " + Ms(*time) + "}" : "";
  switch (kind) {
    case Kind::kSelect:
      return std::string(records ? "keep(recorded(" : "keep(chosen(") + "{.group = \"g\", .model = " + Quoted(model) +
             (channel != 0 ? ", .pin = " + id : "") + "}));";
    case Kind::kReport: return "report(" + std::to_string(which) + ", " + OutcomeText(outcome) + ");";
    case Kind::kDrop: return "drop(" + std::to_string(which) + ");";
    case Kind::kAdvance: return "clock.Advance(" + Ms(*time) + ");";
    case Kind::kSwitchOff: return "router.SwitchOff(" + id + note + ");";
    case Kind::kSwitchOn: return "router.SwitchOn(" + id + ");";
    case Kind::kTagOff: return "router.SwitchOffTag(\"odd\"" + note + ");";
    case Kind::kTagOn: return "router.SwitchOnTag(\"odd\");";
    case Kind::kModelOff: return "(void)router.SwitchOff(" + id + ", " + Quoted(model) + note + ");";
    case Kind::kModelOn: return "router.SwitchOn(" + id + ", " + Quoted(model) + ");";
    case Kind::kLimit:
      return "(void)router.SetLimits(" + id + ", {.max_in_flight = " + std::to_string(limits.max_in_flight) +
             ", .requests_per_minute = " + std::to_string(limits.requests_per_minute) +
             ", .tokens_per_minute = " + std::to_string(limits.tokens_per_minute) +
             ", .burst = " + std::to_string(limits.burst) + "});";
    case Kind::kReset: return "router.ResetState(" + id + ");";
    case Kind::kReweigh: return "weights[" + id + " - 1] = " + std::to_string(weight) + "; publish();";
    case Kind::kLook: return "router.ChannelStates();";
  }
  return "";
}

StateProgram StateProgram::Random(std::uint64_t seed, std::size_t commands) {
  Dice dice(seed);
  StateProgram program;
  program.cooldown = RandomCooldown(dice);
  program.all_cooling = dice.OneIn(3) ? AllCooling::kRefuse : AllCooling::kFailOpen;
  for (std::size_t i = 0; i < kChannels; ++i) {
    program.weights[i] = dice.Of<std::int64_t>({0, 1, 3, 4});
    program.priorities[i] = dice.OneIn(4) ? -1 : 0;
  }
  for (; commands > 0; --commands) program.commands.push_back(RandomCommand(dice));
  return program;
}

std::string StateProgram::Text() const {
  const CooldownPolicy& c = cooldown;
  std::string text = "CooldownPolicy cooldown{.consecutive_failures = " + std::to_string(c.consecutive_failures) +
                     ", .failure_share = " + Number(c.failure_share) +
                     ", .minimum_volume = " + std::to_string(c.minimum_volume) + ", .window = " + Ms(c.window) +
                     ", .first = " + Ms(c.first) + ", .longest_backoff = " + Ms(c.longest_backoff) +
                     ", .quota = " + Ms(c.quota) + ", .jitter = 0, .trials = " + std::to_string(c.trials) +
                     ", .trial_timeout = " + Ms(c.trial_timeout) + ", .slow_start = " + Ms(c.slow_start) +
                     ", .slow_start_floor = " + Number(c.slow_start_floor) +
                     ", .max_cooling_share = " + Number(c.max_cooling_share) + "};\n";
  text += "FakeClock clock;\nRouter router({}, {.state = {.cooldown = cooldown, .all_cooling = AllCooling::";
  text += all_cooling == AllCooling::kRefuse ? "kRefuse" : "kFailOpen";
  text += ", .clock = clock.clock()}});\n" + ArrayText("weights", weights) + ArrayText("priorities", priorities);
  text += R"(const auto publish = [&] {
  Rows rows("program");
  for (std::size_t i = 0; i < weights.size(); ++i) {
    ChannelRow row = Channel(static_cast<std::int64_t>(i + 1), "g", "m,n", weights[i], priorities[i]);
    if (i % 2 == 0) row.tag = "odd";
    rows.Add(row);
  }
  ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());
};
SplitMix64 bits(1);
struct Open {
  Selection selection;
  std::chrono::nanoseconds began;
};
std::vector<Open> open;
const auto chosen = [&](const Request& request) { return router.Select(request, RandomBits(bits)); };
const auto recorded = [&](const Request& request) {
  DecisionRecord record;
  return router.SelectRecorded(request, nullptr, RandomBits(bits), record);
};
const auto keep = [&](Selection s) {
  served.push_back(s.channel_id());
  if (s) open.push_back({std::move(s), clock.now()});
};
const auto drop = [&](std::size_t which) {
  if (!open.empty()) open.erase(open.begin() + static_cast<std::ptrdiff_t>(which % open.size()));
};
const auto report = [&](std::size_t which, Outcome outcome) {
  if (open.empty()) return;
  Open& o = open[which % open.size()];
  outcome.latency = clock.now() - o.began;
  router.Report(o.selection, outcome);
  drop(which);
};
publish();
)";
  std::size_t selections = 0;
  for (const StateCommand& command : commands) {
    if (command.kind == StateCommand::Kind::kSelect) ++selections;
    text += command.Text(selections % kRecordsEvery == 0) + "\n";
  }
  return text;
}

// Halves, quarters … down to single commands, again and again until nothing can be left out (A. Zeller's ddmin, with
// complements only).
StateProgram Shrink(StateProgram program, const Fails& fails) {
  for (std::size_t piece = std::max<std::size_t>(program.commands.size() / 2, 1);;) {
    bool shrunk = false;
    for (std::size_t begin = 0; begin < program.commands.size();) {
      StateProgram without = program;
      const auto from = without.commands.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::size_t length = std::min(piece, program.commands.size() - begin);
      without.commands.erase(from, from + static_cast<std::ptrdiff_t>(length));
      if (fails(without)) {
        program = std::move(without);
        shrunk = true;
      } else {
        begin += length;
      }
    }
    if (piece == 1 && !shrunk) return program;
    if (piece > 1) piece /= 2;
  }
}

}  // namespace pointsman::testing
