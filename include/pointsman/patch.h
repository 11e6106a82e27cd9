// Patch: the same table but for a few channels, in a small part of the time that compiling all of it would take.
//
//   const std::array changes = {ChannelChange::SetWeight(8, 30), ChannelChange::Remove(12)};
//   absl::StatusOr<std::shared_ptr<const RouteTable>> patched = pointsman::Patch(*snapshot.table, changes);
//   router.Publish(*patched);
//
// Or at once: router.Patch(changes). The new table equals, content hash included, what Compile would make of the
// changed rows, and shares with the old one everything that did not change. Neither is affected by the end of the
// other.
//
//   SetWeight  every candidate that the channel is gets this weight, as if its row and all of its ability rows said so
//   Remove     the channel and all of its ability rows are gone
//
// Two things are not known from a table, and stay as they were until the next Compile: which table is believed, though
// the last ability row be removed, and that a group exists, though only removed channels named it. Whatever makes a
// channel a candidate of more routes (a new channel, a group or model more, a status, a priority) needs the rows:
// Compile.
//
// Thread safety: thread-safe.
// Cost: O(routes of the changed channels + pairs of groups and models + candidates that are out). The first patch of a
// compiled table builds an index besides (two passes over the table, about two bytes a candidate), which its successors
// share: patch the patched. Tiers that no route uses any more stay in memory until they are a third of all; then the
// others are copied together, which costs a few percent of Compile. A removal that leaves a model which nobody lists
// packs the table anew, which takes about as long as Compile.
#ifndef POINTSMAN_PATCH_H_
#define POINTSMAN_PATCH_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "pointsman/export.h"
#include "pointsman/route_table.h"

namespace pointsman::inline v0 {

struct ChannelChange {
  std::int64_t channel_id = 0;
  std::optional<std::uint32_t> weight{};  // absent: the channel is removed

  static ChannelChange SetWeight(std::int64_t channel_id, std::uint32_t weight) {
    return {.channel_id = channel_id, .weight = weight};
  }
  static ChannelChange Remove(std::int64_t channel_id) { return {.channel_id = channel_id, .weight = std::nullopt}; }
};

// Of two changes of one channel the later one counts. NotFound if a channel is not in the table;
// ResourceExhausted if its tiers would take more than 2^32 words (then Compile may still do).
POINTSMAN_EXPORT absl::StatusOr<std::shared_ptr<const RouteTable>> Patch(const RouteTable& table,
                                                                         std::span<const ChannelChange> changes);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_PATCH_H_
