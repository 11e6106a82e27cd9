#include <memory>
#include <string>

#include "load/sqlite3/connection.h"
#include "load/sqlite3/read_tables.h"
#include "pointsman/load/sqlite3.h"

namespace pointsman::inline v0 {

absl::Status SqliteLoader::Load(RowSink& sink, const Wanted& wanted) {
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(path_, Connection::Access::kRead, wanted.deadline);
  if (!connection.ok()) return connection.status();
  Transaction transaction(**connection);
  if (absl::Status begun = transaction.Begin(Transaction::Lock::kRead); !begun.ok()) return begun;
  if (absl::Status read = ReadTables(**connection, sink, wanted); !read.ok()) return read;
  return (*connection)->CheckUnchanged();
}

}  // namespace pointsman::inline v0
