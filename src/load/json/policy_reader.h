// ReadPolicy: a policy that stands somewhere in a text. ParsePolicy is this for a text of its own.
//
// Thread safety: thread-safe (a pure function). Cost: as Policy::Validate.
#ifndef POINTSMAN_SRC_LOAD_JSON_POLICY_READER_H_
#define POINTSMAN_SRC_LOAD_JSON_POLICY_READER_H_

#include <span>

#include "absl/status/statusor.h"
#include "load/json/policy_value.h"
#include "pointsman/policy.h"

namespace pointsman::inline v0 {

absl::StatusOr<Policy> ReadPolicy(const PolicyValue& value, std::span<const ModelNormalizer> normalizers,
                                  const Policy& base = {});

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_POLICY_READER_H_
