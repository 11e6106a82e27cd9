#include "pointsman/router.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <utility>

#include "publish/loss.h"
#include "publish/name_store.h"
#include "publish/table_cell.h"
#include "random/thread_generator.h"
#include "select/select.h"
#include "state/channel_slots.h"
#include "table/content_hash.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

std::shared_ptr<const Published> NothingYet(const Policy& policy) {
  auto data = std::make_unique<TableData>();
  data->policy = policy;
  data->content_hash = ContentHash(*data);
  Published nothing{.data = data.get()};
  nothing.table = std::make_shared<const RouteTable>(std::move(data));
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
      : policy_(std::move(policy)), options_(std::move(options)), cell_(NothingYet(policy_)) {}

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

  std::size_t memory_bytes() const {
    const std::lock_guard lock(publishing_);
    const std::shared_ptr<const Published> today = cell_.Hold();
    return sizeof(*this) + today->table->memory_bytes() + today->channels.capacity() * sizeof(BoundChannel) +
           today->group_names.capacity() * sizeof(std::string_view) +
           (today->group_of_handle.capacity() + today->model_of_handle.capacity()) * sizeof(std::uint32_t) +
           group_names_.memory_bytes() + model_names_.memory_bytes() + slots_->memory_bytes();
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
    const std::shared_ptr<const Published> today = cell_.Hold();
    if (guarded) {
      if (absl::Status fine = GuardLoss(*today->table, *table, options_.max_lost_share); !fine.ok()) return fine;
    }
    if (options_.before_publish) {
      if (absl::Status fine = options_.before_publish(*table); !fine.ok()) return fine;
    }
    const std::uint64_t generation = today->generation + 1;
    cell_.Replace(std::make_shared<const Published>(Bind(std::move(table), generation)));
    published_ticket_ = ticket;
    return generation;
  }

  // What belongs to a table only here: handles, stored names and the channels' words.
  Published Bind(std::shared_ptr<const RouteTable> table, std::uint64_t generation) {
    const TableData& data = table->data();
    Published published{.data = &data, .generation = generation};
    published.group_of_handle = group_names_.Number(data.groups);
    published.model_of_handle = model_names_.Number(data.models);
    for (const std::string_view group : data.groups) {
      published.group_names.push_back(group_names_.name(group_names_.Find(group)));
    }
    std::vector<std::int64_t> ids;
    for (const ChannelRecord& channel : data.channels) {
      if (!channel.removed) ids.push_back(channel.id);
    }
    published.slots = slots_->Bind(std::move(ids));
    auto word = published.slots.words.begin();
    for (const ChannelRecord& channel : data.channels) {
      published.channels.push_back(
          {.word = channel.removed ? nullptr : *word++, .id = channel.id, .cookie = channel.cookie});
    }
    published.table = std::move(table);
    return published;
  }

  const Policy policy_;
  const RouterOptions options_;
  std::atomic<std::uint64_t> next_ticket_{0};
  mutable std::mutex publishing_;
  std::uint64_t published_ticket_ = 0;  // guarded by publishing_, as are the names
  NameStore group_names_;
  NameStore model_names_;
  const std::shared_ptr<ChannelSlots> slots_ = std::make_shared<ChannelSlots>();
  TableCell cell_;
};

Router::Router(Policy policy, RouterOptions options)
    : impl_(std::make_unique<Impl>(std::move(policy), std::move(options))) {}
Router::~Router() = default;

const Policy& Router::policy() const { return impl_->policy(); }

namespace {

template <class Bits>
[[gnu::always_inline]] inline Selection SelectByNumbers(const Published& published, std::uint32_t group,
                                                        std::uint32_t model, Bits& bits) noexcept {
  const TableData& data = *published.data;
  // A handle can be younger than the table: another thread published meanwhile, and this one still reads the old table.
  const std::uint32_t g = group < published.group_of_handle.size() ? published.group_of_handle[group] : kNoIndex;
  const std::uint32_t m = model < published.model_of_handle.size() ? published.model_of_handle[model] : kNoIndex;
  const RouteChoice route = g == kNoIndex ? RouteChoice{.reason = Reason::kUnknownGroup} : ChooseRoute(data, g, m);
  if (route.reason != Reason::kNone) [[unlikely]] {
    return Selection(data.listed_routes == 0 ? Reason::kEmptyTable : route.reason, published.generation);
  }
  return SelectFromRoute(published, g, route.first, bits);
}

}  // namespace

Selection Router::Select(const Request& request) const noexcept {
  return impl_->current().Read(
      [&](const Published& now) noexcept { return SelectFrom(now, request, thread_generator); });
}

Selection Router::Select(const Request& request, RandomBits bits) const noexcept {
  return impl_->current().Read([&](const Published& now) noexcept { return SelectFrom(now, request, bits); });
}

Selection Router::Select(GroupHandle group, ModelHandle model) const noexcept {
  return impl_->current().Read([g = group.number_, m = model.number_](const Published& now) noexcept {
    return SelectByNumbers(now, g, m, thread_generator);
  });
}

Selection Router::Select(GroupHandle group, ModelHandle model, RandomBits bits) const noexcept {
  return impl_->current().Read(
      [&](const Published& now) noexcept { return SelectByNumbers(now, group.number_, model.number_, bits); });
}

std::optional<GroupHandle> Router::FindGroup(std::string_view group, std::string_view user_group) const {
  const std::uint32_t number = impl_->GroupNumber(GroupNameFor(policy().groups, group, user_group));
  return number == kNoIndex ? std::nullopt : std::optional(GroupHandle(number));
}

std::optional<ModelHandle> Router::FindModel(std::string_view model) const {
  const std::uint32_t number = impl_->ModelNumber(model);
  return number == kNoIndex ? std::nullopt : std::optional(ModelHandle(number));
}

bool Router::SwitchOff(std::int64_t channel_id) { return impl_->slots().Set(channel_id, OutBit::kSwitchedOff); }
bool Router::SwitchOn(std::int64_t channel_id) { return impl_->slots().Clear(channel_id, OutBit::kSwitchedOff); }

std::size_t Router::memory_bytes() const { return impl_->memory_bytes(); }

void Router::ReadErased(Visit visit, void* use) const {
  impl_->current().Read([&](const Published& now) { visit(use, *now.table); });
}

Snapshot Router::TakeSnapshot() const {
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  return {.table = now->table, .generation = now->generation};
}

Explanation Router::Explain(const Request& request, const Caller* caller) const {
  const std::shared_ptr<const Published> now = impl_->current().Hold();
  Explanation explanation = v0::Explain(*now->table, request, caller);
  explanation.generation = now->generation;
  return explanation;
}

absl::StatusOr<std::uint64_t> Router::Publish(std::shared_ptr<const RouteTable> table) {
  if (table == nullptr) return absl::InvalidArgumentError("Publish: the table is null; pass one that Compile made");
  return impl_->Publish(std::move(table), impl_->TakeTicket(), false);
}

absl::StatusOr<std::uint64_t> Router::Patch(std::span<const ChannelChange> changes) { return impl_->Patch(changes); }

absl::StatusOr<BuildReport> Router::Reload(Loader& loader, const Wanted& wanted) {
  const std::uint64_t ticket = impl_->TakeTicket();
  Rows rows(loader.source());
  if (absl::Status loaded = loader.Load(rows, wanted); !loaded.ok()) return loaded;
  const bool no_abilities = rows.abilities().empty();
  absl::StatusOr<Compiled> compiled = Compile(rows, no_abilities ? impl_->BuildPolicy() : impl_->policy());
  if (!compiled.ok()) return compiled.status();
  const absl::StatusOr<std::uint64_t> generation = impl_->Publish(compiled->table, ticket, true);
  if (!generation.ok()) return generation.status();
  compiled->report.generation = *generation;
  return std::move(compiled->report);
}

}  // namespace pointsman::inline v0
