// Unpack: a table becomes the draft that it could have been packed from. The way back, for tables that were patched.
//
//   TableData anew; anew.policy = data.policy;
//   Pack(Unpack(data), anew, …);       // no dead words, no removed channels, no model without a route
//
// Thread safety: thread-safe (a pure function). The draft's texts are the table's: REQUIRES that it stays meanwhile.
// Cost: O(table).
#ifndef POINTSMAN_SRC_COMPILE_UNPACK_H_
#define POINTSMAN_SRC_COMPILE_UNPACK_H_

#include "compile/draft.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

Draft Unpack(const TableData& data);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_UNPACK_H_
