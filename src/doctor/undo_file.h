// UndoFile: the file beside a database that takes a cure back. It is on disk before the cure is committed, and gone
// again when the cure does not happen.
//
//   absl::StatusOr<UndoFile> undo = UndoFile::Write(path, UndoScript(name, form, statements, {}));
//   if (transaction.Commit().ok()) undo->Keep();
//
// Thread safety: thread-compatible. Cost: two fsyncs.
#ifndef POINTSMAN_SRC_DOCTOR_UNDO_FILE_H_
#define POINTSMAN_SRC_DOCTOR_UNDO_FILE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace pointsman::inline v0 {

// What differs from one database to another.
struct UndoForm {
  std::string path_prefix;  // of a file that nobody named
  std::string run;          // the command that runs a script
  std::string begin;        // a transaction
};

// "<prefix>.undo-20250131T120000Z.sql"
std::string StampedUndoPath(const std::string& prefix);

// One transaction of `statements`, with comments: how to run it, and what else takes something back but has to be run
// by hand. `database` as messages show it.
std::string UndoScript(const std::string& database, const UndoForm& form, const std::vector<std::string>& statements,
                       const std::vector<std::string>& by_hand);

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

#endif  // POINTSMAN_SRC_DOCTOR_UNDO_FILE_H_
