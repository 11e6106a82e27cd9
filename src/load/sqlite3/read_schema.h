// ReadSchema: how the gateway's tables are declared, within the transaction that is open.
//
// Thread safety: thread-compatible. Cost: the catalogue, and a count of each table's rows.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_READ_SCHEMA_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_READ_SCHEMA_H_

#include "absl/status/statusor.h"
#include "load/sqlite3/connection.h"
#include "pointsman/schema.h"

namespace pointsman::inline v0 {

// Errors are those of ReadSqliteSchema.
absl::StatusOr<Schema> ReadSchema(Connection& connection);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_READ_SCHEMA_H_
