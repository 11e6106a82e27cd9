#include "simulator/measures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace pointsman::bench {
namespace {

constexpr double kFull = 0.9;  // of its share, for a channel to be back
constexpr std::size_t kFullWindow = 10;
constexpr std::int64_t kFewestAttempts = 20;  // in a window, for its shares to mean anything

double Ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

std::optional<double> Larger(std::optional<double> a, std::optional<double> b) {
  return a.has_value() && b.has_value() ? std::max(*a, *b) : (a.has_value() ? a : b);
}

// A channel's attempts in some whole seconds, and everybody's.
class Window {
 public:
  Window(const Trace& trace, std::size_t channel, std::size_t begin, std::size_t length) {
    for (std::size_t s = begin; s < begin + length; ++s) {
      const std::vector<std::int64_t>& second = trace.attempts[s];
      own_ += second[channel];
      all_ += std::accumulate(second.begin(), second.end(), std::int64_t{0});
    }
  }
  bool Counts() const { return all_ >= kFewestAttempts; }
  double share() const { return Ratio(own_, all_); }

 private:
  std::int64_t own_ = 0;
  std::int64_t all_ = 0;
};

// Only what begins while requests arrive.
std::size_t SecondsOf(const Scenario& scenario, const Trace& trace) {
  return std::min(trace.attempts.size(), static_cast<std::size_t>(scenario.lasts));
}

// Whether the channel has been in trouble and is not during these seconds.
bool IsBack(const ScriptedChannel& channel, std::size_t begin, std::size_t length) {
  const auto from = static_cast<double>(begin);
  if (!channel.HasTrouble() || from < channel.script.front().from) return false;
  const Phase& phase = channel.At(from);
  return phase.trouble == Trouble::kNone && &channel.At(from + static_cast<double>(length) - 1e-6) == &phase;
}

std::optional<double> Spike(const Scenario& scenario, const Trace& trace, std::size_t channel, std::size_t length) {
  const ScriptedChannel& scripted = scenario.channels[channel];
  std::optional<double> largest;
  for (std::size_t begin = 0; begin + length <= SecondsOf(scenario, trace); ++begin) {
    if (!IsBack(scripted, begin, length)) continue;
    const Window window(trace, channel, begin, length);
    if (window.Counts()) largest = Larger(largest, window.share() / scenario.ShareOf(scripted));
  }
  return largest;
}

std::optional<double> LargestSpike(const Scenario& scenario, const Trace& trace, std::size_t length) {
  std::optional<double> largest;
  for (std::size_t c = 0; c < scenario.channels.size(); ++c)
    largest = Larger(largest, Spike(scenario, trace, c, length));
  return largest;
}

std::optional<double> FullAfter(const Scenario& scenario, const Trace& trace, std::size_t channel) {
  const ScriptedChannel& scripted = scenario.channels[channel];
  const double back = scripted.script.back().from;
  for (auto begin = static_cast<std::size_t>(back); begin + kFullWindow <= SecondsOf(scenario, trace); ++begin) {
    const Window window(trace, channel, begin, kFullWindow);
    if (window.Counts() && window.share() >= kFull * scenario.ShareOf(scripted))
      return static_cast<double>(begin) - back;
  }
  return std::nullopt;
}

std::optional<double> SlowestFullAfter(const Scenario& scenario, const Trace& trace) {
  std::optional<double> slowest;
  for (std::size_t c = 0; c < scenario.channels.size(); ++c) {
    if (!scenario.channels[c].HasTrouble()) continue;
    const std::optional<double> after = FullAfter(scenario, trace, c);
    if (!after.has_value()) return std::nullopt;
    slowest = Larger(slowest, after);
  }
  return slowest;
}

std::optional<double> Clump(const Scenario& scenario, const Trace& trace) {
  std::optional<double> largest;
  for (std::size_t second = 0; second < SecondsOf(scenario, trace); ++second) {
    if (scenario.InTrouble(static_cast<double>(second))) break;
    for (std::size_t c = 0; c < scenario.channels.size(); ++c) {
      const Window window(trace, c, second, 1);
      if (window.Counts()) largest = Larger(largest, window.share() / scenario.ShareOf(scenario.channels[c]));
    }
  }
  return largest;
}

std::optional<double> Unfairness(const Scenario& scenario, const Trace& trace) {
  std::vector<std::size_t> healthy;
  for (std::size_t c = 0; c < scenario.channels.size(); ++c) {
    if (!scenario.channels[c].HasTrouble()) healthy.push_back(c);
  }
  if (healthy.size() < 2) return std::nullopt;
  std::vector<std::int64_t> attempts(scenario.channels.size());
  std::int64_t all = 0;
  std::int64_t weights = 0;
  for (const std::size_t c : healthy) {
    for (const std::vector<std::int64_t>& second : trace.attempts) attempts[c] += second[c];
    all += attempts[c];
    weights += scenario.channels[c].weight;
  }
  double largest = 0;
  for (const std::size_t c : healthy) {
    largest = std::max(largest, std::abs(Ratio(attempts[c], all) - Ratio(scenario.channels[c].weight, weights)));
  }
  return largest;
}

}  // namespace

Measures Measure(const Scenario& scenario, const Trace& trace) {
  std::vector<double> latencies = trace.latencies;
  std::sort(latencies.begin(), latencies.end());
  const double seconds = std::accumulate(latencies.begin(), latencies.end(), 0.0);
  return {
      .failed_share = Ratio(trace.failed, trace.requests),
      .failed_share_in_trouble = Ratio(trace.failed_in_trouble, trace.requests_in_trouble),
      .attempts_per_request = Ratio(trace.Attempts(), trace.requests),
      .mean_seconds = latencies.empty() ? 0 : seconds / static_cast<double>(latencies.size()),
      .median_seconds = Percentile(latencies, 0.5),
      .p99_seconds = Percentile(latencies, 0.99),
      .unfairness = Unfairness(scenario, trace),
      .clump = Clump(scenario, trace),
      .failed_attempts = trace.failed_attempts,
      .attempts_into_trouble = trace.attempts_into_trouble,
      .degraded = trace.degraded,
      .spike_1s = LargestSpike(scenario, trace, 1),
      .spike_5s = LargestSpike(scenario, trace, 5),
      .full_after = SlowestFullAfter(scenario, trace),
      .in_flight_at_end = trace.in_flight_at_end,
  };
}

}  // namespace pointsman::bench
