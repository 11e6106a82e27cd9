// RecentOffers: the offer that a channel's rows made last, known again by the cells that made it.
//
//   std::uint32_t& offer = recent.Find(row);
//   if (offer == kNoIndex) offer = Judge(row);    // else these very cells were judged before
//
// Direct-mapped by channel id: a later channel takes the place of an earlier one, which then is judged again.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_COMPILE_RECENT_OFFERS_H_
#define POINTSMAN_SRC_COMPILE_RECENT_OFFERS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pointsman/rows.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

class RecentOffers {
 public:
  explicit RecentOffers(std::size_t channels) : places_(std::bit_ceil(std::clamp(2 * channels, kLeast, kMost))) {}

  // The offer of `row`'s cells, or kNoIndex.
  std::uint32_t Find(const AbilityRow& row) const {
    const Place& place = places_[PlaceOf(row)];
    const bool same = place.channel_id == row.channel_id && place.enabled == row.enabled &&
                      place.priority == row.priority && place.weight == row.weight;
    return same ? place.offer : kNoIndex;
  }

  void Remember(const AbilityRow& row, std::uint32_t offer) {
    places_[PlaceOf(row)] = {.channel_id = row.channel_id,
                             .enabled = row.enabled,
                             .priority = row.priority,
                             .weight = row.weight,
                             .offer = offer};
  }

 private:
  static constexpr std::size_t kLeast = 16;
  static constexpr std::size_t kMost = 8192;

  struct Place {
    std::int64_t channel_id = 0;
    IntField enabled;
    IntField priority;
    IntField weight;
    std::uint32_t offer = kNoIndex;
  };
  std::size_t PlaceOf(const AbilityRow& row) const {
    return static_cast<std::uint64_t>(row.channel_id) & (places_.size() - 1);
  }

  std::vector<Place> places_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_RECENT_OFFERS_H_
