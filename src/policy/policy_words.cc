#include "policy/policy_words.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "table/word_hasher.h"

namespace pointsman::inline v0 {
namespace {

// The words of one value after the other.
class PolicyWords {
 public:
  explicit PolicyWords(WordHasher& hash) : hash_(hash) {}

  void Add(std::string_view text) { hash_.Add(text); }
  void Add(const std::string& text) { hash_.Add(std::string_view(text)); }
  template <class Number>
    requires(std::is_integral_v<Number> || std::is_enum_v<Number>)
  void Add(Number number) {
    hash_.Add(static_cast<std::uint64_t>(number));
  }
  void Add(const Fallback& edge) {
    Add(edge.group);
    Add(edge.when);
  }
  void Add(const GroupRule& rule) {
    Add(rule.aliases);
    Add(rule.fallback);
  }
  template <class Item>
  void Add(const std::vector<Item>& items) {
    Add(items.size());
    for (const Item& item : items) Add(item);
  }
  template <class Value, class Less>
  void Add(const std::map<std::string, Value, Less>& map) {
    Add(map.size());
    for (const auto& [name, value] : map) {
      Add(name);
      Add(value);
    }
  }

 private:
  WordHasher& hash_;
};

// At the end and only where there is any, so that other policies hash as they did before.
void AddBalance(const Policy& policy, PolicyWords& words) {
  std::map<std::string, Balance> by_group;
  for (const auto& [name, rule] : policy.groups.groups) {
    if (rule.balance) by_group.emplace(name, *rule.balance);
  }
  if (policy.balance == Balance::kWeightedRandom && policy.fleet_seed == 0 && by_group.empty()) return;
  words.Add(policy.balance);
  words.Add(policy.fleet_seed);
  words.Add(by_group);
}

}  // namespace

void AddPolicy(const Policy& policy, WordHasher& hash) {
  PolicyWords words(hash);
  words.Add(policy.groups.default_group);
  words.Add(policy.groups.empty_group);
  words.Add(policy.source);
  words.Add(policy.groups.groups);
  words.Add(policy.groups.automatic);
  words.Add(policy.groups.usable.has_value());
  if (policy.groups.usable) words.Add(*policy.groups.usable);
  words.Add(policy.models.normalizer.name);
  words.Add(policy.models.prefixes);
  words.Add(policy.models.aliases);
  words.Add(policy.retry.tiers);
  words.Add(policy.retry.last_resort);
  words.Add(policy.retry.budget);
  words.Add(policy.retry.budget_per_group);
  words.Add(policy.shares);
  words.Add(policy.priorities.tiers);
  words.Add(policy.priorities.null_priority);
  AddBalance(policy, words);
}

}  // namespace pointsman::inline v0
