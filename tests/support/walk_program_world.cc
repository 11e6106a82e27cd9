// What happens to both sides between attempts: tables, switches, limits, outcomes and time.
#include "support/walk_program.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "support/rows_builder.h"
#include "support/walk_printed.h"
#include "support/walk_text.h"

namespace pointsman::testing {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

GroupPolicy WithEveryEdgeForExhaustion(GroupPolicy groups) {
  for (auto& [name, rule] : groups.groups) {
    for (Fallback& edge : rule.fallback) edge.when = FallbackWhen::kExhausted;
  }
  return groups;
}

}  // namespace

void WalkProgram::Between(Attempts& attempts) {
  if (tried_.back().key >= 0 && OneIn(2)) {
    attempts.NoteKeysFault(tried_.back().channel);
    tried_.back().keys_fault = true;
    Tell([&] { return "attempts.NoteKeysFault(" + std::to_string(tried_.back().channel) + ");"; });
  }
  if (OneIn(4)) Switch();
  if (OneIn(6)) Publish();
  if (has_state_) {
    if (!OneIn(4)) End(attempts);
    if (OneIn(8)) Limit();
    if (!OneIn(2)) {
      const Milliseconds time = Of<Milliseconds>({5s, 100ms, 1s, 20s, 90s});
      Tell([&] { return "clock.Advance(" + std::to_string(time.count()) + "ms);"; });
      clock_.Advance(time);
    }
  }
  if (!OneIn(3)) return;
  attempts = Attempts::Parse(attempts.Text()).value();  // another process goes on
  Tell([] { return std::string("attempts = Attempts::Parse(attempts.Text()).value();"); });
}

void WalkProgram::Switch() {
  const std::int64_t id = Channel();
  NaiveChannel& channel = channels_[static_cast<std::size_t>(id - 1)];
  const bool off = !channel.IsSwitchedOff(clock_.now());
  Tell([&] { return std::string("router.Switch") + (off ? "Off(" : "On(") + std::to_string(id) + ");"; });
  if (off) {
    router_.SwitchOff(id);
    channel.SwitchOff(std::nullopt);
  } else {
    router_.SwitchOn(id);
    channel.SwitchOn();
  }
}

void WalkProgram::Limit() {
  const std::int64_t id = Channel();
  const ChannelLimits limits{.max_in_flight = Of({1, 0, 2}),
                             .requests_per_minute = Of<std::int64_t>({0, 0, 7, 60}),
                             .tokens_per_minute = Of<std::int64_t>({0, 0, 70}),
                             .burst = Of<std::int64_t>({1, 1, 3})};
  Tell([&] {
    return "(void)router.SetLimits(" + std::to_string(id) +
           ", {.max_in_flight = " + std::to_string(limits.max_in_flight) +
           ", .requests_per_minute = " + std::to_string(limits.requests_per_minute) +
           ", .tokens_per_minute = " + std::to_string(limits.tokens_per_minute) +
           ", .burst = " + std::to_string(limits.burst) + "});";
  });
  if (!router_.SetLimits(id, limits).ok()) wrong_ << "limits are refused\n";
  channels_[static_cast<std::size_t>(id - 1)].Limit(limits);
}

// An open attempt is reported, or forgotten.
void WalkProgram::End(Attempts& attempts) {
  if (open_.empty()) return;
  const std::size_t which = open_.size() - 1 - tape_.Below(open_.size());
  Open& o = open_[which];
  const std::int64_t id = o.selection.channel_id();
  NaiveChannel& channel = channels_[static_cast<std::size_t>(id - 1)];
  // Keys have cooldowns of their own: keys_test.cc.
  if (has_state_ && !OneIn(4)) {
    Outcome outcome{
        .kind = Of({OutcomeKind::kTransient, OutcomeKind::kSuccess, OutcomeKind::kSuccess, OutcomeKind::kRateLimited,
                    OutcomeKind::kModelUnavailable, OutcomeKind::kQuotaExhausted, OutcomeKind::kCallersFault})};
    if (OneIn(4)) outcome.retry_after = Of<Milliseconds>({2s, 45s});
    outcome.latency = clock_.now() - o.began;
    outcome.tokens = Of<std::int64_t>({0, 31, 200, 1'000'000'000'000});
    Tell([&] { return "router.Report(open[" + std::to_string(which) + "], " + OutcomeText(outcome) + ", attempts);"; });
    const std::string group(o.selection.group());
    const std::string model = models_changed_ - o.models < kModelsRemembered ? o.model : "";
    channel.Note(outcome, model, o.taken.trial, o.began, clock_.now(), [&] { return MayCool(id, group); });
    router_.Report(o.selection, outcome, attempts);
  }
  Tell([&] { return "open.erase(open.begin() + " + std::to_string(which) + ");"; });
  if (o.taken.place) --channel.in_flight;
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
}

// At most a share of those that serve anything in the group and are not switched off, but always one.
bool WalkProgram::MayCool(std::int64_t id, const std::string& group) {
  std::size_t all = 0;
  std::size_t cooling = 0;
  for (const std::int64_t other : serving_[group]) {
    const NaiveChannel& channel = channels_[static_cast<std::size_t>(other - 1)];
    if (other != id && channel.IsSwitchedOff(clock_.now())) continue;
    ++all;
    if (other == id || channel.IsLeftAlone(clock_.now())) ++cooling;
  }
  const double most = options_.state.cooldown.max_cooling_share * static_cast<double>(all);
  return cooling <= std::max<std::size_t>(static_cast<std::size_t>(most), 1);
}

void WalkProgram::Publish() {
  if (naive_ && OneIn(4)) {
    policy_ = MakePolicy();
    balance_.Follow(policy_);
    Tell([&] { return PolicyText(); });
    if (!tried_.empty()) ++met_["another policy"];
  }
  Rows rows("random");
  std::set<std::int64_t> disabled;
  std::map<std::int64_t, std::uint32_t> keys;
  std::string keys_text;
  for (std::int64_t id = 1; id <= kChannels; ++id) {
    if (OneIn(8)) disabled.insert(id);
    const std::size_t count = has_state_ ? 0 : tape_.Below(4);
    if (count == 0) continue;
    keys[id] = static_cast<std::uint32_t>(count);
    keys_text += (keys_text.empty() ? "{" : ", {") + std::to_string(id) + ", " + std::to_string(count) + "}";
  }
  AddChannels(rows, disabled, keys);
  Tell([&] { return "AddChannels(rows, " + IdsText(disabled) + ", {" + keys_text + "});"; });
  std::vector<NaiveCandidate> candidates;
  std::set<std::string> groups = {"default", policy_.groups.default_group};
  std::set<std::string> known;
  std::set<std::string> models;
  serving_.clear();
  const std::size_t least = has_state_ ? 8 : 0;
  for (std::size_t n = OneIn(20) ? 0 : least + tape_.Below(30); n > 0; --n) {
    NaiveCandidate c{.group = Group(), .model = Model(), .channel = Channel()};
    c.priority = static_cast<std::int64_t>(tape_.Below(3)) - 1;
    c.weight = tape_.Below(3);
    const bool is_on = !OneIn(8);
    if (!known.insert(c.group + "/" + c.model + "/" + std::to_string(c.channel)).second) continue;
    rows.Add(AbilityRow{.group = c.group,
                        .model = c.model,
                        .channel_id = c.channel,
                        .enabled = is_on ? 1 : 0,
                        .priority = c.priority,
                        .weight = static_cast<std::int64_t>(c.weight)});
    c.enabled = is_on;
    Tell([&] { return CandidateText(c); });
    c.enabled = is_on && !disabled.contains(c.channel);
    groups.insert(c.group);
    models.insert(c.model);
    if (c.enabled) serving_[c.group].insert(c.channel);
    candidates.push_back(c);
  }
  if (std::exchange(models_, models) != models) ++models_changed_;
  Policy told = policy_;
  if (lie_ == Lie::kFallsBackAlways) told.groups = WithEveryEdgeForExhaustion(told.groups);
  naive_.emplace(std::move(candidates), std::move(groups), told);
  for (const auto& [id, count] : keys) naive_->keys[id] = count;
  naive_->stand = [this](std::int64_t channel, const std::string& model, bool cooling_serves) {
    return StandOf(channel, model, cooling_serves);
  };
  naive_->fails_open = [this](const std::string& group) {
    const auto rule = options_.state.all_cooling_in.find(group);
    const bool differs = rule != options_.state.all_cooling_in.end();
    return (differs ? rule->second : options_.state.all_cooling) == AllCooling::kFailOpen;
  };
  Tell([] { return std::string("Publish(router, rows, policy);"); });
  if (!router_.Publish(MustCompile(rows, policy_).table).ok()) wrong_ << "the table is refused\n";
}

}  // namespace pointsman::testing
