#include "pointsman/router.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "explain/distribution_of.h"
#include "explain/explain_steps.h"
#include "publish/choice_source.h"
#include "publish/group_channels.h"
#include "publish/loss.h"
#include "publish/name_store.h"
#include "publish/table_cell.h"
#include "random/thread_generator.h"
#include "select/at_once.h"
#include "select/in_full.h"
#include "select/recorded.h"
#include "select/select.h"
#include "select/selected.h"
#include "state/channel_slots.h"
#include "table/content_hash.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// The table of no rows at all. A policy that cannot be compiled is refused when it is used.
std::shared_ptr<const RouteTable> EmptyTable(const Policy& policy) {
  if (absl::StatusOr<Compiled> compiled = Compile(Rows(), policy); compiled.ok()) return compiled->table;
  auto data = std::make_unique<TableData>();
  data->policy = policy;
  data->content_hash = ContentHash(*data);
  return std::make_shared<const RouteTable>(std::move(data));
}

std::shared_ptr<const Published> NothingYet(const Policy& policy) {
  Published nothing{.table = EmptyTable(policy)};
  nothing.data = &nothing.table->data();
  return std::make_shared<const Published>(std::move(nothing));
}

absl::Status GuardLoss(const RouteTable& today, const RouteTable& next, double most) {
  const Loss loss = CountLoss(today, next);
  if (loss.share() <= most) return absl::OkStatus();
  return absl::FailedPreconditionError(std::to_string(loss.lost) + " of " + std::to_string(loss.serving) +
                                       " serving routes would be lost, which is more than max_lost_share allows; the "
                                       "current table stays. If the loss is "
                                       "meant, publish the table yourself or raise max_lost_share");
}

}  // namespace

class Router::Impl {
 public:
  Impl(Policy policy, RouterOptions options)
      : policy_(std::move(policy)),
        options_(std::move(options)),
        slots_(std::make_shared<ChannelSlots>(options_.state)),
        cell_(NothingYet(policy_)) {}

  const Policy& policy() const { return policy_; }
  const TableCell& current() const { return cell_; }

  std::uint64_t TakeTicket() { return next_ticket_.fetch_add(1) + 1; }

  // Tickets order builds by when they began to load: one that was overtaken is refused.
  absl::StatusOr<std::uint64_t> Publish(std::shared_ptr<const RouteTable> table, std::uint64_t ticket, bool guarded) {
    const std::lock_guard lock(publishing_);
    return PublishLocked(std::move(table), ticket, guarded);
  }

  // The table that is patched is still the current one when the patched one takes its place.
  absl::StatusOr<std::uint64_t> Patch(std::span<const ChannelChange> changes) {
    const std::lock_guard lock(publishing_);
    absl::StatusOr<std::shared_ptr<const RouteTable>> patched = v0::Patch(*cell_.Hold()->table, changes);
    if (!patched.ok()) return patched.status();
    return PublishLocked(*std::move(patched), TakeTicket(), false);
  }

  // The number of a group or model that was ever published; kNoIndex for others.
  std::uint32_t GroupNumber(std::string_view group) const {
    const std::lock_guard lock(publishing_);
    return group_names_.Find(group);
  }
  std::uint32_t ModelNumber(std::string_view model) const {
    const std::lock_guard lock(publishing_);
    return model_names_.Find(model);
  }

  ChannelSlots& slots() const { return *slots_; }

  void Keep(const DecisionRecord& record) {
    if (options_.recent_decisions == 0) return;
    const std::lock_guard lock(recording_);
    recent_.push_back(record);
    if (recent_.size() > options_.recent_decisions) recent_.pop_front();
  }
  std::vector<DecisionRecord> RecentDecisions() const {
    const std::lock_guard lock(recording_);
    return {recent_.begin(), recent_.end()};
  }

  std::size_t memory_bytes() const {
    const std::lock_guard lock(publishing_);
    const std::shared_ptr<const Published> today = cell_.Hold();
    return sizeof(*this) + today->table->memory_bytes() + today->channels.size() * sizeof(BoundChannel) +
           today->group_names.size() * sizeof(std::string_view) +
           (today->group_of_handle.size() + today->model_of_handle.size()) * sizeof(std::uint32_t) +
           (today->bound_channels == nullptr ? 0 : today->bound_channels->slots.memory_bytes()) +
           group_names_.memory_bytes() + model_names_.memory_bytes() + slots_->memory_bytes() +
           (choices_ == nullptr ? 0 : choices_->memory_bytes());
  }

  // The policy for the next build. Once ability rows were believed they stay believed: a table of them that is suddenly
  // gone is a loss, not another source.
  Policy BuildPolicy() const {
    Policy policy = policy_;
    const std::shared_ptr<const Published> today = cell_.Hold();
    if (today->generation > 0 && policy.source == RowSource::kBoth &&
        today->table->believed() == RowSource::kAbilities) {
      policy.source = RowSource::kAbilities;
    }
    return policy;
  }

 private:
  absl::StatusOr<std::uint64_t> PublishLocked(std::shared_ptr<const RouteTable> table, std::uint64_t ticket,
                                              bool guarded) {
    if (ticket < published_ticket_) {
      return absl::AbortedError("a newer table was published while this one was loaded; load again if in doubt");
    }
    if (absl::Status fine = options_.state.Validate(); !fine.ok()) return fine;
    const std::shared_ptr<const Published> today = cell_.Hold();
    if (guarded) {
      if (absl::Status fine = GuardLoss(*today->table, *table, options_.max_lost_share); !fine.ok()) return fine;
    }
    if (options_.before_publish) {
      if (absl::Status fine = options_.before_publish(*table); !fine.ok()) return fine;
    }
    auto next = std::make_shared<const Published>(Bind(std::move(table), *today));
    const std::uint64_t generation = next->generation;
    cell_.Replace(std::move(next));
    published_ticket_ = ticket;
    return generation;
  }

  // What belongs to a table only here: handles, stored names and the channels' words. Most publishes change neither
  // names nor channels; then it is today's.
  Published Bind(std::shared_ptr<const RouteTable> table, const Published& today) {
    const TableData& data = table->data();
    Published next{.data = &data, .generation = today.generation + 1};
    const bool same_names =
        today.bound_names != nullptr && SameNames(*today.data, data) && today.data->balances == data.balances;
    next.bound_names = same_names ? today.bound_names : BindNames(data);
    next.names_since = same_names ? today.names_since : next.generation;
    next.bound_channels = today.bound_channels != nullptr && SameChannels(today.data->channels, data.channels)
                              ? today.bound_channels
                              : BindChannels(data);
    next.channels = next.bound_channels->channels;
    next.states = next.bound_channels->states;
    next.state = &slots_->options();
    next.group_names = next.bound_names->groups;
    next.group_of_handle = next.bound_names->group_of_handle;
    next.model_of_handle = next.bound_names->model_of_handle;
    next.table = std::move(table);
    BindChoices(today, next);
    return next;
  }

  // What choices ask for beside chance: turns and loads of groups, keys of channels.
  void BindChoices(const Published& today, Published& next) {
    const auto has_keys = [](const Published& p) {
      return std::any_of(p.data->channels.begin(), p.data->channels.end(), HasSeveralKeys);
    };
    const bool keys = has_keys(next);
    if (!next.data->balances.empty() || keys) {
      if (choices_ == nullptr) choices_ = std::make_unique<LiveChoices>(options_.state.rotations);
      next.choices = choices_.get();
    }
    if (!next.data->balances.empty() || !today.data->balances.empty()) {
      const std::vector<bool> counted = ChannelsChosenByLoad(*next.data);
      for (std::size_t c = 0; c < counted.size(); ++c) {
        if (next.states[c] != nullptr) next.states[c]->Count(counted[c]);
      }
    }
    if (!keys && !has_keys(today)) return;
    for (std::size_t c = 0; c < next.states.size(); ++c) {
      if (next.states[c] != nullptr) next.states[c]->SetKeys(next.data->channels[c].keys);
    }
  }

  static bool HasSeveralKeys(const ChannelRecord& channel) { return !channel.removed && channel.keys.count > 1; }

  static bool SameNames(const TableData& a, const TableData& b) { return a.groups == b.groups && a.models == b.models; }

  static bool SameChannels(const std::vector<ChannelRecord>& a, const std::vector<ChannelRecord>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ChannelRecord& x, const ChannelRecord& y) {
      return x.id == y.id && x.cookie == y.cookie && x.removed == y.removed && x.tag == y.tag;
    });
  }

  std::shared_ptr<const BoundNames> BindNames(const TableData& data) {
    BoundNames bound{.groups = {},
                     .group_of_handle = group_names_.Number(data.groups),
                     .model_of_handle = model_names_.Number(data.models)};
    for (std::uint32_t& group : bound.group_of_handle) {
      if (group != kNoIndex && data.BalanceOf(group) != Balance::kWeightedRandom) group |= BoundNames::kBalanced;
    }
    for (const std::string_view group : data.groups) {
      bound.groups.push_back(group_names_.name(group_names_.Find(group)));
    }
    return std::make_shared<const BoundNames>(std::move(bound));
  }

  std::shared_ptr<const BoundChannels> BindChannels(const TableData& data) {
    std::vector<ChannelSlots::Channel> wanted;
    for (const ChannelRecord& channel : data.channels) {
      if (!channel.removed) wanted.push_back({.id = channel.id, .tag = channel.tag});
    }
    BoundChannels bound{.channels = {}, .states = {}, .slots = slots_->Bind(wanted)};
    auto slot = bound.slots.slots.begin();
    for (const ChannelRecord& channel : data.channels) {
      const BoundSlot at = channel.removed ? BoundSlot() : *slot++;
      bound.channels.push_back({.word = at.word, .id = channel.id, .cookie = channel.cookie});
      bound.states.push_back(at.state);
    }
    return std::make_shared<const BoundChannels>(std::move(bound));
  }

  const Policy policy_;
  const RouterOptions options_;
  std::atomic<std::uint64_t> next_ticket_{0};
  mutable std::mutex publishing_;
  std::uint64_t published_ticket_ = 0;  // guarded by publishing_, as are the names
  NameStore group_names_;
  NameStore model_names_;
  const std::shared_ptr<ChannelSlots> slots_;
  std::unique_ptr<LiveChoices> choices_;  // made when it is first needed
  mutable std::mutex recording_;
  std::deque<DecisionRecord> recent_;  // guarded by recording_
  TableCell cell_;
};

namespace {

// A handle can be younger than the table: another thread published meanwhile, and this one still reads the old table.
std::uint32_t PlaceOf(std::span<const std::uint32_t> place_of_handle, std::size_t handle) noexcept {
  return handle < place_of_handle.size() ? place_of_handle[handle] : kNoIndex;
}

RandomBits Erased(ThreadWords) noexcept { return ThreadBits(); }
RandomBits Erased(RandomBits bits) noexcept { return bits; }

// Plain names and switches alone decide, or SelectInFull does.
template <class Bits>
Selection OrInFull(const Published& now, const Request& request, Selection plain, Bits bits) noexcept {
  if (plain.reason() != Reason::kAllCoolingDown) return plain;
  return SelectInFull(now, request, nullptr, Erased(bits));
}

// Where a group does not serve a name at once: the end of it, unless there is more to the policy, the group's name (it
// may be blank) or a channel's state.
template <class Bits>
[[gnu::noinline]] Selection GoOn(const Published& now, const Request& request, Reason reason, Bits bits) noexcept {
  if (!now.data->simple) return SelectInFull(now, request, nullptr, Erased(bits));
  if (reason == Reason::kUnknownGroup) return OrInFull(now, request, SelectByNames(now, request, bits), bits);
  return OrInFull(now, request, Refuse(now, reason), bits);
}

template <class Bits>
[[gnu::noinline]] Selection GoOn(const Published& now, std::uint32_t group, std::uint32_t model, Reason reason,
                                 Bits bits) noexcept {
  if (group != kNoIndex && (group & BoundNames::kBalanced) != 0) {
    group &= ~BoundNames::kBalanced;
  } else if (group == kNoIndex || (now.data->simple && reason != Reason::kAllCoolingDown)) {
    return Refuse(now, reason);
  }
  const std::string_view name = model == kNoIndex ? std::string_view() : now.data->models[model];
  return SelectInFull(now, {.group = now.data->groups[group], .model = name}, nullptr, Erased(bits));
}

template <class Bits>
[[gnu::noinline, gnu::cold]] Selection SelectWithCare(const TableCell& current, const Request& request,
                                                      Bits bits) noexcept {
  return current.Read([&](const Published& now) noexcept {
    return now.data->simple && !AsksForMore(request) ? OrInFull(now, request, SelectByNames(now, request, bits), bits)
                                                     : SelectInFull(now, request, nullptr, Erased(bits));
  });
}

template <class Names, class Bits>
[[gnu::always_inline]] inline Selection SelectNames(const TableCell& current, const Request& request,
                                                    Bits bits) noexcept {
  return current.Read([&request, bits](const Published& now) noexcept {
    return SelectAtOnce<Names>(now, request, bits, [&now, &request, bits](Reason reason) noexcept {
      return GoOn(now, request, reason, bits);
    });
  });
}

// Apart from the path of names that are not short, which would pay for the questions about length.
template <class Bits>
[[gnu::noinline]] Selection SelectUsual(const TableCell& current, const Request& request, Bits bits) noexcept {
  if (!IsUsual(request)) [[unlikely]]
    return SelectWithCare(current, request, bits);
  return SelectNames<UsualNames>(current, request, bits);
}

template <class Bits>
[[gnu::always_inline]] inline Selection SelectHandles(const TableCell& current, std::size_t group, std::size_t model,
                                                      Bits bits) noexcept {
  return current.Read([group, model, bits](const Published& now) noexcept {
    const std::uint32_t grouped = PlaceOf(now.group_of_handle, group);
    const std::uint32_t named = PlaceOf(now.model_of_handle, model);
    return SelectAtOnce(now, grouped, named, bits, [&now, grouped, named, bits](Reason reason) noexcept {
      return GoOn(now, grouped, named, reason, bits);
    });
  });
}

}  // namespace

Router::Router(Policy policy, RouterOptions options)
    : impl_(std::make_unique<Impl>(std::move(policy), std::move(options))) {}
Router::~Router() = default;

const Policy& Router::policy() const { return impl_->policy(); }

[[gnu::flatten]] Selection Router::Select(const Request& request) const noexcept {
  if (!IsPlain(request)) [[unlikely]]
    return SelectUsual(impl_->current(), request, ThreadWords());
  return SelectNames<MiddleNames>(impl_->current(), request, ThreadWords());
}

Selection Router::Select(const Request& request, RandomBits bits) const noexcept {
  if (!IsPlain(request)) [[unlikely]]
    return SelectUsual(impl_->current(), request, bits);
  return SelectNames<MiddleNames>(impl_->current(), request, bits);
}

Selection Router::Select(const Request& request, Attempts& attempts) const noexcept {
  return Select(request, attempts, ThreadBits());
}

Selection Router::Select(const Request& request, Attempts& attempts, RandomBits bits) const noexcept {
  return impl_->current().Read(
      [&](const Published& now) noexcept { return SelectInFull(now, request, &attempts, bits); });
}

Selection Router::SelectRecorded(const Request& request, Attempts* attempts, RandomBits bits,
                                 DecisionRecord& record) const {
  // Held, not read: what this allocates and asks may take its time.
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  Selection selection = SelectAndRecord(*now, request, attempts, bits, record);
  impl_->Keep(record);
  return selection;
}

[[gnu::flatten]] Selection Router::Select(GroupHandle group, ModelHandle model) const noexcept {
  return SelectHandles(impl_->current(), group.number_, model.number_, ThreadWords());
}

Selection Router::Select(GroupHandle group, ModelHandle model, RandomBits bits) const noexcept {
  return SelectHandles(impl_->current(), group.number_, model.number_, bits);
}

std::optional<GroupHandle> Router::FindGroup(std::string_view group, std::string_view user_group) const {
  // The plan's first group: an alias is resolved, and the policy's permissions are asked here once and for all.
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  const Request request{.group = group, .user_group = user_group};
  PlanWalk walk(*now->data, request);
  PlanStop stop;
  if (!walk.Next(stop)) return std::nullopt;
  const std::uint32_t number = impl_->GroupNumber(stop.name);
  return number == kNoIndex ? std::nullopt : std::optional(GroupHandle(number));
}

std::optional<ModelHandle> Router::FindModel(std::string_view model) const {
  const std::uint32_t number = impl_->ModelNumber(model);
  return number == kNoIndex ? std::nullopt : std::optional(ModelHandle(number));
}

void Router::Report(Selection& selection, const Outcome& outcome) {
  if (!SelectionAccess::TakeReport(selection)) return;
  impl_->current().Read([&](const Published& now) {
    const std::uint32_t channel = ChannelNumber(*now.data, selection.channel_id());
    if (channel == kNoIndex) return;  // it vanished meanwhile
    const std::uint32_t model = SelectionAccess::model(selection);
    const bool is_known = selection.generation() >= now.names_since && model < now.data->models.size();
    const auto may_cool = [&] {
      return MayCoolDown(now, selection.group(), channel, now.state->cooldown.max_cooling_share);
    };
    now.states[channel]->Note(outcome, is_known ? now.data->models[model] : std::string_view(), selection.key_index(),
                              impl_->slots().Now(), MayCool::Of(may_cool));
  });
  if (SlotState*& reserved = SelectionAccess::reservation(selection); reserved != nullptr) {
    std::exchange(reserved, nullptr)->Release();
  }
}

void Router::Report(Selection& selection, const Outcome& outcome, Attempts& attempts) {
  if (IsTheKeysFault(outcome.kind) && selection.key_index()) attempts.NoteKeysFault(selection.channel_id());
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

std::size_t Router::ImportChannelStates(std::span<const ChannelStatus> states) {
  const Nanoseconds now = impl_->slots().Now();
  std::size_t known = 0;
  for (const ChannelStatus& status : states) {
    known += impl_->slots().With(status.channel_id, [&](SlotState& s) { s.Import(status, now); }) ? 1u : 0u;
  }
  return known;
}

std::size_t Router::memory_bytes() const { return impl_->memory_bytes(); }

void Router::ReadErased(Visit visit, void* use) const {
  impl_->current().Read([&](const Published& now) { visit(use, *now.table); });
}

Snapshot Router::TakeSnapshot() const {
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  return {.table = now->table, .generation = now->generation};
}

RouterDump Router::Dump() const {
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  RouterDump dump{.table = now->table, .generation = now->generation, .decisions = impl_->RecentDecisions()};
  for (std::size_t c = 0; c < now->channels.size(); ++c) {
    if (const auto out = OutOf(now->channels[c].id, AvailabilityNow(*now, c))) dump.out.push_back(*out);
  }
  return dump;
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
  return impl_->Publish(std::move(table), impl_->TakeTicket(), false);
}

absl::StatusOr<std::uint64_t> Router::Patch(std::span<const ChannelChange> changes) { return impl_->Patch(changes); }

absl::StatusOr<BuildReport> Router::Reload(Loader& loader, const Wanted& wanted) {
  absl::StatusOr<Prepared> prepared = Prepare(loader, wanted);
  if (!prepared.ok()) return prepared.status();
  if (const auto generation = Publish(*prepared); !generation.ok()) return generation.status();
  return std::move(prepared->report);
}

absl::StatusOr<Prepared> Router::Prepare(Loader& loader, const Wanted& wanted) const {
  const std::uint64_t ticket = impl_->TakeTicket();
  Rows rows(loader.source());
  if (absl::Status loaded = loader.Load(rows, wanted); !loaded.ok()) return loaded;
  const bool no_abilities = rows.abilities().empty();
  absl::StatusOr<Compiled> compiled = Compile(rows, no_abilities ? impl_->BuildPolicy() : impl_->policy());
  if (!compiled.ok()) return compiled.status();
  return Prepared{.table = std::move(compiled->table), .report = std::move(compiled->report), .ticket = ticket};
}

absl::StatusOr<std::uint64_t> Router::Publish(Prepared& prepared, Guard guard) {
  if (prepared.table == nullptr) return absl::InvalidArgumentError("Publish: nothing was prepared; call Prepare first");
  const auto generation = impl_->Publish(prepared.table, prepared.ticket, guard == Guard::kRefuseLoss);
  if (generation.ok()) prepared.report.generation = *generation;
  return generation;
}

}  // namespace pointsman::inline v0
