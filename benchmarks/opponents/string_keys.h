// Hash and equality that look a std::string up by std::string_view. Everything is hashed as a view: in some releases of
// Abseil a string and its view hash differently.
#ifndef POINTSMAN_BENCHMARKS_OPPONENTS_STRING_KEYS_H_
#define POINTSMAN_BENCHMARKS_OPPONENTS_STRING_KEYS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/hash/hash.h"

namespace pointsman::bench {

struct StringEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

struct AbseilStringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return absl::Hash<std::string_view>()(text); }
};

struct StdStringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// map[key] without making a string where the key is there already.
template <class Map>
auto& FindOrAdd(Map& map, std::string_view key) {
  if (const auto it = map.find(key); it != map.end()) return it->second;
  return map.try_emplace(std::string(key)).first->second;
}

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_OPPONENTS_STRING_KEYS_H_
