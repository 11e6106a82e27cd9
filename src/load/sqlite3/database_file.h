// DatabaseFile: what the file system says about a SQLite file, asked before and beside SQLite, whose own answers
// ("unable to open database file") name neither the cause nor the cure.
//
// Thread safety: thread-safe (pure functions of the file system). Cost: a few system calls.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_DATABASE_FILE_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_DATABASE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pointsman::inline v0 {

// `path` as messages show it.
std::string ShownPath(const std::string& path);

// The folder that `path` is in, as a path.
std::string FolderOf(const std::string& path);

// NotFound, PermissionDenied or InvalidArgument unless `path` is a regular file that this process may read.
absl::Status CheckReadableFile(const std::string& path);

// The name to open, spelled so that SQLite takes it for a plain file: never ":memory:", never a URI.
std::string PlainName(const std::string& path);

// The same file as a URI that promises SQLite that nobody writes it.
std::string ImmutableUri(const std::string& path);

// True where a database in WAL mode can only be read as immutable: its folder may not be written, so the index beside
// it cannot be made, and the file is all there is: no -wal, -shm or -journal says that a process has it open or that a
// write was interrupted, which an immutable database would ignore.
bool IsReadableOnlyAsImmutable(const std::string& path);

// What changes when somebody writes the file. Equal stamps around a read: what was read is of one moment.
struct FileStamp {
  long long size = 0;
  long long seconds = 0;
  long long nanoseconds = 0;
  unsigned long long inode = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
FileStamp StampOf(const std::string& path);

// What to say of a file of `size` bytes that begins with `header` (its first kHeaderBytes, or all of it) and ends
// before that says: "is cut off: …". Empty where it does not, or where nobody can tell. Pure: who opens and closes the
// file beside SQLite ends, on POSIX, all locks that this process holds on it.
inline constexpr std::size_t kHeaderBytes = 100;
std::string CutOff(std::string_view header, std::uint64_t size);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_DATABASE_FILE_H_
