#include "support/walk_program.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pointsman/load/json.h"
#include "pointsman/profile.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// JSON on one line.
std::string Folded(std::string_view json) {
  std::string text;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (json[at] != '\n') {
      text += json[at];
    } else {
      at = std::min(json.find_first_not_of(" \n", at), json.size()) - 1;
      text += ' ';
    }
  }
  return text;
}

std::string ListText(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + Quoted(name);
  return "{" + text + "}";
}

std::string RequestText(const Request& r, const std::set<std::int64_t>& filtered) {
  std::string text =
      "{.group = " + Quoted(r.group) + ", .user_group = " + Quoted(r.user_group) + ", .model = " + Quoted(r.model);
  if (r.allowed_groups) text += ", .allowed_groups = " + ListText(*r.allowed_groups);
  if (r.ordered_groups) text += ", .ordered_groups = " + ListText(*r.ordered_groups);
  if (r.stay_in_group) text += ", .stay_in_group = true";
  if (r.pin) text += ", .pin = " + std::to_string(*r.pin);
  if (r.affinity) text += ", .affinity = " + std::to_string(*r.affinity);
  for (const std::int64_t id : filtered) text += ", /* filtered: */ " + std::to_string(id);
  return text + "}";
}

std::string CandidateText(const NaiveCandidate& c) {
  return "rows.Add(AbilityRow{.group = " + Quoted(c.group) + ", .model = " + Quoted(c.model) +
         ", .channel_id = " + std::to_string(c.channel) + ", .enabled = " + (c.enabled ? "1" : "0") +
         ", .priority = " + std::to_string(c.priority) + ", .weight = " + std::to_string(c.weight) + "});";
}

// Without what has an oracle of its own: the gateways' rules come with their profiles.
Policy Usual(Policy policy) {
  policy.shares = ShareRule::kWeight;
  policy.priorities = {};
  if (policy.retry.tiers > RetryTiers::kOnePerTier) policy.retry.tiers = RetryTiers::kExhaust;
  return policy;
}

GroupPolicy WithEveryEdgeForExhaustion(GroupPolicy groups) {
  for (auto& [name, rule] : groups.groups) {
    for (Fallback& edge : rule.fallback) edge.when = FallbackWhen::kExhausted;
  }
  return groups;
}

}  // namespace

WalkProgram::WalkProgram(ChoiceTape& tape, Met& met, Lie lie, Tells tells)
    : tape_(tape),
      met_(met),
      lie_(lie),
      tells_(tells),
      policies_([&tape](std::size_t n) { return tape.Below(n); }),
      has_state_(OneIn(2)),
      policy_(MakePolicy()),
      options_(MakeOptions()),
      router_(policy_, options_),
      balance_(policy_) {
  Tell([&] { return "Router router(ParsePolicy(R\"(" + Folded(PolicyToJson(policy_)) + ")\").value(), options);"; });
  for (std::int64_t id = 1; id <= kChannels; ++id) channels_.emplace_back(options_.state.cooldown);
  Publish();
  for (std::size_t n = has_state_ ? tape_.Below(4) : 0; n > 0; --n) Limit();
}

std::optional<std::string> WalkProgram::Run() {
  const int walks = has_state_ ? 8 : 4;
  for (int walk = 0; walk < walks && !IsWrong(); ++walk) Walk();
  return IsWrong() ? std::optional(wrong_.str()) : std::nullopt;
}

Policy WalkProgram::MakePolicy() {
  Policy policy = Usual(policies_.Next());
  if (OneIn(4)) {
    const Profile profile =
        Of({Profile::kNewApiMemory, Profile::kNewApiDatabase, Profile::kOneApiMemory, Profile::kNewApiMemory202504});
    const auto retries = static_cast<std::int32_t>(tape_.Below(5));
    const GroupPolicy groups = policy.groups;
    policy = ProfilePolicy(profile, {.retry_times = retries});
    policy.groups.groups = groups.groups;
    policy.groups.automatic = groups.automatic;
    goes_by_profile_ = true;
    ++met_[std::string(ProfileName(profile))];
  }
  policy.source = RowSource::kAbilities;
  // Where channels are to fail they must serve, most of the time.
  if (has_state_ && !OneIn(3)) policy.groups.usable.reset();
  if (has_state_ || goes_by_profile_) {
    policy.balance = Balance::kWeightedRandom;
    for (auto& [name, rule] : policy.groups.groups) rule.balance.reset();
  }
  return policy;
}

RouterOptions WalkProgram::MakeOptions() {
  RouterOptions options;
  options.state.clock = clock_.clock();
  if (!has_state_) return options;
  CooldownPolicy& c = options.state.cooldown;
  c.jitter = 0;
  c.consecutive_failures = Of({1, 2, 3});
  c.first = Of<Milliseconds>({5s, 1s});
  c.slow_start = Of<Milliseconds>({30s, 0s, 120s});
  c.trials = Of({1, 2});
  c.max_cooling_share = Of({1.0, 0.5, 0.0});
  if (OneIn(3)) options.state.all_cooling = AllCooling::kRefuse;
  if (OneIn(4)) options.state.all_cooling_in["vip"] = Of({AllCooling::kFailOpen, AllCooling::kRefuse});
  Tell([&] {
    return "options.state.cooldown = {.consecutive_failures = " + std::to_string(c.consecutive_failures) +
           ", .first = " + std::to_string(c.first.count()) + "ms, .jitter = 0, .trials = " + std::to_string(c.trials) +
           ", .slow_start = " + std::to_string(c.slow_start.count()) +
           "ms, .max_cooling_share = " + std::to_string(c.max_cooling_share) + "};" +
           (options.state.all_cooling == AllCooling::kRefuse ? " /* refuses */" : "");
  });
  return options;
}

// Fewer where they are to fail again and again.
std::int64_t WalkProgram::Channel() { return static_cast<std::int64_t>(1 + tape_.Below(has_state_ ? 3 : kChannels)); }

// Few names, so that routes have siblings.
std::string WalkProgram::Group() { return !OneIn(2) ? "default" : !OneIn(2) ? "vip" : policies_.Name(); }

// Some are patterns, one is what the normaliser makes of another.
std::string WalkProgram::Model() {
  static const std::vector<std::string> names = {
      "a", "ab", "abc", "a*", "ab*", "*", "b", "gpt-4-gizmo-*", "gpt-4-gizmo-x", "default"};
  return !OneIn(has_state_ ? 5 : 2) ? "a" : names[tape_.Below(names.size())];
}

void WalkProgram::MakeRequest(Asked& asked) {
  asked.group = OneIn(6) ? std::string() : Group();
  asked.user_group = Group();
  asked.model = Model();
  asked.names = {Group(), policies_.Name(), Group()};
  asked.list.assign(asked.names.begin(), asked.names.end());
  Request& r = asked.request;
  r = {.group = asked.group, .user_group = asked.user_group, .model = asked.model};
  const std::span<const std::string_view> list(asked.list);
  if (OneIn(6)) r.allowed_groups = list;
  if (OneIn(6)) r.ordered_groups = list.first(tape_.Below(4));
  r.stay_in_group = OneIn(6);
  if (OneIn(12)) r.pin = Channel();
  if (OneIn(2)) r.affinity = tape_.Below(1000);
  filtered_.clear();
  if (OneIn(4)) {
    filtered_ = {Channel(), Channel()};
    r.filter = {.judge = &Judge, .context = this};
  }
}

std::int32_t WalkProgram::Judge(void* self, const FilterCandidate& c) noexcept {
  return static_cast<const WalkProgram*>(self)->filtered_.contains(c.channel_id) ? 7 : 0;
}

NaiveWalker::Stand WalkProgram::StandOf(std::int64_t channel, const std::string& model, bool cooling_serves) {
  const NaiveChannel::Verdict v =
      channels_[static_cast<std::size_t>(channel - 1)].Judge(model, cooling_serves, clock_.now());
  return {v.reason, v.part, v.recovers_in};
}

// One request, walked to its end while the world changes.
void WalkProgram::Walk() {
  // Where channels are to fail, the same again: their state is what matters.
  if (!has_state_ || asked_.names.empty() || OneIn(3)) MakeRequest(asked_);
  const bool alone = OneIn(4);
  Attempts attempts;
  tried_.clear();
  Tell([&] { return std::string(alone ? "" : "attempts.Clear();"); });
  for (int i = 0; i < 30; ++i) {
    if (!Attempt(asked_, alone ? nullptr : &attempts) || alone || IsWrong()) break;
    Between(attempts);
  }
  while (open_.size() > (has_state_ ? 2 : 0) && !IsWrong()) End(attempts);
}

bool WalkProgram::Attempt(const Asked& asked, Attempts* attempts) {
  naive_->filtered = filtered_;
  NaiveWalker::Answer expected = naive_->Ask(asked.request, attempts == nullptr ? nullptr : &tried_);
  if (expected.reason == Reason::kNone && balance_.GiveToKey(asked.request, expected)) ++met_["affinity"];
  if (expected.is_pinned && !asked.request.pin) ++met_["another key"];
  Note(expected);
  Compare(asked, attempts, expected);
  Tell([&] {
    return "open.push_back(router.Select(" + RequestText(asked.request, filtered_) +
           (attempts == nullptr ? "" : ", attempts") + "));";
  });
  Selection drawn = attempts == nullptr ? router_.Select(asked.request, RandomBits(bits_))
                                        : router_.Select(asked.request, *attempts, RandomBits(bits_));
  Agree("reason", ReasonName(drawn.reason()), ReasonName(expected.reason));
  if (!drawn) {
    const bool has_an_end = expected.reason == Reason::kAllCoolingDown || expected.reason == Reason::kAllAtLimit;
    const auto ends =
        has_an_end && expected.recovers_in ? std::chrono::ceil<Milliseconds>(*expected.recovers_in) : Milliseconds(-1);
    Agree("retry after", drawn.retry_after().value_or(Milliseconds(-1)).count(), ends.count());
    if (ends >= 0ms) ++met_["retry after"];
    return false;
  }
  CompareServed(drawn, expected, attempts != nullptr);
  if (IsWrong()) return false;
  tried_.push_back({.channel = drawn.channel_id(), .group = expected.group, .priority = drawn.priority()});
  if (drawn.key_index()) tried_.back().key = *drawn.key_index();
  if (attempts != nullptr) Agree("attempts", attempts->size(), tried_.size());
  NaiveChannel& channel = channels_[static_cast<std::size_t>(drawn.channel_id() - 1)];
  const NaiveChannel::Taken taken = channel.Serve(expected.degraded, clock_.now());
  open_.push_back({std::move(drawn), expected.model, clock_.now(), taken, names_changed_});
  return true;
}

void WalkProgram::Note(const NaiveWalker::Answer& expected) {
  ++met_[std::string(ReasonName(expected.reason))];
  if (expected.degraded) ++met_["degraded"];
  if (expected.is_alike_below) ++met_["alike below"];
  std::uint64_t parts = NaiveChannel::kAllOfIt;
  for (const auto& [id, weight] : expected.weights) {
    parts = std::min(parts, StandOf(id, expected.model, expected.degraded).part);
  }
  if (parts < NaiveChannel::kAllOfIt) ++met_["slow start"];
}

// What is said of the next selection without making it.
void WalkProgram::Compare(const Asked& asked, const Attempts* attempts, const NaiveWalker::Answer& expected) {
  CompareExplained(attempts == nullptr ? router_.Explain(asked.request) : router_.Explain(asked.request, *attempts),
                   expected);
  const Distribution d = router_.Distribute(asked.request, attempts);
  Agree("distributed", ReasonName(d.reason), ReasonName(expected.reason));
  std::uint64_t sum = 0;
  for (const auto& [id, weight] : expected.weights) sum += weight;
  std::map<std::int64_t, std::string> shares;
  for (const ChannelShare& s : d.shares) shares[s.channel_id] = s.share.Text();
  for (const auto& [id, weight] : expected.weights) {
    Agree("share of " + std::to_string(id), shares[id], Share::Of(weight, sum).Text());
    shares.erase(id);
  }
  for (const auto& [id, share] : shares) wrong_ << id << " has a share of " << share << "\n";
}

void WalkProgram::CompareExplained(const Explanation& why, const NaiveWalker::Answer& expected) {
  Agree("explained", ReasonName(why.reason), ReasonName(expected.reason));
  if (!why.ok || expected.is_alike_below) return;
  Agree("explained group", why.serving_group, expected.group);
  std::map<std::int64_t, std::string> explained;
  for (const ExplainedTier& tier : why.tiers) {
    if (tier.group != expected.group || tier.priority != expected.priority) continue;
    for (const ExplainedCandidate& c : tier.candidates) {
      if (c.share.numerator > 0) explained[c.channel_id] = c.share.Text();
    }
  }
  std::uint64_t sum = 0;
  for (const auto& [id, weight] : expected.weights) sum += weight;
  for (const auto& [id, weight] : expected.weights) {
    Agree("explained share of " + std::to_string(id), explained[id], Share::Of(weight, sum).Text());
  }
}

void WalkProgram::CompareServed(const Selection& drawn, const NaiveWalker::Answer& expected, bool walks) {
  Agree("group", drawn.group(), expected.group);
  Agree("degraded", drawn.degraded(), expected.degraded);
  if (!expected.is_alike_below) Agree("priority", drawn.priority(), expected.priority);
  if (!expected.weights.contains(drawn.channel_id())) wrong_ << drawn.channel_id() << " was drawn, which is out\n";
  if (const auto turn = balance_.Turn(expected, walks && !tried_.empty())) {
    Agree("whose turn it is", drawn.channel_id(), *turn);
    ++met_["turn"];
  }
  CompareKey(drawn, walks);
}

// Named where the channel has several; one that was not tried, as long as there is one.
void WalkProgram::CompareKey(const Selection& drawn, bool walks) {
  const std::int64_t keys = naive_->keys[drawn.channel_id()];
  Agree("has a key", drawn.key_index().has_value(), keys > 1);
  if (keys < 2 || !drawn.key_index()) return;
  if (*drawn.key_index() >= keys) wrong_ << "key " << *drawn.key_index() << " of " << keys << "\n";
  const NaiveWalker::Tried tried = walks ? tried_ : NaiveWalker::Tried();
  if (naive_->HasUntriedKey(drawn.channel_id(), tried)) {
    Agree("was tried", NaiveWalker::WasTried(drawn.channel_id(), *drawn.key_index(), tried), false);
  }
}

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
  if (OneIn(3)) attempts = Attempts::Parse(attempts.Text()).value();  // another process goes on
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
  const ChannelLimits limits{.max_in_flight = Of({1, 0, 2}), .requests_per_minute = Of<std::int64_t>({0, 0, 7, 60})};
  Tell([&] {
    return "router.SetLimits(" + std::to_string(id) + ", {.max_in_flight = " + std::to_string(limits.max_in_flight) +
           ", .requests_per_minute = " + std::to_string(limits.requests_per_minute) + "});";
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
    Tell([&] {
      return "router.Report(open[" + std::to_string(which) +
             "], {.kind = " + std::string(OutcomeKindName(outcome.kind)) +
             (outcome.retry_after ? ", .retry_after = " + std::to_string(outcome.retry_after->count()) + "ms" : "") +
             "}, attempts);";
    });
    const std::string group(o.selection.group());
    const std::string model = o.names == names_changed_ ? o.model : "";
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
  Rows rows("random");
  std::set<std::int64_t> enabled;
  std::map<std::int64_t, std::int64_t> keys;
  for (std::int64_t id = 1; id <= kChannels; ++id) {
    if (!OneIn(8)) enabled.insert(id);
    keys[id] = has_state_ ? 0 : static_cast<std::int64_t>(tape_.Below(4));
    rows.Add(ChannelRow{.id = id,
                        .status = enabled.contains(id) ? 1 : 2,
                        .groups = "default",
                        .models = "",
                        .keys = {.count = static_cast<std::uint32_t>(keys[id])}});
    if (keys[id] > 1)
      Tell([&] { return "// channel " + std::to_string(id) + " has keys: " + std::to_string(keys[id]); });
  }
  std::vector<NaiveCandidate> candidates;
  std::set<std::string> groups = {"default", policy_.groups.default_group};
  std::set<std::string> known;
  std::set<std::string> names;
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
    c.enabled = is_on && enabled.contains(c.channel);
    groups.insert(c.group);
    names.insert({"group " + c.group, "model " + c.model});
    if (c.enabled) serving_[c.group].insert(c.channel);
    Tell([&] { return CandidateText(c); });
    candidates.push_back(c);
  }
  if (std::exchange(names_, names) != names) ++names_changed_;
  Policy told = policy_;
  if (lie_ == Lie::kFallsBackAlways) told.groups = WithEveryEdgeForExhaustion(told.groups);
  naive_.emplace(std::move(candidates), std::move(groups), told);
  naive_->keys = std::move(keys);
  naive_->stand = [this](std::int64_t channel, const std::string& model, bool cooling_serves) {
    return StandOf(channel, model, cooling_serves);
  };
  naive_->fails_open = [this](const std::string& group) {
    const auto rule = options_.state.all_cooling_in.find(group);
    const bool differs = rule != options_.state.all_cooling_in.end();
    return (differs ? rule->second : options_.state.all_cooling) == AllCooling::kFailOpen;
  };
  Tell([] { return std::string("publish();"); });
  if (!router_.Publish(MustCompile(rows, policy_).table).ok()) wrong_ << "the table is refused\n";
}

}  // namespace pointsman::testing
