// CheckToken and CheckChannel: the doctor's checks for one row that a host is about to write.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doctor/checks.h"
#include "doctor/evidence.h"
#include "pointsman/dump.h"

namespace pointsman::inline v0 {
namespace {

using CheckFunction = void (*)(const Evidence&, Findings&);

std::vector<Finding> Run(const Evidence& evidence, std::initializer_list<CheckFunction> checks) {
  Findings findings;
  for (const CheckFunction check : checks) check(evidence, findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

// What the table was made of, with the channel as it will be: its own abilities too, as the gateways write them.
Rows RowsWith(const RouteTable& table, const ChannelRow& channel) {
  const Rows served = TableRows(table);
  Rows rows("the row");
  for (const ChannelRow& row : served.channels()) {
    if (row.id != channel.id) (void)rows.Add(row);
  }
  (void)rows.Add(channel);
  for (const std::string_view group : served.known_groups()) rows.KnowGroup(group);
  if (table.believed() != RowSource::kAbilities) return rows;
  for (const AbilityRow& row : served.abilities()) {
    if (row.channel_id != channel.id) (void)rows.Add(row);
  }
  const ItemList models = ListedModels(channel);
  for (const std::string_view group : ListedGroups(channel, table.policy())) {
    for (const std::string_view model : models) {
      (void)rows.Add(AbilityRow{.group = group,
                                .model = model,
                                .channel_id = channel.id,
                                .enabled = IsEnabled(channel) ? 1 : 0,
                                .priority = channel.priority.value_or(0),
                                .weight = channel.weight.value_or(0)});
    }
  }
  rows.BelieveAbilities();
  return rows;
}

}  // namespace

std::vector<Finding> CheckToken(const RouteTable& table, const TokenRow& token, const UserRow* owner) {
  Rows rows("the row");
  TokenRow checked = token;
  checked.status = 1;  // as it will be once it is enabled
  if (owner != nullptr) {
    checked.user_id = owner->id;
    (void)rows.Add(*owner);
  }
  (void)rows.Add(checked);
  const DoctorOptions options{.policy = table.policy()};
  const Evidence evidence = Evidence::Around(rows, options, table);
  return Run(evidence, {CheckTokenAutoGroupsUnserved, CheckTokenEmptyGroup, CheckTokenGroupNotUsable,
                        CheckTokenGroupUnserved, CheckTokenLimitsEmpty, CheckTokenLimitsUnserved, CheckTokenOwnerGone});
}

std::vector<Finding> CheckChannel(const RouteTable& table, const ChannelRow& channel) {
  const Rows rows = RowsWith(table, channel);
  const DoctorOptions options{.policy = table.policy()};
  absl::StatusOr<Evidence> evidence = Evidence::Gather(rows, options);
  if (!evidence.ok()) return {};  // the policy of a table is valid
  evidence->FocusOn(channel.id);
  return Run(*evidence, {CheckChannelGroupCut, CheckChannelInfoMalformed, CheckChannelKeysDisabled,
                         CheckChannelServesNothing, CheckListUntidy, CheckModelMappingCycle, CheckModelMappingMalformed,
                         CheckModelMappingUnlisted, CheckNameNearDuplicate, CheckPolicyNameHidesGroup,
                         CheckPriorityNull, CheckRowRejected, CheckWeightZeroBesideOthers});
}

}  // namespace pointsman::inline v0
