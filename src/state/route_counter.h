// RouteCounter: counts reported attempts by group, model and channel, up to so many of them.
//
//   RouteCounter counter(10'000);
//   counter.Note({.group = "default", .model = "gpt-4o", .channel_id = 8}, outcome);
//   std::vector<RouteCount> all = counter.Counts();
//
// In shards by channel, so that reports of different channels seldom meet at a lock.
//
// Thread safety: thread-safe. Cost: a lock and a lookup; allocates when a route is new. Memory: `most` times the names'
// lengths and about 200 bytes, and only for what was reported.
#ifndef POINTSMAN_SRC_STATE_ROUTE_COUNTER_H_
#define POINTSMAN_SRC_STATE_ROUTE_COUNTER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "pointsman/outcome.h"
#include "pointsman/route_counts.h"

namespace pointsman::inline v0 {

class RouteCounter {
 public:
  // Where it was served; views live as long as the call.
  struct Route {
    std::string_view group;
    std::string_view model;
    std::int64_t channel_id = 0;
  };

  explicit RouteCounter(std::size_t most) : most_(most) {}

  void Note(const Route& route, const Outcome& outcome);

  // In order of group, model and channel; what had no room comes first, if there is any. Shard by shard: counts of
  // different channels may be a moment apart.
  std::vector<RouteCount> Counts() const;

  std::size_t memory_bytes() const;

 private:
  using Key = std::tuple<std::string_view, std::string_view, std::int64_t>;
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::deque<RouteCount> counts;                   // guarded, as are the others
    absl::flat_hash_map<Key, RouteCount*> by_route;  // views of names in `counts`
    RouteCount rest;
  };

  // REQUIRES: the shard's lock is held.
  RouteCount& At(Shard& shard, const Route& route);
  bool TakeRoom() noexcept;

  const std::size_t most_;
  std::atomic<std::size_t> taken_{0};
  std::array<Shard, 16> shards_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_ROUTE_COUNTER_H_
