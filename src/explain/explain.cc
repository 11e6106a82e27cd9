#include "pointsman/explain.h"

#include <memory>

#include "explain/explain_steps.h"

namespace pointsman::inline v0 {
namespace {

// A copy that is bounded whatever the request holds. One byte too many is kept, so that a cut name equals no real one.
std::string Bounded(std::string_view text) { return std::string(text.substr(0, kMaxNameBytes + 1)); }

// Not where the walk may make no further attempt, or where the request's filter broke it off.
bool AnotherNameMayHelp(Reason reason) {
  return reason != Reason::kBudgetSpent && reason != Reason::kAttemptLimit && reason != Reason::kFilterFailed;
}

}  // namespace

std::string_view ChainLinkName(ChainLink::Kind kind) {
  switch (kind) {
    case ChainLink::Kind::kChannel: return "channel";
    case ChainLink::Kind::kAbility: return "ability";
    case ChainLink::Kind::kToken: return "token";
    case ChainLink::Kind::kTable: return "table";
  }
  return "unknown";
}

std::string_view NearMissName(NearMiss::Kind kind) {
  switch (kind) {
    case NearMiss::Kind::kModelInOtherGroup: return "model_in_other_group";
    case NearMiss::Kind::kModelOtherCase: return "model_other_case";
    case NearMiss::Kind::kGroupOtherCase: return "group_other_case";
    case NearMiss::Kind::kModelSimilar: return "model_similar";
    case NearMiss::Kind::kGroupSimilar: return "group_similar";
    case NearMiss::Kind::kModelDisabledInOtherGroup: return "model_disabled_in_other_group";
  }
  return "unknown";
}

Explanation ExplainPublished(const Published& now, const Request& request, const Attempts* attempts,
                             const Caller* caller) {
  const RouteTable& table = *now.table;
  Explanation e;
  e.requested_group = Bounded(request.group);
  e.requested_model = Bounded(request.model);
  e.empty_group = table.policy().groups.empty_group;
  e.generation = now.generation;
  WalkSteps(now, request, attempts, e);
  if (caller != nullptr) e.refusal = caller->MayCall(request.model);
  e.ok = e.reason == Reason::kNone && e.refusal == CallerRefusal::kNone;
  if (!e.ok && AnotherNameMayHelp(e.reason)) FindNearMisses(table, e);
  BuildChain(table, request, caller, e);
  AddHints(table, e);
  return e;
}

Explanation Explain(const RouteTable& table, const Request& request, const Caller* caller) {
  // Not owned: the explanation owns its texts, and nothing else outlives this call.
  return ExplainPublished(Unserved(std::shared_ptr<const RouteTable>(std::shared_ptr<void>(), &table)), request,
                          nullptr, caller);
}

}  // namespace pointsman::inline v0
