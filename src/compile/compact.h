// Compact: copies the tiers that some route uses into fresh blocks, and leaves the dead ones behind.
//
//   if (3 * data.dead_words > data.blocks.size()) Compact(data);
//
// Thread safety: thread-compatible; `data` is not yet in a RouteTable.
// Cost: O(routes and words), a few percent of Compile.
#ifndef POINTSMAN_SRC_COMPILE_COMPACT_H_
#define POINTSMAN_SRC_COMPILE_COMPACT_H_

#include "table/table_data.h"

namespace pointsman::inline v0 {

void Compact(TableData& data);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_COMPACT_H_
