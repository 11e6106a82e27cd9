// PostgreSQL: rows from a gateway's database, read while the gateway uses it. Component `postgresql`, target
// pointsman::postgresql.
//
//   pointsman::PostgresqlLoader loader("postgresql://pointsman@db.example/one_api?sslmode=verify-full");
//   absl::StatusOr<pointsman::BuildReport> built = router.Reload(loader);
//   // a failure names the database, never its password: "postgresql://pointsman@db.example/one_api: …"
//
// Each Load has a connection of its own and one read-only transaction over all wanted tables, so they describe one
// moment; it has ended before anything is compiled. The connection string is libpq's, a URI or keywords, and so are
// TLS, password files, services, several hosts and the PG* environment variables.
//
// Tables and columns that the database lacks are absent, found as `search_path` says; only a database without a table
// `channels` is foreign and refused. One that is there and may not be read is an error with the GRANT that cures it:
// absent and forbidden are different things. Soft-deleted rows are skipped. Columns are named one by one, and no secret
// (`key`, `base_url`, overrides, settings) is among them; of `options` only the rows that concern routing are asked
// for.
//
// Errors: InvalidArgument (no connection string, or a foreign database), NotFound (no such database), PermissionDenied
// (the user or a grant; with the cure), Unavailable (refused, died, silent, or locked by a migration: try again),
// DeadlineExceeded, ResourceExhausted, DataLoss, FailedPrecondition, Cancelled. A value of the wrong type rejects its
// row, with table and primary key: number columns take whole numbers and NULL, flags also booleans, texts take anything
// but arrays, bytea as its bytes.
//
// Thread safety: thread-compatible; each Load has a connection of its own.
// Cost: one pass over each wanted table; rows are streamed, so a large table takes no memory here. It blocks its
// thread, bounded by the timeouts below, and by Wanted::deadline all together.
// Limits: servers from 9.6 on. Looking up a host name takes as long as the system's resolver does. What TRUNCATE has
// emptied is empty at once for every reader, as PostgreSQL documents. Row-level security that would hide rows is an
// error; a view of the same name, earlier in the search path, is the way to show a part of a table.
#ifndef POINTSMAN_LOAD_POSTGRESQL_H_
#define POINTSMAN_LOAD_POSTGRESQL_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/cure.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/schema.h"

namespace pointsman::inline v0 {

// How long to wait. Each must be between one millisecond and 24 days. Most users leave all of this alone.
struct PostgresqlOptions {
  // To connect, for each host that is named. A connect_timeout in the connection string or the environment wins.
  std::chrono::milliseconds connect_timeout{10'000};
  // For each statement, reading a whole table included. The server enforces it; a server that has not even said so two
  // seconds later is given up.
  std::chrono::milliseconds statement_timeout{30'000};
  // For a table that a migration has locked.
  std::chrono::milliseconds lock_timeout{5'000};
};

class POINTSMAN_EXPORT PostgresqlLoader final : public Loader {
 public:
  // `connection`: "postgresql://USER@HOST:PORT/DATABASE?sslmode=require", or "host=… dbname=…". Nothing is opened yet.
  // In a URI, an "@" or "/" in user, password or database must be percent-encoded; a URI that could be read in two ways
  // is refused by Load, since the wrong one would show parts of a password.
  explicit PostgresqlLoader(std::string connection, PostgresqlOptions options = {});

  absl::Status Load(RowSink& sink, const Wanted& wanted) override;

  // User, hosts and database of the connection string as a URI: no password, no parameters.
  std::string source() const override { return source_; }

 private:
  std::string connection_;
  std::string source_;
  PostgresqlOptions options_;
};

// SQL that lets `role` read what PostgresqlLoader reads and nothing else: USAGE of the schema, SELECT of columns; and
// SELECT of the sequences of ids, which ReadPostgresqlSchema looks at.
//
//   for (const std::string& statement : PostgresqlGrants("pointsman")) std::cout << statement << ";\n";
//   // GRANT USAGE ON SCHEMA "public" TO "pointsman";
//   // GRANT SELECT ("id", "name", …) ON "public"."channels" TO "pointsman"; …
//
// It names every column that any gateway has, and PostgreSQL refuses a GRANT of one that is not there: where the
// database can be asked, ReadPostgresqlGrants is better. `options` holds passwords in other rows of the same columns.
POINTSMAN_EXPORT std::vector<std::string> PostgresqlGrants(std::string_view role, std::string_view schema = "public");

// The same for one database: the tables and columns that it has, in the schemas where they are found. Whoever asks
// needs no right to read them. Errors are the loader's.
POINTSMAN_EXPORT absl::StatusOr<std::vector<std::string>> ReadPostgresqlGrants(const std::string& connection,
                                                                               std::string_view role,
                                                                               const PostgresqlOptions& options = {});

// Makes the doctor's changes in the database, as cure.h says, in one transaction of isolation level REPEATABLE READ
// that first locks the rows to change, since quotas of tokens are counted in them all the time: who writes such a row
// waits until the cure has ended. FailedPrecondition when confirm is missing; PermissionDenied when this user may not
// write; Unknown when the server is lost while it commits, so that nobody knows: the undo file then stays. Otherwise
// errors are the loader's and the doctor's. A row or table that is locked is waited for as long as lock_timeout says.
// An undo file that nobody names is "pointsman-<database>.undo-<UTC time>.sql" in the working directory. The database's
// own triggers run.
POINTSMAN_EXPORT absl::StatusOr<CureResult> ApplyPostgresqlCures(const std::string& connection,
                                                                 const CureOptions& options,
                                                                 const PostgresqlOptions& postgresql = {});

// How the database declares the gateway's tables, and how many rows they have. Errors are the loader's. The sequence
// behind a primary key counts as no default: SQLite has the same without saying so.
POINTSMAN_EXPORT absl::StatusOr<Schema> ReadPostgresqlSchema(const std::string& connection,
                                                             const PostgresqlOptions& options = {});

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_POSTGRESQL_H_
