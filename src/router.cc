#include "pointsman/router.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/node_hash_set.h"
#include "publish/loss.h"
#include "publish/table_cell.h"
#include "rows/name_hash.h"
#include "select/select.h"
#include "table/content_hash.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

std::shared_ptr<const Published> NothingYet(const Policy& policy) {
  auto data = std::make_unique<TableData>();
  data->policy = policy;
  data->content_hash = ContentHash(*data);
  return std::make_shared<const Published>(Published{.table = std::make_shared<const RouteTable>(std::move(data))});
}

absl::Status GuardLoss(const RouteTable& today, const RouteTable& next, double most) {
  const Loss loss = CountLoss(today, next);
  if (loss.share() <= most) return absl::OkStatus();
  return absl::FailedPreconditionError(
      std::to_string(loss.lost) + " of " + std::to_string(loss.serving) +
      " serving routes would be lost, which is more than max_lost_share allows; the current table stays. If the loss is "
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
    Published next{.table = std::move(table), .generation = today->generation + 1};
    for (const std::string_view group : next.table->groups()) {
      next.group_names.push_back(*group_names_.insert(std::string(group)).first);
    }
    const std::uint64_t generation = next.generation;
    cell_.Replace(std::make_shared<const Published>(std::move(next)));
    published_ticket_ = ticket;
    return generation;
  }

  // The policy for the next build. Once ability rows were believed they stay believed: a table of them that is suddenly
  // gone is a loss, not another source.
  Policy BuildPolicy() const {
    Policy policy = policy_;
    const std::shared_ptr<const Published> today = cell_.Hold();
    if (today->generation > 0 && policy.source == RowSource::kBoth && today->table->believed() == RowSource::kAbilities) {
      policy.source = RowSource::kAbilities;
    }
    return policy;
  }

 private:
  const Policy policy_;
  const RouterOptions options_;
  std::atomic<std::uint64_t> next_ticket_{0};
  std::mutex publishing_;
  std::uint64_t published_ticket_ = 0;                                     // guarded by publishing_
  absl::node_hash_set<std::string, NameHash, NameEqual> group_names_;  // guarded by publishing_; only ever grows
  TableCell cell_;
};

Router::Router(Policy policy, RouterOptions options)
    : impl_(std::make_unique<Impl>(std::move(policy), std::move(options))) {}
Router::~Router() = default;

const Policy& Router::policy() const { return impl_->policy(); }

Selection Router::Select(const Request& request, RandomBits bits) const noexcept {
  return impl_->current().Read([&](const Published& now) noexcept { return SelectFrom(now, request, bits); });
}

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
