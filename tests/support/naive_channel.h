// NaiveChannel: how one channel stands, as channel_state.h says it, with lists and optionals, and not a bit more
// cleverly. It is asked with the time and keeps none of its own. It shares no code with the library beyond the plain
// values of channel_state.h and outcome.h.
#ifndef POINTSMAN_TESTS_SUPPORT_NAIVE_CHANNEL_H_
#define POINTSMAN_TESTS_SUPPORT_NAIVE_CHANNEL_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/channel_state.h"
#include "pointsman/outcome.h"
#include "pointsman/selection.h"

namespace pointsman::testing {

using Time = std::chrono::nanoseconds;  // a moment, or a span

class NaiveChannel {
 public:
  static constexpr std::uint64_t kAllOfIt = 64;  // of a weight: the library counts in sixty-fourths

  struct Verdict {
    Reason reason = Reason::kNone;
    std::uint64_t part = kAllOfIt;
    std::optional<Time> recovers_in = {};  // where somebody knows
  };

  explicit NaiveChannel(const CooldownPolicy& policy) : policy_(policy) {}

  // ---- what is asked

  Verdict Judge(const std::string& model, bool cooling_serves, Time now) const {
    if (IsOff(off_, now) || IsOff(tag_off_, now)) return {Reason::kAllDisabled};
    if (const auto off = models_off_.find(model); off != models_off_.end() && IsOff(off->second, now)) {
      return {Reason::kAllDisabled};
    }
    if (!cooling_serves) {
      if (const auto cools = models_.find(model); cools != models_.end() && now < cools->second.until) {
        return {Reason::kAllCoolingDown, 0, cools->second.until - now};
      }
      if (broken_ && now < NextTrial()) return {Reason::kAllCoolingDown, 0, NextTrial() - now};
    }
    Time opens = now;
    if (apart_ > Time(0)) opens = std::max(opens, requests_paid_until_ - (burst_ - 1) * apart_);
    if (OwesTooManyTokens(now)) opens = std::max(opens, now + TokensOwed(now) - kMinute + Time(1));
    const bool full = limits_.max_in_flight > 0 && in_flight >= limits_.max_in_flight;
    if (opens > now) return {Reason::kAllAtLimit, 0, opens - now};
    if (full) return {Reason::kAllAtLimit};
    return {Reason::kNone, broken_ || cooling_serves ? kAllOfIt : Part(now)};
  }

  // Whether it cools down, or nobody has tried it for so long as a trial may take.
  bool IsLeftAlone(Time now) const { return broken_ && now < until_ + policy_.trial_timeout; }
  bool OwesTooManyTokens(Time now) const { return limits_.tokens_per_minute > 0 && TokensOwed(now) >= kMinute; }
  bool IsSwitchedOff(Time now) const { return IsOff(off_, now) || IsOff(tag_off_, now); }

  ChannelPhase Phase(Time now) const {
    if (broken_) return now < until_ ? ChannelPhase::kCooling : ChannelPhase::kTrial;
    return Part(now) < kAllOfIt ? ChannelPhase::kSlowStart : ChannelPhase::kInOrder;
  }
  Time Remaining(Time now) const {
    switch (Phase(now)) {
      case ChannelPhase::kInOrder: return Time(0);
      case ChannelPhase::kCooling: return until_ - now;
      case ChannelPhase::kTrial: return std::max(NextTrial() - now, Time(0));
      case ChannelPhase::kSlowStart: return *returned_ + policy_.slow_start - now;
    }
    return Time(0);
  }

  // In order of name, cooldowns first.
  std::vector<ModelState> Models(Time now) const {
    std::vector<ModelState> states;
    const auto left = [&](Time end) { return std::chrono::ceil<std::chrono::milliseconds>(end - now); };
    for (const std::string model : {"m", "n"}) {
      if (const auto c = models_.find(model); c != models_.end() && now < c->second.until) {
        states.push_back({.model = model, .remaining = left(c->second.until)});
      }
      const auto off = models_off_.find(model);
      if (off == models_off_.end() || !IsOff(off->second, now)) continue;
      states.push_back({.model = model, .switched_off = true});
      if (off->second.end) states.back().remaining = left(*off->second.end);
    }
    return states;
  }

  // ---- what happens to it

  // What a request takes along that is served by it.
  struct Taken {
    bool place = false;  // to be released when it ends
    bool trial = false;
  };

  // It was drawn.
  Taken Serve(bool cooling_serves, Time now) {
    const bool trial = broken_ && !cooling_serves;
    if (trial) trials_until_ = std::max(trials_until_, now) + policy_.trial_timeout;
    if (!HasLimits()) return {.trial = trial};
    ++in_flight;
    if (apart_ > Time(0)) requests_paid_until_ = std::max(requests_paid_until_, now) + apart_;
    return {.place = true, .trial = trial};
  }

  // `may_cool` is asked at most once, and only if it is about to.
  template <class MayCool>
  void Note(const Outcome& outcome, const std::string& model, bool trial, Time began, Time now, MayCool may_cool) {
    OweTokens(outcome.tokens, now);
    if (!broken_ && Part(now) == kAllOfIt) returned_.reset();
    const bool is_told_when = now > began;  // by how long it took
    const bool says_nothing_new =
        (is_told_when && cooled_at_ && began < *cooled_at_) || (broken_ && (now < until_ || (!is_told_when && !trial)));
    switch (outcome.kind) {
      case OutcomeKind::kSuccess: Succeed(now - began, says_nothing_new, now); break;
      case OutcomeKind::kTransient:
      case OutcomeKind::kRateLimited:
      case OutcomeKind::kQuotaExhausted:
      case OutcomeKind::kCredentialRefused: Fail(outcome, says_nothing_new, now, may_cool); break;
      case OutcomeKind::kModelUnavailable:
      case OutcomeKind::kCallersFault:
      case OutcomeKind::kCancelled:  // a trial of it is for somebody else
        if (broken_ && trial && !says_nothing_new) {
          trials_until_ = std::max(trials_until_ - policy_.trial_timeout, Time(0));
        }
    }
    NoteModel(outcome.kind, model, now);
  }

  void SwitchOff(std::optional<Time> end) { off_ = Switch{end}; }
  void SwitchOn() { off_.reset(); }
  void SwitchTagOff(std::optional<Time> end) { tag_off_ = Switch{end}; }
  void SwitchTagOn() { tag_off_.reset(); }
  void SwitchModelOff(const std::string& model, std::optional<Time> end) { models_off_[model] = Switch{end}; }
  void SwitchModelOn(const std::string& model) {
    models_off_.erase(model);
    models_.erase(model);
  }
  void Limit(const ChannelLimits& limits) {
    if (limits.tokens_per_minute != limits_.tokens_per_minute) tokens_paid_at_.reset();
    limits_ = limits;
    const std::int64_t rate = limits.requests_per_minute;
    const Time apart(rate == 0 ? 0 : (kMinute.count() + rate - 1) / rate);
    if (apart != apart_) requests_paid_until_ = Time(0);
    apart_ = apart;
    burst_ = std::clamp<std::int64_t>(limits.burst, 1, std::max<std::int64_t>(rate, 1));
  }
  void Reset() {
    broken_ = false;
    returned_.reset();
    cooldowns = consecutive = 0;
    latency = Time(0);
    last_failure.reset();
    no_cooldown_before_ = Time(0);
    ForgetWindow();
    models_.clear();
    requests_paid_until_ = Time(0);
    tokens_paid_at_.reset();
  }

  std::int64_t in_flight = 0;
  std::int32_t cooldowns = 0;
  std::int32_t consecutive = 0;
  std::int64_t successes = 0;
  std::int64_t failures = 0;
  Time latency{0};
  std::optional<OutcomeKind> last_failure;

 private:
  struct Switch {
    std::optional<Time> end;
  };
  struct ModelCooldown {
    Time until{0};
    std::int32_t times = 0;
  };
  struct Seen {
    bool failed;
  };

  static bool IsOff(const std::optional<Switch>& s, Time now) { return s && (!s->end || now < *s->end); }
  bool HasLimits() const {
    return limits_.max_in_flight > 0 || limits_.requests_per_minute > 0 || limits_.tokens_per_minute > 0;
  }

  // How long it takes to pay for the tokens that were used, a day at most.
  Time TokensOwed(Time now) const { return tokens_paid_at_ ? std::max(*tokens_paid_at_ - now, Time(0)) : Time(0); }
  void OweTokens(std::int64_t tokens, Time now) {
    if (limits_.tokens_per_minute == 0 || tokens <= 0) return;
    constexpr Time kDay = 1440 * kMinute;
    const double minutes = static_cast<double>(tokens) / static_cast<double>(limits_.tokens_per_minute);
    const Time takes = minutes >= 1440 ? kDay : Time(tokens * kMinute.count() / limits_.tokens_per_minute);
    tokens_paid_at_ = now + std::min(TokensOwed(now) + takes, kDay);
  }

  // How much of the weight counts after it has returned.
  std::uint64_t Part(Time now) const {
    if (!returned_ || now - *returned_ >= policy_.slow_start) return kAllOfIt;
    const double floor = policy_.slow_start_floor * kAllOfIt;
    const double gone = static_cast<double>((now - *returned_).count());
    const double all = static_cast<double>(Time(policy_.slow_start).count());
    const double part = floor + (kAllOfIt - floor) * gone / all;
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(part), 1, kAllOfIt - 1);
  }

  // Of `trials` at once, each holds its place until it is reported, or for trial_timeout.
  Time NextTrial() const {
    return std::max(until_, trials_until_ - (policy_.trials - 1) * Time(policy_.trial_timeout));
  }

  void Succeed(Time took, bool says_nothing_new, Time now) {
    ++successes;
    if (took > Time(0)) latency = latency == Time(0) ? took : latency + (took - latency) / 8;
    if (says_nothing_new) return;
    See(false, now);
    consecutive = 0;
    if (!broken_) {
      if (!returned_) cooldowns = 0;
      return;
    }
    ForgetWindow();
    broken_ = false;
    returned_ = now;
    if (Part(now) == kAllOfIt) returned_.reset();
  }

  template <class MayCool>
  void Fail(const Outcome& outcome, bool says_nothing_new, Time now, MayCool may_cool) {
    ++failures;
    last_failure = outcome.kind;
    if (!says_nothing_new) {
      ++consecutive;
      See(true, now);
    }
    if (broken_ && now < until_ && outcome.retry_after) {
      until_ = std::max(until_, now + std::min<Time>(*outcome.retry_after, policy_.longest));
    }
    if (says_nothing_new || !IsReasonEnough(outcome.kind) || now < no_cooldown_before_) return;
    if (!may_cool()) {
      no_cooldown_before_ = now + std::chrono::seconds(1);
      return;
    }
    until_ = now + LengthOf(outcome);
    broken_ = true;
    returned_.reset();
    cooled_at_ = now;
    trials_until_ = Time(0);
    ++cooldowns;
    consecutive = 0;
    ForgetWindow();
  }

  bool IsReasonEnough(OutcomeKind kind) const {
    if (kind != OutcomeKind::kTransient || broken_) return true;
    if (policy_.consecutive_failures > 0 && consecutive >= policy_.consecutive_failures) return true;
    const auto failed = std::count_if(window_.begin(), window_.end(), [](const Seen& s) { return s.failed; });
    return static_cast<std::int32_t>(window_.size()) >= policy_.minimum_volume &&
           static_cast<double>(failed) >= policy_.failure_share * static_cast<double>(window_.size());
  }

  static Time Doubled(Time length, std::int32_t times, Time longest) {
    for (; times > 0 && length < longest; --times) length = 2 * length;
    return std::min(length, longest);
  }

  Time LengthOf(const Outcome& outcome) const {
    std::optional<Time> asked;
    if (outcome.retry_after) asked = std::min<Time>(*outcome.retry_after, policy_.longest);
    const Time usual = Doubled(policy_.first, cooldowns, policy_.longest_backoff);
    switch (outcome.kind) {
      case OutcomeKind::kCredentialRefused: return policy_.credential;
      case OutcomeKind::kQuotaExhausted: return asked.value_or(Time(policy_.quota));
      case OutcomeKind::kRateLimited: return asked.value_or(usual);
      default: return std::max(usual, asked.value_or(Time(0)));
    }
  }

  void ForgetWindow() {
    window_.clear();
    older_ = 0;
    window_began_ = Time(0);
  }

  // The window is two halves; when the second is full, the first is forgotten.
  void See(bool failed, Time now) {
    const Time half = Time(policy_.window) / 2;
    if (now - window_began_ >= 2 * half) {
      ForgetWindow();
      window_began_ = now;
    } else if (now - window_began_ >= half) {
      window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(std::min(older_, window_.size())));
      older_ = window_.size();
      window_began_ += half;
    }
    window_.push_back({failed});
  }

  void NoteModel(OutcomeKind kind, const std::string& model, Time now) {
    constexpr std::chrono::minutes kRemembered(10);
    const auto known = models_.find(model);
    if (known != models_.end() && now - known->second.until >= kRemembered) models_.erase(known);
    const auto cools = models_.find(model);
    const bool is_out = cools != models_.end() && now < cools->second.until;
    if (kind == OutcomeKind::kModelUnavailable && !is_out) {
      ModelCooldown& entry = models_[model];
      entry.until = now + Doubled(policy_.first, entry.times++, policy_.longest_backoff);
    } else if (kind == OutcomeKind::kSuccess && !is_out) {
      models_.erase(model);
    }
  }

  const CooldownPolicy policy_;
  std::optional<Switch> off_;
  std::optional<Switch> tag_off_;
  std::map<std::string, Switch> models_off_;
  std::map<std::string, ModelCooldown> models_;

  bool broken_ = false;            // from a cooldown's beginning until a trial succeeds
  std::optional<Time> cooled_at_;  // last
  Time until_{0};
  Time trials_until_{0};
  std::optional<Time> returned_;
  Time no_cooldown_before_{0};
  std::vector<Seen> window_;
  std::size_t older_ = 0;  // of those, in the older half
  Time window_began_{0};

  static constexpr Time kMinute = std::chrono::minutes(1);
  ChannelLimits limits_;
  std::optional<Time> tokens_paid_at_;
  Time apart_{0};
  std::int64_t burst_ = 1;
  Time requests_paid_until_{0};
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_CHANNEL_H_
