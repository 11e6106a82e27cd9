// What tests of ways to choose share: a tier of weights that a router serves under a policy, and counts of who served.
//
//   ServedTier s({3, 1}, With(Balance::kSmoothRoundRobin));
//   EXPECT_THAT(s.Count(40), UnorderedElementsAre(Pair(1, 30), Pair(2, 10)));
#ifndef POINTSMAN_TESTS_SUPPORT_SERVED_TIER_H_
#define POINTSMAN_TESTS_SUPPORT_SERVED_TIER_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "pointsman/router.h"

namespace pointsman::testing {

inline constexpr Request kAsk{.group = "g", .model = "m"};

// One tier, of channels 1, 2, … with these weights, in groups "g" and "other".
inline Rows Weighted(const std::vector<std::int64_t>& weights) {
  Rows rows;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    rows.Add(ChannelRow{.id = static_cast<std::int64_t>(i + 1),
                        .status = 1,
                        .groups = "g,other",
                        .models = "m",
                        .weight = weights[i],
                        .tag = "t"});
  }
  return rows;
}

inline Policy With(Balance balance) {
  Policy policy;
  policy.balance = balance;
  return policy;
}

struct ServedTier {
  ServedTier(const std::vector<std::int64_t>& weights, Policy policy, RouterOptions options = {})
      : router(policy, std::move(options)) {
    EXPECT_TRUE(router.Publish(Compile(Weighted(weights), policy)->table).ok());
  }
  std::map<std::int64_t, int> Count(int selections, const Request& request = kAsk) {
    std::map<std::int64_t, int> counts;
    for (int i = 0; i < selections; ++i) ++counts[router.Select(request).channel_id()];
    return counts;
  }
  Router router;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_SERVED_TIER_H_
