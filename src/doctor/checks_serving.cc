// nothing-served and channel-serves-nothing: sources and channels that no request can use.
#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "doctor/checks.h"
#include "doctor/wording.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;
constexpr char kRightDatabase[] = "check that this is the right database";

// Why no request finds this channel, where nothing is served at all.
std::string Idleness(const ChannelRow& row, const Evidence& evidence) {
  if (evidence.FindChannel(row.id) != &row || !evidence.IsUsable(row)) return "its row cannot be used";
  if (!IsEnabled(row)) {
    return "disabled (status " + (row.status.has_value() ? std::to_string(row.status.value()) : "NULL") + ")";
  }
  return evidence.believes_abilities() ? "enabled, but no enabled ability of it can be used"
                                       : "enabled, but its list of groups or of models is empty";
}

std::string NothingMessage(std::size_t channels, std::size_t enabled, bool some_unread) {
  const std::string nothing = "no enabled channel serves any model: ";
  if (channels == 0)
    return nothing + (some_unread ? "no row of channels could be read" : "the table channels is empty");
  return nothing + "of " + Channels(channels) + " " + (enabled == 0 ? "none" : std::to_string(enabled)) +
         (enabled <= 1 ? " is enabled" : " are enabled") + (some_unread ? ", and others could not be read" : "");
}

std::string NothingAdvice(std::size_t channels, std::size_t enabled, bool some_unread) {
  if (some_unread) return "mend the channels that could not be read";
  if (channels == 0) return std::string(kRightDatabase) + ": a gateway in use has channels";
  if (enabled == 0) return std::string(kRightDatabase) + "; if it is, enable a channel";
  return "give an enabled channel groups, models and, where the gateway keeps them, enabled abilities; each row says "
         "what "
         "it lacks";
}

// What is wrong with a channel's lists; empty where both name something.
std::string EmptyLists(const ChannelRow& row, const Policy& policy) {
  const bool no_groups = ListedGroups(row, policy).empty();
  const bool no_models = ListedModels(row).empty();
  if (no_groups && no_models) return "lists neither groups nor models";
  return no_groups ? "lists no groups" : no_models ? "lists no models" : "";
}

}  // namespace

void CheckNothingServed(const Evidence& evidence, Findings& findings) {
  if (evidence.table().serving_route_count() > 0) return;
  Growing growing("nothing-served", evidence);
  std::size_t enabled = 0;
  for (const ChannelRow& row : evidence.rows().channels()) {
    if (IsEnabled(row)) ++enabled;
    FindingRow where = ChannelWhere(row, "status");
    where.detail = Idleness(row, evidence);
    growing.Add(std::move(where));
  }
  Finding& finding = growing.finding();
  finding.severity = Severity::kError;
  finding.message = NothingMessage(finding.count, enabled, evidence.has_unloaded_channels());
  finding.why = "every request fails, whatever its group and model";
  finding.failing_routes = evidence.table().route_count();
  finding.cure = CureClass::kAdvice;
  finding.advice = NothingAdvice(finding.count, enabled, evidence.has_unloaded_channels());
  findings.push_back(std::move(finding));
}

void CheckChannelServesNothing(const Evidence& evidence, Findings& findings) {
  absl::flat_hash_set<std::int64_t> with_abilities;
  if (evidence.believes_abilities()) {
    for (const AbilityRow& row : evidence.rows().abilities()) with_abilities.insert(row.channel_id);
  }
  Growing growing("channel-serves-nothing", evidence);
  BoundedList names(kShown);
  for (const ChannelRow& row : evidence.rows().channels()) {
    const bool counts = evidence.FindChannel(row.id) == &row && evidence.IsUsable(row) && IsEnabled(row);
    if (!counts || !evidence.IsOfInterest(row.id) || with_abilities.contains(row.id)) continue;
    if (evidence.believes_abilities() && evidence.HasUnloadedAbilities(row.id)) continue;
    std::string lists = EmptyLists(row, evidence.policy());
    if (lists.empty()) continue;
    FindingRow where = ChannelWhere(row, "id");
    where.detail = std::move(lists);
    growing.Add(std::move(where));
    names.Add(ChannelText(row.id, row.name.value_or({})));
  }
  if (growing.empty()) return;

  Finding& finding = growing.finding();
  finding.severity = Severity::kWarning;
  finding.message = Amount(finding.count, "enabled channel lists", "enabled channels list") +
                    " no groups or no models and can serve nothing: " + names.Text();
  finding.why = "no request is ever sent to such a channel; the others serve as before";
  finding.cure = CureClass::kAdvice;
  finding.advice = "name its groups and models, or disable it";
  findings.push_back(std::move(finding));
}

}  // namespace pointsman::inline v0
