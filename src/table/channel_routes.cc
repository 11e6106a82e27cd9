#include "table/channel_routes.h"

#include <bit>
#include <numeric>

#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

// Calls `visit(channel, place)` for every candidate of a tier, place by place.
template <class Visit>
void ForEachCandidate(const TableData& data, Visit visit) {
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      const std::uint64_t place = std::uint64_t{g} * data.models.size() + route.model;
      for (TierRef ref = route.first; ref != kAllOut; ref = data.tier(ref).next()) {
        const TierBlock tier = data.tier(ref);
        for (std::uint32_t i = 0; i < tier.size(); ++i) visit(tier.channel(i), place);
      }
    }
  }
}

std::size_t BytesOf(std::uint64_t distance) {
  return distance == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(distance)) + 6) / 7;
}

}  // namespace

ChannelRoutes::ChannelRoutes(const TableData& data)
    : models_(data.models.empty() ? 1 : data.models.size()), begin_(data.channels.size() + 1) {
  std::vector<std::uint64_t> last(data.channels.size());
  ForEachCandidate(data, [&](std::uint32_t channel, std::uint64_t place) {
    begin_[channel + 1] += BytesOf(place - last[channel]);
    last[channel] = place;
  });
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  bytes_.resize(begin_.back());
  std::vector<std::size_t> end(begin_.begin(), begin_.end() - 1);
  last.assign(last.size(), 0);
  ForEachCandidate(data, [&](std::uint32_t channel, std::uint64_t place) {
    std::uint64_t distance = place - last[channel];
    last[channel] = place;
    for (; distance >= 128; distance >>= 7) bytes_[end[channel]++] = static_cast<std::uint8_t>(distance | 128);
    bytes_[end[channel]++] = static_cast<std::uint8_t>(distance);
  });
}

}  // namespace pointsman::inline v0
