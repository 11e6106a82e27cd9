// IdOfKey: the number in a key as places write it, "id 8".
#ifndef POINTSMAN_SRC_ROWS_ROW_KEY_H_
#define POINTSMAN_SRC_ROWS_ROW_KEY_H_

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace pointsman::inline v0 {

inline std::optional<std::int64_t> IdOfKey(std::string_view key) {
  constexpr std::string_view kPrefix = "id ";
  if (!key.starts_with(kPrefix)) return std::nullopt;
  std::int64_t id = 0;
  const char* end = key.data() + key.size();
  const auto [stop, error] = std::from_chars(key.data() + kPrefix.size(), end, id);
  return error == std::errc() && stop == end ? std::optional(id) : std::nullopt;
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_ROW_KEY_H_
