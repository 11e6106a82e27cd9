// ConnectionString: where a database is, in libpq's words, and what of it may be shown.
//
//   ShownSource("postgresql://root:secret@db/one_api?sslmode=require")   -> "postgresql://root@db/one_api"
//   ShownSource("host=/run/pg user=root password=secret")                -> "postgresql://root@%2Frun%2Fpg"
//
// What is shown is composed of the parsed user, hosts, ports and database, so that nothing else can slip in; libpq's
// own words about a string that it cannot parse quote pieces of it, so they are never passed on.
//
// Thread safety: thread-safe (pure functions). Cost: O(bytes).
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_CONNECTION_STRING_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_CONNECTION_STRING_H_

#include <string>

#include "absl/status/status.h"

namespace pointsman::inline v0 {

// The source as messages show it; "postgresql:" where the string cannot be understood.
std::string ShownSource(const std::string& connection);

// InvalidArgument for what libpq would not parse, and for a URI in which a piece of the password would be taken for a
// host or a database.
absl::Status CheckConnectionString(const std::string& connection);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_CONNECTION_STRING_H_
