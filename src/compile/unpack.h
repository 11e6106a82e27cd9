// Unpack: a table becomes the draft that it could have been packed from. The way back, for tables that were patched.
//
//   TableData anew; anew.policy = data.policy;
//   Pack(Unpack(data), anew, …);       // no dead words, no removed channels, no model without a route
//
// Thread safety: thread-safe (a pure function). The draft's texts are the table's: REQUIRES that it stays meanwhile.
// Cost: O(table).
#ifndef POINTSMAN_SRC_COMPILE_UNPACK_H_
#define POINTSMAN_SRC_COMPILE_UNPACK_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "compile/draft.h"
#include "pointsman/patch.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// By channel number.
using ChannelChanges = absl::flat_hash_map<std::uint32_t, ChannelChange>;

// As the rows would say it after `changes`.
Draft Unpack(const TableData& data, const ChannelChanges& changes = {});

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_UNPACK_H_
