#include "publish/publisher.h"

#include <string>
#include <utility>

#include "pointsman/compile.h"
#include "publish/loss.h"
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

std::size_t ModelNumbersBytes(const Published& published) {
  std::size_t bytes = 0;
  if (published.bound_names == nullptr) return bytes;
  for (const ModelNumbers& numbers : published.bound_names->models)
    bytes += numbers.names->size() * sizeof(std::string_view);
  return bytes;
}

}  // namespace

Publisher::Publisher(Policy policy, RouterOptions options)
    : policy_(std::move(policy)), options_(std::move(options)), binder_(options_.state), cell_(NothingYet(policy_)) {}

absl::StatusOr<std::uint64_t> Publisher::Publish(std::shared_ptr<const RouteTable> table, std::uint64_t ticket,
                                                 Guard guard) {
  const std::lock_guard lock(publishing_);
  return PublishLocked(std::move(table), ticket, guard);
}

// The table that is patched is still the current one when the patched one takes its place.
absl::StatusOr<std::uint64_t> Publisher::Patch(std::span<const ChannelChange> changes) {
  const std::lock_guard lock(publishing_);
  absl::StatusOr<std::shared_ptr<const RouteTable>> patched = v0::Patch(*cell_.Hold()->table, changes);
  if (!patched.ok()) return patched.status();
  return PublishLocked(*std::move(patched), TakeTicket(), Guard::kAcceptLoss);
}

std::optional<std::uint32_t> Publisher::GroupNumber(std::string_view group, std::uint64_t generation) const {
  const std::lock_guard lock(publishing_);
  if (cell_.Hold()->generation != generation) return std::nullopt;
  return binder_.GroupNumber(group);
}

std::uint32_t Publisher::ModelNumber(std::string_view model) const {
  const std::lock_guard lock(publishing_);
  return binder_.ModelNumber(model);
}

const std::string& Publisher::ModelName(std::uint32_t number) const {
  const std::lock_guard lock(publishing_);
  return binder_.ModelName(number);
}

Policy Publisher::BuildPolicy() const {
  Policy policy = policy_;
  const std::shared_ptr<const Published> today = cell_.Hold();
  if (today->generation > 0 && policy.source == RowSource::kBoth && today->table->believed() == RowSource::kAbilities) {
    policy.source = RowSource::kAbilities;
  }
  return policy;
}

absl::StatusOr<std::uint64_t> Publisher::PublishLocked(std::shared_ptr<const RouteTable> table, std::uint64_t ticket,
                                                       Guard guard) {
  if (ticket < published_ticket_) {
    return absl::AbortedError("a newer table was published while this one was loaded; load again if in doubt");
  }
  if (absl::Status fine = options_.state.Validate(); !fine.ok()) return fine;
  const std::shared_ptr<const Published> today = cell_.Hold();
  if (guard == Guard::kRefuseLoss) {
    if (absl::Status fine = GuardLoss(*today->table, *table, options_.max_lost_share); !fine.ok()) return fine;
  }
  if (options_.before_publish) {
    if (absl::Status fine = options_.before_publish(*table); !fine.ok()) return fine;
  }
  auto next = std::make_shared<const Published>(binder_.Bind(std::move(table), *today));
  const std::uint64_t generation = next->generation;
  cell_.Replace(std::move(next));
  published_ticket_ = ticket;
  return generation;
}

std::size_t Publisher::memory_bytes() const {
  const std::lock_guard lock(publishing_);
  const std::shared_ptr<const Published> today = cell_.Hold();
  return sizeof(*this) + today->table->memory_bytes() + today->channels.size() * sizeof(BoundChannel) +
         today->group_names.size() * sizeof(std::string_view) +
         (today->group_of_handle.size() + today->model_of_handle.size()) * sizeof(std::uint32_t) +
         ModelNumbersBytes(*today) +
         (today->bound_channels == nullptr ? 0 : today->bound_channels->slots.memory_bytes()) + binder_.memory_bytes();
}

}  // namespace pointsman::inline v0
