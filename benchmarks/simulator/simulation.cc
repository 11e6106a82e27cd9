#include "simulator/simulation.h"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <string>

#include "pointsman/random.h"
#include "pointsman/router.h"
#include "simulator/upstream.h"

namespace pointsman::bench {
namespace {

constexpr char kGroup[] = "default";
constexpr char kModel[] = "model";
constexpr std::uint64_t kConversations = 2000;  // that requests belong to, at random

void Require(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

// One request on its way.
struct Walk {
  std::uint64_t number = 0;
  std::uint64_t conversation = 0;
  Instant arrived = 0;
  Attempts attempts;
  Selection selection{Reason::kEmptyTable, 0};
  Outcome outcome;  // of the attempt that is under way
};

// A null walk: the next request arrives. Else: its attempt ends.
struct Event {
  Instant at = 0;
  std::uint64_t number = 0;  // in order of scheduling, which decides between equal times
  std::shared_ptr<Walk> walk;

  bool operator>(const Event& other) const { return at != other.at ? at > other.at : number > other.number; }
};

class Simulation {
 public:
  Simulation(const Scenario& scenario, const Contender& contender, const RunOptions& options);
  Trace Run();

 private:
  static std::chrono::nanoseconds Now(void* simulation) noexcept {
    return std::chrono::hours(1) + std::chrono::nanoseconds(static_cast<Simulation*>(simulation)->now_);
  }
  RouterOptions OptionsOf(const Contender& contender);
  void Publish();
  void Schedule(Instant at, std::shared_ptr<Walk> walk);
  void ScheduleArrival();
  void Arrive();
  void Try(std::shared_ptr<Walk> walk);
  void EndAttempt(std::shared_ptr<Walk> walk);
  void CountForBan(std::size_t channel, bool failed);
  void Finish(const Walk& walk, bool served);
  void NoteAttempt(std::size_t channel, bool degraded);

  const Scenario& scenario_;
  const Contender& contender_;
  const RunOptions options_;
  Instant now_ = 0;
  Router router_;
  SplitMix64 router_bits_;
  SplitMix64 arrival_bits_;
  std::vector<Upstream> upstreams_;
  std::vector<int> failures_in_a_row_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t scheduled_ = 0;
  std::uint64_t arrived_ = 0;
  Trace trace_;
};

Simulation::Simulation(const Scenario& scenario, const Contender& contender, const RunOptions& options)
    : scenario_(scenario),
      contender_(contender),
      options_(options),
      router_(contender.policy, OptionsOf(contender)),
      router_bits_(options.seed),
      arrival_bits_(~options.seed),
      failures_in_a_row_(scenario.channels.size()) {
  for (const ScriptedChannel& channel : scenario.channels) upstreams_.emplace_back(channel, options.seed);
  Publish();
}

RouterOptions Simulation::OptionsOf(const Contender& contender) {
  RouterOptions options{.state = contender.state};
  options.state.clock = {.now = &Now, .context = this};
  options.state.jitter_seed = 1;
  return options;
}

void Simulation::Publish() {
  Rows rows("simulator");
  for (const ScriptedChannel& c : scenario_.channels) {
    rows.Add(ChannelRow{.id = c.id, .name = "upstream", .groups = kGroup, .models = kModel, .weight = c.weight});
    Require(router_.SetLimits(c.id, contender_.sets_limits ? c.limits : ChannelLimits{}));
  }
  RowsLoader loader(rows);
  Require(router_.Reload(loader).status());
}

Trace Simulation::Run() {
  ScheduleArrival();
  while (!events_.empty()) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    if (event.walk == nullptr) {
      Arrive();
    } else {
      EndAttempt(event.walk);
    }
  }
  for (const ChannelStatus& status : router_.ChannelStates()) trace_.in_flight_at_end += status.in_flight;
  return std::move(trace_);
}

void Simulation::Schedule(Instant at, std::shared_ptr<Walk> walk) { events_.push({at, scheduled_++, std::move(walk)}); }

void Simulation::ScheduleArrival() {
  const Instant next = now_ + FromSeconds(Exponential(arrival_bits_()) / options_.requests_per_second);
  if (Seconds(next) < scenario_.lasts) Schedule(next, nullptr);
}

void Simulation::Arrive() {
  auto walk = std::make_shared<Walk>();
  walk->number = arrived_++;
  walk->conversation = SplitMix64(walk->number)() % kConversations + 1;
  walk->arrived = now_;
  Try(std::move(walk));
  ScheduleArrival();
}

void Simulation::Try(std::shared_ptr<Walk> walk) {
  const Request request{.group = kGroup, .model = kModel, .affinity = walk->conversation};
  Selection selection = router_.Select(request, walk->attempts, RandomBits(router_bits_));
  if (!selection) return Finish(*walk, false);
  const auto channel = static_cast<std::size_t>(selection.channel_id() - 1);
  NoteAttempt(channel, selection.degraded());
  const Answer answer = upstreams_[channel].Ask(walk->number, walk->attempts.size(), now_);
  walk->outcome = answer.ToOutcome();
  walk->selection = std::move(selection);
  Schedule(now_ + answer.takes, std::move(walk));
}

void Simulation::EndAttempt(std::shared_ptr<Walk> walk) {
  const OutcomeKind kind = walk->outcome.kind;
  if (IsWorthAnotherAttempt(kind)) ++trace_.failed_attempts;
  CountForBan(static_cast<std::size_t>(walk->selection.channel_id() - 1), kind != OutcomeKind::kSuccess);
  if (contender_.reports) router_.Report(walk->selection, walk->outcome);
  walk->selection = Selection(Reason::kEmptyTable, 0);  // what was not reported is released
  if (IsWorthAnotherAttempt(kind)) return Try(std::move(walk));
  Finish(*walk, kind == OutcomeKind::kSuccess);
}

void Simulation::CountForBan(std::size_t channel, bool failed) {
  int& failures = failures_in_a_row_[channel];
  failures = failed ? failures + 1 : 0;
  if (contender_.bans_after > 0 && failures >= contender_.bans_after) {
    router_.SwitchOff(upstreams_[channel].channel().id, {.why = "failed too often"});
  }
}

void Simulation::Finish(const Walk& walk, bool served) {
  const bool in_trouble = scenario_.InTrouble(Seconds(walk.arrived));
  ++trace_.requests;
  trace_.failed += served ? 0 : 1;
  trace_.requests_in_trouble += in_trouble ? 1 : 0;
  trace_.failed_in_trouble += in_trouble && !served ? 1 : 0;
  trace_.latencies.push_back(Seconds(now_ - walk.arrived));
}

void Simulation::NoteAttempt(std::size_t channel, bool degraded) {
  const double seconds = Seconds(now_);
  const auto second = static_cast<std::size_t>(seconds);
  while (trace_.attempts.size() <= second) trace_.attempts.emplace_back(scenario_.channels.size());
  ++trace_.attempts[second][channel];
  if (scenario_.channels[channel].At(seconds).trouble != Trouble::kNone) ++trace_.attempts_into_trouble;
  if (degraded) ++trace_.degraded;
}

}  // namespace

std::int64_t Trace::Attempts() const {
  std::int64_t sum = 0;
  for (const std::vector<std::int64_t>& second : attempts)
    sum += std::accumulate(second.begin(), second.end(), std::int64_t{0});
  return sum;
}

Trace Simulate(const Scenario& scenario, const Contender& contender, const RunOptions& options) {
  return Simulation(scenario, contender, options).Run();
}

}  // namespace pointsman::bench
