// What a router does beside selecting (router_select.cc): it hears, switches, shows and publishes.
#include "pointsman/router.h"

#include <string>
#include <utility>

#include "explain/distribution_of.h"
#include "explain/explain_steps.h"
#include "publish/frozen.h"
#include "publish/group_channels.h"
#include "router_impl.h"
#include "select/recorded.h"
#include "select/selected.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// Whether no attempt with another key of its channel was made since.
bool IsLastOfItsChannel(const Selection& selection, const Attempts& attempts) {
  for (std::size_t i = attempts.size(); i > 0; --i) {
    const Attempt& attempt = attempts[i - 1];
    if (attempt.channel_id != selection.channel_id()) continue;
    return attempt.key == static_cast<std::int64_t>(selection.key_index().value_or(Selection::kNoKey));
  }
  return false;
}

}  // namespace

Router::Router(Policy policy, RouterOptions options)
    : impl_(std::make_unique<Impl>(std::move(policy), std::move(options))) {}
Router::~Router() = default;

const Policy& Router::policy() const { return impl_->publisher.policy(); }

void Router::Report(Selection& selection, const Outcome& outcome) {
  if (!SelectionAccess::TakeReport(selection)) return;
  impl_->current().Read([&](const Published& now) {
    const std::uint32_t channel = ChannelNumber(*now.data, selection.channel_id());
    if (channel == kNoIndex) return;  // it vanished meanwhile
    const std::string_view name = ModelNamed(now, selection.generation(), SelectionAccess::model(selection));
    const Nanoseconds time = impl_->slots().Now();
    const auto may_cool = [&] {
      return MayCoolDown(now, selection.group(), channel, time, now.state->cooldown.max_cooling_share);
    };
    const EndedAttempt attempt{
        .model = name, .key = selection.key_index(), .trial = SelectionAccess::is_trial(selection)};
    now.states[channel]->Note(outcome, attempt, time, MayCool::Of(may_cool));
    if (impl_->counter) {
      impl_->counter->Note({.group = selection.group(), .model = name, .channel_id = selection.channel_id()}, outcome);
    }
  });
  if (SlotState*& reserved = SelectionAccess::reservation(selection); reserved != nullptr) {
    std::exchange(reserved, nullptr)->Release();
  }
}

void Router::Report(Selection& selection, const Outcome& outcome, Attempts& attempts) {
  if (SelectionAccess::is_to_be_reported(selection) && IsTheKeysFault(outcome.kind) && selection.key_index() &&
      IsLastOfItsChannel(selection, attempts)) {
    attempts.NoteKeysFault(selection.channel_id());
  }
  Report(selection, outcome);
}

bool Router::SwitchOff(std::int64_t channel_id, const SwitchNote& note) {
  const Nanoseconds now = impl_->slots().Now();
  return impl_->slots().With(channel_id, [&](SlotState& s) { s.SwitchOff(slot_bit::kSwitchedOff, note, now); });
}
bool Router::SwitchOn(std::int64_t channel_id) {
  return impl_->slots().With(channel_id, [](SlotState& s) { s.SwitchOn(slot_bit::kSwitchedOff); });
}

absl::Status Router::SwitchOff(std::int64_t channel_id, std::string_view model, const SwitchNote& note) {
  if (model.empty() || model.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError("SwitchOff: a model's name has 1 to " + std::to_string(kMaxNameBytes) + " bytes");
  }
  bool has_room = false;
  const Nanoseconds now = impl_->slots().Now();
  const bool is_known =
      impl_->slots().With(channel_id, [&](SlotState& s) { has_room = s.SwitchOff(model, note, now); });
  if (!is_known) return absl::NotFoundError("SwitchOff: no published table has channel " + std::to_string(channel_id));
  if (has_room) return absl::OkStatus();
  return absl::ResourceExhaustedError("SwitchOff: " + std::to_string(ModelStates::kMost) + " models of channel " +
                                      std::to_string(channel_id) + " are switched off already; switch off the channel");
}
bool Router::SwitchOn(std::int64_t channel_id, std::string_view model) {
  return impl_->slots().With(channel_id, [&](SlotState& s) { s.SwitchOn(model); });
}

void Router::SwitchOffTag(std::string_view tag, const SwitchNote& note) { impl_->slots().SwitchTagOff(tag, note); }
void Router::SwitchOnTag(std::string_view tag) { impl_->slots().SwitchTagOn(tag); }

absl::Status Router::SetLimits(std::int64_t channel_id, const ChannelLimits& limits) {
  if (limits.max_in_flight < 0 || limits.requests_per_minute < 0 || limits.tokens_per_minute < 0 || limits.burst < 1) {
    return absl::InvalidArgumentError("SetLimits: a limit is 0 (none) or more, and burst 1 or more");
  }
  impl_->slots().Limit(channel_id, limits);
  return absl::OkStatus();
}

bool Router::ResetState(std::int64_t channel_id) {
  return impl_->slots().With(channel_id, [](SlotState& s) { s.Reset(); });
}

std::vector<ChannelStatus> Router::ChannelStates() const { return impl_->slots().Statuses(); }

std::vector<RouteCount> Router::RouteCounts() const {
  return impl_->counter ? impl_->counter->Counts() : std::vector<RouteCount>();
}

std::size_t Router::ImportChannelStates(std::span<const ChannelStatus> states) {
  const Nanoseconds now = impl_->slots().Now();
  std::size_t known = 0;
  for (const ChannelStatus& status : states) {
    if (!impl_->slots().With(status.channel_id, [&](SlotState& s) { s.Import(status, now); })) continue;
    ++known;
    if (status.limits != ChannelLimits{}) SetLimits(status.channel_id, status.limits).IgnoreError();
  }
  return known;
}

std::size_t Router::memory_bytes() const {
  return impl_->publisher.memory_bytes() + impl_->asked_groups.memory_bytes() +
         (impl_->counter ? impl_->counter->memory_bytes() : 0);
}

void Router::ReadErased(Visit visit, void* use) const {
  impl_->current().Read([&](const Published& now) { visit(use, *now.table); });
}

Snapshot Router::TakeSnapshot() const {
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  return {.table = now->table, .generation = now->generation};
}

RouterDump Router::Dump() const {
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  return {.table = now->table,
          .generation = now->generation,
          .out = FrozenChannels(*now).Out(),
          .decisions = impl_->recent.All()};
}

Explanation Router::Explain(const Request& request, const Caller* caller) const {
  return ExplainPublished(Frozen(*impl_->current().Hold()), request, nullptr, caller);
}

Explanation Router::Explain(const Request& request, const Attempts& attempts, const Caller* caller) const {
  return ExplainPublished(Frozen(*impl_->current().Hold()), request, &attempts, caller);
}

Distribution Router::Distribute(const Request& request, const Attempts* attempts) const {
  return DistributionOf(Frozen(*impl_->current().Hold()), request, attempts);
}

absl::StatusOr<AttemptDistribution> Router::DistributeAttempt(const Request& request, std::size_t attempt,
                                                              const Attempts* attempts) const {
  return AttemptDistributionOf(Frozen(*impl_->current().Hold()), request, attempt, attempts);
}

absl::StatusOr<std::uint64_t> Router::Publish(std::shared_ptr<const RouteTable> table) {
  if (table == nullptr) return absl::InvalidArgumentError("Publish: the table is null; pass one that Compile made");
  return impl_->publisher.Publish(std::move(table), impl_->publisher.TakeTicket(), Guard::kAcceptLoss);
}

absl::StatusOr<std::uint64_t> Router::Patch(std::span<const ChannelChange> changes) {
  return impl_->publisher.Patch(changes);
}

absl::StatusOr<BuildReport> Router::Reload(Loader& loader, const Wanted& wanted) {
  absl::StatusOr<Prepared> prepared = Prepare(loader, wanted);
  if (!prepared.ok()) return prepared.status();
  if (const auto generation = Publish(*prepared); !generation.ok()) return generation.status();
  return std::move(prepared->report);
}

absl::StatusOr<Prepared> Router::Prepare(Loader& loader, const Wanted& wanted, const PolicyForRows& policy_for) const {
  const std::uint64_t ticket = impl_->publisher.TakeTicket();
  Rows rows(loader.source());
  if (absl::Status loaded = loader.Load(rows, wanted); !loaded.ok()) return loaded;
  absl::StatusOr<Policy> policy = rows.abilities().empty() ? impl_->publisher.BuildPolicy() : impl_->publisher.policy();
  if (policy_for) policy = policy_for(rows, *std::move(policy));
  if (!policy.ok()) return policy.status();
  absl::StatusOr<Compiled> compiled = Compile(rows, *policy);
  if (!compiled.ok()) return compiled.status();
  return Prepared{.table = std::move(compiled->table), .report = std::move(compiled->report), .ticket = ticket};
}

absl::StatusOr<std::uint64_t> Router::Publish(Prepared& prepared, Guard guard) {
  if (prepared.table == nullptr) return absl::InvalidArgumentError("Publish: nothing was prepared; call Prepare first");
  const auto generation = impl_->publisher.Publish(prepared.table, prepared.ticket, guard);
  if (generation.ok()) prepared.report.generation = *generation;
  return generation;
}

}  // namespace pointsman::inline v0
