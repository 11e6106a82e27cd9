#include "text/nearest.h"

#include <algorithm>
#include <array>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {
constexpr std::size_t kLongest = 64;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  std::array<std::array<std::size_t, kLongest + 1>, 3> rows{};  // the row before the last, the last, this one
  for (std::size_t j = 0; j <= b.size(); ++j) rows[1][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& two_up = rows[0];
    auto& up = rows[1];
    auto& here = rows[2];
    here[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      here[j] = std::min({up[j] + 1, here[j - 1] + 1, up[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        here[j] = std::min(here[j], two_up[j - 2] + 1);
    }
    two_up = up;
    up = here;
  }
  return rows[1][b.size()];
}

std::string_view NearestName(std::string_view word, std::span<const std::string_view> names) {
  std::size_t best = std::clamp<std::size_t>(word.size() / 3, 2, 4) + 1;
  std::string_view found;
  for (const std::string_view name : names) {
    const std::size_t distance = EditDistance(word, name);
    if (distance < best) {
      best = distance;
      found = name;
    }
  }
  return found;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> names) {
  const std::string_view near = NearestName(word, names);
  return near.empty() ? std::string() : " (did you mean " + Quoted(near) + "?)";
}

std::string JoinNames(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

}  // namespace pointsman::inline v0
