// tier-all-zero, weight-zero-beside-others, tier-weight-overflow and priority-null: numbers that gateways read in
// different ways.
#include <cstdint>
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

struct Idle {
  std::size_t pairs = 0;
  GroupAndModel first;
};

RowChange SetPriority(SourceTable table, std::vector<ColumnValue> key) {
  return {.kind = RowChange::Kind::kUpdate,
          .table = table,
          .key = std::move(key),
          .before = {{"priority", SqlValue()}},
          .after = {{"priority", std::int64_t{0}}}};
}

}  // namespace

void CheckTierAllZero(const Evidence& evidence, Findings& findings) {
  Growing growing("tier-all-zero", evidence);
  ForEachTier(evidence, [&](const GroupAndModel& pair, std::int64_t priority, const TierFacts& tier) {
    if (tier.size < 2 || tier.sum > 0) return;
    growing.Add(growing.wants_where() ? TierWhere(evidence, pair, priority, Channels(tier.size) + ", all of weight 0")
                                      : FindingRow());
  });
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kInfo,
            .message = Amount(growing.finding().count, "tier has", "tiers have") + " several channels, all of weight 0",
            .why = "no request fails because of it; they are drawn alike here, while other gateways draw only the "
                   "first, or none",
            .cure = CureClass::kAdvice,
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
            .message = Amount(growing.finding().count, "enabled channel has", "enabled channels have") +
                       " weight 0 beside others that weigh more: " + names.Text(),
            .why = "no request fails because of it; the channel is never drawn while one of the others is there",
            .cure = CureClass::kAdvice,
            .advice = "give it a weight, disable it, or give it a lower priority if it is a reserve"},
           findings);
}

void CheckTierWeightOverflow(const Evidence& evidence, Findings& findings) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  Growing growing("tier-weight-overflow", evidence);
  ForEachTier(evidence, [&](const GroupAndModel& pair, std::int64_t priority, const TierFacts& tier) {
    if (tier.sum <= kMost) return;
    growing.Add(growing.wants_where()
                    ? TierWhere(evidence, pair, priority, "the weights sum up to " + std::to_string(tier.sum))
                    : FindingRow());
  });
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = Amount(growing.finding().count, "tier has", "tiers have") +
                       " weights whose sum does not fit 32 bits with a sign",
            .why = "no request fails because of it here; a gateway that adds them up in 32 bits draws wrongly or not "
                   "at all",
            .cure = CureClass::kAdvice,
            .advice = "divide the weights of the tier by a common factor"},
           findings);
}

void CheckPriorityNull(const Evidence& evidence, Findings& findings) {
  Growing growing("priority-null", evidence);
  Finding& finding = growing.finding();
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (!row.priority.is_null() || evidence.FindChannel(row.id) != &row) continue;
    growing.Add(growing.wants_where() ? ChannelWhere(row, "priority") : FindingRow());
    finding.changes.push_back(SetPriority(SourceTable::kChannels, {{"id", row.id}}));
  }
  for (const AbilityRow& row : evidence.rows().abilities()) {
    if (!row.priority.is_null() || !HasUsableNames(row)) continue;
    const ChannelRow* const channel = evidence.FindChannel(row.channel_id);
    growing.Add(growing.wants_where() ? AbilityWhere(row, channel, "priority") : FindingRow());
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
