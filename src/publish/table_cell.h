// TableCell: the one place where a table becomes current. Behind this door publication may change its method.
//
//   cell.Replace(std::make_shared<const Published>(…));
//   std::shared_ptr<const Published> now = cell.Current();      // does not change or end while it is held
//
// Thread safety: thread-safe. Cost: Current takes a shared lock for the length of a pointer copy.
#ifndef POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_
#define POINTSMAN_SRC_PUBLISH_TABLE_CELL_H_

#include <memory>
#include <shared_mutex>
#include <utility>

#include "publish/published.h"

namespace pointsman::inline v0 {

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
