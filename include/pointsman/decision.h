// DecisionRecord: one selection with everything that it depended on, so that it can be made again, anywhere.
//
//   pointsman::DecisionRecord record;
//   Selection s = router.SelectRecorded(request, &attempts, pointsman::ThreadBits(), record);
//   log << pointsman::DecisionToJson(record) << "\n";                             // load/dump.h
//
//   const Replay again = pointsman::ReplayDecision(*table, record);               // with the table of a dump
//   if (again.same()) Print(again.explanation);
//
// The record holds the request, what was tried before, what the host's filter said, which channels were out, the random
// words that were drawn, the answer, and why each candidate that came before it was not taken. The table is named by
// its content hash, which covers the policy too.
//
// Thread safety: thread-compatible (plain values); ReplayDecision is thread-safe (a pure function).
// Cost: of recording O(channels + candidates of the plan), with allocations: a call of its own, never on the usual way.
// Limits: names of a request are kept up to kMaxNameBytes + 1 bytes, which match nothing as the whole did.
#ifndef POINTSMAN_DECISION_H_
#define POINTSMAN_DECISION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/attempts.h"
#include "pointsman/explain.h"
#include "pointsman/export.h"
#include "pointsman/request.h"
#include "pointsman/route_table.h"
#include "pointsman/selection.h"

namespace pointsman::inline v0 {

// A Request that owns its texts. Of a filter it keeps that there was one.
struct RecordedRequest {
  std::string group;
  std::string user_group;
  std::string model;
  std::optional<std::vector<std::string>> allowed_groups;
  std::optional<std::vector<std::string>> ordered_groups;
  bool stay_in_group = false;
  std::optional<std::int64_t> pin;
  std::optional<std::uint64_t> affinity;
  bool filtered = false;

  friend bool operator==(const RecordedRequest&, const RecordedRequest&) = default;
};

// A candidate as the records name it.
struct RecordedCandidate {
  std::int64_t channel_id = 0;
  std::int64_t priority = 0;
  std::string group;
  std::string model;  // as listed

  friend auto operator<=>(const RecordedCandidate&, const RecordedCandidate&) = default;
};

// What keeps a channel out at run time, or some of its weight, beside its row.
enum class OutReason : std::uint8_t {
  kSwitchedOff,
  kCoolingDown,
  kAtLimit,
  kSlowStart,  // only part of its weight counts
};

// "switched_off", "cooling_down", "at_limit", "slow_start".
POINTSMAN_EXPORT std::string_view OutReasonName(OutReason reason);

// A channel that cools down and is at a limit besides is there twice.
struct OutChannel {
  std::int64_t channel_id = 0;
  OutReason reason = OutReason::kSwitchedOff;
  std::uint32_t level = 0;  // how many sixty-fourths of its weight count: 1 to 63 for kSlowStart, else 0
  std::string model = {};   // out for this one alone, switched off or cooling down; empty: for all

  friend bool operator==(const OutChannel&, const OutChannel&) = default;
};

// What the host's filter said of a candidate: see CandidateFilter.
struct FilterVerdict {
  RecordedCandidate candidate;
  std::int32_t code = 0;

  friend bool operator==(const FilterVerdict&, const FilterVerdict&) = default;
};

// Why a candidate was not taken.
enum class Rejected : std::uint8_t {
  kChannelDisabled,  // compiled so
  kAbilityDisabled,
  kZeroWeight,
  kTried,         // before, in this walk
  kOut,           // at that moment: switched off, cooling down or at a limit
  kFiltered,      // by the host, with its code
  kFilterFailed,  // the host's filter could not judge
  kTierTried,     // the policy wants one attempt of each tier
  kGroupTried,    // the policy wants no more attempts in this group
  kNoPriority,    // compiled so: its priority is NULL, and the policy never selects such
};

// "channel_disabled", "ability_disabled", "zero_weight", "tried", "out", "filtered", "filter_failed", "tier_tried",
// "group_tried", "no_priority".
POINTSMAN_EXPORT std::string_view RejectedName(Rejected why);

struct RejectedCandidate {
  RecordedCandidate candidate;
  std::uint32_t weight = 0;
  Rejected why = Rejected::kTried;
  std::int32_t filter_code = 0;

  friend bool operator==(const RejectedCandidate&, const RejectedCandidate&) = default;
};

// What a Selection says.
struct RecordedAnswer {
  Reason reason = Reason::kNone;
  std::int64_t channel_id = 0;
  std::int64_t priority = 0;
  std::string group;                 // that served
  std::optional<std::uint32_t> key;  // of a channel with several

  friend bool operator==(const RecordedAnswer&, const RecordedAnswer&) = default;
};

struct DecisionRecord {
  std::string content_hash;      // of the table that answered
  std::uint64_t generation = 0;  // and what its router called it
  RecordedRequest request;
  std::optional<Attempts> attempts;  // before the answer, with their room; nothing: a selection on its own
  std::vector<OutChannel> out;       // channels that were not in order, in order of id, then of model
  // Groups of the plan that refuse where all that is left cools down (AllCooling::kRefuse), if any channel did; the
  // others fail open.
  std::vector<std::string> refusing;
  std::vector<FilterVerdict> verdicts;  // in the order in which they were asked for, each candidate once
  // What was drawn, in that order: 64 random bits each; and what a choice by turn or by load, or of a key, asked for
  // (balance.h).
  std::vector<std::uint64_t> words;
  RecordedAnswer answer;
  // In the groups and tiers up to the answer, as they were judged when it was found: where those who cool down serve
  // they are not out. None where the channel of the last attempt serves again with another key.
  std::vector<RejectedCandidate> rejected;

  friend bool operator==(const DecisionRecord&, const DecisionRecord&) = default;
};

// A decision that was made again.
struct Replay {
  bool same_table = false;   // the table has the record's content hash
  bool same_answer = false;  // and gives the record's answer, for what the record says that was drawn and judged
  RecordedAnswer answer;
  std::vector<RejectedCandidate> rejected;
  Explanation explanation;

  bool same() const { return same_table && same_answer; }
};

// Makes the decision again from `table`. With another table than the record's the answer is what that table would have
// said; where it draws or judges more than was recorded, words of 0 and verdicts of 0 stand in, and it is not the same.
POINTSMAN_EXPORT Replay ReplayDecision(const RouteTable& table, const DecisionRecord& record);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_DECISION_H_
