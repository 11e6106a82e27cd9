#include "state/slot_state.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "random/system_seed.h"

namespace pointsman::inline v0 {
namespace {

using namespace slot_bit;  // NOLINT(google-build-using-namespace): all of its bits
constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr std::size_t kMostNoteBytes = 256;

std::chrono::milliseconds Since(Nanoseconds then, Nanoseconds now) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::nanoseconds(std::max<Nanoseconds>(now - then, 0)));
}

}  // namespace

Nanoseconds EndOf(const SwitchNote& note, Nanoseconds now) {
  constexpr std::chrono::hours kCentury(24 * 36525);
  if (!note.lasts.has_value() || *note.lasts > kCentury) return ModelStates::kForever;
  return now + std::max<Nanoseconds>(Nanos(*note.lasts), 0);
}

SlotCommons::SlotCommons(ChannelStateOptions given)
    : options(std::move(given)), jitter_seed(options.jitter_seed != 0 ? options.jitter_seed : SystemSeed()) {}

std::size_t SlotState::memory_bytes() const {
  const std::lock_guard held(lock());
  return sizeof(*this) + (rare_ == nullptr ? 0 : sizeof(Rare)) + models_.memory_bytes() +
         (keys_.load(kRelaxed) == nullptr ? 0 : keys_.load(kRelaxed)->memory_bytes());
}

SlotState::Rare& SlotState::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

Availability SlotState::Judge(std::uint64_t word, std::string_view model, Nanoseconds now, Leniency leniency) noexcept {
  now = time_.At(now);
  if (IsOver(word, now)) {
    TrySettle(now);
    word = word_.load(kRelaxed);
  }
  if (IsOff(word, now)) return {.reason = Reason::kAllDisabled};
  Availability a;
  if ((word & kModels) != 0) {
    const ModelStates::Out out = models_.Find(ModelStates::KeyOf(model), now);
    if (out.by_hand) return {.reason = Reason::kAllDisabled};
    if (out.until != 0 && leniency == Leniency::kNone) {
      return {.reason = Reason::kAllCoolingDown, .recovers_in = out.until - now};
    }
  }
  if ((word & kKeys) != 0) {
    const Nanoseconds opens = keys_.load(std::memory_order_acquire)->OpensAt(now);
    if (opens == ModelStates::kForever) return {.reason = Reason::kAllDisabled};
    if (now < opens && leniency == Leniency::kNone) {
      return {.reason = Reason::kAllCoolingDown, .recovers_in = opens - now};
    }
  }
  if ((word & kCooling) != 0 && leniency == Leniency::kNone) {
    const Nanoseconds opens = cooldown_.NextTrial(cooling());
    if (now < opens) return {.reason = Reason::kAllCoolingDown, .recovers_in = opens - now};
    a.claims = true;
  }
  if ((word & kSlowStart) != 0 && leniency == Leniency::kNone) a.level = cooldown_.Level(now, cooling());
  if ((word & kReserves) != 0) {
    const Nanoseconds opens = meters_.OpensAt(now);
    // Of requests in flight nobody knows when one ends.
    if (now < opens) return {.reason = Reason::kAllAtLimit, .recovers_in = opens == now + 1 ? 0 : opens - now};
    a.claims = true;
  }
  return a;
}

bool SlotState::IsOff(std::uint64_t word, Nanoseconds now) const noexcept {
  const auto holds = [&](std::uint64_t off, std::uint64_t ends, const std::atomic<Nanoseconds>& until) {
    return (word & off) != 0 && ((word & ends) == 0 || now < until.load(kRelaxed));
  };
  return holds(kSwitchedOff, kSwitchEnds, switch_until_) || holds(kTagOff, kTagEnds, tag_until_);
}

bool SlotState::Claim(std::uint64_t word, Nanoseconds now, Leniency leniency, Taken& taken) noexcept {
  now = time_.At(now);
  const bool limited = (word & kReserves) != 0;
  const bool trial = (word & kCooling) != 0 && leniency == Leniency::kNone;
  if (limited && !meters_.Reserve(now)) return false;
  if (trial && !cooldown_.TakeTrial(now, cooling())) {
    if (limited) meters_.Release();
    return false;
  }
  taken = {.reservation = limited ? this : nullptr, .trial = trial};
  if (limited) references_.fetch_add(1, kRelaxed);
  return true;
}

void SlotState::Release() noexcept {
  meters_.Release();
  Unrefer();
}

bool SlotState::IsOver(std::uint64_t word, Nanoseconds now) const noexcept {
  return ((word & kSwitchEnds) != 0 && now >= switch_until_.load(kRelaxed)) ||
         ((word & kTagEnds) != 0 && now >= tag_until_.load(kRelaxed)) ||
         ((word & kSlowStart) != 0 && cooldown_.Level(now, cooling()) == Availability::kFull);
}

void SlotState::TrySettle(Nanoseconds now) noexcept {
  const std::unique_lock held(lock(), std::try_to_lock);
  if (!held) return;  // who looks next tidies up
  Settle(now);
}

void SlotState::Settle(Nanoseconds now) {
  const std::uint64_t word = word_.load(kRelaxed);
  if ((word & kSwitchEnds) != 0 && now >= switch_until_.load(kRelaxed)) SetBits(kSwitchedOff | kSwitchEnds, 0);
  if ((word & kTagEnds) != 0 && now >= tag_until_.load(kRelaxed)) SetBits(kTagOff | kTagEnds, 0);
  if ((word & kSlowStart) != 0 && cooldown_.Level(now, cooling()) == Availability::kFull) SetBits(kSlowStart, 0);
  if ((word & kModels) != 0 && models_.Settle(now)) SetBits(kModels, 0);
}

// What is the key's fault says nothing of the channel: for that it is as if the request had been cancelled.
bool SlotState::NoteKey(const Outcome& outcome, std::uint32_t key, Nanoseconds now) {
  KeyStates* const keys = keys_.load(kRelaxed);
  if (keys == nullptr || (word_.load(kRelaxed) & kKeys) == 0) return false;
  // Of a request that was on its way when the key failed, nothing but a longer wait is new.
  if (keys->IsCooling(key, now)) {
    if (!IsTheKeysFault(outcome.kind)) return false;
    if (const auto asked = AskedFor(outcome, cooling())) keys->Prolong(key, now + *asked);
    return true;
  }
  if (outcome.kind == OutcomeKind::kSuccess) keys->Recover(key);
  if (!IsTheKeysFault(outcome.kind)) return false;
  const std::int32_t times = keys->cooldowns(key);
  const Nanoseconds lasts = LengthOf(outcome, times, cooling());
  keys->Cool(key, now + Jittered(lasts, cooling(), salt() + key + static_cast<std::uint64_t>(times)));
  return true;
}

void SlotState::Note(const Outcome& outcome, const EndedAttempt& attempt, Nanoseconds now, MayCool may_cool) {
  now = time_.At(now);
  const std::lock_guard held(lock());
  meters_.Settle(outcome.tokens, now);
  const bool was_the_key = attempt.key.has_value() && NoteKey(outcome, *attempt.key, now);
  const Outcome of_channel =
      was_the_key ? Outcome{.kind = OutcomeKind::kCancelled, .latency = outcome.latency} : outcome;
  NoteChannel(of_channel, attempt.trial, now, may_cool);
  if (!attempt.model.empty()) NoteModel(outcome.kind, attempt.model, now);
  Settle(now);
}

void SlotState::NoteChannel(const Outcome& outcome, bool trial, Nanoseconds now, MayCool may_cool) {
  std::unique_lock cools(commons_.cooling_lock(), std::defer_lock);
  const auto ask = [&] {
    cools.lock();
    return may_cool();
  };
  const std::uint64_t bits =
      cooldown_.Note(outcome, {.now = now, .trial = trial, .salt = salt()}, cooling(), MayCool::Of(ask));
  SetBits(kCooling | kSlowStart, bits);
}

void SlotState::NoteModel(OutcomeKind kind, std::string_view model, Nanoseconds now) {
  if ((word_.load(kRelaxed) & kModels) != 0) models_.Settle(now);
  const bool was_on_its_way = models_.IsCooling(model, now);  // when an earlier one said so
  if (kind == OutcomeKind::kModelUnavailable && !was_on_its_way) {
    const std::int32_t times = models_.CountCooldown(model);
    const Nanoseconds lasts = Backoff(Nanos(cooling().first), times, cooling(), salt());
    if (models_.Set(model, now + lasts, false, now)) SetBits(0, kModels);
  } else if (kind == OutcomeKind::kSuccess && (word_.load(kRelaxed) & kModels) != 0 && !was_on_its_way) {
    models_.Clear(model, false);
  }
}

void SlotState::SwitchOff(std::uint64_t bit, const SwitchNote& note, Nanoseconds now, Nanoseconds age) {
  now = time_.At(now);
  const std::lock_guard held(lock());
  const bool by_tag = bit == kTagOff;
  const Nanoseconds until = EndOf(note, now);
  (by_tag ? tag_until_ : switch_until_).store(until, kRelaxed);
  Rare::Switch& kept = by_tag ? rare().by_tag : rare().by_id;
  kept.note = note.why.substr(0, kMostNoteBytes);
  kept.at = now - std::max<Nanoseconds>(age, 0);
  const std::uint64_t ends = by_tag ? kTagEnds : kSwitchEnds;
  SetBits(bit | ends, bit | (until == ModelStates::kForever ? 0 : ends));
}

void SlotState::SwitchOn(std::uint64_t bit) {
  const std::lock_guard held(lock());
  if (rare_ != nullptr) {
    Rare::Switch& kept = bit == kTagOff ? rare_->by_tag : rare_->by_id;
    kept.note.clear();
  }
  SetBits(bit | (bit == kTagOff ? kTagEnds : kSwitchEnds), 0);
}

bool SlotState::SwitchOff(std::string_view model, const SwitchNote& note, Nanoseconds now) {
  now = time_.At(now);
  const std::lock_guard held(lock());
  if (!models_.Set(model, EndOf(note, now), true, now)) return false;
  SetBits(0, kModels);
  return true;
}

// Not only a switch by hand: who switches a model on does not want to wait for its cooldown either.
void SlotState::SwitchOn(std::string_view model) {
  const std::lock_guard held(lock());
  models_.Clear(model, true);
  models_.Clear(model, false);
  Settle(time_.latest());
}

void SlotState::Limit(const ChannelLimits& limits) {
  const std::lock_guard held(lock());
  if (limits != ChannelLimits{} || rare_ != nullptr) rare().limits = limits;
  meters_.Limit(limits, options().nodes);
  SetBits(kLimited, meters_.limited() ? kLimited : 0);
}

void SlotState::SetKeys(const ChannelKeys& keys) {
  const std::lock_guard held(lock());
  if (keys.count < 2) {
    SetBits(kKeys, 0);
    return;
  }
  if (keys_.load(kRelaxed) == nullptr) keys_.store(new KeyStates(), std::memory_order_release);
  keys_.load(kRelaxed)->Set(keys);
  SetBits(0, kKeys);
}

bool SlotState::IsSwitchedOff(Nanoseconds now) noexcept { return IsOff(word_.load(kRelaxed), time_.At(now)); }

bool SlotState::IsLeftAlone(Nanoseconds now) noexcept {
  now = time_.At(now);
  return (word_.load(kRelaxed) & kCooling) != 0 && now < cooldown_.until() + Nanos(cooling().trial_timeout);
}

std::optional<std::uint32_t> SlotState::NextKey(Nanoseconds now, KeyStates::Tried tried) noexcept {
  if ((word_.load(kRelaxed) & kKeys) == 0) return std::nullopt;
  return keys_.load(std::memory_order_acquire)->Next(time_.At(now), tried);
}

bool SlotState::HasKey(Nanoseconds now, KeyStates::Tried tried) noexcept {
  if ((word_.load(kRelaxed) & kKeys) == 0) return false;
  return keys_.load(std::memory_order_acquire)->Has(time_.At(now), tried);
}

void SlotState::Count(bool counts) {
  const std::lock_guard held(lock());
  SetBits(kCounted, counts ? kCounted : 0);
}

void SlotState::Reset() {
  const std::lock_guard held(lock());
  cooldown_.Reset();
  meters_.Forgive();
  models_.ClearCooldowns();
  if (KeyStates* const keys = keys_.load(kRelaxed); keys != nullptr) keys->RecoverAll();
  SetBits(kCooling | kSlowStart, 0);
  Settle(time_.latest());
}

ChannelStatus SlotState::Status(Nanoseconds now) {
  now = time_.At(now);
  const std::lock_guard held(lock());
  Settle(now);
  const std::uint64_t word = word_.load(kRelaxed);
  ChannelStatus status;
  status.channel_id = channel_id_;
  if (rare_ != nullptr) status.limits = rare_->limits;
  WriteSwitches(word, now, status);
  WritePhase(word, now, status);
  status.last_failure = cooldown_.last_failure();
  status.cooldowns = cooldown_.cooldowns();
  status.consecutive_failures = cooldown_.consecutive();
  status.successes = cooldown_.successes();
  status.failures = cooldown_.failures();
  status.latency = cooldown_.latency();
  status.in_flight = meters_.in_flight();
  status.models = models_.States(now);
  if ((word & kKeys) != 0) status.keys = keys_.load(kRelaxed)->States(now);
  return status;
}

std::vector<ModelState> SlotState::ModelsOut(Nanoseconds now) {
  const std::lock_guard held(lock());
  std::vector<ModelState> out = models_.States(time_.At(now));
  // In order of name, and by hand comes last.
  const auto is_double = [&](const ModelState& state) {
    const ModelState* const next = &state + 1;
    return next != out.data() + out.size() && next->model == state.model;
  };
  std::vector<ModelState> each;
  std::copy_if(out.begin(), out.end(), std::back_inserter(each), [&](const ModelState& s) { return !is_double(s); });
  return each;
}

void SlotState::WriteSwitches(std::uint64_t word, Nanoseconds now, ChannelStatus& status) const {
  status.switched_off = (word & kSwitchedOff) != 0;
  status.tag_off = (word & kTagOff) != 0;
  if ((word & kTagEnds) != 0) status.tag_remaining = Left(tag_until_.load(kRelaxed), now);
  if (!status.switched_off) status.switch_remaining = status.tag_remaining;
  if ((word & kSwitchEnds) != 0) status.switch_remaining = Left(switch_until_.load(kRelaxed), now);
  if (status.switched_off) status.switch_age = Since(rare_->by_id.at, now);
  if (status.tag_off) status.tag_age = Since(rare_->by_tag.at, now);
  if (status.switched_off || status.tag_off) {
    status.switch_note = (status.switched_off ? rare_->by_id : rare_->by_tag).note;
  }
}

void SlotState::WritePhase(std::uint64_t word, Nanoseconds now, ChannelStatus& status) const {
  if ((word & kCooling) != 0) {
    const bool cools = cooldown_.IsCooling(now);
    status.phase = cools ? ChannelPhase::kCooling : ChannelPhase::kTrial;
    status.remaining = Left(cools ? cooldown_.until() : cooldown_.NextTrial(cooling()), now);
    status.age = Since(cooldown_.cooled_at(), now);
  } else if ((word & kSlowStart) != 0) {
    status.phase = ChannelPhase::kSlowStart;
    status.remaining = Left(cooldown_.recovered_at() + Nanos(cooling().slow_start), now);
    status.age = Since(cooldown_.recovered_at(), now);
  }
}

void SlotState::Import(const ChannelStatus& status, Nanoseconds now) {
  if (status.switched_off) {
    SwitchOff(kSwitchedOff, {.why = status.switch_note, .lasts = status.switch_remaining}, now,
              Nanos(status.switch_age.value_or(std::chrono::milliseconds(0))));
  }
  if (status.tag_off) {
    const bool alone = !status.switched_off;
    SwitchNote note{.lasts = status.tag_remaining};
    if (alone) note = {.why = status.switch_note, .lasts = note.lasts ? note.lasts : status.switch_remaining};
    SwitchOff(kTagOff, note, now, Nanos(status.tag_age.value_or(std::chrono::milliseconds(0))));
  }
  now = time_.At(now);
  const std::lock_guard held(lock());
  SetBits(kCooling | kSlowStart, cooldown_.Import(status, now, cooling()));
  if (KeyStates* const keys = keys_.load(kRelaxed); keys != nullptr) {
    for (const KeyCooldown& key : status.keys)
      keys->Cool(key.key, now + std::min(Nanos(key.remaining), Nanos(cooling().longest)));
  }
  for (const ModelState& state : status.models) {
    const Nanoseconds end = EndOf({.lasts = state.remaining}, now);
    const Nanoseconds until = state.switched_off ? end : std::min(end, now + Nanos(cooling().longest));
    if (models_.Set(state.model, until, state.switched_off, now)) SetBits(0, kModels);
  }
}

}  // namespace pointsman::inline v0
