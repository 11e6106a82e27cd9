#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/group_names.h"
#include "policy/validate.h"
#include "text/field_path.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

class GroupJudge {
 public:
  explicit GroupJudge(const GroupPolicy& policy) : policy_(policy), names_(policy) {}

  absl::Status Run() const {
    if (CountNames() > kMaxPolicyNames) {
      return PolicyError("groups", "and the lists beside it hold more than " + std::to_string(kMaxPolicyNames) +
                                       " names; leave out the groups about which there is nothing to say");
    }
    for (const auto& [group, rule] : policy_.groups) {
      if (absl::Status s = JudgeRule(group, rule); !s.ok()) return s;
    }
    if (names_.IsAlias(policy_.default_group)) {
      return PolicyError("default_group", Quoted(policy_.default_group) + " is an alias; name the group itself, " +
                                              Quoted(names_.Canonical(policy_.default_group)));
    }
    for (const auto& [name, list] : policy_.automatic) {
      if (absl::Status s = JudgeAutomatic(name, list); !s.ok()) return s;
    }
    return policy_.usable ? JudgeUsable(*policy_.usable) : absl::OkStatus();
  }

 private:
  std::size_t CountNames() const {
    std::size_t count = policy_.groups.size() + policy_.automatic.size();
    for (const auto& [group, rule] : policy_.groups) count += rule.aliases.size() + rule.fallback.size();
    for (const auto& [name, list] : policy_.automatic) count += list.size();
    if (!policy_.usable) return count;
    for (const auto& [user_group, list] : *policy_.usable) count += 1 + list.size();
    return count;
  }

  absl::Status JudgeRule(std::string_view group, const GroupRule& rule) const {
    if (absl::Status s = CheckName("groups: the name", group, "groups"); !s.ok()) return s;
    const std::string field = MemberPath("groups", group);
    if (absl::Status s = JudgeAliases(field + ".aliases", group, rule.aliases); !s.ok()) return s;
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < rule.fallback.size(); ++i) {
      const std::string& target = rule.fallback[i].group;
      const std::string place = ItemPath(field + ".fallback", i);
      if (absl::Status s = CheckName(place + ".group", target, "groups"); !s.ok()) return s;
      if (policy_.automatic.contains(target)) {
        return PolicyError(place + ".group", Quoted(target) + " is an automatic name; name the groups that it lists");
      }
      if (!seen.insert(names_.Canonical(target)).second) {
        return PolicyError(place + ".group", Repeated(target) + "; keep one of the two: exhausted includes no_route");
      }
    }
    return absl::OkStatus();
  }

  absl::Status JudgeAliases(const std::string& field, std::string_view group,
                            const std::vector<std::string>& aliases) const {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < aliases.size(); ++i) {
      const std::string& alias = aliases[i];
      const std::string place = ItemPath(field, i);
      if (absl::Status s = CheckName(place, alias, "groups"); !s.ok()) return s;
      if (!seen.insert(alias).second) return PolicyError(place, Quoted(alias) + " stands in the list twice; remove it");
      if (policy_.groups.contains(alias)) {
        return PolicyError(place, Quoted(alias) + " is itself one of the groups; remove the alias or that group");
      }
      if (policy_.automatic.contains(alias)) {
        return PolicyError(place, Quoted(alias) + " is an automatic name too; rename one of them");
      }
      if (const std::string_view other = names_.Canonical(alias); other != group) {
        return PolicyError(place, Quoted(alias) + " is an alias of " + Quoted(other) + " too; keep one of them");
      }
    }
    return absl::OkStatus();
  }

  absl::Status JudgeAutomatic(std::string_view name, const std::vector<std::string>& list) const {
    if (absl::Status s = CheckName("auto: the name", name, "groups"); !s.ok()) return s;
    const std::string field = MemberPath("auto", name);
    if (policy_.groups.find(name) != policy_.groups.end()) {
      return PolicyError(field, "is one of the groups too; rename one of them");
    }
    if (list.empty()) return PolicyError(field, "lists no group; list at least one, or remove it");
    if (list.size() > kMaxPlanSteps) {
      return PolicyError(field, "lists " + std::to_string(list.size()) + " groups; a plan has at most " +
                                    std::to_string(kMaxPlanSteps) + " steps: shorten it");
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!policy_.automatic.contains(list[i])) continue;
      return PolicyError(ItemPath(field, i), Quoted(list[i]) + " is an automatic name; name the groups that it lists");
    }
    return JudgeList(field, list);
  }

  absl::Status JudgeUsable(const GroupLists& usable) const {
    std::map<std::string_view, std::string_view> listed;  // by group, the name under which it has its list
    for (const auto& [user_group, list] : usable) {
      if (absl::Status s = CheckName("usable: the name", user_group, "groups"); !s.ok()) return s;
      const std::string field = MemberPath("usable", user_group);
      const auto [first, is_new] = listed.emplace(names_.Canonical(user_group), user_group);
      if (!is_new) {
        return PolicyError(field,
                           "is the same group as " + Quoted(first->second) + ", which has a list too; make them one");
      }
      for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] != "*") continue;
        return PolicyError(ItemPath(field, i),
                           "\"*\" stands for user groups, not for groups; list the groups by name, or leave usable out "
                           "to let everybody use all");
      }
      if (absl::Status s = JudgeList(field, list); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  absl::Status JudgeList(const std::string& field, const std::vector<std::string>& list) const {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string place = ItemPath(field, i);
      if (absl::Status s = CheckName(place, list[i], "groups"); !s.ok()) return s;
      if (!seen.insert(names_.Canonical(list[i])).second) return PolicyError(place, Repeated(list[i]) + "; remove it");
    }
    return absl::OkStatus();
  }

  std::string Repeated(std::string_view name) const {
    const std::string_view group = names_.Canonical(name);
    return Quoted(name) + (group == name ? "" : ", which is " + Quoted(group) + ",") + " stands in the list twice";
  }

  const GroupPolicy& policy_;
  const GroupNames names_;
};

}  // namespace

absl::Status ValidateGroups(const GroupPolicy& groups) { return GroupJudge(groups).Run(); }

}  // namespace pointsman::inline v0
