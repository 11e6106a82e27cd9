#include "publish/published.h"

#include <utility>

#include "table/table_data.h"

namespace pointsman::inline v0 {

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
