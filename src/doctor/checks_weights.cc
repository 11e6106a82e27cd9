// tier-all-zero, weight-zero-beside-others, tier-weight-overflow and priority-null: numbers that gateways read in
// different ways.
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "doctor/checks.h"
#include "doctor/variant.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

struct TierFacts {
  std::uint64_t sum = 0;
  std::uint32_t size = 0;
  std::vector<std::uint32_t> zero;  // channels, by number; only beside others that weigh more
};

TierFacts Look(const TierBlock& tier) {
  TierFacts facts{.size = tier.size()};
  const TierWeights weights(tier);
  for (std::uint32_t i = 0; i < tier.size(); ++i) facts.sum += weights.Raw(i);
  for (std::uint32_t i = 0; facts.sum > 0 && i < tier.size(); ++i) {
    if (weights.Raw(i) == 0) facts.zero.push_back(tier.channel(i));
  }
  return facts;
}

// Calls visit(pair, priority, facts) for each tier of each route. Equal tiers are looked at once.
template <class Visit>
void ForEachTier(const Evidence& evidence, const Visit& visit) {
  const TableData& data = evidence.table().data();
  absl::flat_hash_map<TierRef, TierFacts> known;
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      for (TierRef ref = route.first; ref != kAllOut;) {
        const TierBlock tier = data.tier(ref);
        const auto [entry, added] = known.try_emplace(ref);
        if (added) entry->second = Look(tier);
        visit(GroupAndModel(data.groups[g], data.models[route.model]), data.priorities[tier.priority()], entry->second);
        ref = tier.next();
      }
    }
  }
}

FindingRow TierWhere(const Evidence& evidence, const GroupAndModel& pair, std::int64_t priority, std::string detail) {
  return {.table = evidence.believes_abilities() ? SourceTable::kAbilities : SourceTable::kChannels,
          .key = "(" + Printable(pair.first) + ", " + Printable(pair.second) + ")",
          .column = "weight",
          .detail = "priority " + std::to_string(priority) + ": " + std::move(detail)};
}

// The tiers of which `fault` has something to say.
Growing FindTiers(std::string_view code, const Evidence& evidence,
                  const std::function<std::string(const TierFacts&)>& fault) {
  Growing growing(code, evidence);
  ForEachTier(evidence, [&](const GroupAndModel& pair, std::int64_t priority, const TierFacts& tier) {
    std::string detail = fault(tier);
    if (!detail.empty()) growing.Add(TierWhere(evidence, pair, priority, std::move(detail)));
  });
  return growing;
}

struct Idle {
  std::size_t pairs = 0;
  GroupAndModel first;
};

RowChange SetPriority(SourceTable table, std::vector<ColumnValue> key) {
  return UpdateOf(table, std::move(key), "priority", SqlValue(), std::int64_t{0});
}

}  // namespace

void CheckTierAllZero(const Evidence& evidence, Findings& findings) {
  Growing growing = FindTiers("tier-all-zero", evidence, [](const TierFacts& tier) {
    return tier.size < 2 || tier.sum > 0 ? "" : Channels(tier.size) + ", all of weight 0";
  });
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kInfo,
            .message = growing.Amount("tier has", "tiers have") + " several channels, all of weight 0",
            .why = "no request fails because of it; they are drawn alike here, while other gateways draw only the "
                   "first, or none",
            .advice = "give them weights, equal ones if they are to share alike"},
           findings);
}

void CheckWeightZeroBesideOthers(const Evidence& evidence, Findings& findings) {
  if (evidence.policy().shares != ShareRule::kWeight) return;  // elsewhere weight 0 has a share
  const TableData& data = evidence.table().data();
  std::map<std::uint32_t, Idle> idle;  // by channel
  ForEachTier(evidence, [&](const GroupAndModel& pair, std::int64_t, const TierFacts& tier) {
    for (const std::uint32_t channel : tier.zero) {
      if (!evidence.IsOfInterest(data.channels[channel].id)) continue;
      if (idle[channel].pairs++ == 0) idle[channel].first = pair;
    }
  });
  if (idle.empty()) return;
  Growing growing("weight-zero-beside-others", evidence);
  BoundedList names(kShown);
  for (const auto& [number, of] : idle) {
    const ChannelRecord& channel = data.channels[number];
    growing.Add({.table = SourceTable::kChannels,
                 .id = channel.id,
                 .key = IdKey(channel.id),
                 .name = std::string(channel.name),
                 .column = "weight",
                 .value = "0",
                 .detail = "weight 0 beside others in " + Amount(of.pairs, "pair", "pairs") + ", e.g. " +
                           PairText(of.first.first, of.first.second)});
    names.Add(ChannelText(channel.id, channel.name));
  }
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = growing.Amount("enabled channel has", "enabled channels have") +
                       " weight 0 beside others that weigh more: " + names.Text(),
            .why = "no request fails because of it; the channel is never drawn while one of the others is there",
            .advice = "give it a weight, disable it, or give it a lower priority if it is a reserve"},
           findings);
}

void CheckTierWeightOverflow(const Evidence& evidence, Findings& findings) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  Growing growing = FindTiers("tier-weight-overflow", evidence, [](const TierFacts& tier) {
    return tier.sum <= kMost ? "" : "the weights sum up to " + std::to_string(tier.sum);
  });
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = growing.Amount("tier has", "tiers have") + " weights whose sum does not fit 32 bits with a sign",
            .why = "no request fails because of it here; a gateway that adds them up in 32 bits draws wrongly or not "
                   "at all",
            .advice = "divide the weights of the tier by a common factor"},
           findings);
}

void CheckPriorityNull(const Evidence& evidence, Findings& findings) {
  Growing growing("priority-null", evidence);
  Finding& finding = growing.finding();
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (!row.priority.is_null() || !evidence.IsOfInterest(row.id) || evidence.FindChannel(row.id) != &row) continue;
    growing.Add(ChannelWhere(row, "priority"));
    finding.changes.push_back(SetPriority(SourceTable::kChannels, {{"id", row.id}}));
  }
  for (const AbilityRow& row : evidence.rows().abilities()) {
    if (!row.priority.is_null() || !evidence.IsOfInterest(row.channel_id) || !HasUsableNames(row)) continue;
    const ChannelRow* const channel = evidence.FindChannel(row.channel_id);
    growing.Add(AbilityWhere(row, channel, "priority"));
    finding.changes.push_back(
        SetPriority(SourceTable::kAbilities, AbilityKeyColumns(row.group.value(), row.model.value(), row.channel_id)));
  }
  if (growing.empty()) return;
  Policy never = evidence.policy();
  never.priorities.null_priority = NullPriority::kNever;
  const PairSet lost = PairsLost(evidence, evidence, Variant(evidence, [](ChannelRow&) {}, never));
  finding.failing_routes = lost.size();
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = Amount(finding.count, "row has", "rows have") + " NULL as priority",
            .why = "gateways that select in memory take it for 0, those that select in the database never select such "
                   "a row; there, " +
                   PairsFail(lost),
            .cure = CureClass::kReview,
            .advice = "the cure writes 0, the column's default"},
           findings);
}

}  // namespace pointsman::inline v0
