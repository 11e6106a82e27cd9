// AddPolicy: the words of a policy for the content hash: everything that it says, defaults included.
//
// In this order, a list being its length and then its items, a choice its number:
//
//   default group, empty group, source
//   groups: each name, its aliases, its fallbacks (group, when)
//   automatic: each name, its list
//   usable: 0, or 1 and each user group, its list
//   models: the normaliser's name, prefixes, each alias and what it stands for
//   retry: tiers, last resort, budget, budget per group
//   shares, priorities: tiers, NULL
//   balance, if there is anything but the default: for all, fleet seed, each group that differs and its own
//
// Thread safety: thread-safe (a pure function). Cost: O(policy).
#ifndef POINTSMAN_SRC_POLICY_POLICY_WORDS_H_
#define POINTSMAN_SRC_POLICY_POLICY_WORDS_H_

#include "pointsman/policy.h"

namespace pointsman::inline v0 {

class WordHasher;

void AddPolicy(const Policy& policy, WordHasher& hash);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_POLICY_POLICY_WORDS_H_
