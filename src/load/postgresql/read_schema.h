// ReadSchema: how the gateway's tables are declared, within the transaction that is open.
//
// Thread safety: thread-compatible. Cost: the catalogue, and a count of each table's rows.
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_READ_SCHEMA_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_READ_SCHEMA_H_

#include "absl/status/statusor.h"
#include "load/postgresql/pg_connection.h"
#include "pointsman/schema.h"

namespace pointsman::inline v0 {

// Errors are those of ReadPostgresqlSchema.
absl::StatusOr<Schema> ReadSchema(PgConnection& connection);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_READ_SCHEMA_H_
