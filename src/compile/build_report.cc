#include <algorithm>

#include "pointsman/compile.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

std::string Count(std::size_t n, const std::string& one, const std::string& many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace

std::string BuildReport::Text(std::size_t max_rejections) const {
  std::string text = Printable(source, kShownPathBytes) + ": " + Count(channels, "channel", "channels") + ", " +
                     Count(abilities, "ability", "abilities") + " -> " + Count(groups, "group", "groups") + ", " +
                     Count(models, "model", "models") + ", " + Count(routes, "route", "routes") + " (" +
                     std::to_string(serving_routes) + " serving, from " + std::string(RowSourceName(believed)) + "), " +
                     content_hash + "\n";
  if (rejections.empty()) return text;
  text += Count(rejections.size(), "row or list item was", "rows or list items were") + " rejected" +
          (max_rejections == 0 ? "\n" : ":\n");
  if (max_rejections == 0) return text;
  const std::size_t shown = std::min(max_rejections, rejections.size());
  for (std::size_t i = 0; i < shown; ++i) text += "  " + rejections[i].Text() + "\n";
  if (shown < rejections.size()) text += "  and " + std::to_string(rejections.size() - shown) + " more\n";
  return text;
}

}  // namespace pointsman::inline v0
