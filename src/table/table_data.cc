#include "table/table_data.h"

#include <algorithm>
#include <tuple>

namespace pointsman::inline v0 {

std::unique_ptr<TableData> TableData::Fork() const {
  auto fork = std::unique_ptr<TableData>(new TableData(*this));
  // A matcher points into its own table's list of models.
  if (!matcher->empty()) {
    fork->matcher = std::make_shared<const ModelMatcher>(ModelMatcher::Build(fork->models, policy.models));
  }
  return fork;
}

std::int64_t TableData::PriorityOf(std::uint32_t group, std::uint32_t model, const TierBlock& of,
                                   std::uint32_t i) const {
  const auto key = std::make_tuple(group, model, of.channel(i));
  const auto found = std::lower_bound(mixed.begin(), mixed.end(), key, [](const MixedRecord& m, const auto& wanted) {
    return std::make_tuple(m.group, m.model, m.channel) < wanted;
  });
  const bool is_mixed = found != mixed.end() && std::make_tuple(found->group, found->model, found->channel) == key;
  return is_mixed ? found->priority : priorities[of.priority()];
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
