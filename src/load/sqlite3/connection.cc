#include "load/sqlite3/connection.h"

#include <algorithm>
#include <new>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::chrono::milliseconds kLongestLockWait{5000};
// About a hundred rows: often enough for a deadline, too seldom to be measured.
constexpr int kStepsBetweenClockReads = 1000;
constexpr std::size_t kShownErrorBytes = 300;

int LockWaitMs(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongestLockWait).count());
}

// The extended codes under READONLY say what the file needs, not what this user may do.
bool NeedsRecovery(int code) {
  return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY || code == SQLITE_READONLY_CANTINIT;
}

}  // namespace

std::string_view Cell::Text() const {
  const int kind = type();
  const void* bytes = kind == SQLITE_BLOB ? sqlite3_column_blob(statement_, column_)
                                          : static_cast<const void*>(sqlite3_column_text(statement_, column_));
  if (bytes == nullptr) {
    if (kind == SQLITE_BLOB || kind == SQLITE_NULL) return {};
    throw std::bad_alloc();  // the one other reason that SQLite has
  }
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_))};
}

Statement::Statement(Connection& connection, const std::string& sql) : connection_(connection) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(connection.handle_.get(), sql.c_str(), -1, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) status_ = connection.Failure();
}

bool Statement::Next() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) status_ = connection_.Failure();
  return false;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Access access,
                                                             Deadline deadline) {
  std::unique_ptr<Connection> connection(new Connection(path, deadline));
  if (absl::Status in_time = connection->CheckDeadline(); !in_time.ok()) return in_time;
  if (absl::Status readable = CheckReadableFile(path); !readable.ok()) return readable;
  absl::Status opened = access == Access::kRead ? connection->OpenToRead() : connection->OpenToWrite();
  if (!opened.ok()) return opened;
  return connection;
}

absl::Status Connection::OpenToRead() {
  absl::Status opened = OpenAs(PlainName(path_), SQLITE_OPEN_READONLY);
  if (opened.ok() || !IsReadableOnlyAsImmutable(path_)) return opened;
  const int code = sqlite3_extended_errcode(handle_.get());
  if ((code & 0xff) != SQLITE_CANTOPEN && code != SQLITE_READONLY_DIRECTORY) return opened;
  immutable_since_ = StampOf(path_);
  return OpenAs(ImmutableUri(path_), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

absl::Status Connection::OpenToWrite() {
  if (absl::Status opened = OpenAs(PlainName(path_), SQLITE_OPEN_READWRITE); !opened.ok()) return opened;
  // SQLite falls back to reading in silence.
  if (sqlite3_db_readonly(handle_.get(), "main") != 1) return absl::OkStatus();
  return absl::PermissionDeniedError(
      name_ + ": may be read but not written; run as its owner, or give this user write permission");
}

absl::Status Connection::OpenAs(const std::string& file_name, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file_name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  sqlite3_extended_result_codes(handle, 1);
  if (code != SQLITE_OK) return Failure();
  Distrust();
  sqlite3_busy_timeout(handle, LockWaitMs(deadline_));
  if (deadline_ != Deadline::max()) {
    const auto is_over = [](void* self) { return static_cast<const Connection*>(self)->IsDeadlineOver() ? 1 : 0; };
    sqlite3_progress_handler(handle, kStepsBetweenClockReads, is_over, this);
  }
  // Opening reads nothing: this is where a file shows that it is no database, locked, or out of reach.
  return Execute("PRAGMA schema_version");
}

void Connection::Distrust() {
  sqlite3* const handle = handle_.get();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nullptr, nullptr, nullptr);
}

absl::Status Connection::Execute(const std::string& sql) {
  Statement statement = Prepare(sql);
  while (statement.Next()) {
  }
  return statement.status();
}

absl::Status Connection::CheckDeadline() const {
  if (!IsDeadlineOver()) return absl::OkStatus();
  return absl::DeadlineExceededError(name_ + ": the deadline passed before everything was read; allow more time");
}

// Through SQLite's own handle (see database_file.h).
std::string Connection::CutOffAsSqliteSeesIt() const {
  sqlite3_file* file = nullptr;
  const int asked = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  if (asked != SQLITE_OK || file == nullptr || file->pMethods == nullptr) return "";
  sqlite3_int64 size = 0;
  if (file->pMethods->xFileSize(file, &size) != SQLITE_OK || size <= 0) return "";
  std::string header(std::min(static_cast<std::size_t>(size), kHeaderBytes), '\0');
  if (file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0) != SQLITE_OK) return "";
  return CutOff(header, static_cast<std::uint64_t>(size));
}

// With pages in a -wal file, the database's own file may be behind, or be written at this moment.
absl::Status Connection::CheckWhole() const {
  const std::string cut = CutOffAsSqliteSeesIt();
  if (cut.empty() || StampOf(path_ + "-wal").size > 0) return absl::OkStatus();
  return absl::DataLossError(name_ + ": " + cut);
}

absl::Status Connection::CheckUnchanged() const {
  if (!immutable_since_.has_value() || *immutable_since_ == StampOf(path_)) return absl::OkStatus();
  return absl::UnavailableError(name_ + ": was written while it was read; try again");
}

absl::Status Connection::Failure() const {
  const int code = sqlite3_extended_errcode(handle_.get());
  const std::string said = Printable(sqlite3_errmsg(handle_.get()), kShownErrorBytes);
  if (NeedsRecovery(code)) {
    return absl::FailedPreconditionError(name_ + ": an interrupted write has to be finished first (" + said +
                                         "); let the gateway open it once, as a user who may write it");
  }
  const int kind = code & 0xff;
  if (kind == SQLITE_CORRUPT || kind == SQLITE_IOERR || kind == SQLITE_NOTADB) {
    if (const std::string cut = CutOffAsSqliteSeesIt(); !cut.empty()) return absl::DataLossError(name_ + ": " + cut);
  }
  switch (kind) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(name_ + ": locked by another process (" + said +
                                    "); try again when its write is over");
    case SQLITE_INTERRUPT:
      return absl::DeadlineExceededError(name_ + ": the deadline passed before everything was read; allow more time");
    case SQLITE_NOTADB:
      return absl::InvalidArgumentError(name_ +
                                        ": not a SQLite database, or an encrypted one; name the gateway's SQLite file");
    case SQLITE_CORRUPT:
      return absl::DataLossError(name_ + ": the database is damaged (" + said +
                                 "); restore a copy, or recover it with sqlite3's .recover");
    case SQLITE_IOERR:
      return absl::DataLossError(name_ + ": cannot be read or written (" + said + "); look at the disk");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return absl::PermissionDeniedError(name_ + ": cannot be opened as needed (" + said +
                                         "); run as a user who may use the file and its folder");
    case SQLITE_CONSTRAINT:
      return absl::FailedPreconditionError(name_ + ": a constraint or trigger of the database refuses it (" + said +
                                           "); look at what it demands");
    case SQLITE_NOMEM:
    case SQLITE_FULL: return absl::ResourceExhaustedError(name_ + ": " + said);
    default: return absl::InvalidArgumentError(name_ + ": not usable as a gateway's database (" + said + ")");
  }
}

absl::Status Transaction::Begin(Lock lock) {
  absl::Status begun = connection_.Execute(lock == Lock::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun.ok()) return begun;
  open_ = true;
  return absl::OkStatus();
}

absl::Status Transaction::Commit() {
  absl::Status committed = connection_.Execute("COMMIT");
  if (!committed.ok()) return committed;
  open_ = false;
  return absl::OkStatus();
}

void Transaction::RollBack() {
  if (!open_) return;
  open_ = false;
  // Some failures have rolled back already; then there is nothing left to do, and nobody to tell.
  (void)connection_.Execute("ROLLBACK");
}

}  // namespace pointsman::inline v0
