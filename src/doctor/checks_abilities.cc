// ability-orphan and channel-without-abilities: one of the two tables lacks the other's row.
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "doctor/ability_rows.h"
#include "doctor/checks.h"
#include "doctor/wording.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

RowChange DeleteAbility(const AbilityRow& row) {
  RowChange change{.kind = RowChange::Kind::kDelete,
                   .table = SourceTable::kAbilities,
                   .key = {{"group", ToSql(row.group)}, {"model", ToSql(row.model)}, {"channel_id", row.channel_id}},
                   .before = {},
                   .after = {}};
  if (!row.enabled.is_absent()) change.before.push_back({"enabled", ToSql(row.enabled)});
  if (!row.priority.is_absent()) change.before.push_back({"priority", ToSql(row.priority)});
  if (!row.weight.is_absent()) change.before.push_back({"weight", ToSql(row.weight)});
  if (!row.tag.is_absent()) change.before.push_back({"tag", ToSql(row.tag)});
  return change;
}

// Pairs whose enabled abilities are all orphans, and that are therefore served by nobody.
PairSet PairsOfOrphansOnly(const Evidence& evidence) {
  PairSet pairs;
  if (!evidence.believes_abilities()) return pairs;
  const auto pair = [](const AbilityRow& row) { return GroupAndModel(row.group.value(), row.model.value()); };
  for (const AbilityRow& row : evidence.rows().abilities()) {
    if (IsEnabled(row) && HasUsableNames(row) && !evidence.HasChannel(row.channel_id)) pairs.insert(pair(row));
  }
  if (pairs.empty()) return pairs;
  for (const AbilityRow& row : evidence.rows().abilities()) {
    if (IsEnabled(row) && HasUsableNames(row) && evidence.HasChannel(row.channel_id)) pairs.erase(pair(row));
  }
  return pairs;
}

std::string OrphanWhy(const PairSet& lost) {
  std::string why = "a gateway that draws an ability and then looks for its channel fails each request that draws one";
  if (lost.empty())
    return why +
           "; under the examined lookup none fails, since other channels serve those pairs or nobody enabled them";
  const GroupAndModel& first = *std::min_element(lost.begin(), lost.end());
  return why + "; " + Amount(lost.size(), "(group, model) pair has", "(group, model) pairs have") +
         " no other ability and no route, e.g. " + PairText(first.first, first.second);
}

}  // namespace

void CheckAbilityOrphan(const Evidence& evidence, Findings& findings) {
  Growing growing("ability-orphan", evidence);
  Finding& finding = growing.finding();
  absl::flat_hash_set<std::int64_t> seen;
  BoundedList ids(kShown);
  for (const AbilityRow& row : evidence.rows().abilities()) {
    if (evidence.HasChannel(row.channel_id)) continue;
    growing.Add(AbilityWhere(row, nullptr, "channel_id"));
    finding.changes.push_back(DeleteAbility(row));
    if (seen.insert(row.channel_id).second) ids.Add(std::to_string(row.channel_id));
  }
  if (growing.empty()) return;

  const PairSet lost = PairsOfOrphansOnly(evidence);
  finding.failing_routes = lost.size();
  finding.severity = lost.empty() ? Severity::kWarning : Severity::kError;
  finding.message = Amount(finding.count, "ability names", "abilities name") +
                    (seen.size() == 1 ? " a channel that does not exist: " : " channels that do not exist: ") +
                    ids.Text();
  finding.why = OrphanWhy(lost);
  finding.cure = CureClass::kReview;
  finding.advice = "delete the rows, unless the channel is missing by mistake: then restore it";
  findings.push_back(std::move(finding));
}

void CheckChannelWithoutAbilities(const Evidence& evidence, Findings& findings) {
  if (!evidence.believes_abilities() || evidence.rows().abilities().empty()) return;
  absl::flat_hash_set<std::int64_t> with_abilities;
  for (const AbilityRow& row : evidence.rows().abilities()) with_abilities.insert(row.channel_id);

  Growing growing("channel-without-abilities", evidence);
  MissingAbilities missing(evidence);
  BoundedList names(kShown);
  for (const ChannelRow& row : evidence.rows().channels()) {
    const bool counts = evidence.FindChannel(row.id) == &row && evidence.IsUsable(row) && IsEnabled(row);
    if (!counts || with_abilities.contains(row.id) || evidence.HasUnloadedAbilities(row.id)) continue;
    if (missing.Propose(row, {}, [](std::string_view, std::string_view) {}) == 0) continue;  // it lists nothing
    FindingRow where = ChannelWhere(row, "id");
    where.detail = "no ability row";
    growing.Add(std::move(where));
    names.Add(ChannelText(row.id, row.name.value_or({})));
  }
  if (growing.empty()) return;

  Finding& finding = growing.finding();
  std::move(missing).Prescribe(finding,
                               "the cure inserts the rows that the gateways' own repair of the abilities would make");
  finding.message = Amount(finding.count, "enabled channel has", "enabled channels have") +
                    " no ability row, while others have: " + names.Text();
  finding.why = finding.failing_routes > 0
                    ? Amount(finding.failing_routes, "(group, model) pair has", "(group, model) pairs have") +
                          " no route because of it"
                    : "no request fails because of it, but what these channels list is served by others alone";
  findings.push_back(std::move(finding));
}

}  // namespace pointsman::inline v0
