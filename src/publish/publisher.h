// Publisher: decides which table is current: in order, guarded, one at a time.
//
//   Publisher publisher(policy, options);
//   const std::uint64_t ticket = publisher.TakeTicket();      // before loading
//   publisher.Publish(table, ticket, Guard::kRefuseLoss);
//   publisher.current().Read([](const Published& now) { … });
//
// Thread safety: thread-safe. Publishing takes a lock; reading what is current takes none.
#ifndef POINTSMAN_SRC_PUBLISH_PUBLISHER_H_
#define POINTSMAN_SRC_PUBLISH_PUBLISHER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/patch.h"
#include "pointsman/policy.h"
#include "pointsman/router.h"
#include "publish/binder.h"
#include "publish/table_cell.h"

namespace pointsman::inline v0 {

class Publisher {
 public:
  Publisher(Policy policy, RouterOptions options);

  const Policy& policy() const { return policy_; }
  const RouterOptions& options() const { return options_; }
  const TableCell& current() const { return cell_; }
  ChannelSlots& slots() const { return binder_.slots(); }

  // Tickets order builds by when they began to load: one that was overtaken is refused.
  std::uint64_t TakeTicket() {
    const std::lock_guard lock(ticketing_);
    return ++last_ticket_;
  }

  // The new generation, or why the table does not become current: Router::Reload has the list.
  absl::StatusOr<std::uint64_t> Publish(std::shared_ptr<const RouteTable> table, std::uint64_t ticket, Guard guard);
  absl::StatusOr<std::uint64_t> Patch(std::span<const ChannelChange> changes);

  // The number of a group or model that was ever published; kNoIndex for others. Nothing if that generation is not the
  // current one any more: groups may have been numbered anew.
  std::optional<std::uint32_t> GroupNumber(std::string_view group, std::uint64_t generation) const;
  std::uint32_t ModelNumber(std::string_view model) const;
  // Stays where it is as long as this lives. REQUIRES: a model has that number.
  const std::string& ModelName(std::uint32_t number) const;

  // The policy for the next build. Once ability rows were believed they stay believed: a table of them that is suddenly
  // gone is a loss, not another source.
  Policy BuildPolicy() const;

  std::size_t memory_bytes() const;

 private:
  absl::StatusOr<std::uint64_t> PublishLocked(std::shared_ptr<const RouteTable> table, std::uint64_t ticket,
                                              Guard guard);

  const Policy policy_;
  const RouterOptions options_;
  std::mutex ticketing_;  // its own, since a load that begins does not wait for a publish
  std::uint64_t last_ticket_ = 0;
  mutable std::mutex publishing_;
  std::uint64_t published_ticket_ = 0;  // guarded by publishing_, as is what the binder knows, slots apart
  Binder binder_;
  TableCell cell_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_PUBLISHER_H_
