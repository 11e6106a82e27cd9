// Balance: how a candidate is chosen within a tier, for all groups or for one of them.
//
//   pointsman::Policy policy;
//   policy.balance = pointsman::Balance::kSmoothRoundRobin;
//   policy.groups.groups["chat"] = {.balance = pointsman::Balance::kAffinity};
//   …
//   router.Select({.group = "chat", .model = m, .affinity = pointsman::AffinityKey(conversation_id)});
//
// What each of them gives, who is out left aside (the others go on among themselves, each by its weight):
//
//   weighted_random     by chance, weight over the sum of weights. The default; everything else costs more
//   smooth_round_robin  in turns without clumps: of any W selections in a row, W being the sum of the weights, each
//                       candidate gets exactly as many as it weighs, whoever they are made by. In turns for each group,
//                       model and priority, and for first attempts apart from later ones
//   least_in_flight     two are drawn by weight, and the one with fewer requests in flight for its weight serves
//   lowest_latency      two are drawn by weight, and the one with the lower latency, times one more than the requests
//                       that it has in flight, serves. As long as one of them is not known, the first
//   affinity            the same key, the same channel, as long as that is usable; keys are spread by weight. When a
//                       channel goes, only its keys move, and when it is back they come back. A request without a key
//                       is served by weighted_random
//   affinity_by_halves  the same for wide tiers, six times as fast at a thousand candidates. The approximation: when
//                       rows come, go or change their weight, some other keys move as well, no more than once again
//                       for each time that the tier can be halved: one that goes of a thousand equal ones moves
//                       seven in a thousand keys, where affinity moves one. Who is out for a while moves only its own
//                       keys here too, and shares are as exact
//
// Priorities stay: whatever the rule, a lower tier serves when nobody in the higher ones can. Attempts, limits, filters
// and cooldowns hold under every rule; a retry takes the next best.
//
// Where a choice is by load, what is reported matters: Router::Report, or the selection's end, is what takes a request
// out of flight, and Outcome::latency what a latency is known from. In flight is what this process selected.
//
// Sources: turns step through the weights by the golden ratio (A. Itai and Z. Rosberg, "A Golden Ratio Control Policy
// for a Multiple-Access Channel", 1984); two choices by M. Mitzenmacher, "The Power of Two Choices in Randomized Load
// Balancing" (1996), with weights as in U. Wieder, "Balanced Allocations with Heterogenous Bins" (2007); affinity is
// rendezvous hashing (D. Thaler and C. Ravishankar, 1998), weighted by the logarithm of a uniform hash, in integers, so
// that all machines agree; by halves it is a tree bucket (S. Weil and others, "CRUSH", 2006). Shares by affinity are
// expectations over keys.
//
// Cost: O(candidates of the tier) for turns and affinity, a thousand of them 9 and 5 us on a machine where chance takes
// 22 ns, and by halves 0.8 us. Of two choices two draws, and every selection of a channel in such a group, by whatever
// group, counts it in flight: a shared write and a look at the clock. benchmarks/README.md has the figures. Limits:
// RouterOptions::state.rotations turns; beyond them kSmoothRoundRobin is by chance. By handles (GroupHandle) there is
// no key.
#ifndef POINTSMAN_BALANCE_H_
#define POINTSMAN_BALANCE_H_

#include <cstdint>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

enum class Balance : std::uint8_t {
  kWeightedRandom,
  kSmoothRoundRobin,
  kLeastInFlight,
  kLowestLatency,
  kAffinity,
  kAffinityByHalves,
};

// "weighted_random", "smooth_round_robin", "least_in_flight", "lowest_latency", "affinity", "affinity_by_halves".
POINTSMAN_EXPORT std::string_view BalanceName(Balance balance);

// The key for Request::affinity of any bytes of any length: of a conversation, a prompt's beginning, a user. Equal on
// every machine; not secret. Cost: about a nanosecond for eight bytes.
POINTSMAN_EXPORT std::uint64_t AffinityKey(std::string_view bytes) noexcept;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_BALANCE_H_
