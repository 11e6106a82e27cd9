// Turn: which tiers of a route an attempt draws from, where the policy goes by the number of the attempt.
//
//   const Turn turn = ChooseTurn(data, judge, match.first, nearest);
//   if (turn.all_below) …            // alike among the candidates of turn.from and of all tiers below it
//   else …                           // by the shares of turn.from
//
// Tiers in which nobody is usable just now do not count: a gateway would not find them either.
//
// Thread safety: thread-safe (pure functions over an immutable table). No allocation.
// Cost: O(candidates of the tiers that are passed).
#ifndef POINTSMAN_SRC_SELECT_TURN_H_
#define POINTSMAN_SRC_SELECT_TURN_H_

#include "pointsman/selection.h"
#include "select/candidates.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

struct Turn {
  TierRef from = kAllOut;  // kAllOut: nobody is usable
  bool all_below = false;
};

// Notes in `nearest` why candidates are out; kFilterFailed among them ends the looking. REQUIRES: judge.GoesByNumber().
Turn ChooseTurn(const TableData& data, const CandidateJudge& judge, TierRef first, Reason& nearest) noexcept;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_TURN_H_
