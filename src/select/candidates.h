// Candidates: which of a tier's candidates a request can have just now, and why not the others. Selection draws among
// them, explanations list them, distributions sum them up: all three ask here.
//
//   const CandidateJudge judge(published, request, attempts, group, model);
//   const Verdict v = judge.Judge(tier, i);            // v.reason is kNone: it can be drawn
//
// Thread safety: thread-compatible; no allocation. Cost of Judge: O(attempts), and a call of the request's filter.
#ifndef POINTSMAN_SRC_SELECT_CANDIDATES_H_
#define POINTSMAN_SRC_SELECT_CANDIDATES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pointsman/attempts.h"
#include "pointsman/request.h"
#include "pointsman/selection.h"
#include "state/slot_state.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

struct Published;

// Why a candidate is out: kNone, kExhausted (tried before), kAllDisabled (switched off), kAllCoolingDown, kAllAtLimit,
// kAllFiltered, kFilterFailed.
struct Verdict {
  Reason reason = Reason::kNone;
  std::int32_t filter_code = 0;
  std::uint32_t level = Availability::kFull;  // how much of its weight counts, if any
  bool claims = false;                        // see Availability
};

// What the candidates of one selection are judged by, and what was seen of them on the way.
struct Circumstances {
  bool again = false;    // what was tried may be had once more; the budgets hold all the same
  bool lenient = false;  // who cools down serves, in the groups that fail open

  Nanoseconds now = 0;  // read where it is first needed
  bool knows_now = false;
  bool met_cooling = false;
  Nanoseconds recovers_in = ModelStates::kForever;  // the earliest that was met
};

// What happens in the group when all that is left there cools down.
AllCooling RuleIn(const ChannelStateOptions& state, std::string_view group);

class CandidateJudge {
 public:
  // Of one group and its listed model, both numbers of the table. `attempts` may be null. REQUIRES: `circumstances`
  // stay.
  CandidateJudge(const Published& published, const Request& request, const Attempts* attempts, std::uint32_t group,
                 std::uint32_t model, Circumstances& circumstances) noexcept;

  Verdict Judge(const TierBlock& tier, std::uint32_t i) const noexcept;
  // Takes what the verdict of a candidate that was drawn claims; false where somebody else was faster.
  bool Claim(const TierBlock& tier, std::uint32_t i, Taken& taken) const noexcept;
  // Whether the policy wants no further attempt from this tier.
  bool PassesOver(const TierBlock& tier) const noexcept;
  // Whether the policy wants no further attempt from this group.
  bool PassesOverGroup() const noexcept;
  // How many attempts this group has served.
  std::size_t MadeInGroup() const noexcept;
  // Whether the next attempt draws from a tier by its number, and may draw again what was tried (select/turn.h).
  bool GoesByNumber() const noexcept;

 private:
  Availability StateOf(std::uint32_t channel, std::uint64_t word) const noexcept;
  Availability FrozenStateOf(std::uint32_t channel) const noexcept;
  Nanoseconds Now() const noexcept;

  const Published& published_;
  const Request& request_;
  const Attempts* attempts_;
  std::uint32_t group_;
  std::uint32_t model_;
  Circumstances& circumstances_;
  Leniency leniency_;
  std::uint64_t group_key_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_CANDIDATES_H_
