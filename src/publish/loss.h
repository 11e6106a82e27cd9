// Loss: how many routes that serve today would no longer serve if another table became current.
//
// Thread safety: thread-safe (a pure function). Cost: two name lookups for each group, model and one for each route.
#ifndef POINTSMAN_SRC_PUBLISH_LOSS_H_
#define POINTSMAN_SRC_PUBLISH_LOSS_H_

#include <cstddef>

#include "pointsman/route_table.h"

namespace pointsman::inline v0 {

struct Loss {
  std::size_t lost = 0;
  std::size_t serving = 0;  // in the table of today
  double share() const { return serving == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(serving); }
};

Loss CountLoss(const RouteTable& today, const RouteTable& next);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_LOSS_H_
