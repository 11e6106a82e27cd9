#include "pointsman/explain.h"

#include <algorithm>

#include "explain/explain_steps.h"
#include "rows/comma_list.h"
#include "select/select.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// A copy that is bounded whatever the request holds. One byte too many is kept, so that a cut name equals no real one.
std::string Bounded(std::string_view text) { return std::string(text.substr(0, kMaxNameBytes + 1)); }

bool SameButForCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  a = Trim(a);
  b = Trim(b);
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

ExplainedTier ExplainTier(std::string_view group, const TierInfo& tier) {
  ExplainedTier explained{.group = std::string(group), .priority = tier.priority, .candidates = {}};
  for (const CandidateInfo& c : tier.candidates) {
    explained.candidates.push_back({.channel_id = c.channel_id,
                                    .name = std::string(c.channel_name),
                                    .weight = c.weight,
                                    .share = c.share,
                                    .status = c.status});
  }
  return explained;
}

// The same steps as SelectFrom, noted down instead of drawn.
void WalkSteps(const RouteTable& table, const Request& request, Explanation& e) {
  const TableData& data = table.data();
  const GroupChoice group = ChooseGroup(data, request);
  e.group_was_empty = group.was_empty;
  if (group.reason != Reason::kEmptyGroup) e.resolved_group = Bounded(group.name);
  e.reason = data.listed_routes == 0 ? Reason::kEmptyTable : group.reason;
  if (e.reason != Reason::kNone) return;
  e.plan.push_back(*e.resolved_group);
  const RouteChoice route = ChooseRoute(data, group.index, data.model_table.Find(request.model));
  e.reason = route.reason;
  if (route.first == kNotListed) return;
  e.matched_model = Bounded(request.model);
  const RouteInfo described = *table.Describe(group.name, request.model);
  for (const TierInfo& tier : described.tiers) e.tiers.push_back(ExplainTier(group.name, tier));
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
  }
  return "unknown";
}

void FindNearMisses(const RouteTable& table, Explanation& e) {
  const auto add = [&](NearMiss::Kind kind, std::string_view group, std::string_view model) {
    if (e.near_misses.size() < kMostNearMisses) {
      e.near_misses.push_back({.kind = kind, .group = std::string(group), .model = std::string(model)});
    }
  };
  const std::string_view resolved = e.resolved_group ? std::string_view(*e.resolved_group) : std::string_view();
  for (const std::string_view group : table.groups()) {
    if (!resolved.empty() && group != resolved && SameButForCase(group, resolved)) {
      add(NearMiss::Kind::kGroupOtherCase, group, e.requested_model);
    }
  }
  const TableData& data = table.data();
  const auto serves = [&](std::uint32_t group, std::uint32_t model) {
    return data.rows.Find(group, model) >= kFirstBlock;
  };
  for (std::uint32_t m = 0; m < data.models.size(); ++m) {
    const bool same = data.models[m] == e.requested_model;
    if (!same && !SameButForCase(data.models[m], e.requested_model)) continue;
    for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
      if (serves(g, m) && !(same && data.groups[g] == resolved)) {
        add(same ? NearMiss::Kind::kModelInOtherGroup : NearMiss::Kind::kModelOtherCase, data.groups[g],
            data.models[m]);
      }
    }
  }
}

Explanation Explain(const RouteTable& table, const Request& request, const Caller* caller) {
  Explanation e;
  e.requested_group = Bounded(request.group);
  e.requested_model = Bounded(request.model);
  e.empty_group = table.policy().groups.empty_group;
  WalkSteps(table, request, e);
  if (caller != nullptr) e.refusal = caller->MayCall(request.model);
  e.ok = e.reason == Reason::kNone && e.refusal == CallerRefusal::kNone;
  if (!e.ok) FindNearMisses(table, e);
  BuildChain(table, request, caller, e);
  AddHints(table, e);
  return e;
}

}  // namespace pointsman::inline v0
