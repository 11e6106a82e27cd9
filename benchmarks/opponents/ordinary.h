// OrdinaryRouter: what a careful C++ engineer writes in a day. A shared lock, nested Abseil maps that are asked by
// view, tiers with prefix sums; a new table is built outside the lock and swapped in under it.
//
//   OrdinaryRouter router;
//   router.Publish(OrdinaryTable::Build(rows));
//   Choice c = router.Select(group, user_group, model);
//
// Thread safety: thread-safe.
#ifndef POINTSMAN_BENCHMARKS_OPPONENTS_ORDINARY_H_
#define POINTSMAN_BENCHMARKS_OPPONENTS_ORDINARY_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "opponents/choice.h"
#include "opponents/string_keys.h"
#include "pointsman/loader.h"

namespace pointsman::bench {

class OrdinaryTable {
 public:
  static std::shared_ptr<const OrdinaryTable> Build(const Rows& rows);
  Choice Select(std::string_view group, std::string_view model, RandomBits bits) const;

 private:
  struct Entry {
    std::uint64_t bound;  // sum of the weights up to and including this one
    std::int64_t channel_id;
  };
  struct Tier {
    std::int64_t priority;
    std::vector<Entry> entries;
  };
  using Route = std::vector<Tier>;  // highest priority first
  using Models = absl::flat_hash_map<std::string, Route, AbseilStringHash, StringEqual>;

  static void Add(Route& route, std::int64_t priority, std::uint32_t weight, std::int64_t channel_id);

  absl::flat_hash_map<std::string, Models, AbseilStringHash, StringEqual> groups_;
};

class OrdinaryRouter {
 public:
  Choice Select(std::string_view group, std::string_view user_group, std::string_view model) const {
    if (group.empty()) group = user_group.empty() ? std::string_view("default") : user_group;
    const std::shared_lock lock(mutex_);
    return table_ == nullptr ? Choice() : table_->Select(group, model, ThreadBits());
  }

  // The old table is released outside the lock.
  void Publish(std::shared_ptr<const OrdinaryTable> table) {
    const std::unique_lock lock(mutex_);
    table_.swap(table);
  }

 private:
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const OrdinaryTable> table_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_OPPONENTS_ORDINARY_H_
