// TableCell: the one place where a table becomes current. Behind this door publication may change its method.
//
//   cell.Replace(std::make_shared<const Published>(…));
//   std::shared_ptr<const Published> now = cell.Current();      // does not change or end while it is held
//
// Thread safety: thread-safe. Cost: Current takes a shared lock for the length of a pointer copy.
#ifndef POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_
#define POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "pointsman/route_table.h"

namespace pointsman::inline v0 {

// A table together with what its router bound to it when it was published.
struct Published {
  std::shared_ptr<const RouteTable> table;
  std::uint64_t generation = 0;
  std::vector<std::string_view> group_names;  // as TableData::groups, but in the router's store: outlives the table
};

class TableCell {
 public:
  explicit TableCell(std::shared_ptr<const Published> first) : current_(std::move(first)) {}

  std::shared_ptr<const Published> Current() const noexcept;
  void Replace(std::shared_ptr<const Published> next) noexcept;

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const Published> current_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_
