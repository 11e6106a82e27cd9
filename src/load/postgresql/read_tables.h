// ReadTables: all wanted tables of a gateway into a sink, within the transaction that is open.
//
// Thread safety: thread-compatible. Cost: one pass over each wanted table, and the catalogue.
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_READ_TABLES_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_READ_TABLES_H_

#include "absl/status/status.h"
#include "load/postgresql/pg_connection.h"
#include "pointsman/loader.h"

namespace pointsman::inline v0 {

// Errors are those of PostgresqlLoader::Load. REQUIRES: connection.Begin() has succeeded.
absl::Status ReadTables(PgConnection& connection, RowSink& sink, const Wanted& wanted);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_READ_TABLES_H_
