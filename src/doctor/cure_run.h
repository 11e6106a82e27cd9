// RunCure: the way from findings to changed rows, for any database that can do the things below.
//
//   absl::StatusOr<CureResult> ApplySafeCures(path, options) {
//     SqliteTarget target(…);
//     return RunCure(target, options);
//   }
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_DOCTOR_CURE_RUN_H_
#define POINTSMAN_SRC_DOCTOR_CURE_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/undo_file.h"
#include "pointsman/cure.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/schema.h"

namespace pointsman::inline v0 {

class CureTarget {
 public:
  enum class Access : std::uint8_t { kRead, kWrite };
  virtual ~CureTarget() = default;

  virtual const std::string& name() const = 0;  // as messages show it
  virtual Dialect dialect() const = 0;
  virtual UndoForm undo_form() const = 0;
  // One transaction at a time, which sees one moment.
  virtual absl::Status Begin(Access access) = 0;
  // Before anything is read: keeps others from writing the rows that these change, or any rows of their tables, until
  // the transaction ends.
  enum class Locked : std::uint8_t { kRows, kTables };
  virtual absl::Status Lock(const std::vector<RowChange>& changes, Locked what) = 0;
  virtual absl::Status Read(RowSink& sink) = 0;
  // How the tables are declared, at the same moment.
  virtual absl::StatusOr<Schema> ReadSchema() = 0;
  // The number of rows that the statement changed.
  virtual absl::StatusOr<std::int64_t> Execute(const std::string& statement) = 0;
  // Unknown: nobody knows whether it was. Any other failure: nothing was changed.
  virtual absl::Status Commit() = 0;
  // Nothing where no transaction is open.
  virtual void RollBack() = 0;
  // Whether the database gave up the last transaction because of another one: the same may succeed now.
  virtual bool was_taken_back() const = 0;
};

// FailedPrecondition where nobody would be asked; `call` is the name of the public function.
POINTSMAN_EXPORT absl::Status CheckConfirms(const CureOptions& options, const std::string& call);

POINTSMAN_EXPORT absl::StatusOr<CureResult> RunCure(CureTarget& target, const CureOptions& options);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_CURE_RUN_H_
