// The distributions of distribution.h, of a table with what is bound to it.
#ifndef POINTSMAN_SRC_EXPLAIN_DISTRIBUTION_OF_H_
#define POINTSMAN_SRC_EXPLAIN_DISTRIBUTION_OF_H_

#include "pointsman/distribution.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

Distribution DistributionOf(const Published& published, const Request& request, const Attempts* attempts);

absl::StatusOr<AttemptDistribution> AttemptDistributionOf(const Published& published, const Request& request,
                                                          std::size_t attempt, const Attempts* attempts);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_EXPLAIN_DISTRIBUTION_OF_H_
