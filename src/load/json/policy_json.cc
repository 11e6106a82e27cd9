#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/json/json_tree.h"
#include "load/json/policy_reader.h"
#include "load/json/policy_value.h"
#include "pointsman/load/json.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::array kEmptyGroups = {EmptyGroup::kInherit, EmptyGroup::kDefault, EmptyGroup::kRefuse,
                                     EmptyGroup::kExact};
constexpr std::array kSources = {RowSource::kBoth, RowSource::kChannels, RowSource::kAbilities};
constexpr std::array kWhens = {FallbackWhen::kNoRoute, FallbackWhen::kExhausted};
constexpr std::array kShares = {ShareRule::kWeight, ShareRule::kPlusTen, ShareRule::kPlusTenInclusive,
                                ShareRule::kUniform};
constexpr std::array kPriorityTiers = {PriorityTiers::kAlways, PriorityTiers::kAboveZero};
constexpr std::array kNullPriorities = {NullPriority::kZero, NullPriority::kNever};
constexpr std::array kTiers = {RetryTiers::kExhaust, RetryTiers::kOnePerTier, RetryTiers::kByAttempt,
                               RetryTiers::kTopTwice};
constexpr std::array kBalances = {Balance::kWeightedRandom, Balance::kSmoothRoundRobin, Balance::kLeastInFlight,
                                  Balance::kLowestLatency,  Balance::kAffinity,         Balance::kAffinityByHalves};
constexpr std::array kResorts = {LastResort::kNone, LastResort::kRepeat};

constexpr std::string_view kGroupName = "the name of a group in double quotes";
constexpr std::string_view kGroupList = "a list of groups, such as [\"default\", \"vip\"]";

using Value = PolicyValue;

absl::Status ReadNames(const Value& value, std::vector<std::string>& out) {
  out.clear();
  return value.ReadList(kGroupList, [&](const Value& item) { return item.ReadText(out.emplace_back(), kGroupName); });
}

absl::Status ReadEdge(const Value& value, Fallback& out) {
  bool has_group = false;
  absl::Status read =
      value.ReadObject({{"group",
                         [&](const Value& v) {
                           has_group = true;
                           return v.ReadText(out.group, kGroupName);
                         }},
                        {"when", [&](const Value& v) { return v.ReadChoice(kWhens, FallbackWhenName, out.when); }}});
  if (!read.ok() || has_group) return read;
  return value.Error("has no group; write {\"group\": \"default\", \"when\": \"no_route\"}");
}

absl::Status ReadRule(const Value& value, GroupRule& out) {
  return value.ReadObject(
      {{"aliases", [&](const Value& v) { return ReadNames(v, out.aliases); }},
       {"balance", [&](const Value& v) { return v.ReadChoice(kBalances, BalanceName, out.balance.emplace()); }},
       {"fallback", [&](const Value& v) {
          return v.ReadList("a list, such as [{\"group\": \"default\", \"when\": \"no_route\"}]",
                            [&](const Value& item) { return ReadEdge(item, out.fallback.emplace_back()); });
        }}});
}

absl::Status ReadGroups(const Value& value, GroupRules& out) {
  return value.ReadMap("an object of groups, such as {\"vip\": {\"aliases\": [\"VIP\"]}}",
                       [&](const std::string& name, const Value& v) { return ReadRule(v, out[name]); });
}

absl::Status ReadLists(const Value& value, std::string_view wanted, GroupLists& out) {
  return value.ReadMap(wanted, [&](const std::string& name, const Value& v) { return ReadNames(v, out[name]); });
}

absl::Status ReadRetry(const Value& value, RetryPolicy& out) {
  return value.ReadObject(
      {{"tiers", [&](const Value& v) { return v.ReadChoice(kTiers, RetryTiersName, out.tiers); }},
       {"last_resort", [&](const Value& v) { return v.ReadChoice(kResorts, LastResortName, out.last_resort); }},
       {"budget", [&](const Value& v) { return v.ReadNumber(out.budget, 1, kMaxBudget); }},
       {"budget_per_group", [&](const Value& v) { return v.ReadNumber(out.budget_per_group, 0, kMaxBudget); }}});
}

absl::Status ReadPriorities(const Value& value, PriorityPolicy& out) {
  return value.ReadObject(
      {{"tiers", [&](const Value& v) { return v.ReadChoice(kPriorityTiers, PriorityTiersName, out.tiers); }},
       {"null", [&](const Value& v) { return v.ReadChoice(kNullPriorities, NullPriorityName, out.null_priority); }}});
}

class PolicyReader {
 public:
  PolicyReader(std::span<const ModelNormalizer> normalizers, const Policy& base) : policy_(base) {
    known_.assign({ModelNormalizer{.name = "none"}, NewApiNormalizer()});
    known_.insert(known_.end(), normalizers.begin(), normalizers.end());
  }

  absl::Status Read(const Value& root) {
    if (root.node().kind != JsonNode::Kind::kObject) return NotAnObject(root);
    GroupPolicy& groups = policy_.groups;
    return root.ReadObject(
        {{"default_group", [&](const Value& v) { return v.ReadText(groups.default_group, kGroupName); }},
         {"empty_group",
          [&](const Value& v) { return v.ReadChoice(kEmptyGroups, EmptyGroupName, groups.empty_group); }},
         {"groups", [&](const Value& v) { return ReadGroups(v, groups.groups); }},
         {"auto",
          [&](const Value& v) {
            return ReadLists(v, "an object of lists, such as {\"auto\": [\"default\", \"vip\"]}", groups.automatic);
          }},
         {"usable",
          [&](const Value& v) {
            return ReadLists(v, "an object of lists by user group, such as {\"vip\": [\"default\"], \"*\": []}",
                             groups.usable.emplace());
          }},
         {"models", [&](const Value& v) { return ReadModels(v); }},
         {"retry", [&](const Value& v) { return ReadRetry(v, policy_.retry); }},
         {"shares", [&](const Value& v) { return v.ReadChoice(kShares, ShareRuleName, policy_.shares); }},
         {"priorities", [&](const Value& v) { return ReadPriorities(v, policy_.priorities); }},
         {"source", [&](const Value& v) { return v.ReadChoice(kSources, RowSourceName, policy_.source); }},
         {"balance", [&](const Value& v) { return v.ReadChoice(kBalances, BalanceName, policy_.balance); }},
         {"fleet_seed", [&](const Value& v) { return v.ReadUnsigned(policy_.fleet_seed); }}});
  }

  Policy& policy() { return policy_; }

 private:
  static absl::Status NotAnObject(const Value& root) {
    JsonCursor at(root.text().text, root.text().name);
    at.MoveTo(root.node().end);
    return at.Error("the policy is " + root.node().Shown() + ", not an object; write {} for the default policy");
  }

  absl::Status ReadModels(const Value& value) {
    ModelRules& models = policy_.models;
    return value.ReadObject({{"normalizer", [&](const Value& v) { return ReadNormalizer(v); }},
                             {"prefixes", [&](const Value& v) { return v.ReadFlag(models.prefixes); }},
                             {"aliases", [&](const Value& v) {
                                return v.ReadMap("an object of names, such as {\"gpt-4-latest\": \"gpt-4o\"}",
                                                 [&](const std::string& alias, const Value& target) {
                                                   return target.ReadText(models.aliases[alias],
                                                                          "the name of a model in double quotes");
                                                 });
                              }}});
  }

  absl::Status ReadNormalizer(const Value& value) {
    std::vector<std::string_view> names;
    names.reserve(known_.size());
    for (const ModelNormalizer& normalizer : known_) names.push_back(normalizer.name);
    std::size_t chosen = 0;
    if (absl::Status s = value.ReadName(names, chosen); !s.ok()) return s;
    policy_.models.normalizer = chosen == 0 ? ModelNormalizer() : known_[chosen];
    return absl::OkStatus();
  }

  std::vector<ModelNormalizer> known_;
  Policy policy_;
};

// "policy: groups.vip …" -> "policy.json:3:5: $.groups.vip …", at the innermost value whose path the message begins
// with.
absl::Status InFile(const absl::Status& status, std::string_view path_of_policy, const PolicyText& text) {
  const std::string message =
      std::string(path_of_policy) + "." + std::string(status.message().substr(std::string_view("policy: ").size()));
  std::size_t longest = 0;
  JsonCursor at(text.text, text.name);
  for (const auto& [path, end] : text.places) {
    if (path.size() <= longest || !message.starts_with(path)) continue;
    if (std::string_view(" :.[").find(message[path.size()]) == std::string_view::npos) continue;
    longest = path.size();
    at.MoveTo(end);
  }
  return at.Error(message);
}

}  // namespace

absl::StatusOr<Policy> ReadPolicy(const PolicyValue& value, std::span<const ModelNormalizer> normalizers,
                                  const Policy& base) {
  PolicyReader reader(normalizers, base);
  if (absl::Status status = reader.Read(value); !status.ok()) return status;
  if (const absl::Status status = reader.policy().Validate(); !status.ok()) {
    return InFile(status, value.path(), value.text());
  }
  return std::move(reader.policy());
}

absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view name,
                                   std::span<const ModelNormalizer> normalizers, const Policy& base) {
  if (constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf"; text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  const absl::StatusOr<JsonNode> root = ReadJsonTree(text, name);
  if (!root.ok()) return root.status();
  PolicyText places{.text = text, .name = name, .places = {}};
  return ReadPolicy({*root, "$", places}, normalizers, base);
}

}  // namespace pointsman::inline v0
