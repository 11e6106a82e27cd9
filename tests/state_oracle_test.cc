// Random commands to a router, of operators, upstreams and time, and to channels written down naively: the two must
// agree about every selection and about all that is known of every channel. A program on which they do not is shortened
// and printed. POINTSMAN_SEEDS sets how many programs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/golden.h"
#include "support/naive_channel.h"
#include "support/rows_builder.h"
#include "support/state_program.h"

namespace pointsman::testing {
namespace {

using Kind = StateCommand::Kind;
using Milliseconds = std::chrono::milliseconds;

int Seeds() {
  const char* wanted = std::getenv("POINTSMAN_SEEDS");
  return wanted == nullptr ? 3000 : std::atoi(wanted);
}

// What was met on the way, by name.
using Met = std::map<std::string, int>;

struct Expected {
  Reason reason = Reason::kNone;
  bool degraded = false;
  std::map<std::int64_t, std::uint64_t> parts;  // of whom can be drawn
  std::optional<Milliseconds> retry_after;
};

// A program's run. `lie` is told to the naive side only, to see that it would be noticed.
class StateRun {
 public:
  enum class Lie { kNone, kCooldownsDoNotDouble };

  StateRun(const StateProgram& program, Lie lie)
      : program_(program),
        weights_(program.weights),
        router_({}, {.state = {
                         .cooldown = program.cooldown, .all_cooling = program.all_cooling, .clock = clock_.clock()}}) {
    CooldownPolicy told = program.cooldown;
    if (lie == Lie::kCooldownsDoNotDouble) told.longest_backoff = told.first;
    for (std::size_t i = 0; i < StateProgram::kChannels; ++i) naive_.emplace_back(told);
    Publish();
  }

  // What they do not agree about.
  std::optional<std::string> Run(Met& met) {
    for (std::size_t i = 0; i < program_.commands.size() && wrong_.str().empty(); ++i) {
      Do(program_.commands[i], met);
      if (!wrong_.str().empty()) return "command " + std::to_string(i + 1) + ": " + wrong_.str();
    }
    Look(met);
    return wrong_.str().empty() ? std::nullopt : std::optional("at the end: " + wrong_.str());
  }

  const std::vector<std::int64_t>& served() const { return served_; }

 private:
  struct Open {
    Selection selection;
    std::string model;
    Time began{0};
    NaiveChannel::Taken taken;
  };

  Time Now() const { return clock_.now(); }
  NaiveChannel& Naive(std::int64_t id) { return naive_[static_cast<std::size_t>(id - 1)]; }
  std::optional<Time> EndOf(const StateCommand& c) const {
    return c.time ? std::optional(Now() + *c.time) : std::nullopt;
  }
  static SwitchNote NoteOf(const StateCommand& c) { return {.lasts = c.time}; }

  template <class A, class B>
  void Agree(std::string_view what, const A& library, const B& naive) {
    if (library != naive) wrong_ << what << ": " << library << " instead of " << naive << "\n";
  }

  void Publish() {
    Rows rows("program");
    for (std::size_t i = 0; i < StateProgram::kChannels; ++i) {
      ChannelRow row = Channel(static_cast<std::int64_t>(i + 1), "g", "m,n", weights_[i], program_.priorities[i]);
      if (i % 2 == 0) row.tag = "odd";
      rows.Add(row);
    }
    if (!router_.Publish(MustCompile(rows).table).ok()) std::abort();
  }

  void Do(const StateCommand& c, Met& met) {
    switch (c.kind) {
      case Kind::kSelect: return Select(c, met);
      case Kind::kReport: return open_.empty() ? void() : Report(c, met);
      case Kind::kDrop: return open_.empty() ? void() : Drop(c.which % open_.size());
      case Kind::kAdvance: return clock_.Advance(*c.time);
      case Kind::kSwitchOff: router_.SwitchOff(c.channel, NoteOf(c)); return Naive(c.channel).SwitchOff(EndOf(c));
      case Kind::kSwitchOn: router_.SwitchOn(c.channel); return Naive(c.channel).SwitchOn();
      case Kind::kTagOff:
        router_.SwitchOffTag("odd", NoteOf(c));
        return ForOdd([&](auto& n) { n.SwitchTagOff(EndOf(c)); });
      case Kind::kTagOn: router_.SwitchOnTag("odd"); return ForOdd([](auto& n) { n.SwitchTagOn(); });
      case Kind::kModelOff:
        if (!router_.SwitchOff(c.channel, c.model, NoteOf(c)).ok()) wrong_ << "two models are too many\n";
        return Naive(c.channel).SwitchModelOff(c.model, EndOf(c));
      case Kind::kModelOn: router_.SwitchOn(c.channel, c.model); return Naive(c.channel).SwitchModelOn(c.model);
      case Kind::kLimit:
        if (!router_.SetLimits(c.channel, c.limits).ok()) wrong_ << "limits are refused\n";
        return Naive(c.channel).Limit(c.limits);
      case Kind::kReset: router_.ResetState(c.channel); return Naive(c.channel).Reset();
      case Kind::kReweigh: weights_[static_cast<std::size_t>(c.channel - 1)] = c.weight; return Publish();
      case Kind::kLook: return Look(met);
    }
  }

  template <class Use>
  void ForOdd(Use use) {
    for (std::size_t i = 0; i < naive_.size(); i += 2) use(naive_[i]);
  }

  Expected Ask(const StateCommand& c) {
    recovers_in_.reset();
    Expected answer = Pass(c, false);
    if (answer.reason != Reason::kNone && met_cooling_ && program_.all_cooling == AllCooling::kFailOpen) {
      Expected again = Pass(c, true);
      again.degraded = true;
      if (again.reason == Reason::kNone) return again;
    }
    // Who cools down and is at a limit may serve as soon as that ends.
    const bool has_an_end = answer.reason == Reason::kAllCoolingDown || answer.reason == Reason::kAllAtLimit;
    if (has_an_end && recovers_in_) answer.retry_after = std::chrono::ceil<Milliseconds>(*recovers_in_);
    return answer;
  }

  // Once through the tiers.
  Expected Pass(const StateCommand& c, bool cooling_serves) {
    met_cooling_ = false;
    Expected answer{.reason = Reason::kAllDisabled};
    for (const std::int64_t priority : {0, -1}) {
      bool all_zero = true;
      for (std::size_t i = 0; i < naive_.size(); ++i) {
        if (program_.priorities[i] == priority && weights_[i] > 0) all_zero = false;
      }
      for (std::size_t i = 0; i < naive_.size(); ++i) {
        const auto id = static_cast<std::int64_t>(i + 1);
        if (program_.priorities[i] != priority || (c.channel != 0 && c.channel != id)) continue;
        const NaiveChannel::Verdict verdict = naive_[i].Judge(c.model, cooling_serves, Now());
        met_cooling_ = met_cooling_ || verdict.reason == Reason::kAllCoolingDown;
        if (verdict.recovers_in)
          recovers_in_ = std::min(recovers_in_.value_or(*verdict.recovers_in), *verdict.recovers_in);
        const auto weight = static_cast<std::uint64_t>(c.channel != 0 || all_zero ? 1 : weights_[i]);
        if (verdict.reason == Reason::kNone && weight > 0) {
          answer.parts[id] = weight * (c.channel != 0 ? 1 : verdict.part);
        } else {
          answer.reason =
              std::max(answer.reason, verdict.reason == Reason::kNone ? Reason::kAllZeroWeight : verdict.reason);
        }
      }
      if (!answer.parts.empty()) {
        answer.reason = Reason::kNone;
        return answer;
      }
    }
    if (c.channel != 0) answer.reason = Reason::kPinUnusable;
    return answer;
  }

  void Select(const StateCommand& c, Met& met) {
    Request request{.group = "g", .model = c.model};
    if (c.channel != 0) request.pin = c.channel;
    const Expected expected = Ask(c);
    CompareShares(router_.Distribute(request), expected);
    Selection s = SelectSomehow(request, met);
    Agree("reason", ReasonName(s.reason()), ReasonName(expected.reason));
    ++met[std::string(ReasonName(expected.reason))];
    const auto owes = [&](const NaiveChannel& n) { return n.OwesTooManyTokens(Now()); };
    if (std::any_of(naive_.begin(), naive_.end(), owes)) ++met["tokens owed"];
    Agree("retry after", s.retry_after().value_or(Milliseconds(-1)).count(),
          expected.retry_after.value_or(Milliseconds(-1)).count());
    served_.push_back(s.channel_id());
    if (!s || !wrong_.str().empty()) return;
    Agree("degraded", s.degraded(), expected.degraded);
    if (!expected.parts.contains(s.channel_id())) wrong_ << s.channel_id() << " was drawn, which is out\n";
    if (expected.degraded) ++met["degraded"];
    const NaiveChannel::Taken taken = Naive(s.channel_id()).Serve(expected.degraded, Now());
    open_.push_back({std::move(s), c.model, Now(), taken});
  }

  // Every third is recorded, and then made again from the record.
  Selection SelectSomehow(const Request& request, Met& met) {
    if (++selections_ % StateProgram::kRecordsEvery != 0) return router_.Select(request, RandomBits(bits_));
    DecisionRecord record;
    Selection s = router_.SelectRecorded(request, nullptr, RandomBits(bits_), record);
    const Replay replay = ReplayDecision(*router_.TakeSnapshot().table, record);
    Agree("the same, made again from its record", replay.same(), true);
    ++met["replayed"];
    return s;
  }

  void CompareShares(const Distribution& d, const Expected& expected) {
    std::map<std::int64_t, std::string> library;
    for (const ChannelShare& s : d.shares) library[s.channel_id] = s.share.Text();
    std::uint64_t sum = 0;
    for (const auto& [id, part] : expected.parts) sum += part;
    for (const auto& [id, part] : expected.parts) {
      Agree("share of " + std::to_string(id), library[id], Share::Of(part, sum).Text());
      library.erase(id);
    }
    for (const auto& [id, share] : library) wrong_ << id << " has a share of " << share << "\n";
  }

  void Report(const StateCommand& c, Met& met) {
    Open& o = open_[c.which % open_.size()];
    const std::int64_t id = o.selection.channel_id();
    Outcome outcome = c.outcome;
    outcome.latency = Now() - o.began;
    Naive(id).Note(outcome, o.model, o.taken.trial, o.began, Now(), [&] { return MayCool(id, met); });
    router_.Report(o.selection, outcome);
    Drop(c.which % open_.size());
  }

  // At most the share of those that are not switched off, but always one.
  bool MayCool(std::int64_t id, Met& met) {
    std::size_t channels = 0;
    std::size_t cooling = 0;
    for (std::size_t i = 0; i < naive_.size(); ++i) {
      const bool is_this = static_cast<std::int64_t>(i + 1) == id;
      if (!is_this && naive_[i].IsSwitchedOff(Now())) continue;
      ++channels;
      if (is_this || naive_[i].IsLeftAlone(Now())) ++cooling;
    }
    const auto most = static_cast<std::size_t>(program_.cooldown.max_cooling_share * static_cast<double>(channels));
    const bool may = cooling <= std::max<std::size_t>(most, 1);
    ++met[may ? "cooled down" : "may not cool down"];
    return may;
  }

  void Drop(std::size_t which) {
    const Open& o = open_[which];
    if (o.taken.place) --Naive(o.selection.channel_id()).in_flight;
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  void Look(Met& met) {
    for (const ChannelStatus& s : router_.ChannelStates()) {
      const NaiveChannel& n = Naive(s.channel_id);
      const std::string of = " of " + std::to_string(s.channel_id);
      ++met[std::string(ChannelPhaseName(n.Phase(Now())))];
      Agree("phase" + of, ChannelPhaseName(s.phase), ChannelPhaseName(n.Phase(Now())));
      Agree("remaining" + of, s.remaining.count(), std::chrono::ceil<Milliseconds>(n.Remaining(Now())).count());
      Agree("cooldowns" + of, s.cooldowns, n.cooldowns);
      Agree("consecutive failures" + of, s.consecutive_failures, n.consecutive);
      Agree("successes" + of, s.successes, n.successes);
      Agree("failures" + of, s.failures, n.failures);
      Agree("latency" + of, s.latency.count(), n.latency.count());
      Agree("in flight" + of, s.in_flight, n.in_flight);
      if (s.models != n.Models(Now())) wrong_ << "models" << of << " differ\n";
      Agree("last failure" + of, NameOf(s.last_failure), NameOf(n.last_failure));
    }
  }

  static std::string_view NameOf(const std::optional<OutcomeKind>& kind) {
    return kind ? OutcomeKindName(*kind) : "none";
  }

  const StateProgram& program_;
  std::array<std::int64_t, StateProgram::kChannels> weights_;
  FakeClock clock_;
  Router router_;
  std::vector<NaiveChannel> naive_;
  std::vector<Open> open_;
  std::vector<std::int64_t> served_;
  std::size_t selections_ = 0;
  bool met_cooling_ = false;
  std::optional<Time> recovers_in_;  // the earliest that was met
  SplitMix64 bits_{1};
  std::ostringstream wrong_;
};

std::optional<std::string> Wrong(const StateProgram& program, Met& met, StateRun::Lie lie = StateRun::Lie::kNone) {
  return StateRun(program, lie).Run(met);
}

StateProgram Shortest(const StateProgram& program, StateRun::Lie lie = StateRun::Lie::kNone) {
  return Shrink(program, [lie](const StateProgram& shorter) {
    Met met;
    return Wrong(shorter, met, lie).has_value();
  });
}

TEST(StateOracle, WhateverOperatorsUpstreamsAndTimeDoTheNaiveChannelsSayTheSame) {
  Met met;
  for (int seed = 1; seed <= Seeds(); ++seed) {
    const StateProgram program = StateProgram::Random(static_cast<std::uint64_t>(seed));
    if (!Wrong(program, met)) continue;
    const StateProgram shortest = Shortest(program);
    FAIL() << "seed " << seed << ":\n" << shortest.Text() << "// " << Wrong(shortest, met).value_or("gone");
  }
  for (const char* what :
       {"kNone", "kAllDisabled", "kAllCoolingDown", "kAllAtLimit", "kAllZeroWeight", "kPinUnusable", "degraded",
        "replayed", "cooled down", "may not cool down", "cooling", "trial", "slow_start", "tokens owed"}) {
    EXPECT_GE(met[what], Seeds() / 30) << what << " hardly ever came up, so nothing is known of it";
  }
}

// The oracle's own test: somebody who is wrong about one rule is found out, and the program says which.
TEST(StateOracle, AWrongRuleIsFoundAndShownInAFewCommands) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 300 && found < 3; ++seed) {
    Met met;
    const StateProgram program = StateProgram::Random(seed);
    if (!Wrong(program, met, StateRun::Lie::kCooldownsDoNotDouble)) continue;
    ++found;
    const StateProgram shortest = Shortest(program, StateRun::Lie::kCooldownsDoNotDouble);
    EXPECT_LE(shortest.commands.size(), 24u) << shortest.Text();  // of 120
    EXPECT_TRUE(Wrong(shortest, met, StateRun::Lie::kCooldownsDoNotDouble));
    EXPECT_NE(shortest.Text().find("\nreport("), std::string::npos) << shortest.Text();
  }
  EXPECT_EQ(found, 3);
}

constexpr std::uint64_t kPrinted = 1;

// The channels of all selections; 0 where nobody serves.
std::vector<std::int64_t> ServedByTheOracle() {
  const StateProgram program = StateProgram::Random(kPrinted);
  Met met;
  StateRun run(program, StateRun::Lie::kNone);
  EXPECT_EQ(run.Run(met), std::nullopt);
  return run.served();
}

void RunPrinted(std::vector<std::int64_t>& served) {
  using namespace std::chrono_literals;
#include "printed/state.inc"
}

// Written into a file by POINTSMAN_RENEW_GOLDEN=1; the next test is compiled with it.
TEST(StateOracle, PrintsThisProgram) {
  GoldenFolder printed(POINTSMAN_PRINTED_PATH);
  printed.Compare("state.inc", StateProgram::Random(kPrinted).Text());
}

// Would catch: a program that leaves out what it takes to see the same again.
TEST(StateOracle, WhatItPrintsCompilesAndServesTheSame) {
  std::vector<std::int64_t> served;
  RunPrinted(served);
  EXPECT_EQ(served, ServedByTheOracle());
}

}  // namespace
}  // namespace pointsman::testing
