#include "publish/loss.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

std::vector<std::uint32_t> Translate(const std::vector<std::string_view>& names, const NameTable& table) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(names.size());
  for (const std::string_view name : names) numbers.push_back(table.Find(name));
  return numbers;
}

bool Serves(const TableData& data, std::uint32_t group, std::uint32_t model) {
  return group != kNoIndex && model != kNoIndex && data.rows.Find(group, model) >= kFirstBlock;
}

}  // namespace

Loss CountLoss(const RouteTable& today, const RouteTable& next) {
  const std::vector<std::uint32_t> groups = Translate(today.groups(), next.data().group_table);
  const std::vector<std::uint32_t> models = Translate(today.models(), next.data().model_table);
  Loss loss{.serving = today.serving_route_count()};
  for (std::uint32_t g = 0; g < groups.size(); ++g) {
    for (const ListedRoute& route : today.data().rows.RoutesOf(g)) {
      if (route.first != kAllOut && !Serves(next.data(), groups[g], models[route.model])) ++loss.lost;
    }
  }
  return loss;
}

}  // namespace pointsman::inline v0
