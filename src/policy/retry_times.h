// SetRetryTimes: the budgets that a gateway's RetryTimes means.
//
// Thread safety: thread-safe (a pure function).
#ifndef POINTSMAN_SRC_POLICY_RETRY_TIMES_H_
#define POINTSMAN_SRC_POLICY_RETRY_TIMES_H_

#include <cstdint>

#include "pointsman/policy.h"

namespace pointsman::inline v0 {

// REQUIRES: 0 <= retries < kMaxBudget.
inline void SetRetryTimes(std::int32_t retries, RetryPolicy& retry) {
  retry.budget = retries + 1;
  if (retry.tiers != RetryTiers::kByAttempt) return;
  // The next group begins a count of its own; without any retry nothing begins after the first attempt.
  retry.budget_per_group = retries + 1;
  if (retries > 0) retry.budget = kMaxBudget;
}

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_POLICY_RETRY_TIMES_H_
