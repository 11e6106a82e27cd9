// TableCell: the one place where a table becomes current. How it is read and replaced: publish/hazard.h.
//
//   cell.Replace(std::make_shared<const Published>(…));
//   cell.Read([](const Published& now) { … });                // does not change or end during the call
//   std::shared_ptr<const Published> kept = cell.Hold();      // nor while it is held
//
// Thread safety: thread-safe. Cost: Read takes no lock, allocates nothing and writes no shared cache line.
#ifndef POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_
#define POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_

#include "publish/hazard.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

using TableCell = HazardCell<Published>;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_
