#include "policy/plans.h"

#include <algorithm>
#include <map>
#include <string>

#include "pointsman/request.h"
#include "policy/group_names.h"

namespace pointsman::inline v0 {

class PlansBuilder {
 public:
  PlansBuilder(const GroupPolicy& policy, const NameTable& groups)
      : policy_(policy), groups_(groups), aliases_(policy) {}

  Plans Build() {
    GatherNames();
    KeepNames();
    for (auto& [name, about] : names_) {
      if (about.has_plan && !aliases_.IsAlias(name)) AddPlan(name, about.number);
    }
    for (const auto& [alias, group] : aliases_.aliases()) {
      const Plans::Known& target = plans_.known_[names_.at(group).number];
      Plans::Known& known = plans_.known_[names_.at(alias).number];
      known.first_step = target.first_step;
      known.steps = target.steps;
    }
    if (policy_.usable) AddUsable(*policy_.usable);
    return std::move(plans_);
  }

 private:
  struct About {
    std::uint32_t number = 0;
    bool has_plan = false;
    std::string_view kept;  // in the plans' own texts
  };

  void GatherNames() {
    const auto planned = [&](std::string_view name) {
      names_[name].has_plan = true;
      names_[aliases_.Canonical(name)].has_plan = true;
    };
    for (const auto& [group, rule] : policy_.groups) {
      planned(group);
      for (const std::string& alias : rule.aliases) planned(alias);
      for (const Fallback& edge : rule.fallback) planned(edge.group);
    }
    for (const auto& [name, list] : policy_.automatic) {
      planned(name);
      for (const std::string& group : list) planned(group);
    }
    if (!policy_.usable) return;
    for (const auto& [user_group, list] : *policy_.usable) {
      names_[user_group];
      for (const std::string& group : list) names_[group];
    }
  }

  void KeepNames() {
    std::size_t bytes = 0;
    for (const auto& [name, about] : names_) bytes += name.size();
    plans_.texts_.reserve(bytes);
    std::vector<std::string_view> kept;
    for (auto& [name, about] : names_) {
      about.number = static_cast<std::uint32_t>(kept.size());
      about.kept = {plans_.texts_.data() + plans_.texts_.size(), name.size()};
      plans_.texts_.insert(plans_.texts_.end(), name.begin(), name.end());
      kept.push_back(about.kept);
    }
    plans_.names_.Build(kept, ProcessSeed());
    plans_.known_.resize(kept.size());
    for (const auto& [name, about] : names_) {
      plans_.known_[about.number].canonical = names_.at(aliases_.Canonical(name)).number;
    }
  }

  void AddPlan(std::string_view name, std::uint32_t number) {
    const std::size_t begin = plans_.steps_.size();
    if (const auto list = policy_.automatic.find(name); list != policy_.automatic.end()) {
      std::uint32_t parent = kNoIndex;
      for (const std::string& group : list->second) parent = AddStep(begin, group, parent, FallbackWhen::kExhausted);
    } else {
      AddGroup(begin, name, kNoIndex, FallbackWhen::kNoRoute);
    }
    plans_.known_[number].first_step = static_cast<std::uint32_t>(begin);
    plans_.known_[number].steps = static_cast<std::uint32_t>(plans_.steps_.size() - begin);
  }

  // The group and all that hangs on it. As deep as a plan has steps.
  void AddGroup(std::size_t begin, std::string_view name, std::uint32_t parent, FallbackWhen when) {
    const std::uint32_t self = AddStep(begin, name, parent, when);
    const auto rule = policy_.groups.find(aliases_.Canonical(name));
    if (rule == policy_.groups.end()) return;
    for (const Fallback& edge : rule->second.fallback) AddGroup(begin, edge.group, self, edge.when);
  }

  std::uint32_t AddStep(std::size_t begin, std::string_view name, std::uint32_t parent, FallbackWhen when) {
    const std::string_view kept = names_.at(aliases_.Canonical(name)).kept;
    plans_.steps_.push_back({.group = groups_.Find(kept), .parent = parent, .name = kept, .when = when});
    return static_cast<std::uint32_t>(plans_.steps_.size() - 1 - begin);
  }

  void AddUsable(const GroupLists& usable) {
    plans_.restricts_ = true;
    for (const auto& [user_group, list] : usable) {
      const auto begin = static_cast<std::uint32_t>(plans_.usable_.size());
      for (const std::string& group : list) plans_.usable_.push_back(names_.at(aliases_.Canonical(group)).number);
      std::sort(plans_.usable_.begin() + begin, plans_.usable_.end());
      const auto number = static_cast<std::uint32_t>(plans_.lists_.size());
      plans_.lists_.push_back({.begin = begin, .end = static_cast<std::uint32_t>(plans_.usable_.size())});
      if (user_group == "*") {
        plans_.list_of_others_ = number;
      } else {
        plans_.known_[names_.at(aliases_.Canonical(user_group)).number].list = number;
      }
    }
  }

  const GroupPolicy& policy_;
  const NameTable& groups_;
  const GroupNames aliases_;
  std::map<std::string_view, About> names_;  // by the policy's texts
  Plans plans_;
};

Plans Plans::Build(const GroupPolicy& policy, const NameTable& groups) { return PlansBuilder(policy, groups).Build(); }

bool Plans::MayUse(std::string_view user_group, std::string_view group) const noexcept {
  if (!restricts_) return true;
  if (group.empty() || group.size() > kMaxNameBytes) return false;
  if (group == user_group) return true;
  const std::uint32_t wanted = CanonicalNumber(group);
  if (wanted == kNoIndex) return false;
  const std::uint32_t user = CanonicalNumber(user_group);
  if (user == wanted) return true;
  const bool has_list = user != kNoIndex && known_[user].list != kNoIndex;
  const std::uint32_t list = has_list ? known_[user].list : list_of_others_;
  if (list == kNoIndex) return false;
  return std::binary_search(usable_.begin() + lists_[list].begin, usable_.begin() + lists_[list].end, wanted);
}

std::size_t Plans::memory_bytes() const {
  return texts_.capacity() + names_.memory_bytes() + known_.capacity() * sizeof(Known) +
         steps_.capacity() * sizeof(PlanStep) + lists_.capacity() * sizeof(List) +
         usable_.capacity() * sizeof(std::uint32_t);
}

}  // namespace pointsman::inline v0
