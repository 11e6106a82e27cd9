#include "load/sqlite3/database_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShownPathBytes = 1000;

absl::Status StatFailure(const std::string& shown, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(
          shown + ": no such file; name the gateway's SQLite file (one-api.db unless configured otherwise)");
    case EACCES:
      return absl::PermissionDeniedError(
          shown + ": a folder on the way may not be entered; run as a user who may read the file");
    default: return absl::InvalidArgumentError(shown + ": cannot be opened: " + std::strerror(error));
  }
}

bool MayAccess(const std::string& path, int how) { return faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0; }

}  // namespace

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, slash + 1);
}

std::string ShownPath(const std::string& path) {
  return path.empty() ? std::string("\"\"") : Printable(path, kShownPathBytes);
}

absl::Status CheckReadableFile(const std::string& path) {
  const std::string shown = ShownPath(path);
  if (path.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(shown + ": a file name cannot hold a NUL byte");
  }
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return StatFailure(shown, errno);
  if (S_ISDIR(info.st_mode)) return absl::InvalidArgumentError(shown + ": is a folder; name the SQLite file in it");
  if (!S_ISREG(info.st_mode))
    return absl::InvalidArgumentError(shown + ": not a regular file; name the gateway's SQLite file");
  if (!MayAccess(path, R_OK)) {
    return absl::PermissionDeniedError(shown +
                                       ": may not be read; run as its owner, or give this user read permission");
  }
  return absl::OkStatus();
}

std::string PlainName(const std::string& path) { return !path.empty() && path[0] == '/' ? path : "./" + path; }

std::string ImmutableUri(const std::string& path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const std::string plain = PlainName(path);
  std::string uri = plain[0] == '/' ? "file://" : "file:";
  for (const char c : plain) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '/' || c == '.' || c == '-' || c == '_') {
      uri += c;
    } else {
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return uri + "?immutable=1";
}

bool IsReadableOnlyAsImmutable(const std::string& path) {
  for (const char* beside : {"-wal", "-shm", "-journal"}) {
    if (MayAccess(path + beside, F_OK)) return false;
  }
  return !MayAccess(FolderOf(path), W_OK);
}

FileStamp StampOf(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return {};
  return {
      .size = info.st_size, .seconds = info.st_mtim.tv_sec, .nanoseconds = info.st_mtim.tv_nsec, .inode = info.st_ino};
}

}  // namespace pointsman::inline v0
