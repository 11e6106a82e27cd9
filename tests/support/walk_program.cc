#include "support/walk_program.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "pointsman/load/json.h"
#include "support/walk_text.h"

namespace pointsman::testing {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

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
  TellBeginning();
  for (std::int64_t id = 1; id <= kChannels; ++id) channels_.emplace_back(options_.state.cooldown);
  Publish();
  for (std::size_t n = has_state_ ? tape_.Below(4) : 0; n > 0; --n) Limit();
}

std::string WalkProgram::PolicyText() const {
  return "policy = ParsePolicy(R\"(" + Folded(PolicyToJson(policy_)) + ")\").value();";
}

void WalkProgram::TellBeginning() {
  Tell([&] {
    return "Policy " + PolicyText() +
           "\n"
           "Router router(policy, options);\n"
           "SplitMix64 bits(1);\n"
           "Rows rows(\"random\");\n"
           "Attempts attempts;\n"
           "std::vector<Selection> open;\n"
           "std::vector<std::int64_t> served;\n"
           "const auto keep = [&](Selection s) {\n"
           "  served.push_back(s.channel_id());\n"
           "  if (s) open.push_back(std::move(s));\n"
           "};";
  });
}

std::optional<std::string> WalkProgram::Run() {
  const int walks = has_state_ ? 8 : 4;
  for (int walk = 0; walk < walks && !IsWrong(); ++walk) Walk();
  return IsWrong() ? std::optional(wrong_.str()) : std::nullopt;
}

// One request, walked to its end while the world changes.
void WalkProgram::Walk() {
  // Where channels are to fail, the same again: their state is what matters.
  if (!has_state_ || asked_.names.empty() || OneIn(3)) MakeRequest(asked_);
  const bool alone = OneIn(4);
  Attempts attempts;
  tried_.clear();
  Tell([] { return std::string("attempts = Attempts();"); });
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
  std::optional<Selection> by_handles;
  if (attempts == nullptr && !OneIn(2)) by_handles = ByHandles(asked);
  if (by_handles) ++met_[expected.reason == Reason::kNone ? "handles" : "handles refused"];
  if (by_handles && expected.degraded) ++met_["handles degraded"];
  Selection drawn = by_handles ? *std::move(by_handles) : ByNames(asked, attempts);
  Agree("reason", ReasonName(drawn.reason()), ReasonName(expected.reason));
  served_.push_back(drawn.channel_id());
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
  open_.push_back({std::move(drawn), expected.model, clock_.now(), taken, models_changed_});
  return true;
}

Selection WalkProgram::ByNames(const Asked& asked, Attempts* attempts) {
  Tell([&] {
    return "keep(router.Select(" + RequestText(asked.request, filtered_) + (attempts == nullptr ? "" : ", attempts") +
           ", RandomBits(bits)));";
  });
  return attempts == nullptr ? router_.Select(asked.request, RandomBits(bits_))
                             : router_.Select(asked.request, *attempts, RandomBits(bits_));
}

// The answer is that of the names. Nothing where these are not all that is asked for, or have no handles.
std::optional<Selection> WalkProgram::ByHandles(const Asked& asked) {
  const Request& r = asked.request;
  const bool has_more =
      r.allowed_groups || r.ordered_groups || r.pin || r.affinity || r.stay_in_group || r.filter.judge != nullptr;
  if (has_more) return std::nullopt;
  const std::optional<GroupHandle> group = router_.FindGroup(asked.group, asked.user_group);
  const std::optional<ModelHandle> model = router_.FindModel(asked.model);
  if (!group || !model) return std::nullopt;
  Tell([&] {
    return "keep(router.Select(*router.FindGroup(\"" + asked.group + "\", \"" + asked.user_group +
           "\"), *router.FindModel(\"" + asked.model + "\"), RandomBits(bits)));";
  });
  return router_.Select(*group, *model, RandomBits(bits_));
}

NaiveWalker::Stand WalkProgram::StandOf(std::int64_t channel, const std::string& model, bool cooling_serves) {
  const NaiveChannel::Verdict v =
      channels_[static_cast<std::size_t>(channel - 1)].Judge(model, cooling_serves, clock_.now());
  return {v.reason, v.part, v.recovers_in};
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
  const auto owes = [&](const NaiveChannel& channel) { return channel.OwesTooManyTokens(clock_.now()); };
  if (std::any_of(channels_.begin(), channels_.end(), owes)) ++met_["tokens owed"];
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

}  // namespace pointsman::testing
