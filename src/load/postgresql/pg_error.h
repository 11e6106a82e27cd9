// PgError: what PostgreSQL or libpq said went wrong, as a status with a cure.
//
// Decisions follow the SQLSTATE, five characters that no locale translates; the text is passed on for people.
//
// Thread safety: thread-safe (pure functions).
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_PG_ERROR_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_PG_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pointsman::inline v0 {

// An error with its SQLSTATE ("" where it is libpq's own). `name` is the database as messages show it.
absl::Status PgError(const std::string& name, std::string_view sqlstate, std::string_view said);

// libpq's account of a failed connection, made with PQERRORS_VERBOSE: without codes and source lines, in one line.
struct ConnectFailure {
  std::string sqlstate;  // the last that is named; empty where the server said nothing
  std::string said;
};
ConnectFailure ReadConnectFailure(std::string_view message);

// Text of a server fit for one line of a message.
std::string Said(std::string_view text);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_PG_ERROR_H_
