// UndoFile: the file beside a database that takes a cure back. It is on disk before the cure is committed, and gone
// again when the cure does not happen.
//
//   absl::StatusOr<UndoFile> undo = UndoFile::Write(path, UndoScript(name, statements));
//   if (transaction.Commit().ok()) undo->Keep();
//
// Thread safety: thread-compatible. Cost: two fsyncs.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_UNDO_FILE_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_UNDO_FILE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace pointsman::inline v0 {

// "<database>.undo-20250131T120000Z.sql"
std::string DefaultUndoPath(const std::string& database);

// One transaction of `statements`, with a comment that says how to run it. `database` as messages show it.
std::string UndoScript(const std::string& database, const std::vector<std::string>& statements);

class UndoFile {
 public:
  // AlreadyExists rather than overwrite; readable by its owner alone, since it may hold names of tokens.
  static absl::StatusOr<UndoFile> Write(const std::string& path, std::string_view script);

  UndoFile(UndoFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  UndoFile& operator=(UndoFile&&) = delete;
  ~UndoFile();

  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  explicit UndoFile(std::string path) : path_(std::move(path)) {}
  std::string path_;  // empty: nothing to remove
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_UNDO_FILE_H_
