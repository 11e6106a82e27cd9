#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pointsman/load/json.h"

namespace pointsman::inline v0 {
namespace {

using Json = nlohmann::ordered_json;

// Without looking for the name first, as an assignment would: all are different.
void Put(Json& object, std::string_view name, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(std::string(name), std::move(value));
}

Json ListJson(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back(name);
  return list;
}

Json ListsJson(const GroupLists& lists) {
  Json object = Json::object();
  for (const auto& [name, list] : lists) Put(object, name, ListJson(list));
  return object;
}

Json RuleJson(const GroupRule& rule) {
  Json object = Json::object();
  if (!rule.aliases.empty()) object["aliases"] = ListJson(rule.aliases);
  if (rule.balance) object["balance"] = std::string(BalanceName(*rule.balance));
  for (const Fallback& edge : rule.fallback) {
    Json written = Json::object();
    written["group"] = edge.group;
    written["when"] = std::string(FallbackWhenName(edge.when));
    object["fallback"].push_back(std::move(written));
  }
  return object;
}

Json ModelsJson(const ModelRules& models) {
  Json object = Json::object();
  object["normalizer"] = models.normalizer.name.empty() ? std::string("none") : models.normalizer.name;
  object["prefixes"] = models.prefixes;
  Json aliases = Json::object();
  for (const auto& [alias, target] : models.aliases) Put(aliases, alias, target);
  object["aliases"] = std::move(aliases);
  return object;
}

Json RetryJson(const RetryPolicy& retry) {
  Json object = Json::object();
  object["tiers"] = std::string(RetryTiersName(retry.tiers));
  object["last_resort"] = std::string(LastResortName(retry.last_resort));
  object["budget"] = retry.budget;
  object["budget_per_group"] = retry.budget_per_group;
  return object;
}

}  // namespace

std::string PolicyToJson(const Policy& policy) {
  Json object = Json::object();
  object["default_group"] = policy.groups.default_group;
  object["empty_group"] = std::string(EmptyGroupName(policy.groups.empty_group));
  Json groups = Json::object();
  for (const auto& [group, rule] : policy.groups.groups) Put(groups, group, RuleJson(rule));
  object["groups"] = std::move(groups);
  object["auto"] = ListsJson(policy.groups.automatic);
  if (policy.groups.usable) object["usable"] = ListsJson(*policy.groups.usable);
  object["models"] = ModelsJson(policy.models);
  object["retry"] = RetryJson(policy.retry);
  object["shares"] = std::string(ShareRuleName(policy.shares));
  object["priorities"]["tiers"] = std::string(PriorityTiersName(policy.priorities.tiers));
  object["priorities"]["null"] = std::string(NullPriorityName(policy.priorities.null_priority));
  object["balance"] = std::string(BalanceName(policy.balance));
  object["fleet_seed"] = policy.fleet_seed;
  object["source"] = std::string(RowSourceName(policy.source));
  return object.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace pointsman::inline v0
