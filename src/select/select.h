// Select: request -> group -> route -> tier -> candidate, on one table. Explain walks the same steps.
//
// Thread safety: thread-safe (pure functions over an immutable table). None of them throws or allocates.
#ifndef POINTSMAN_SRC_SELECT_SELECT_H_
#define POINTSMAN_SRC_SELECT_SELECT_H_

#include <cstdint>
#include <string_view>

#include "pointsman/random.h"
#include "pointsman/request.h"
#include "pointsman/selection.h"
#include "publish/table_cell.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// Which group a request is served from, or why from none.
struct GroupChoice {
  std::string_view name;            // after the rule for empty groups; points into the request or the policy
  std::uint32_t index = kNoIndex;
  Reason reason = Reason::kNone;
  bool was_empty = false;
};
GroupChoice ChooseGroup(const TableData& data, const Request& request) noexcept;

// Which route serves a model in a group, or why none does.
struct RouteChoice {
  const RouteRecord* route = nullptr;  // set for kAllDisabled too
  Reason reason = Reason::kNone;
};
RouteChoice ChooseRoute(const TableData& data, std::uint32_t group, std::string_view model) noexcept;

// The candidate of `tier` that holds `ticket`: each holds as many consecutive tickets as it weighs.
// REQUIRES: ticket < tier.total.
std::uint32_t HolderOf(const TableData& data, const TierRecord& tier, std::uint64_t ticket) noexcept;

Selection SelectFrom(const Published& published, const Request& request, RandomBits bits) noexcept;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_SELECT_H_
