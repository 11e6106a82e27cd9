#include "doctor/share_example.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "doctor/wording.h"
#include "pointsman/compile.h"

namespace pointsman::inline v0 {
namespace {

bool Lists(const ItemList& items, std::string_view name) {
  return std::find(items.begin(), items.end(), name) != items.end();
}

// The rows as far as they concern one pair.
Rows RowsOfPair(const Evidence& evidence, const GroupAndModel& pair) {
  Rows rows;
  for (ChannelRow row : evidence.rows().channels()) {
    const bool listed =
        Lists(ListedModels(row), pair.second) && Lists(ListedGroups(row, evidence.policy()), pair.first);
    row.groups = listed ? pair.first : std::string_view();
    row.models = listed ? pair.second : std::string_view();
    (void)rows.Add(row);
  }
  for (const AbilityRow& row : evidence.rows().abilities()) {
    if (row.group == TextField(pair.first) && row.model == TextField(pair.second)) (void)rows.Add(row);
  }
  return rows;
}

std::optional<Share> FirstShare(const Rows& rows, RowSource source, const GroupAndModel& pair, std::int64_t channel) {
  const absl::StatusOr<Compiled> compiled = Compile(rows, Policy{.groups = {}, .source = source});
  if (!compiled.ok()) return std::nullopt;
  const std::optional<RouteInfo> route = compiled->table->Describe(pair.first, pair.second);
  if (!route.has_value()) return Share();
  const TierInfo* top = route->top();
  if (top == nullptr) return Share();
  const auto found = std::find_if(top->candidates.begin(), top->candidates.end(),
                                  [&](const CandidateInfo& c) { return c.channel_id == channel; });
  return found == top->candidates.end() ? Share() : found->share;
}

}  // namespace

std::string ShareExample(const Evidence& evidence, const AbilityRow& ability) {
  const GroupAndModel pair(ability.group.value(), ability.model.value());
  const Rows rows = RowsOfPair(evidence, pair);
  const std::optional<Share> by_ability = FirstShare(rows, RowSource::kAbilities, pair, ability.channel_id);
  const std::optional<Share> by_channel = FirstShare(rows, RowSource::kChannels, pair, ability.channel_id);
  if (!by_ability.has_value() || !by_channel.has_value() || *by_ability == *by_channel) return "";
  return "for " + PairText(pair.first, pair.second) + " channel " + std::to_string(ability.channel_id) + " gets " +
         by_ability->Text() + " of first selections by abilities and " + by_channel->Text() +
         " by the channels' own rows";
}

}  // namespace pointsman::inline v0
