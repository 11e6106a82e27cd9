// ReadJsonFile: a whole file as text, with errors that name it and the cure.
//
// Thread safety: thread-safe. Cost: the file in memory.
#ifndef POINTSMAN_SRC_LOAD_JSON_JSON_FILE_H_
#define POINTSMAN_SRC_LOAD_JSON_JSON_FILE_H_

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace pointsman::inline v0 {

// NotFound, PermissionDenied, DeadlineExceeded; InvalidArgument for what is no file.
absl::StatusOr<std::string> ReadJsonFile(const std::string& path, std::chrono::steady_clock::time_point deadline);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_JSON_FILE_H_
