// The options that have to do with routing. Loaders hand over these and no others: a gateway keeps passwords and API
// keys in the same table.
#ifndef POINTSMAN_SRC_ROWS_ROUTING_OPTIONS_H_
#define POINTSMAN_SRC_ROWS_ROUTING_OPTIONS_H_

#include <algorithm>
#include <array>
#include <string_view>

namespace pointsman::inline v0 {

inline constexpr std::array<std::string_view, 6> kRoutingOptions = {
    "GroupRatio",        // its keys are the groups that exist
    "UserUsableGroups",  // the groups that users may choose
    "AutoGroups",        // what the group "auto" stands for, in order
    "RetryTimes",       "MaxTokenAutoGroups", "group_ratio_setting.group_special_usable_group"};

inline bool IsRoutingOption(std::string_view key) {
  return std::find(kRoutingOptions.begin(), kRoutingOptions.end(), key) != kRoutingOptions.end();
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_ROUTING_OPTIONS_H_
