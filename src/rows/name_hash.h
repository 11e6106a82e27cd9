// NameHash and NameEqual: hashing of names for maps that are keyed by text, owned or viewed.
//
// Everything becomes a std::string_view before it is hashed: some releases of Abseil hash std::string and
// std::string_view differently, and a lookup by view would then miss without a word. Seeded per process.
#ifndef POINTSMAN_SRC_ROWS_NAME_HASH_H_
#define POINTSMAN_SRC_ROWS_NAME_HASH_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"

namespace pointsman::inline v0 {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const { return absl::Hash<std::string_view>()(name); }
};

struct NameEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

using NameIndex = absl::flat_hash_map<std::string_view, std::uint32_t, NameHash, NameEqual>;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_NAME_HASH_H_
