#include "pointsman/distribution.h"

#include <algorithm>
#include <memory>

#include "explain/distribution_of.h"
#include "select/next_tier.h"

namespace pointsman::inline v0 {
namespace {

// For the length of a call, without owning the table.
Published Borrowed(const RouteTable& table) {
  return Unserved(std::shared_ptr<const RouteTable>(std::shared_ptr<void>(), &table));
}

}  // namespace

Distribution DistributionOf(const Published& published, const Request& request, const Attempts* attempts) {
  const NextTier next = FindNextTier(published, request, attempts);
  Distribution d{.reason = next.reason, .generation = published.generation};
  if (next.reason != Reason::kNone) return d;
  d.group = published.data->groups[next.group];
  d.model = published.data->models[next.match.model];
  d.rule = next.match.rule;
  d.priority = next.priority;
  for (const Standing& s : next.standings) {
    if (s.weight > 0) d.shares.push_back({.channel_id = s.channel_id, .share = Share::Of(s.weight, next.total)});
  }
  return d;
}

Distribution Distribute(const RouteTable& table, const Request& request, const Attempts* attempts) {
  return DistributionOf(Borrowed(table), request, attempts);
}

absl::StatusOr<AttemptDistribution> DistributeAttempt(const RouteTable& table, const Request& request,
                                                      std::size_t attempt, const Attempts* attempts) {
  return AttemptDistributionOf(Borrowed(table), request, attempt, attempts);
}

}  // namespace pointsman::inline v0
