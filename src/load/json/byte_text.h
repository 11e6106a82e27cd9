// Names of any bytes as JSON text, and back.
//
//   TextOfBytes("caf\xe9")          -> "caf" and U+10FFE9
//   BytesOfText(TextOfBytes(any))   == any
//
// load/dump.h says how. Text that is valid UTF-8 stays as it is.
//
// Thread safety: thread-safe (pure functions). Cost: O(bytes).
#ifndef POINTSMAN_SRC_LOAD_JSON_BYTE_TEXT_H_
#define POINTSMAN_SRC_LOAD_JSON_BYTE_TEXT_H_

#include <string>
#include <string_view>

#include "pointsman/policy.h"

namespace pointsman::inline v0 {

std::string TextOfBytes(std::string_view bytes);
std::string BytesOfText(std::string_view text);

// The same for every name in a policy.
Policy TextOfBytes(const Policy& policy);

// Appends a name as a JSON string, quotes included.
void AppendJsonText(std::string_view bytes, std::string& json);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_BYTE_TEXT_H_
