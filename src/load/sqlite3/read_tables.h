// ReadTables: hands every row of the wanted tables to a sink, over a connection on which a transaction is open, so that
// all of it is of one moment. The loader reads so, and so do the cures, before and after they change anything.
//
// Thread safety: thread-compatible. Cost: one scan of each wanted table; no copy of any value.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_READ_TABLES_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_READ_TABLES_H_

#include "absl/status/status.h"
#include "load/sqlite3/connection.h"
#include "pointsman/loader.h"

namespace pointsman::inline v0 {

// InvalidArgument for a database without a table `channels`, or with a table that lacks its key.
absl::Status ReadTables(Connection& connection, RowSink& sink, const Wanted& wanted);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_READ_TABLES_H_
