#include "load/postgresql/pg_connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "load/postgresql/connection_string.h"
#include "load/postgresql/pg_error.h"

namespace pointsman::inline v0 {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// How much later than its own timeout a server may say that it has ended a statement.
constexpr milliseconds kReplyGrace{2000};
// For how many statement_timeouts a cure may think.
constexpr int kMostThinking = 4;
// Bytes that were decrypted already do not make a socket readable, so with encryption it is asked again this often.
constexpr milliseconds kEncryptedWait{20};
// Longer ones do not fit the server's own settings, which count milliseconds in 31 bits.
constexpr milliseconds kLongestTimeout = std::chrono::hours(24 * 24);

absl::Status CheckTimeout(const std::string& name, std::string_view which, milliseconds timeout) {
  if (timeout >= milliseconds(1) && timeout <= kLongestTimeout) return absl::OkStatus();
  return absl::InvalidArgumentError(name + ": " + std::string(which) + " is " + std::to_string(timeout.count()) +
                                    " ms; set it between 1 ms and 24 days");
}

absl::Status CheckOptions(const std::string& name, const PostgresqlOptions& options) {
  absl::Status fine = CheckTimeout(name, "connect_timeout", options.connect_timeout);
  fine.Update(CheckTimeout(name, "statement_timeout", options.statement_timeout));
  fine.Update(CheckTimeout(name, "lock_timeout", options.lock_timeout));
  return fine;
}

void SayNothing(void*, const PGresult*) {}

}  // namespace

absl::StatusOr<std::unique_ptr<PgConnection>> PgConnection::Open(const std::string& connection,
                                                                 const PostgresqlOptions& options,
                                                                 Clock::time_point deadline, int wake) {
  if (absl::Status fine = CheckConnectionString(connection); !fine.ok()) return fine;
  std::unique_ptr<PgConnection> opened(new PgConnection(ShownSource(connection), options, deadline));
  if (absl::Status fine = CheckOptions(opened->name_, options); !fine.ok()) return fine;
  if (absl::Status in_time = opened->CheckDeadline(); !in_time.ok()) return in_time;
  opened->wake_ = wake;
  if (absl::Status connected = opened->Connect(connection); !connected.ok()) return connected;
  opened->wake_ = -1;
  return opened;
}

// What stands before the connection string is a default that it may override; what stands after it is not.
absl::Status PgConnection::Connect(const std::string& connection) {
  // Hosts that swallow packets fail one by one, so that libpq goes on to the next.
  const std::string host_ms = std::to_string(options_.connect_timeout.count());
  const char* const keywords[] = {"tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding",
                                  nullptr};
  const char* const values[] = {host_ms.c_str(), "pointsman", connection.c_str(), "UTF8", nullptr};
  handle_.reset(PQconnectStartParams(keywords, values, 1));
  if (handle_ == nullptr) throw std::bad_alloc();
  PQsetNoticeReceiver(handle_.get(), SayNothing, nullptr);
  PQsetErrorVerbosity(handle_.get(), PQERRORS_VERBOSE);  // so that the failure to connect has a code
  if (PQstatus(handle_.get()) == CONNECTION_BAD) return ConnectFailed();
  const Clock::time_point now = Clock::now();
  const Clock::duration patience = ConnectPatience();
  const bool short_of_time = deadline_ - now < patience;  // overflows nowhere: now is no extreme
  if (absl::Status connected = FinishConnecting(short_of_time ? deadline_ : now + patience); !connected.ok()) {
    return connected;
  }
  PQsetErrorVerbosity(handle_.get(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(handle_.get(), 1) != 0) return Lost();
  return absl::OkStatus();
}

absl::Status PgConnection::FinishConnecting(Clock::time_point until) {
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) return ConnectFailed();
    const bool read = next == PGRES_POLLING_READING;
    if (absl::Status ready = WaitForSocket(read, !read, until, "does not answer"); !ready.ok()) return ready;
    next = PQconnectPoll(handle_.get());
  }
  return absl::OkStatus();
}

// For all hosts together: libpq goes on to the next by itself, and counts no time when it is asked to not block.
PgConnection::Clock::duration PgConnection::ConnectPatience() const {
  milliseconds each = options_.connect_timeout;
  std::ptrdiff_t hosts = 1;
  PQconninfoOption* const used = PQconninfo(handle_.get());
  for (const PQconninfoOption* option = used; option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    const std::string_view value = option->val;
    if (keyword == "host" || keyword == "hostaddr") {
      hosts = std::max(hosts, 1 + std::count(value.begin(), value.end(), ','));
    } else if (keyword == "connect_timeout") {
      const int seconds = std::atoi(option->val);
      if (seconds > 0) each = std::min<milliseconds>(std::chrono::seconds(seconds), kLongestTimeout);
    }
  }
  PQconninfoFree(used);
  return each * hosts;
}

absl::Status PgConnection::Begin(Access access) {
  taken_back_ = false;
  // What is left until the deadline, if that is less, so that the server works for nobody only until then.
  const auto left = duration_cast<milliseconds>(deadline_ - Clock::now());
  statement_timeout_ = std::clamp(left, milliseconds(1), options_.statement_timeout);
  const std::string statement_ms = std::to_string(statement_timeout_.count());
  // Who changes rows thinks about all of them in between, with locks on some: that may take longer, but not for ever.
  const milliseconds idle = (access == Access::kWrite ? kMostThinking : 1) * statement_timeout_;
  const std::string idle_ms = std::to_string(std::min(idle, kLongestTimeout).count());
  // Row-level security is switched off so that it fails instead of hiding rows.
  return Execute(
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ " + std::string(access == Access::kRead ? "ONLY" : "WRITE") +
      "; SET LOCAL statement_timeout = " + statement_ms + "; SET LOCAL lock_timeout = " +
      std::to_string(options_.lock_timeout.count()) + "; SET LOCAL idle_in_transaction_session_timeout = " + idle_ms +
      "; SET LOCAL row_security = off; SET LOCAL bytea_output = hex; SET LOCAL standard_conforming_strings = on");
}

absl::Status PgConnection::Execute(const std::string& sql) { return ExecuteCounting(sql).status(); }

absl::StatusOr<std::int64_t> PgConnection::ExecuteCounting(const std::string& sql) {
  if (absl::Status sent = Send(sql); !sent.ok()) return sent;
  std::int64_t rows = 0;
  for (;;) {
    absl::StatusOr<Result> result = NextResult();
    if (!result.ok()) return result.status();
    if (*result == nullptr) return rows;
    rows = std::atoll(PQcmdTuples(result->get()));  // empty, which is 0, where it changes none
  }
}

bool PgConnection::is_idle() {
  for (int answers = 0; answers < 4 && PQtransactionStatus(handle_.get()) == PQTRANS_ACTIVE; ++answers) {
    const absl::StatusOr<Result> rest = NextResult();
    if (rest.ok() && *rest == nullptr) break;
  }
  return PQstatus(handle_.get()) == CONNECTION_OK && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

absl::Status PgConnection::Send(const std::string& sql) {
  if (absl::Status in_time = CheckDeadline(); !in_time.ok()) return in_time;
  sent_ = Clock::now();
  reply_until_ = std::min(deadline_, sent_ + options_.statement_timeout + kReplyGrace);
  return PQsendQuery(handle_.get(), sql.c_str()) == 1 ? absl::OkStatus() : Lost();
}

absl::StatusOr<PgConnection::Result> PgConnection::NextResult() {
  for (;;) {
    const int unsent = PQflush(handle_.get());
    if (unsent < 0) return Lost();
    if (unsent == 0 && PQisBusy(handle_.get()) == 0) break;
    absl::Status ready = WaitForSocket(true, unsent > 0, reply_until_, "has fallen silent");
    if (!ready.ok()) return ready;
    if (PQconsumeInput(handle_.get()) == 0) return LastWords();
  }
  Result result(PQgetResult(handle_.get()));
  if (result == nullptr) return result;
  switch (PQresultStatus(result.get())) {
    case PGRES_FATAL_ERROR: return Failed(result.get());
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_OUT:
    case PGRES_COMMAND_OK: return result;
    default: return absl::InternalError(name_ + ": an answer that was not asked for; is this PostgreSQL?");
  }
}

absl::StatusOr<std::size_t> PgConnection::NextCopyLine(char*& line) {
  for (;;) {
    const int size = PQgetCopyData(handle_.get(), &line, 1);
    if (size > 0) return static_cast<std::size_t>(size);
    line = nullptr;
    if (size < 0) break;
    if (absl::Status ready = WaitForSocket(true, false, reply_until_, "has fallen silent"); !ready.ok()) return ready;
    if (PQconsumeInput(handle_.get()) == 0) return Lost();
  }
  // How it ended.
  for (;;) {
    const absl::StatusOr<Result> result = NextResult();
    if (!result.ok()) return result.status();
    if (*result == nullptr) return 0;
  }
}

absl::StatusOr<bool> PgConnection::AwaitNotification(int wake) {
  for (;;) {
    if (absl::StatusOr<bool> heard = TakeNotifications(); !heard.ok() || *heard) return heard;
    wake_ = wake;
    absl::Status ready = WaitForSocket(true, false, deadline_, "has fallen silent");
    wake_ = -1;
    if (ready.code() == absl::StatusCode::kDeadlineExceeded) return TakeNotifications();
    if (!ready.ok()) return ready;
  }
}

absl::StatusOr<bool> PgConnection::TakeNotifications() {
  if (PQconsumeInput(handle_.get()) == 0) return Lost();
  bool heard = false;
  while (PGnotify* const notification = PQnotifies(handle_.get())) {
    PQfreemem(notification);
    heard = true;
  }
  return heard;
}

absl::Status PgConnection::WaitForSocket(bool read, bool write, Clock::time_point until, const char* what) const {
  const bool encrypted = PQsslInUse(handle_.get()) != 0 || PQgssEncInUse(handle_.get()) != 0;
  pollfd sockets[2] = {{.fd = PQsocket(handle_.get()), .events = 0, .revents = 0},
                       {.fd = wake_, .events = POLLIN, .revents = 0}};  // poll() passes over descriptors below 0
  pollfd& socket = sockets[0];
  if (socket.fd < 0) return Lost();
  if (read) socket.events |= POLLIN;
  if (write) socket.events |= POLLOUT;
  for (;;) {
    // Rounded up, so that the wait does not end before the time has come.
    const Clock::duration left = std::max(until - Clock::now(), Clock::duration::zero());
    milliseconds wait = std::min(duration_cast<milliseconds>(left) + milliseconds(1), kLongestTimeout);
    if (left == Clock::duration::zero()) wait = milliseconds(0);
    if (encrypted && read) wait = std::min(wait, kEncryptedWait);
    const int ready = poll(sockets, 2, static_cast<int>(wait.count()));
    if (ready > 0 && sockets[1].revents != 0) return absl::CancelledError(name_ + ": interrupted");
    if (ready > 0 || (ready == 0 && left > Clock::duration::zero() && encrypted && read)) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) {
      return absl::UnavailableError(name_ + ": its socket cannot be waited for (" + std::strerror(errno) + ")");
    }
    if (Clock::now() < until) continue;
    if (until == deadline_) return CheckDeadline();
    return absl::UnavailableError(name_ + ": the server " + what + "; check that it is up and can be reached");
  }
}

absl::Status PgConnection::CheckDeadline() const {
  if (Clock::now() < deadline_) return absl::OkStatus();
  return absl::DeadlineExceededError(name_ + ": the deadline passed before everything was read; allow more time");
}

absl::Status PgConnection::ConnectFailed() const {
  const ConnectFailure failure = ReadConnectFailure(PQerrorMessage(handle_.get()));
  const bool wants_password = failure.sqlstate.empty() && PQconnectionNeedsPassword(handle_.get()) != 0;
  return PgError(name_, wants_password ? "28P01" : failure.sqlstate, failure.said);
}

// A server that ends a connection says why before it does. What has arrived is read, and nothing waited for.
absl::Status PgConnection::LastWords() {
  absl::Status lost = Lost();
  while (PQisBusy(handle_.get()) == 0) {
    const Result said(PQgetResult(handle_.get()));
    if (said == nullptr) break;
    if (PQresultErrorField(said.get(), PG_DIAG_SQLSTATE) != nullptr) return Failed(said.get());
  }
  return lost;
}

absl::Status PgConnection::Lost() const {
  return absl::UnavailableError(name_ + ": the connection to the server was lost (" +
                                Said(PQerrorMessage(handle_.get())) + "); try again when it is up");
}

absl::Status PgConnection::Failed(const PGresult* result) {
  const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* const said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (code == nullptr) return Lost();  // libpq's own: the server could say nothing any more
  const std::string_view sqlstate = code;
  // Not 40003, by which a server says that it does not know whether a COMMIT went through.
  taken_back_ = taken_back_ || sqlstate == "40001" || sqlstate == "40P01";
  if (sqlstate == "57014" && Clock::now() - sent_ >= statement_timeout_) return TookTooLong();
  return PgError(name_, sqlstate, said == nullptr ? "" : said);
}

absl::Status PgConnection::TookTooLong() const {
  const bool was_deadline = statement_timeout_ < options_.statement_timeout;
  const std::string limit = std::to_string(statement_timeout_.count()) + " ms";
  return absl::DeadlineExceededError(
      name_ + ": a statement took longer than " +
      (was_deadline ? "the deadline allowed (" + limit + "); allow more time"
                    : "statement_timeout, " + limit + "; allow more, or look at what keeps the server busy"));
}

}  // namespace pointsman::inline v0
