// Explanation: every step of one selection as data, and as text in English and Chinese.
//
//   pointsman::Explanation why = router.Explain({.group = "", .model = "runway"});
//   reply.body = why.Text(Language::kChinese);                          // for the caller: reveals nothing internal
//   log << why.Text(Language::kEnglish, Audience::kOperator);           // for the operator: everything
//
// It is made from one table, by the same rules and the same code as the selection, so the two cannot disagree.
//
// Thread safety: immutable once made; owns its texts.
// Cost: O(candidates of the route + groups + models of the table); allocates. Not for the hot path.
#ifndef POINTSMAN_EXPLAIN_H_
#define POINTSMAN_EXPLAIN_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/attempts.h"
#include "pointsman/caller.h"
#include "pointsman/export.h"
#include "pointsman/model_rules.h"
#include "pointsman/request.h"
#include "pointsman/route_table.h"
#include "pointsman/selection.h"

namespace pointsman::inline v0 {

enum class Language : std::uint8_t { kEnglish, kChinese };

// Who reads a text. Callers never see a channel, nor a group that they may not use.
enum class Audience : std::uint8_t { kCaller, kOperator };

// A text in both languages.
struct Phrase {
  std::string english;
  std::string chinese;
  const std::string& In(Language language) const { return language == Language::kChinese ? chinese : english; }
};

// Whether a walk passes over a candidate that it has not tried itself.
enum class PassedOver : std::uint8_t {
  kNone,
  kTier,   // the policy wants no further attempt from its tier
  kGroup,  // the policy wants no further attempt from its group
  kKey,    // another key of the channel that was tried last comes first
};

// One candidate of the route, or why it is out.
struct ExplainedCandidate {
  std::int64_t channel_id = 0;
  std::string name;
  std::uint32_t weight = 0;
  Share share;  // of the tier, among those that can be had now; 0/1 for the others
  CandidateStatus status = CandidateStatus::kEligible;  // as compiled
  // What keeps it out now although the rows do not: kExhausted (tried before, or passed over), kAllDisabled (switched
  // off), kAllCoolingDown, kAllAtLimit, kAllFiltered, kFilterFailed, kPinUnusable (the request is pinned to another);
  // else kNone.
  Reason out = Reason::kNone;
  PassedOver passed_over = PassedOver::kNone;  // with kExhausted: kNone says that it was tried itself
  std::int32_t filter_code = 0;                // what the request's filter said
};

// One group of the plan, and what became of it.
struct ExplainedGroup {
  std::string group;
  bool allowed = true;                       // the request may use it
  bool reached = false;                      // it was its turn
  Reason reason = Reason::kNone;             // of one that was reached: why it does not serve; kNone: it does
  std::optional<std::string> matched_model;  // as listed there
  MatchRule rule = MatchRule::kExact;
};

struct ExplainedTier {
  std::string group;
  std::int64_t priority = 0;
  // How the group chooses among them. The shares are those in the long run; by affinity and with a key, those of
  // this key: all or nothing, in the tier that the next draw is from.
  Balance balance = Balance::kWeightedRandom;
  std::vector<ExplainedCandidate> candidates;
};

// Something close to what was asked for that would have been found, or nearly.
struct NearMiss {
  enum class Kind : std::uint8_t {
    kModelInOtherGroup,          // the same model, served in `group`; `model` as listed there
    kModelOtherCase,             // a model of this group that differs only in case or surrounding blanks
    kGroupOtherCase,             // a group that differs only in case or surrounding blanks
    kModelSimilar,               // a model of this group whose name is at most two edits away
    kGroupSimilar,               // such a group
    kModelDisabledInOtherGroup,  // the same model, listed in `group` by disabled candidates alone; `model` as there
  };
  Kind kind = Kind::kModelInOtherGroup;
  std::string group;
  std::string model;
};

// One link of the chain from channel to table: whether it holds, and what was seen.
struct ChainLink {
  enum class Kind : std::uint8_t { kChannel, kAbility, kToken, kTable };
  Kind kind = Kind::kChannel;
  bool holds = false;
  Phrase seen;
};

// "channel", "ability", "token", "table".
POINTSMAN_EXPORT std::string_view ChainLinkName(ChainLink::Kind kind);
// "model_in_other_group", "model_other_case", "group_other_case", "model_similar", "group_similar",
// "model_disabled_in_other_group".
POINTSMAN_EXPORT std::string_view NearMissName(NearMiss::Kind kind);

struct POINTSMAN_EXPORT Explanation {
  bool ok = false;
  Reason reason = Reason::kNone;
  CallerRefusal refusal =
      CallerRefusal::kNone;      // set where the caller may not call; then `reason` is of the routing alone
  std::uint64_t generation = 0;  // of the table that this speaks of; 0: not published

  std::string requested_group;
  std::optional<std::string> resolved_group;  // nothing: the policy refuses an empty group
  bool group_known = true;                    // by the rows or the policy
  std::vector<std::string> plan;              // groups in the order in which they are tried, if they may be used
  bool stay_in_group = false;                 // Request::stay_in_group
  std::vector<ExplainedGroup> groups;         // the same with what became of them, those that may not be used included
  std::string serving_group;                  // empty: none
  bool degraded = false;                      // it serves although all that could is cooling down
  std::optional<std::chrono::milliseconds> retry_after;  // where all are cooling down or at their limits
  EmptyGroup empty_group = EmptyGroup::kInherit;
  bool group_was_empty = false;

  std::string requested_model;
  std::optional<std::string> matched_model;  // in the group that serves, else in the first that lists one
  MatchRule matched_rule = MatchRule::kExact;

  std::size_t attempts = 0;         // made before
  std::optional<std::int64_t> pin;  // the only channel that the request accepts

  std::vector<ExplainedTier> tiers;   // of each group that was reached, highest priority first
  std::vector<NearMiss> near_misses;  // at most 10
  std::vector<ChainLink> chain;       // channel, ability, token, table
  std::vector<Phrase> hints;          // cures, for operators

  // For people. Names are escaped and shortened; the whole is bounded whatever the request holds.
  std::string Text(Language language = Language::kEnglish, Audience audience = Audience::kCaller) const;
};

// Explains from one table, with every channel in order. `caller`, where given, is whom the request was made for.
POINTSMAN_EXPORT Explanation Explain(const RouteTable& table, const Request& request, const Caller* caller = nullptr);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_EXPLAIN_H_
