#include "doctor/ability_rows.h"

#include <string>
#include <utility>

#include "doctor/wording.h"

namespace pointsman::inline v0 {

AbilityColumns AbilityColumns::Of(std::span<const AbilityRow> rows) {
  AbilityColumns columns;
  for (const AbilityRow& row : rows) {
    columns.enabled = columns.enabled || !row.enabled.is_absent();
    columns.priority = columns.priority || !row.priority.is_absent();
    columns.weight = columns.weight || !row.weight.is_absent();
    columns.tag = columns.tag || !row.tag.is_absent();
  }
  return columns;
}

std::size_t MissingAbilities::Propose(const ChannelRow& channel, const PairSet& present,
                                      const std::function<void(std::string_view, std::string_view)>& visit) {
  const ItemList groups = ListedGroups(channel, evidence_.policy());
  const ItemList models = ListedModels(channel);
  const std::size_t pairs = groups.size() * models.size();
  const std::size_t missing = pairs - present.size();
  if (missing == 0) return 0;
  if (pairs > kMostPairs - compared_) {
    only_counted_ += missing;
    return missing;
  }
  compared_ += pairs;
  for (const std::string_view group : groups) {
    for (const std::string_view model : models) {
      if (present.contains({group, model})) continue;
      if (!evidence_.Serves(group, model)) failing_.insert({group, model});
      changes_.push_back(Insert(channel, group, model));
      visit(group, model);
    }
  }
  return missing;
}

void MissingAbilities::Prescribe(Finding& finding, std::string advice) && {
  finding.failing_routes = failing_.size();
  finding.severity = finding.failing_routes > 0 ? Severity::kError : Severity::kWarning;
  finding.advice = std::move(advice);
  if (only_counted_ > 0) {
    finding.advice += ". " + Amount(only_counted_, "pair was", "pairs were") +
                      " only counted: the lists of these channels name too many to compare";
  }
  finding.changes = std::move(changes_);
  finding.cure = finding.changes.empty() ? CureClass::kAdvice : CureClass::kReview;
}

RowChange MissingAbilities::Insert(const ChannelRow& channel, std::string_view group, std::string_view model) const {
  RowChange insert{.kind = RowChange::Kind::kInsert,
                   .table = SourceTable::kAbilities,
                   .key = AbilityKeyColumns(group, model, channel.id),
                   .before = {},
                   .after = {}};
  if (columns_.enabled) insert.after.push_back({"enabled", std::int64_t{1}});
  if (columns_.priority) insert.after.push_back({"priority", channel.priority.value_or(0)});
  if (columns_.weight) insert.after.push_back({"weight", channel.weight.value_or(0)});
  if (columns_.tag) insert.after.push_back({"tag", ToSql(channel.tag)});
  return insert;
}

}  // namespace pointsman::inline v0
