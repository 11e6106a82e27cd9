#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/json/json_reader.h"
#include "load/json/row_reader.h"
#include "pointsman/load/json.h"

namespace pointsman::inline v0 {
namespace {

using Clock = std::chrono::steady_clock;

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

absl::StatusOr<std::string> ReadFile(const std::string& path, Clock::time_point deadline) {
  if (path.find('\0') != std::string::npos) return absl::InvalidArgumentError("the path of a file holds a NUL byte");
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return FileError(path, errno);
  std::string text;
  std::array<char, 65536> block;
  while (std::feof(file.get()) == 0) {
    text.append(block.data(), std::fread(block.data(), 1, block.size(), file.get()));
    if (std::ferror(file.get()) != 0) return FileError(path, errno);
    if (Clock::now() >= deadline) {
      return absl::DeadlineExceededError(path + ": not read before the deadline; allow more time");
    }
  }
  return text;
}

}  // namespace

JsonLoader::JsonLoader(std::string name, std::string text, bool is_file)
    : name_(std::move(name)), text_(std::move(text)), is_file_(is_file) {}

JsonLoader JsonLoader::File(std::string path) { return {std::move(path), std::string(), true}; }

JsonLoader JsonLoader::Text(std::string text, std::string name) { return {std::move(name), std::move(text), false}; }

absl::Status JsonLoader::Load(RowSink& sink, const Wanted& wanted) {
  RowReader reader(name_, wanted, sink);
  if (!is_file_) return ReadJson(text_, name_, reader);
  absl::StatusOr<std::string> text = ReadFile(name_, wanted.deadline);
  return text.ok() ? ReadJson(*text, name_, reader) : text.status();
}

}  // namespace pointsman::inline v0
