#include "state/cooldown.h"

#include <algorithm>
#include <limits>

#include "pointsman/random.h"
#include "state/slot_word.h"

namespace pointsman::inline v0 {
namespace {

constexpr Nanoseconds kSecond = 1'000'000'000;
constexpr std::int64_t kLatencyWeight = 8;  // a new value moves the average by an eighth of the difference

// Counts that came from another process may be as large as they like.
template <class Number>
void CountOne(Number& count) {
  if (count < std::numeric_limits<Number>::max()) ++count;
}

bool IsFailure(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kTransient:
    case OutcomeKind::kRateLimited:
    case OutcomeKind::kQuotaExhausted:
    case OutcomeKind::kCredentialRefused: return true;
    case OutcomeKind::kSuccess:
    case OutcomeKind::kModelUnavailable:
    case OutcomeKind::kCallersFault:
    case OutcomeKind::kCancelled: return false;
  }
  return false;
}

}  // namespace

std::int64_t TimeTaken(const Outcome& outcome) {
  constexpr std::int64_t kDay = 86'400 * kSecond;
  const std::int64_t took = outcome.latency.count();
  return took < 0 || took > kDay ? 0 : took;
}

void OutcomeWindow::Add(bool failed, Nanoseconds now, Nanoseconds window) {
  const Nanoseconds half = std::max<Nanoseconds>(window / 2, 1);
  if (now - began_ >= 2 * half) {
    Clear();
    began_ = now;
  } else if (now - began_ >= half) {
    requests_[1] = requests_[0];
    failures_[1] = failures_[0];
    requests_[0] = failures_[0] = 0;
    began_ += half;
  }
  if (requests_[0] == std::numeric_limits<std::int32_t>::max()) return;
  ++requests_[0];
  if (failed) ++failures_[0];
}

Nanoseconds Jittered(Nanoseconds length, const CooldownPolicy& policy, std::uint64_t salt) {
  SplitMix64 bits(salt);
  const double part = static_cast<double>(bits() >> 11) * 0x1p-53;
  return length + static_cast<Nanoseconds>(static_cast<double>(length) * policy.jitter * part);
}

Nanoseconds Backoff(Nanoseconds base, std::int32_t times, const CooldownPolicy& policy, std::uint64_t salt) {
  const Nanoseconds longest = Nanos(policy.longest_backoff);
  Nanoseconds length = std::clamp<Nanoseconds>(base, 0, longest);
  for (; times > 0 && length > 0 && length < longest; --times) length = std::min(longest, 2 * length);
  return Jittered(length, policy, salt);
}

std::uint64_t Cooldown::bits() const {
  switch (phase_) {
    case Phase::kInOrder: return 0;
    case Phase::kCooling: return slot_bit::kCooling;
    case Phase::kSlowStart: return slot_bit::kSlowStart;
  }
  return 0;
}

std::uint64_t Cooldown::Note(const Outcome& outcome, const Moment& at, const CooldownPolicy& policy, MayCool may_cool) {
  const Nanoseconds now = at.now;
  if (phase_ == Phase::kSlowStart && Level(now, policy) == Availability::kFull) phase_ = Phase::kInOrder;
  if (outcome.kind == OutcomeKind::kSuccess) {
    Succeed(outcome, at, policy);
  } else if (IsFailure(outcome.kind)) {
    const bool is_reason_enough = Fail(outcome, at, policy);
    if (phase_ == Phase::kCooling && IsCooling(now)) Prolong(outcome, now, policy);
    if (!is_reason_enough || now < ask_again_at_) return bits();
    if (may_cool()) {
      Cool(LengthOf(outcome, cooldowns_, policy), now, policy, at.salt);
    } else {
      ask_again_at_ = now + kSecond;
    }
  } else if (phase_ == Phase::kCooling && at.trial && !BeganBefore(outcome, at)) {
    GiveBackTrial(policy);  // it says nothing of the channel
  }
  return bits();
}

// A request that was on its way says nothing new of the channel, but it may know how long to wait.
void Cooldown::Prolong(const Outcome& outcome, Nanoseconds now, const CooldownPolicy& policy) {
  if (const auto asked = AskedFor(outcome, policy))
    until_.store(std::max(until(), now + *asked), std::memory_order_relaxed);
}

void Cooldown::Succeed(const Outcome& outcome, const Moment& at, const CooldownPolicy& policy) {
  const Nanoseconds now = at.now;
  CountOne(successes_);
  if (const std::int64_t took = TimeTaken(outcome); took > 0) {
    const std::int64_t average = latency_.load(std::memory_order_relaxed);
    latency_.store(average == 0 ? took : average + (took - average) / kLatencyWeight, std::memory_order_relaxed);
  }
  if (BeganBefore(outcome, at)) return;
  window_.Add(false, now, Nanos(policy.window));
  consecutive_ = 0;
  if (phase_ == Phase::kCooling) {
    window_.Clear();
    recovered_at_.store(now, std::memory_order_relaxed);
    phase_ = Level(now, policy) == Availability::kFull ? Phase::kInOrder : Phase::kSlowStart;
  } else if (phase_ == Phase::kInOrder) {
    cooldowns_ = 0;
  }
}

// Whether that is one of the requests that were on their way when the last cooldown began: then it says nothing new.
// The time that it took tells, also of a trial of an earlier cooldown, and of who hangs until the channel is back.
// Where that is not known, all but trials are taken for such.
bool Cooldown::BeganBefore(const Outcome& outcome, const Moment& at) const {
  const Nanoseconds took = TimeTaken(outcome);
  if (took > 0 && at.now - took < cooled_at_) return true;
  return phase_ == Phase::kCooling && (IsCooling(at.now) || (took == 0 && !at.trial));
}

void Cooldown::GiveBackTrial(const CooldownPolicy& policy) noexcept {
  const Nanoseconds apart = std::max<Nanoseconds>(Nanos(policy.trial_timeout), 1);
  Nanoseconds taken = trials_until_.load(std::memory_order_relaxed);
  while (
      !trials_until_.compare_exchange_weak(taken, std::max<Nanoseconds>(taken - apart, 0), std::memory_order_relaxed)) {
  }
}

// Whether that is reason enough for a cooldown.
bool Cooldown::Fail(const Outcome& outcome, const Moment& at, const CooldownPolicy& policy) {
  CountOne(failures_);
  last_failure_ = outcome.kind;
  if (BeganBefore(outcome, at)) return false;
  CountOne(consecutive_);
  window_.Add(true, at.now, Nanos(policy.window));
  if (outcome.kind != OutcomeKind::kTransient || phase_ == Phase::kCooling) return true;
  if (policy.consecutive_failures > 0 && consecutive_ >= policy.consecutive_failures) return true;
  return window_.requests() >= policy.minimum_volume &&
         static_cast<double>(window_.failures()) >= policy.failure_share * static_cast<double>(window_.requests());
}

std::optional<Nanoseconds> AskedFor(const Outcome& outcome, const CooldownPolicy& policy) {
  if (!outcome.retry_after.has_value() || outcome.retry_after->count() < 0) return std::nullopt;
  return Nanos(std::min(*outcome.retry_after, policy.longest));
}

Nanoseconds LengthOf(const Outcome& outcome, std::int32_t times, const CooldownPolicy& policy) {
  const std::optional<Nanoseconds> asked = AskedFor(outcome, policy);
  const CooldownPolicy without_jitter{.longest_backoff = policy.longest_backoff, .jitter = 0};
  switch (outcome.kind) {
    case OutcomeKind::kCredentialRefused: return Nanos(policy.credential);
    case OutcomeKind::kQuotaExhausted: return asked.value_or(Nanos(policy.quota));
    case OutcomeKind::kRateLimited:
      if (asked) return *asked;
      [[fallthrough]];
    default: return std::max(Backoff(Nanos(policy.first), times, without_jitter, 0), asked.value_or(0));
  }
}

void Cooldown::Cool(Nanoseconds length, Nanoseconds now, const CooldownPolicy& policy, std::uint64_t salt) {
  const Nanoseconds jittered = Jittered(length, policy, salt + static_cast<std::uint64_t>(cooldowns_));
  const Nanoseconds lasts = std::min(jittered, std::max(length, Nanos(policy.longest)));
  cooled_at_ = now;
  until_.store(now + lasts, std::memory_order_relaxed);
  trials_until_.store(0, std::memory_order_relaxed);
  if (cooldowns_ < 62) ++cooldowns_;
  consecutive_ = 0;
  window_.Clear();
  phase_ = Phase::kCooling;
}

void Cooldown::Reset() {
  until_.store(0, std::memory_order_relaxed);
  trials_until_.store(0, std::memory_order_relaxed);
  recovered_at_.store(0, std::memory_order_relaxed);
  latency_.store(0, std::memory_order_relaxed);
  phase_ = Phase::kInOrder;
  cooldowns_ = consecutive_ = 0;
  ask_again_at_ = 0;
  last_failure_.reset();
  window_.Clear();
}

// Trials are let through one for each trial_timeout, `trials` of them at once: the generic cell rate algorithm (ITU-T
// I.371), whose only memory is when the ones taken will all have ended.
Nanoseconds Cooldown::NextTrial(const CooldownPolicy& policy) const noexcept {
  const Nanoseconds apart = std::max<Nanoseconds>(Nanos(policy.trial_timeout), 1);
  return std::max(until(), trials_until_.load(std::memory_order_relaxed) - (std::max(policy.trials, 1) - 1) * apart);
}

bool Cooldown::TakeTrial(Nanoseconds now, const CooldownPolicy& policy) noexcept {
  const Nanoseconds apart = std::max<Nanoseconds>(Nanos(policy.trial_timeout), 1);
  Nanoseconds taken = trials_until_.load(std::memory_order_relaxed);
  do {
    // One that was judged in order a moment ago may cool down by now.
    if (now < until() || now < taken - (std::max(policy.trials, 1) - 1) * apart) return false;
  } while (!trials_until_.compare_exchange_weak(taken, std::max(taken, now) + apart, std::memory_order_relaxed));
  return true;
}

std::uint32_t Cooldown::Level(Nanoseconds now, const CooldownPolicy& policy) const noexcept {
  const Nanoseconds lasts = Nanos(policy.slow_start);
  const Nanoseconds gone = std::max<Nanoseconds>(now - recovered_at(), 0);
  if (gone >= lasts) return Availability::kFull;
  const double floor = std::clamp(policy.slow_start_floor, 0.0, 1.0) * Availability::kFull;
  const double level = floor + (Availability::kFull - floor) * static_cast<double>(gone) / static_cast<double>(lasts);
  return std::clamp<std::uint32_t>(static_cast<std::uint32_t>(level), 1, Availability::kFull - 1);
}

std::uint64_t Cooldown::Import(const ChannelStatus& status, Nanoseconds now, const CooldownPolicy& policy) {
  Reset();
  cooldowns_ = std::clamp(status.cooldowns, 0, 62);
  consecutive_ = std::max(status.consecutive_failures, 0);
  successes_ = std::max<std::int64_t>(status.successes, 0);
  failures_ = std::max<std::int64_t>(status.failures, 0);
  if (status.last_failure && IsFailure(*status.last_failure)) last_failure_ = status.last_failure;
  latency_.store(std::max<std::int64_t>(status.latency.count(), 0), std::memory_order_relaxed);
  const Nanoseconds left = std::clamp<Nanoseconds>(Nanos(status.remaining), 0, Nanos(policy.longest));
  switch (status.phase) {
    case ChannelPhase::kInOrder: break;
    case ChannelPhase::kCooling:
    case ChannelPhase::kTrial:
      phase_ = Phase::kCooling;
      cooled_at_ = now - std::max<Nanoseconds>(Nanos(status.age), 0);
      until_.store(status.phase == ChannelPhase::kTrial ? now : now + left, std::memory_order_relaxed);
      break;
    case ChannelPhase::kSlowStart:
      phase_ = Phase::kSlowStart;
      recovered_at_.store(now - std::max<Nanoseconds>(Nanos(policy.slow_start) - left, 0), std::memory_order_relaxed);
      break;
  }
  return bits();
}

}  // namespace pointsman::inline v0
