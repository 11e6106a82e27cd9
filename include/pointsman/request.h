// Request: what one API request asks for, on whose behalf.
//
//   router.Select({.group = token.group, .user_group = user.group, .model = "gpt-4o"});
//
// All texts are views: the strings behind them must outlive the call, and nothing longer. They may hold any bytes at
// any length; a name longer than kMaxNameBytes matches nothing and costs nothing to refuse.
#ifndef POINTSMAN_REQUEST_H_
#define POINTSMAN_REQUEST_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace pointsman::inline v0 {

// The longest group or model name, in bytes. Longer names in rows are rejected, longer names in requests match nothing.
inline constexpr std::size_t kMaxNameBytes = 1024;

struct Request {
  std::string_view group;       // the token's group; empty or blank: as the policy's empty_group says
  std::string_view user_group;  // the owner's group; empty: unknown
  std::string_view model;

  // The groups that this request may be served from. Absent: any. Present but empty: none at all. The request's own
  // group is checked too.
  std::optional<std::span<const std::string_view>> allowed_groups;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_REQUEST_H_
