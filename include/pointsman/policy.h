// Policy: everything that an operator decides about routing, as plain values. The defaults are safe.
//
//   pointsman::Router router({.groups = {.default_group = "public"}});
//
// A policy is compiled into each route table, so that one table answers one request wholly. From JSON: load/json.h.
#ifndef POINTSMAN_POLICY_H_
#define POINTSMAN_POLICY_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "pointsman/export.h"
#include "pointsman/group_policy.h"

namespace pointsman::inline v0 {

// Which table is believed about who serves what.
enum class RowSource : std::uint8_t {
  kBoth,       // the ability rows if there are any, else the channels' own lists
  kChannels,   // the channels' lists; ability rows are ignored
  kAbilities,  // the ability rows; without any, nothing is served
};

// "both", "channels", "abilities".
POINTSMAN_EXPORT std::string_view RowSourceName(RowSource source);

struct Policy {
  GroupPolicy groups;
  RowSource source = RowSource::kBoth;

  // InvalidArgument, naming the field and the cure, for a policy that cannot mean anything.
  POINTSMAN_EXPORT absl::Status Validate() const;

  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_POLICY_H_
