// GroupNames: what the names in a policy stand for.
//
//   GroupNames names(policy.groups);
//   names.Canonical("VIP")    -> "vip", where VIP is an alias of vip; any other name is itself
//
// Thread safety: immutable. Cost: O(aliases) memory; O(log aliases) a question.
// Limits: the policy must outlive it.
#ifndef POINTSMAN_SRC_POLICY_GROUP_NAMES_H_
#define POINTSMAN_SRC_POLICY_GROUP_NAMES_H_

#include <map>
#include <string>
#include <string_view>

#include "pointsman/group_policy.h"

namespace pointsman::inline v0 {

class GroupNames {
 public:
  // An alias that is given twice stands for the first group; Validate refuses it.
  explicit GroupNames(const GroupPolicy& policy) {
    for (const auto& [group, rule] : policy.groups) {
      for (const std::string& alias : rule.aliases) group_of_.emplace(alias, group);
    }
  }

  std::string_view Canonical(std::string_view name) const {
    const auto found = group_of_.find(name);
    return found == group_of_.end() ? name : found->second;
  }
  bool IsAlias(std::string_view name) const { return group_of_.contains(name); }
  const std::map<std::string_view, std::string_view>& aliases() const { return group_of_; }

 private:
  std::map<std::string_view, std::string_view> group_of_;  // by alias
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_POLICY_GROUP_NAMES_H_
