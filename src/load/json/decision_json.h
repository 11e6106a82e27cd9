// ReadDecision: a decision that stands somewhere in a text. ParseDecision is this for a text of its own.
//
// Thread safety: thread-safe (a pure function).
#ifndef POINTSMAN_SRC_LOAD_JSON_DECISION_JSON_H_
#define POINTSMAN_SRC_LOAD_JSON_DECISION_JSON_H_

#include "absl/status/status.h"
#include "load/json/json_line.h"
#include "load/json/json_tree.h"
#include "load/json/policy_value.h"
#include "pointsman/decision.h"

namespace pointsman::inline v0 {

// REQUIRES: RestoreBytes was applied to the tree.
absl::Status ReadDecision(const PolicyValue& value, DecisionRecord& record);

// {"channel_id": 8, "reason": "cooling_down"}, with "level" for a slow start.
absl::Status ReadOut(const PolicyValue& value, OutChannel& out);
void WriteOut(const OutChannel& out, JsonLine& line);

// Puts the bytes that names were written for into all texts and keys of a tree: see byte_text.h.
void RestoreBytes(JsonNode& node);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_DECISION_JSON_H_
