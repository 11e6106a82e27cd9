#include "table/table_data.h"

#include <algorithm>
#include <tuple>

namespace pointsman::inline v0 {
namespace {

std::vector<Balance> BalancesOf(const std::vector<std::string_view>& groups, const Policy& policy) {
  std::vector<Balance> balances;
  bool all_by_chance = true;
  for (const std::string_view group : groups) {
    const auto rule = policy.groups.groups.find(group);
    const bool differs = rule != policy.groups.groups.end() && rule->second.balance.has_value();
    balances.push_back(differs ? *rule->second.balance : policy.balance);
    all_by_chance = all_by_chance && balances.back() == Balance::kWeightedRandom;
  }
  if (all_by_chance) balances.clear();
  return balances;
}

}  // namespace

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
  balances = BalancesOf(groups, policy);
  simple = plans->empty() && !plans->restricts() && matcher->empty() && balances.empty();
  const auto is_plain = [&](std::uint32_t group) {
    const std::span<const PlanStep> plan = plans->Find(groups[group]);
    return !plans->restricts() && (plan.empty() || plan.front().name == groups[group]) &&
           BalanceOf(group) == Balance::kWeightedRandom;
  };
  std::vector<std::string_view> plain = groups;
  bool all = true;
  for (std::uint32_t group = 0; group < groups.size(); ++group) {
    if (is_plain(group)) continue;
    plain[group] = {};
    all = false;
  }
  if (all) {
    plain_groups = group_table;
  } else {
    plain_groups.Build(plain, ProcessSeed());
  }
}

}  // namespace pointsman::inline v0
