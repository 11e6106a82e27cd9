// TierPairs: whether a tier of one table and a tier of another are drawn from alike, those below them included. Each
// pair is looked at once, and tables share most of their tiers, so that most routes cost a lookup.
//
// Priorities may differ as long as their order does not, and weights as long as the shares do not.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_DIFF_TIER_PAIRS_H_
#define POINTSMAN_SRC_DIFF_TIER_PAIRS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

class TierPairs {
 public:
  TierPairs(const TableData& before, const TableData& after) : before_(before), after_(after) {}

  // REQUIRES: both are tiers.
  bool AreAlike(TierRef before, TierRef after);

 private:
  bool Compare(TierRef before, TierRef after);

  const TableData& before_;
  const TableData& after_;
  absl::flat_hash_map<std::uint64_t, bool> known_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DIFF_TIER_PAIRS_H_
