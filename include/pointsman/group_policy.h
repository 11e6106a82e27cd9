// GroupPolicy: which group a request is served from, and above all what an empty group means.
//
//   pointsman::Policy policy;
//   policy.groups.empty_group = pointsman::EmptyGroup::kRefuse;
//
// A group is looked up exactly as written: case and blanks matter. Only an empty, blank or NULL group is special.
#ifndef POINTSMAN_GROUP_POLICY_H_
#define POINTSMAN_GROUP_POLICY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

// What a request means whose group is empty, blank or NULL. Most users leave this alone.
enum class EmptyGroup : std::uint8_t {
  kInherit,  // the user's group if the request gives one, else the default group
  kDefault,  // the default group, whatever the user's group is
  kRefuse,   // no route: kEmptyGroup
  kExact,    // looked up literally, which finds nothing: kEmptyGroup. How some gateways behave; for diagnosis
};

// "inherit", "default", "refuse", "exact".
POINTSMAN_EXPORT std::string_view EmptyGroupName(EmptyGroup rule);

struct GroupPolicy {
  std::string default_group = "default";  // never empty or blank
  EmptyGroup empty_group = EmptyGroup::kInherit;

  friend bool operator==(const GroupPolicy&, const GroupPolicy&) = default;
};

// True for "" and for text of nothing but blanks and tabs.
POINTSMAN_EXPORT bool IsBlank(std::string_view text);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_GROUP_POLICY_H_
