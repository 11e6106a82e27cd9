#include "publish/table_cell.h"

#include <mutex>
#include <utility>

namespace pointsman::inline v0 {

std::shared_ptr<const Published> TableCell::Current() const noexcept {
  const std::shared_lock lock(mutex_);
  return current_;
}

void TableCell::Replace(std::shared_ptr<const Published> next) noexcept {
  {
    const std::unique_lock lock(mutex_);
    current_.swap(next);
  }
  // The old table, now in `next`, ends here, outside the lock: freeing it can take a while.
}

}  // namespace pointsman::inline v0
