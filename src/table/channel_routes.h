// ChannelRoutes: which routes a channel is a candidate of. The table turned round, for Patch.
//
//   ChannelRoutes routes(data);
//   routes.ForEach(channel, [&](std::uint32_t group, std::uint32_t model) { … });    // in this order
//
// A list per channel, each place as its distance from the one before, seven bits a byte: about two bytes a candidate.
//
// Thread safety: immutable. Cost: two passes over the routes to build; ForEach is O(routes of the channel).
#ifndef POINTSMAN_SRC_TABLE_CHANNEL_ROUTES_H_
#define POINTSMAN_SRC_TABLE_CHANNEL_ROUTES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pointsman::inline v0 {

struct TableData;

class ChannelRoutes {
 public:
  explicit ChannelRoutes(const TableData& data);

  template <class Visit>
  void ForEach(std::uint32_t channel, Visit visit) const {
    std::uint64_t place = 0;
    for (std::size_t at = begin_[channel]; at < begin_[channel + 1];) {
      std::uint64_t distance = 0;
      for (unsigned shift = 0;; shift += 7) {
        const std::uint8_t byte = bytes_[at++];
        distance |= std::uint64_t{byte & 127u} << shift;
        if (byte < 128) break;
      }
      place += distance;
      visit(static_cast<std::uint32_t>(place / models_), static_cast<std::uint32_t>(place % models_));
    }
  }

  std::size_t memory_bytes() const { return begin_.capacity() * sizeof(std::size_t) + bytes_.capacity(); }

 private:
  std::uint64_t models_ = 0;
  std::vector<std::size_t> begin_;  // by channel, and one more
  std::vector<std::uint8_t> bytes_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_TABLE_CHANNEL_ROUTES_H_
