#include "publish/loss.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

std::vector<std::uint32_t> Translate(const std::vector<std::string_view>& names, const NameIndex& index) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(names.size());
  for (const std::string_view name : names) numbers.push_back(TableData::FindName(index, name));
  return numbers;
}

}  // namespace

Loss CountLoss(const RouteTable& today, const RouteTable& next) {
  const std::vector<std::uint32_t> groups = Translate(today.groups(), next.data().group_index);
  const std::vector<std::uint32_t> models = Translate(today.models(), next.data().model_index);
  Loss loss{.serving = today.serving_route_count()};
  for (const RouteRecord& route : today.data().routes) {
    if (route.first_tier == kNoIndex) continue;
    const std::uint32_t group = groups[route.group];
    const std::uint32_t model = models[route.model];
    const RouteRecord* then = group == kNoIndex || model == kNoIndex ? nullptr : next.data().FindRoute(group, model);
    if (then == nullptr || then->first_tier == kNoIndex) ++loss.lost;
  }
  return loss;
}

}  // namespace pointsman::inline v0
