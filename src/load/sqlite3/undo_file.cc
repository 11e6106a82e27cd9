#include "load/sqlite3/undo_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "absl/status/status.h"
#include "load/sqlite3/database_file.h"

namespace pointsman::inline v0 {
namespace {

class FileHandle {
 public:
  explicit FileHandle(int number) : number_(number) {}
  ~FileHandle() {
    if (number_ >= 0) close(number_);
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

absl::Status Failed(const std::string& path, int error) {
  const std::string shown = ShownPath(path);
  switch (error) {
    case EEXIST:
      return absl::AlreadyExistsError(shown + ": exists already and is never overwritten; name another undo file");
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(shown +
                                         ": the undo file may not be written; name one in a folder that may be");
    case ENOENT:
    case ENOTDIR: return absl::NotFoundError(shown + ": no folder for the undo file; make it, or name another");
    default: return absl::UnavailableError(shown + ": the undo file cannot be written: " + std::strerror(error));
  }
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The name of a new file is not on disk until its folder is. Some file systems refuse this; then it is as good as it
// gets.
void SyncFolderOf(const std::string& path) {
  const FileHandle folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() >= 0) (void)fsync(folder.number());
}

}  // namespace

std::string DefaultUndoPath(const std::string& database) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[32];
  const std::size_t length = std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  return database + ".undo-" + std::string(stamp, length) + ".sql";
}

std::string UndoScript(const std::string& database, const std::vector<std::string>& statements) {
  std::string script = "-- Takes back what pointsman changed in " + database +
                       ".\n"
                       "-- Run it with:  sqlite3 -bail DATABASE < THIS_FILE\n"
                       "-- A row that was changed again since then is left as it is.\n"
                       "BEGIN IMMEDIATE;\n";
  for (const std::string& statement : statements) script += statement + ";\n";
  return script + "COMMIT;\n";
}

absl::StatusOr<UndoFile> UndoFile::Write(const std::string& path, std::string_view script) {
  if (path.find('\0') != std::string::npos) return Failed(path, EINVAL);
  const FileHandle file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.number() < 0) return Failed(path, errno);
  UndoFile undo(path);  // from here on, failing removes it
  if (!WriteAll(file.number(), script) || fsync(file.number()) != 0) return Failed(path, errno);
  SyncFolderOf(path);
  return undo;
}

UndoFile::~UndoFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

}  // namespace pointsman::inline v0
