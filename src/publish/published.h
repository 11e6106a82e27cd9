// Published: a table together with what its router bound to it when it was published. Immutable.
#ifndef POINTSMAN_SRC_PUBLISH_PUBLISHED_H_
#define POINTSMAN_SRC_PUBLISH_PUBLISHED_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "pointsman/route_table.h"
#include "state/channel_slots.h"

namespace pointsman::inline v0 {

// Everything about a drawn channel, on one cache line.
struct BoundChannel {
  const SlotWord* word = nullptr;
  std::int64_t id = 0;
  std::uint64_t cookie = 0;
};

struct Published {
  std::shared_ptr<const RouteTable> table;
  const TableData* data = nullptr;  // the table's, without the way through it
  std::uint64_t generation = 0;
  std::vector<BoundChannel> channels;          // as TableData::channels
  std::vector<std::string_view> group_names;   // as TableData::groups, but in the router's store: outlives the table
  std::vector<std::uint32_t> group_of_handle;  // by the number of a handle: the group's number here, or kNoIndex
  std::vector<std::uint32_t> model_of_handle;
  SlotBinding slots;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_PUBLISHED_H_
