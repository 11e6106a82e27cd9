#include "simulator/scenario.h"

#include <algorithm>

namespace pointsman::bench {
namespace {

constexpr double kBegin = 60;  // of every trouble

// Weights 30, 25, 20, 15, 10: unlike, so that a share by weight differs from an equal one. The first is the one that
// gets into trouble, which is the hardest case.
std::vector<ScriptedChannel> Five() {
  std::vector<ScriptedChannel> five;
  for (std::int64_t id = 1; id <= 5; ++id) {
    ScriptedChannel channel{.id = id, .weight = 35 - 5 * id};
    // Three times what a share by weight of 100 requests a second, 0.9 s each, keeps busy.
    channel.limits.max_in_flight = static_cast<std::int32_t>(3 * channel.weight);
    five.push_back(std::move(channel));
  }
  return five;
}

std::vector<ScriptedChannel> FirstMeets(std::vector<Phase> script) {
  std::vector<ScriptedChannel> five = Five();
  five[0].script = std::move(script);
  return five;
}

std::vector<Phase> Between(double begin, double end, Phase phase) {
  phase.from = begin;
  return {phase, Phase{.from = end}};
}

Scenario SeveralRefuse(Scenario s, std::size_t channels, double end) {
  s.channels = Five();
  for (std::size_t c = 0; c < channels; ++c) {
    s.channels[c].script = Between(kBegin, end, {.trouble = Trouble::kRefuses});
  }
  return s;
}

Scenario RateLimit() {
  Scenario s{.name = "rate_limit",
             .what = "the first serves 10 of its 30 a second for ten minutes, 429 and Retry-After: 5 beyond that",
             .lasts = 960,
             .channels = FirstMeets(
                 Between(kBegin, 660, {.trouble = Trouble::kRateLimited, .allowed_per_second = 10, .retry_after = 5}))};
  s.channels[0].limits.requests_per_minute = 600;
  return s;
}

// The two heaviest are out, and the others can take a third more than usual each: 60 of 100 requests a second.
std::vector<ScriptedChannel> Cascade() {
  std::vector<ScriptedChannel> five = Five();
  for (ScriptedChannel& channel : five) {
    const double allowed = static_cast<double>(channel.weight) * 4 / 3;
    const bool out = channel.id <= 2;
    channel.script = Between(
        kBegin, 360, {.trouble = out ? Trouble::kRefuses : Trouble::kOverloaded, .allowed_per_second = allowed});
  }
  return five;
}

// Who returns can take 5 requests a second at first and 5 more every ten seconds; it needs 30 for its weight.
std::vector<Phase> ColdReturn() {
  std::vector<Phase> script = {{.from = kBegin, .trouble = Trouble::kRefuses}};
  for (int step = 0; step < 6; ++step) {
    script.push_back(
        {.from = 360.0 + 10 * step, .trouble = Trouble::kOverloaded, .allowed_per_second = 5.0 + 5 * step});
  }
  script.push_back({.from = 420});
  return script;
}

std::vector<Phase> Flapping() {
  std::vector<Phase> script;
  for (double begin = kBegin; begin < 660; begin += 40) {
    for (const Phase& phase : Between(begin, begin + 20, {.trouble = Trouble::kRefuses})) script.push_back(phase);
  }
  return script;
}

Scenario Named(std::string_view name, std::string_view what, Scenario s) {
  s.name = name;
  s.what = what;
  return s;
}

std::vector<Scenario> MakeScenarios() {
  const Phase refuses{.trouble = Trouble::kRefuses};
  const Phase brown_out{.trouble = Trouble::kErrors, .share = 0.3};
  return {
      {.name = "steady", .what = "nothing happens: what chance alone does", .lasts = 600, .channels = Five()},
      Named("outage", "the first refuses connections for ten minutes, then returns", OutageOf(600, 0)),
      Named("outage_noise", "the same, and 1 % of all requests fail anywhere, always", OutageOf(600, 0.01)),
      {.name = "blip",
       .what = "the first refuses connections for ten seconds",
       .lasts = 300,
       .channels = FirstMeets(Between(kBegin, 70, refuses))},
      {.name = "timeouts",
       .what = "the first lets requests wait 30 s in vain, for a minute",
       .lasts = 600,
       .channels = FirstMeets(Between(kBegin, 120, {.trouble = Trouble::kTimesOut}))},
      {.name = "brown_out",
       .what = "the first fails 30 % of its requests for ten minutes",
       .lasts = 1560,
       .channels = FirstMeets(Between(kBegin, 660, brown_out))},
      {.name = "slow",
       .what = "the first takes ten times as long for ten minutes",
       .lasts = 960,
       .channels = FirstMeets(Between(kBegin, 660, {.trouble = Trouble::kSlow, .slower = 10}))},
      SeveralRefuse(
          {.name = "three_fail", .what = "the three heaviest refuse connections for five minutes", .lasts = 960}, 3,
          360),
      SeveralRefuse({.name = "all_fail", .what = "all five refuse connections for a minute", .lasts = 420}, 5, 120),
      {.name = "cascade",
       .what = "the two heaviest refuse for five minutes; the others can take 60 of the 100 a second",
       .lasts = 660,
       .channels = Cascade()},
      {.name = "cold_return",
       .what = "the first refuses for five minutes; back, it can take 5 a second at first, all after a minute",
       .lasts = 960,
       .channels = FirstMeets(ColdReturn())},
      RateLimit(),
      {.name = "quota",
       .what = "the first has spent its quota for ten minutes",
       .lasts = 960,
       .channels = FirstMeets(Between(kBegin, 660, {.trouble = Trouble::kOutOfQuota}))},
      {.name = "flapping",
       .what = "the first refuses for 20 s, serves for 20 s, fifteen times",
       .lasts = 1260,
       .channels = FirstMeets(Flapping())},
  };
}

}  // namespace

const Phase& ScriptedChannel::At(double seconds) const {
  static constexpr Phase kInOrder;
  const auto next =
      std::upper_bound(script.begin(), script.end(), seconds, [](double s, const Phase& p) { return s < p.from; });
  return next == script.begin() ? kInOrder : *(next - 1);
}

std::int64_t Scenario::WeightOfAll() const {
  std::int64_t sum = 0;
  for (const ScriptedChannel& channel : channels) sum += channel.weight;
  return sum;
}

double Scenario::ShareOf(const ScriptedChannel& channel) const {
  return static_cast<double>(channel.weight) / static_cast<double>(WeightOfAll());
}

bool Scenario::InTrouble(double seconds) const {
  return std::any_of(channels.begin(), channels.end(),
                     [&](const ScriptedChannel& c) { return c.At(seconds).trouble != Trouble::kNone; });
}

Scenario OutageOf(double seconds, double background_errors) {
  const double end = kBegin + seconds;
  Scenario s{.name = "outage_of",
             .lasts = end + 900,
             .channels = FirstMeets(Between(kBegin, end, {.trouble = Trouble::kRefuses}))};
  for (ScriptedChannel& channel : s.channels) channel.background_errors = background_errors;
  return s;
}

const std::vector<Scenario>& Scenarios() {
  static const std::vector<Scenario> scenarios = MakeScenarios();
  return scenarios;
}

const Scenario* FindScenario(std::string_view name) {
  const std::vector<Scenario>& all = Scenarios();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Scenario& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace pointsman::bench
