#include "load/json/json_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "absl/status/status.h"

namespace pointsman::inline v0 {
namespace {

absl::Status FileError(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return absl::NotFoundError(path + ": no such file; check the path");
    case EACCES:
    case EPERM: return absl::PermissionDeniedError(path + ": may not be read; allow this user to read it");
    case EISDIR: return absl::InvalidArgumentError(path + ": is a directory; name the JSON file in it");
    default: break;
  }
  return absl::InvalidArgumentError(path + ": cannot be read (" + std::generic_category().message(error) +
                                    "); check the file and its disk");
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

absl::StatusOr<std::string> ReadJsonFile(const std::string& path, std::chrono::steady_clock::time_point deadline) {
  if (path.find('\0') != std::string::npos) return absl::InvalidArgumentError("the path of a file holds a NUL byte");
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return FileError(path, errno);
  std::string text;
  std::array<char, 65536> block;
  while (std::feof(file.get()) == 0) {
    text.append(block.data(), std::fread(block.data(), 1, block.size(), file.get()));
    if (std::ferror(file.get()) != 0) return FileError(path, errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      return absl::DeadlineExceededError(path + ": not read before the deadline; allow more time");
    }
  }
  return text;
}

}  // namespace pointsman::inline v0
