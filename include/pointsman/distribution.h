// Distribution: the exact shares of a request's next selection, without drawing. And of a later attempt of its walk.
//
//   pointsman::Distribution d = router.Distribute({.group = "vip", .model = "gpt-4o"});
//   for (const ChannelShare& c : d.shares) std::cout << c.channel_id << " " << c.share.Text() << "\n";       // 8 2/3
//
//   // Who is asked third, if the first two fail?
//   absl::StatusOr<AttemptDistribution> third = DistributeAttempt(table, {.group = "vip", .model = "gpt-4o"}, 3);
//
// It walks the way of a selection through the same code: what has a share here can be selected, with that probability,
// and nothing else. A router's channel state is looked at once, so that all shares are of one moment.
//
// Thread safety: thread-safe (pure functions); the results are plain values.
// Cost: O(channels of the table + candidates of the plan); allocates. A later attempt costs a walk for each set of
// channels that may have been tried until then. Not for the hot path.
// Limits: a later attempt of tiers of up to kMostExpanded candidates that can be drawn.
#ifndef POINTSMAN_DISTRIBUTION_H_
#define POINTSMAN_DISTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pointsman/attempts.h"
#include "pointsman/export.h"
#include "pointsman/model_rules.h"
#include "pointsman/request.h"
#include "pointsman/route_table.h"
#include "pointsman/selection.h"

namespace pointsman::inline v0 {

struct ChannelShare {
  std::int64_t channel_id = 0;
  Share share;

  friend bool operator==(const ChannelShare&, const ChannelShare&) = default;
};

struct Distribution {
  Reason reason = Reason::kNone;  // why nobody can be drawn; kFilterFailed if the filter fails for anybody in the tier
  std::uint64_t generation = 0;   // of the table; 0: not published
  // The rest is set where the reason is kNone.
  std::string group;  // that serves
  std::string model;  // as listed: a pattern, or what an alias stands for
  MatchRule rule = MatchRule::kExact;
  std::int64_t priority = 0;
  std::vector<ChannelShare> shares;  // of all that can be drawn, by channel id; they sum up to 1
};

// `attempts`, where given, are what the walk has tried: they are read, not added to.
POINTSMAN_EXPORT Distribution Distribute(const RouteTable& table, const Request& request,
                                         const Attempts* attempts = nullptr);

// The probability that an attempt is this one. A channel may stand in several groups or tiers.
struct AttemptShare {
  std::int64_t channel_id = 0;
  std::int64_t priority = 0;
  std::string group;
  std::string exact = "0/1";  // in lowest terms; can be thousands of digits long
  double value = 0;
};

struct AttemptDistribution {
  std::size_t attempt = 1;
  std::vector<AttemptShare> shares;  // by channel id, group and priority
  // The share of walks that are over before this attempt. With the shares above it sums up to 1.
  std::string over_exact = "0/1";
  double over = 0;
};

inline constexpr std::size_t kMostExpanded = 12;

// Of the attempt number `attempt`, counted from 1 after those in `attempts`, every attempt before it taken to fail.
// OutOfRange where that takes more sums than anybody waits for: an earlier attempt from a tier of more than
// kMostExpanded candidates, too many courses of the walk, or fractions beyond 16,384 bits. InvalidArgument for 0.
POINTSMAN_EXPORT absl::StatusOr<AttemptDistribution> DistributeAttempt(const RouteTable& table, const Request& request,
                                                                       std::size_t attempt,
                                                                       const Attempts* attempts = nullptr);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_DISTRIBUTION_H_
