#include "publish/published.h"

#include <utility>

#include "table/table_data.h"

namespace pointsman::inline v0 {

std::string_view ModelNamed(const Published& published, std::uint64_t generation, std::uint32_t model) noexcept {
  if (published.bound_names == nullptr) return {};
  for (const ModelNumbers& numbers : published.bound_names->models) {
    if (generation >= numbers.since)
      return model < numbers.names->size() ? (*numbers.names)[model] : std::string_view();
  }
  return {};
}

Published Unserved(std::shared_ptr<const RouteTable> table) {
  static const SlotWord kInOrder = 0;
  const TableData& data = table->data();
  auto channels = std::make_shared<BoundChannels>();
  for (const ChannelRecord& channel : data.channels) {
    channels->channels.push_back({.word = &kInOrder, .id = channel.id, .cookie = channel.cookie});
  }
  Published unserved{.data = &data, .channels = channels->channels, .group_names = data.groups};
  unserved.bound_channels = std::move(channels);
  unserved.table = std::move(table);
  return unserved;
}

}  // namespace pointsman::inline v0
