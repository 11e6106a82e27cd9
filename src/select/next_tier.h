// FindNextTier: the tier that a request's next draw is from, and how each of its candidates stands: with what weight it
// is drawn, or why it is out. Nothing is drawn.
//
//   const NextTier next = FindNextTier(published, request, attempts);
//   if (next.reason == Reason::kNone) for (const Standing& s : next.standings) …      // s.weight of next.total
//
// What selections walk through, looked at instead of drawn from. One difference: a draw may never meet a candidate that
// the request's filter cannot judge; here all candidates of a tier are judged, and one such is kFilterFailed.
//
// Thread safety: thread-compatible. Cost: O(candidates of the plan) at worst; allocates.
#ifndef POINTSMAN_SRC_SELECT_NEXT_TIER_H_
#define POINTSMAN_SRC_SELECT_NEXT_TIER_H_

#include <cstdint>
#include <vector>

#include "select/tier_walk.h"

namespace pointsman::inline v0 {

struct Standing {
  std::int64_t channel_id = 0;
  std::uint32_t channel = 0;  // its number in the table
  // That it is drawn by, times Availability::kFull; 0 where the verdict keeps it out, or the request's affinity key is
  // another candidate's.
  std::uint64_t weight = 0;
  Verdict verdict;  // kAllZeroWeight and kPinUnusable too: it weighs nothing, or another channel is asked for
};

struct NextTier {
  Reason reason = Reason::kNone;  // kNone: the following is set
  std::uint32_t group = kNoIndex;
  ModelMatch match;
  TierRef tier = kNotListed;
  std::int64_t priority = 0;
  bool other_key = false;           // all of it to the channel of the last attempt, with a key that was not tried
  std::uint64_t total = 0;          // of the weights
  std::vector<Standing> standings;  // every candidate of the tier that was compiled, by channel id
};

// `attempts` may be null: a selection on its own.
NextTier FindNextTier(const Published& published, const Request& request, const Attempts* attempts);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_NEXT_TIER_H_
