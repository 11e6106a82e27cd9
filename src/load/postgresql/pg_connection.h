// PgConnection: one libpq connection on which nothing waits longer than it may.
//
//   absl::StatusOr<std::unique_ptr<PgConnection>> db = PgConnection::Open(text, options, deadline);
//   if (absl::Status begun = (*db)->Begin(); !begun.ok()) return begun;
//   PgRows names(**db, "SELECT \"name\" FROM channels");
//   while (names.Next()) Use(names.cell(0));
//   if (!names.status().ok()) return names.status();
//   return (*db)->Commit();
//
// Two clocks: the server ends a statement after statement_timeout and says so; here a poll() gives the server up two
// seconds after that, or at the deadline, so a peer that is frozen or cut off holds nobody. Closing never waits either.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_PG_CONNECTION_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_PG_CONNECTION_H_

#include <libpq-fe.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/postgresql/pg_cell.h"
#include "pointsman/load/postgresql.h"

namespace pointsman::inline v0 {

class PgConnection {
 public:
  using Clock = std::chrono::steady_clock;

  // `wake`: a descriptor; Cancelled as soon as it can be read. -1: none.
  static absl::StatusOr<std::unique_ptr<PgConnection>> Open(const std::string& connection,
                                                            const PostgresqlOptions& options,
                                                            Clock::time_point deadline, int wake = -1);

  // A transaction that sees one moment (repeatable read), with its timeouts. A load's only reads.
  enum class Access : std::uint8_t { kRead, kWrite };
  absl::Status Begin(Access access = Access::kRead);
  absl::Status Commit() { return Execute("COMMIT"); }

  // Statements without an answer.
  absl::Status Execute(const std::string& sql);
  // The number of rows that one statement changed.
  absl::StatusOr<std::int64_t> ExecuteCounting(const std::string& sql);
  // Connected, and in no transaction: what was asked last has come to its end, well or not.
  bool is_idle();
  // Whether the server gave up this transaction because of another one, so that the same may succeed in a new one.
  bool was_taken_back() const { return taken_back_; }
  int server_version() const { return PQserverVersion(handle_.get()); }  // such as 150018
  absl::Status CheckDeadline() const;
  void set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

  // After a LISTEN: whether somebody notified, before the deadline. Cancelled as above.
  absl::StatusOr<bool> AwaitNotification(int wake);

  // The database, as messages show it.
  const std::string& name() const { return name_; }

 private:
  friend class PgCopy;
  friend class PgRows;
  struct Close {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Result = std::unique_ptr<PGresult, Clear>;

  PgConnection(std::string name, const PostgresqlOptions& options, Clock::time_point deadline)
      : name_(std::move(name)), options_(options), deadline_(deadline) {}

  absl::Status Connect(const std::string& connection);
  absl::Status FinishConnecting(Clock::time_point until);
  Clock::duration ConnectPatience() const;

  absl::Status Send(const std::string& sql);
  // The next answer to what was sent; null after the last.
  absl::StatusOr<Result> NextResult();
  // The next line of a COPY, which the caller has to free, and its size; null after the last.
  absl::StatusOr<std::size_t> NextCopyLine(char*& line);
  // Until the socket can be read (or written, if asked), or `until` has passed, or wake_ can be read.
  absl::Status WaitForSocket(bool read, bool write, Clock::time_point until, const char* what) const;
  // What has arrived is read; whether a notification was among it.
  absl::StatusOr<bool> TakeNotifications();

  absl::Status ConnectFailed() const;
  absl::Status LastWords();
  absl::Status Lost() const;
  absl::Status Failed(const PGresult* result);
  absl::Status TookTooLong() const;

  std::string name_;
  PostgresqlOptions options_;
  Clock::time_point deadline_;
  int wake_ = -1;
  std::chrono::milliseconds statement_timeout_{0};  // of this transaction, as the server was told
  bool taken_back_ = false;                         // likewise
  Clock::time_point sent_;
  Clock::time_point reply_until_;
  std::unique_ptr<PGconn, Close> handle_;
};

// What PostgreSQL prints of a bytea, as bytes.
std::string BytesOf(const char* printed);

// The rows of one statement, one in memory at a time. REQUIRES: no other statement before the last row was read.
class PgRows {
 public:
  PgRows(PgConnection& connection, const std::string& sql);

  // False at the end and on failure, which status() tells apart.
  bool Next();
  const absl::Status& status() const { return status_; }
  // Valid until the next Next.
  PgCell cell(int column) const;

 private:
  void DecodeBytes();

  PgConnection& connection_;
  PgConnection::Result row_;
  std::vector<std::string> bytes_;  // of the row's bytea columns, by column
  std::uint64_t count_ = 0;
  absl::Status status_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_PG_CONNECTION_H_
