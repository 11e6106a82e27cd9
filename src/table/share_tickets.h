// ShareTickets: how many tickets each candidate of a tier holds, by the policy's share rule.
//
//   ShareTickets(ShareRule::kPlusTenInclusive, candidates, tickets);     // weights 2, 1: 13, 10 of 23
//
// Thread safety: thread-safe (a pure function). Cost: O(candidates).
#ifndef POINTSMAN_SRC_TABLE_SHARE_TICKETS_H_
#define POINTSMAN_SRC_TABLE_SHARE_TICKETS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "pointsman/policy.h"

namespace pointsman::inline v0 {

struct WeightedChannel;

// All 0 where every weight is 0 and the rule draws by weight. REQUIRES: candidates are not empty, sorted by channel.
void ShareTickets(ShareRule rule, std::span<const WeightedChannel> candidates, std::vector<std::uint64_t>& tickets);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_SHARE_TICKETS_H_
