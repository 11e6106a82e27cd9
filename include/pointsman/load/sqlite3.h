// SQLite: rows from a gateway's SQLite file, and cures written back to it. Component `sqlite3`, target
// pointsman::sqlite3.
//
//   pointsman::SqliteLoader loader("one-api.db");
//   absl::StatusOr<pointsman::BuildReport> built = router.Reload(loader);
//
// Loading opens the file read-only and reads all wanted tables in one transaction, so they describe one moment even
// while the gateway writes. Tables and columns that the file lacks are absent, not errors; only a file without a
// `channels` table is foreign and refused. Soft-deleted rows are skipped. Columns are named one by one, and no secret
// (`key`, `base_url`, overrides, settings) is among them.
//
// Errors: NotFound (no such file), PermissionDenied, InvalidArgument (not a SQLite database, or a foreign one),
// DataLoss (a damaged file or disk), FailedPrecondition (an interrupted write has to be finished by who may write),
// Unavailable (locked until the deadline or for 5 seconds), DeadlineExceeded, Cancelled. A value of the wrong type
// rejects its row, with table and primary key: number columns take whole numbers and NULL, flags also 'true' and
// 'false', texts take anything, blobs as their bytes.
//
// A database in WAL mode is read beside its writers; SQLite may leave an empty -wal and a -shm file next to it. In a
// folder that may not be written, such a database is read if no process has it open.
//
// Thread safety: thread-compatible; each Load has a connection of its own.
// Cost: one pass over each wanted table.
#ifndef POINTSMAN_LOAD_SQLITE3_H_
#define POINTSMAN_LOAD_SQLITE3_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/cure.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/schema.h"

namespace pointsman::inline v0 {

class POINTSMAN_EXPORT SqliteLoader final : public Loader {
 public:
  explicit SqliteLoader(std::string path) : path_(std::move(path)) {}
  absl::Status Load(RowSink& sink, const Wanted& wanted) override;
  std::string source() const override { return path_; }

 private:
  std::string path_;
};

// How the file declares the gateway's tables, and how many rows they have. Errors are the loader's.
POINTSMAN_EXPORT absl::StatusOr<Schema> ReadSqliteSchema(const std::string& path);

// Makes the doctor's changes in the file, as cure.h says. FailedPrecondition when confirm is missing; PermissionDenied
// when the file may not be written; otherwise errors are the loader's and the doctor's. An undo file that nobody names
// is "<path>.undo-<UTC time>.sql". The database's own triggers run, and the rows they touch are not counted.
POINTSMAN_EXPORT absl::StatusOr<CureResult> ApplySafeCures(const std::string& path, const CureOptions& options);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_SQLITE3_H_
