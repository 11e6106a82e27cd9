// BalancedDraw: a candidate of a tier as the group's balance wants it (pointsman/balance.h). Under the default rule it
// is DrawAmong.
//
//   const BalancedDraw draw(published, request, group, model, is_retry, bits);
//   const std::uint32_t i = draw.Among(tier, level);          // a place in the tier, or kNoIndex: none counts
//
// `level(place)` says how much of a candidate's weight counts, of Availability::kFull; it may change between calls, and
// whatever it says, the answer was usable when it was asked about last.
//
// Turns. The usable candidates stand side by side, each as wide as it weighs, on a circle of W places, and ticket t
// stands for the place t * g mod W. Since g has no divisor in common with W, any W tickets in a row meet each place
// once: that is the exactness. Since g / W is nearest to the golden ratio, tickets of one candidate come at as even
// distances as a fixed step allows (three different ones at most: the three-distance theorem): that is the smoothness.
// Weights are divided by what they have in common first. Later attempts of walks count tickets of their own: if every
// request that fails once took two, the first attempts would only get every second turn, and always the same ones.
//
// Thread safety: as select.h.
#ifndef POINTSMAN_SRC_SELECT_BALANCED_DRAW_H_
#define POINTSMAN_SRC_SELECT_BALANCED_DRAW_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "pointsman/balance.h"
#include "pointsman/random.h"
#include "pointsman/request.h"
#include "publish/published.h"
#include "table/tier_block.h"

namespace pointsman::inline v0 {

// How far ticket t + 1 is from ticket t on a circle of so many places. 0 where there is one. REQUIRES: places >= 1.
std::uint64_t GoldenStep(std::uint64_t places) noexcept;
// The place of a ticket.
std::uint64_t PlaceOfTicket(std::uint64_t ticket, std::uint64_t places) noexcept;

class BalancedDraw {
 public:
  using Level = absl::FunctionRef<std::uint32_t(std::uint32_t)>;

  // `group` and `model` are numbers of the table.
  // `retry`: it is a later attempt of a walk.
  BalancedDraw(const Published& published, const Request& request, std::uint32_t group, std::uint32_t model, bool retry,
               RandomBits bits) noexcept
      : published_(published), request_(request), group_(group), model_(model), retry_(retry), bits_(bits) {}

  std::uint32_t Among(const TierBlock& tier, Level level) const noexcept;

 private:
  std::uint32_t ByTurn(const TierBlock& tier, Level level) const noexcept;
  std::uint32_t OfTwo(const TierBlock& tier, Level level, Balance rule) const noexcept;

  const Published& published_;
  const Request& request_;
  std::uint32_t group_;
  std::uint32_t model_;
  bool retry_;
  mutable RandomBits bits_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_BALANCED_DRAW_H_
