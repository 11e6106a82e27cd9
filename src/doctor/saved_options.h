// SavedOptions: the groups that a gateway's saved options name, as far as their text can be understood. What cannot is
// the business of whoever makes a policy of them (row-rejected).
//
// Thread safety: immutable once read. Cost: O(bytes).
#ifndef POINTSMAN_SRC_DOCTOR_SAVED_OPTIONS_H_
#define POINTSMAN_SRC_DOCTOR_SAVED_OPTIONS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/loader.h"

namespace pointsman::inline v0 {

struct SavedOptions {
  using Names = std::vector<std::string>;
  std::optional<Names> group_ratio;      // GroupRatio: the groups that exist
  std::optional<Names> usable_groups;    // UserUsableGroups: what everybody may use
  std::optional<Names> auto_groups;      // AutoGroups: what "auto" stands for
  std::map<std::string, Names> special;  // by user group: its changes to usable_groups, such as "+:vip", "-:vip", "vip"

  static SavedOptions Read(const Rows& rows);

  // Whether a user of `user_group` may use `group`: its own, or one that the options allow. True where they say
  // nothing.
  bool MayUse(std::string_view user_group, std::string_view group) const;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_SAVED_OPTIONS_H_
