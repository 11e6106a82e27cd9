// Field paths: where in a policy or a document something stands, as people write it.
//
//   MemberPath("groups", "vip")     -> groups.vip
//   MemberPath("groups", "a b")     -> groups["a b"]
//   ItemPath("auto.auto", 2)        -> auto.auto[2]
//
// Thread safety: thread-safe (pure functions). Cost: bounded, whatever the key's length.
#ifndef POINTSMAN_SRC_TEXT_FIELD_PATH_H_
#define POINTSMAN_SRC_TEXT_FIELD_PATH_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

POINTSMAN_EXPORT std::string MemberPath(std::string_view path, std::string_view key);
POINTSMAN_EXPORT std::string ItemPath(std::string_view path, std::size_t index);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TEXT_FIELD_PATH_H_
