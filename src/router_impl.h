// Router::Impl: what a router is made of.
#ifndef POINTSMAN_SRC_ROUTER_IMPL_H_
#define POINTSMAN_SRC_ROUTER_IMPL_H_

#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pointsman/decision.h"
#include "pointsman/router.h"
#include "publish/asked_groups.h"
#include "publish/publisher.h"
#include "state/route_counter.h"

namespace pointsman::inline v0 {

// The latest decisions that were recorded, up to so many. Thread-safe.
class RecentDecisions {
 public:
  explicit RecentDecisions(std::size_t most) : most_(most) {}

  void Keep(const DecisionRecord& record) {
    if (most_ == 0) return;
    const std::lock_guard lock(mutex_);
    records_.push_back(record);
    if (records_.size() > most_) records_.pop_front();
  }
  std::vector<DecisionRecord> All() const {
    const std::lock_guard lock(mutex_);
    return {records_.begin(), records_.end()};
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<DecisionRecord> records_;  // guarded
};

class Router::Impl {
 public:
  Impl(Policy policy, RouterOptions options)
      : publisher(std::move(policy), std::move(options)), recent(publisher.options().recent_decisions) {
    if (const std::size_t most = publisher.options().most_route_counts; most > 0) counter.emplace(most);
  }

  const TableCell& current() const { return publisher.current(); }
  ChannelSlots& slots() const { return publisher.slots(); }

  Publisher publisher;
  AskedGroups asked_groups;
  RecentDecisions recent;
  std::optional<RouteCounter> counter;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROUTER_IMPL_H_
