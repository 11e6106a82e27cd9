// Pack: a judged draft becomes the arrays of a table. Cannot fail; only repeated primary keys are still turned away.
//
// Thread safety: thread-safe (a pure function).
// Cost: a counting sort by model, one by group, then one pass over the routes.
#ifndef POINTSMAN_SRC_COMPILE_PACK_H_
#define POINTSMAN_SRC_COMPILE_PACK_H_

#include <cstdint>
#include <functional>

#include "compile/draft.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// Fills the arrays and the content hash of `data` from `draft`. `repeated(row)` is told of every candidate whose
// (group, model, channel) an earlier row holds already.
// REQUIRES: data.policy is set.
void Pack(Draft draft, TableData& data, const std::function<void(std::uint32_t row)>& repeated);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_PACK_H_
