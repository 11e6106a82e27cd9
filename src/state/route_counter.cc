#include "state/route_counter.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "absl/hash/hash.h"
#include "state/cooldown.h"

namespace pointsman::inline v0 {
namespace {

void Add(RouteCount& count, const Outcome& outcome) {
  ++count.by_kind[static_cast<std::size_t>(outcome.kind)];
  if (outcome.tokens > 0) count.tokens += static_cast<std::uint64_t>(outcome.tokens);
  if (outcome.kind != OutcomeKind::kSuccess || TimeTaken(outcome) == 0) return;
  count.latency += outcome.latency;
  ++count.timed;
}

void Merge(RouteCount& into, const RouteCount& from) {
  for (std::size_t k = 0; k < kOutcomeKinds; ++k) into.by_kind[k] += from.by_kind[k];
  into.latency += from.latency;
  into.timed += from.timed;
  into.tokens += from.tokens;
}

}  // namespace

bool RouteCounter::TakeRoom() noexcept {
  std::size_t taken = taken_.load(std::memory_order_relaxed);
  while (taken < most_) {
    if (taken_.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

RouteCount& RouteCounter::At(Shard& shard, const Route& route) {
  const auto found = shard.by_route.find(Key(route.group, route.model, route.channel_id));
  if (found != shard.by_route.end()) return *found->second;
  if (!TakeRoom()) return shard.rest;
  RouteCount& count = shard.counts.emplace_back();
  count.group = route.group;
  count.model = route.model;
  count.channel_id = route.channel_id;
  shard.by_route.emplace(Key(count.group, count.model, count.channel_id), &count);
  return count;
}

void RouteCounter::Note(const Route& route, const Outcome& outcome) {
  if (static_cast<std::size_t>(outcome.kind) >= kOutcomeKinds) return;  // of a host that makes them of numbers
  Shard& shard = shards_[absl::HashOf(route.channel_id) % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  Add(At(shard, route), outcome);
}

std::vector<RouteCount> RouteCounter::Counts() const {
  std::vector<RouteCount> all;
  RouteCount rest;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    all.insert(all.end(), shard.counts.begin(), shard.counts.end());
    Merge(rest, shard.rest);
  }
  if (rest.attempts() > 0) all.push_back(rest);
  std::sort(all.begin(), all.end(), [](const RouteCount& a, const RouteCount& b) {
    return std::tie(a.group, a.model, a.channel_id) < std::tie(b.group, b.model, b.channel_id);
  });
  return all;
}

std::size_t RouteCounter::memory_bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    bytes += shard.by_route.capacity() * (sizeof(std::pair<Key, RouteCount*>) + 1);
    for (const RouteCount& count : shard.counts)
      bytes += sizeof(count) + count.group.capacity() + count.model.capacity();
  }
  return bytes;
}

}  // namespace pointsman::inline v0
