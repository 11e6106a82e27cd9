// ChooseByKey: the candidate of a tier that a request's key belongs to, under the rules by affinity: the same for who
// selects and who explains, and on every machine.
//
//   const std::uint32_t i = ChooseByKey(published, tier, Balance::kAffinity, key, level);   // a place, or kNoIndex
//
// `level(place)` says how much of a candidate's weight counts, of Availability::kFull.
//
// kAffinity asks all candidates (select/rendezvous.h). kAffinityByHalves goes down a binary tree instead: the places of
// a tier are in order of the channels' ids, the highest bit in which ids differ splits them in two, and a number of the
// key and of that split says which half is meant, by the halves' weights; so on until one is left. Each is met with
// exactly its weight over the sum. A split is known by the bits above it, so that it stays the same whoever else comes
// or goes: where a weight changes, keys move between the halves on the way to it, at each of them no more than the
// share that has changed. (Tree buckets of CRUSH: S. Weil and others, 2006.) Who was met and is out leaves its keys to
// the others as kAffinity does, which asks all of them: a draw that does not count, repeated among those that do,
// leaves each with exactly its counting weight over the sum of theirs.
//
// Thread safety: as select.h. Cost: some nanoseconds a candidate; by halves, an addition a candidate, and a hash and a
// search for each time that the tier can be halved.
#ifndef POINTSMAN_SRC_SELECT_KEY_CHOICE_H_
#define POINTSMAN_SRC_SELECT_KEY_CHOICE_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "pointsman/balance.h"
#include "publish/published.h"
#include "table/tier_block.h"

namespace pointsman::inline v0 {

inline bool IsByKey(Balance rule) { return rule == Balance::kAffinity || rule == Balance::kAffinityByHalves; }

// REQUIRES: IsByKey(rule).
std::uint32_t ChooseByKey(const Published& published, const TierBlock& tier, Balance rule, std::uint64_t key,
                          absl::FunctionRef<std::uint32_t(std::uint32_t)> level) noexcept;

// Beside the number of a key and a channel: those of a split, and of the part of a channel's weight that counts.
class HalvingNumbers {
 public:
  HalvingNumbers(std::uint64_t key, std::uint64_t fleet_seed) noexcept;
  // Of the ids that agree with `id` in all bits above `bit`.
  std::uint64_t OfSplit(std::int64_t id, int bit) const noexcept;
  // Below Availability::kFull.
  std::uint32_t OfPart(std::int64_t id) const noexcept;

 private:
  std::uint64_t seeded_key_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_KEY_CHOICE_H_
