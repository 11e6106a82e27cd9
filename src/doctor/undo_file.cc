#include "doctor/undo_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "absl/status/status.h"
#include "text/printable.h"

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
  const std::string shown = Printable(path, path.size());
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

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The name of a new file is not on disk until its folder is. Some file systems refuse this; then it is as good as it
// gets.
void SyncFolderOf(const std::string& path) {
  const FileHandle folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() >= 0) (void)fsync(folder.number());
}

}  // namespace

std::string StampedUndoPath(const std::string& prefix) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[32];
  const std::size_t length = std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  return prefix + ".undo-" + std::string(stamp, length) + ".sql";
}

std::string UndoScript(const std::string& database, const UndoForm& form, const std::vector<std::string>& statements,
                       const std::vector<std::string>& by_hand) {
  std::string script = "-- Takes back what pointsman changed in " + database +
                       ".\n"
                       "-- Run it with:  " +
                       form.run +
                       "\n"
                       "-- A row that was changed again since then is left as it is.\n" +
                       form.begin + ";\n";
  for (const std::string& statement : statements) script += statement + ";\n";
  script += "COMMIT;\n";
  if (!by_hand.empty()) script += "-- What was changed beside rows is taken back by hand:\n";
  for (const std::string& statement : by_hand) script += "--   " + statement + ";\n";
  return script;
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
