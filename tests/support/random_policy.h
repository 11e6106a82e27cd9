// Small random policies, valid more often than not, for oracles and round trips.
#ifndef POINTSMAN_TESTS_SUPPORT_RANDOM_POLICY_H_
#define POINTSMAN_TESTS_SUPPORT_RANDOM_POLICY_H_

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/policy.h"

namespace pointsman::testing {

class RandomPolicies {
 public:
  // A number below `n`.
  using Chooser = std::function<std::size_t(std::size_t n)>;

  explicit RandomPolicies(unsigned seed)
      : below_([bits = std::mt19937(seed)](std::size_t n) mutable {
          return std::uniform_int_distribution<std::size_t>(0, n - 1)(bits);
        }) {}
  // By somebody else's choices, such as a fuzzer's.
  explicit RandomPolicies(Chooser below) : below_(std::move(below)) {}

  // A policy that Validate accepts; refused ones are thrown away. The default one where no choice will do.
  Policy Next() {
    for (int tries = 0; tries < 1000; ++tries) {
      Policy policy = Any();
      if (policy.Validate().ok()) return policy;
    }
    return {};
  }

  std::size_t Below(std::size_t n) { return below_(n); }
  // One of a few names that policies are made of: groups, their aliases, automatic names, and one beyond 52 bytes.
  std::string Name() {
    static const std::vector<std::string> names = {
        "default", "vip",     "svip",
        "g1",      "g2",      "g3",
        "VIP",     "Default", "a long name of a group",
        "auto",    "auto2",   "a name that is so long that no table of names keeps its bytes inside the record",
        "名"};
    return names[Below(names.size())];
  }

 private:
  std::vector<std::string> List(std::size_t most) {
    std::vector<std::string> list;
    for (std::size_t n = Below(most + 1); n > 0; --n) list.push_back(Name());
    return list;
  }

  Policy Any() {
    Policy policy;
    for (std::size_t n = Below(5); n > 0; --n) {
      GroupRule& rule = policy.groups.groups[Name()];
      if (Below(3) == 0) rule.aliases = List(2);
      if (Below(3) == 0) rule.balance = static_cast<Balance>(Below(6));
      for (std::size_t edges = Below(4); edges > 0; --edges) {
        rule.fallback.push_back({Name(), Below(2) == 0 ? FallbackWhen::kNoRoute : FallbackWhen::kExhausted});
      }
    }
    if (Below(3) == 0) policy.balance = static_cast<Balance>(Below(6));
    if (Below(2) == 0) policy.fleet_seed = Below(1000);
    if (Below(2) == 0) policy.groups.automatic[Below(2) == 0 ? "auto" : "auto2"] = List(3);
    if (Below(2) == 0) policy.groups.usable.emplace();
    for (std::size_t n = policy.groups.usable ? Below(4) : 0; n > 0; --n) {
      (*policy.groups.usable)[Below(3) == 0 ? "*" : Name()] = List(3);
    }
    policy.groups.empty_group = static_cast<EmptyGroup>(Below(4));
    policy.source = static_cast<RowSource>(Below(3));
    if (Below(2) == 0) policy.models.normalizer = NewApiNormalizer();
    policy.models.prefixes = Below(2) == 0;
    for (std::size_t n = Below(3); n > 0; --n) policy.models.aliases[Name()] = Name();
    policy.shares = static_cast<ShareRule>(Below(4));
    policy.priorities = {.tiers = static_cast<PriorityTiers>(Below(2)),
                         .null_priority = static_cast<NullPriority>(Below(2))};
    policy.retry = {.tiers = static_cast<RetryTiers>(Below(4)),
                    .last_resort = static_cast<LastResort>(Below(2)),
                    .budget = static_cast<std::int32_t>(1 + Below(9)),
                    .budget_per_group = static_cast<std::int32_t>(Below(3))};
    return policy;
  }

  Chooser below_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_RANDOM_POLICY_H_
