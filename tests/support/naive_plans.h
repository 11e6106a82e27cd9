// What a group policy means, said as plainly as possible: recursion, strings and no cleverness.
#ifndef POINTSMAN_TESTS_SUPPORT_NAIVE_PLANS_H_
#define POINTSMAN_TESTS_SUPPORT_NAIVE_PLANS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "pointsman/policy.h"

namespace pointsman::testing {

struct NaiveStep {
  std::string name;
  int parent = -1;
  FallbackWhen when = FallbackWhen::kNoRoute;
  bool operator==(const NaiveStep&) const = default;
};

class NaivePlans {
 public:
  explicit NaivePlans(GroupPolicy policy) : policy_(std::move(policy)) {}

  std::string Canonical(const std::string& name) const {
    for (const auto& [group, rule] : policy_.groups) {
      if (std::find(rule.aliases.begin(), rule.aliases.end(), name) != rule.aliases.end()) return group;
    }
    return name;
  }

  std::vector<NaiveStep> Plan(const std::string& name) const {
    std::vector<NaiveStep> plan;
    if (policy_.automatic.contains(name)) {
      for (const std::string& group : policy_.automatic.at(name)) {
        plan.push_back({Canonical(group), static_cast<int>(plan.size()) - 1, FallbackWhen::kExhausted});
      }
    } else if (IsMentioned(Canonical(name))) {
      Follow({Canonical(name)}, plan);
    }
    return plan;
  }

  bool MayUse(const std::string& user_group, const std::string& group) const {
    if (!policy_.usable) return true;
    if (Canonical(user_group) == Canonical(group)) return true;
    for (const auto& [owner, list] : *policy_.usable) {
      if (Canonical(owner) == Canonical(user_group)) return Lists(list, group);
    }
    return policy_.usable->contains("*") && Lists(policy_.usable->at("*"), group);
  }

 private:
  void Follow(const NaiveStep& step, std::vector<NaiveStep>& plan) const {
    const int self = static_cast<int>(plan.size());
    plan.push_back(step);
    if (!policy_.groups.contains(step.name)) return;
    for (const Fallback& edge : policy_.groups.at(step.name).fallback) {
      Follow({Canonical(edge.group), self, edge.when}, plan);
    }
  }

  bool IsMentioned(const std::string& group) const {
    const auto is_it = [&](const std::string& name) { return Canonical(name) == group; };
    for (const auto& [name, rule] : policy_.groups) {
      if (name == group) return true;
      if (std::any_of(rule.fallback.begin(), rule.fallback.end(), [&](const auto& e) { return is_it(e.group); }))
        return true;
    }
    return std::any_of(policy_.automatic.begin(), policy_.automatic.end(),
                       [&](const auto& a) { return std::any_of(a.second.begin(), a.second.end(), is_it); });
  }

  bool Lists(const std::vector<std::string>& list, const std::string& group) const {
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& item) { return Canonical(item) == Canonical(group); });
  }

  GroupPolicy policy_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_PLANS_H_
