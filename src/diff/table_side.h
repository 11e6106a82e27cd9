// TableSide: one of the two tables, asked what it does with a request.
//
//   TableSide side(table);
//   std::vector<RouteStop> stops;
//   const Reason reason = side.Follow(request, stops);      // kNone: stops.front() serves, the others are behind it
//
// Thread safety: thread-compatible. Cost of Follow: a selection's walk without the draw.
#ifndef POINTSMAN_SRC_DIFF_TABLE_SIDE_H_
#define POINTSMAN_SRC_DIFF_TABLE_SIDE_H_

#include <string>
#include <string_view>
#include <vector>

#include "pointsman/diff.h"
#include "pointsman/distribution.h"
#include "publish/published.h"
#include "select/model_match.h"

namespace pointsman::inline v0 {

// A route that a walk of attempts comes to.
struct RouteStop {
  std::uint32_t group = 0;
  ModelMatch match;
};

class TableSide {
 public:
  // REQUIRES: the table outlives it.
  explicit TableSide(const RouteTable& table);

  // Every route of the plan, in order, as if all attempts failed.
  Reason Follow(const Request& request, std::vector<RouteStop>& stops) const;
  bool Serves(const Request& request) const;

  RouteSide Describe(Reason reason, const std::vector<RouteStop>& stops) const;
  // Of the tier that the first attempt is from. REQUIRES: `first` is a tier.
  std::vector<ChannelShare> FirstShares(TierRef first) const;

  const TableData& data() const { return *published_.data; }
  // Names that requests may give: groups with aliases and automatic names; models with patterns and aliases.
  void AddGroupNames(std::vector<std::string_view>& names) const;
  void AddModelNames(std::vector<std::string_view>& names) const;

 private:
  Published published_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DIFF_TABLE_SIDE_H_
