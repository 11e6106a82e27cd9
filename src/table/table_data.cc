#include "table/table_data.h"

#include <algorithm>

namespace pointsman::inline v0 {

std::unique_ptr<TableData> TableData::Fork() const {
  auto fork = std::unique_ptr<TableData>(new TableData(*this));
  // A matcher points into its own table's list of models.
  if (!matcher->empty()) {
    fork->matcher = std::make_shared<const ModelMatcher>(ModelMatcher::Build(fork->models, policy.models));
  }
  return fork;
}

void TableData::IndexNames() {
  group_table.Build(groups, ProcessSeed());
  model_table.Build(models, ProcessSeed());
  plans = std::make_shared<const Plans>(Plans::Build(policy.groups, group_table));
  matcher = std::make_shared<const ModelMatcher>(ModelMatcher::Build(models, policy.models));
  simple = plans->empty() && !plans->restricts() && matcher->empty();
  const auto is_plain = [&](std::string_view name) {
    const std::span<const PlanStep> plan = plans->Find(name);
    return !plans->restricts() && (plan.empty() || plan.front().name == name);
  };
  if (std::all_of(groups.begin(), groups.end(), is_plain)) {
    plain_groups = group_table;
    return;
  }
  std::vector<std::string_view> plain = groups;
  for (std::string_view& name : plain) {
    if (!is_plain(name)) name = {};
  }
  plain_groups.Build(plain, ProcessSeed());
}

}  // namespace pointsman::inline v0
