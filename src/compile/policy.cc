#include "pointsman/policy.h"

#include <algorithm>

#include "pointsman/group_policy.h"
#include "pointsman/request.h"
#include "rows/comma_list.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

bool IsBlank(std::string_view text) {
  // Nearly always settled by the first character.
  return std::all_of(text.begin(), text.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

std::string_view EmptyGroupName(EmptyGroup rule) {
  switch (rule) {
    case EmptyGroup::kInherit: return "inherit";
    case EmptyGroup::kDefault: return "default";
    case EmptyGroup::kRefuse: return "refuse";
    case EmptyGroup::kExact: return "exact";
  }
  return "unknown";
}

std::string_view RowSourceName(RowSource source) {
  switch (source) {
    case RowSource::kBoth: return "both";
    case RowSource::kChannels: return "channels";
    case RowSource::kAbilities: return "abilities";
  }
  return "unknown";
}

absl::Status Policy::Validate() const {
  if (IsBlank(groups.default_group)) {
    return absl::InvalidArgumentError(std::string(
        "policy: default_group is empty; name the group that stands in for an empty one, such as \"default\""));
  }
  if (Trim(groups.default_group) != groups.default_group) {
    return absl::InvalidArgumentError("policy: default_group " + Quoted(groups.default_group) +
                                      " has blanks around it, which no list of groups can name; remove them");
  }
  if (groups.default_group.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError("policy: default_group " + Quoted(groups.default_group) + " is longer than " +
                                      std::to_string(kMaxNameBytes) + " bytes; shorten it");
  }
  return absl::OkStatus();
}

}  // namespace pointsman::inline v0
