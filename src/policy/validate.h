// The parts of Policy::Validate: each finds the first thing in its part of a policy that cannot mean anything.
//
// Fields are called what the policy file calls them. Every text that is repeated in a message is bounded and printable.
// Thread safety: thread-safe (pure functions).
#ifndef POINTSMAN_SRC_POLICY_VALIDATE_H_
#define POINTSMAN_SRC_POLICY_VALIDATE_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "pointsman/policy.h"

namespace pointsman::inline v0 {

absl::Status ValidateGroups(const GroupPolicy& groups);
absl::Status ValidateFallbacks(const GroupPolicy& groups);  // REQUIRES: the names are valid
absl::Status ValidateModels(const ModelRules& models);
absl::Status ValidateRetry(const RetryPolicy& retry);

// "policy: <field> <problem>".
absl::Status PolicyError(std::string_view field, std::string_view problem);

// A name that no row can have. `lists` is what lists it: "groups", "models".
absl::Status CheckName(std::string_view field, std::string_view name, std::string_view lists);

// "a -> b -> a", shortened in the middle where it is long.
std::string ShownPath(std::span<const std::string_view> names);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_POLICY_VALIDATE_H_
