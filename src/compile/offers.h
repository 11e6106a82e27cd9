// What routes are packed from: offers whose priorities are numbered, and candidates that name them.
#ifndef POINTSMAN_SRC_COMPILE_OFFERS_H_
#define POINTSMAN_SRC_COMPILE_OFFERS_H_

#include <cstdint>
#include <vector>

#include "pointsman/route_table.h"

namespace pointsman::inline v0 {

struct NumberedOffer {
  std::uint64_t mix = 0;  // of all that follows
  std::uint32_t channel = 0;
  std::uint32_t weight = 0;
  std::uint32_t priority = 0;  // its place in TableData::priorities
  CandidateStatus status = CandidateStatus::kEligible;
  friend bool operator==(const NumberedOffer&, const NumberedOffer&) = default;
};

using Offers = std::vector<NumberedOffer>;

// A candidate of a group that is known.
struct RoutedCandidate {
  std::uint32_t model = 0;  // its place in TableData::models
  std::uint32_t offer = 0;
  std::uint32_t row = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_OFFERS_H_
