#include "load/sqlite3/database_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "absl/strings/ascii.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

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

// The header of a database file, as SQLite documents it: numbers are big-endian.
constexpr std::string_view kMagic = "SQLite format 3";

// REQUIRES: offset + bytes <= header.size().
std::uint64_t Number(std::string_view header, std::size_t offset, std::size_t bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number = number << 8 | static_cast<unsigned char>(header[offset + i]);
  return number;
}

std::uint64_t PageBytes(std::string_view header) {
  const std::uint64_t bytes = Number(header, 16, 2);
  return bytes == 1 ? 65536 : bytes;
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

std::string CutOff(std::string_view header, std::uint64_t size) {
  if (header.substr(0, kMagic.size()) != kMagic) return "";
  const std::uint64_t page = header.size() < kHeaderBytes ? 0 : PageBytes(header);
  // The number of pages is right where whoever wrote last knew of it.
  const bool is_counted = page != 0 && Number(header, 24, 4) == Number(header, 92, 4);
  const std::uint64_t whole = is_counted ? Number(header, 28, 4) * page : page == 0 ? kHeaderBytes : 0;
  if (size >= whole && (page == 0 || size % page == 0)) return "";
  const std::string of = size < whole && is_counted ? " of " + std::to_string(whole) : "";
  return "is cut off: it ends after " + std::to_string(size) + of + " bytes" +
         (page != 0 && size % page != 0 ? ", inside a page" : "") +
         ", as where a copy was interrupted or a disk was full; copy it again, or restore an older copy";
}

FileStamp StampOf(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return {};
  return {
      .size = info.st_size, .seconds = info.st_mtim.tv_sec, .nanoseconds = info.st_mtim.tv_nsec, .inode = info.st_ino};
}

}  // namespace pointsman::inline v0
