#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "load/postgresql/connection_string.h"
#include "load/postgresql/pg_connection.h"
#include "pointsman/load/postgresql_changes.h"
#include "pointsman/random.h"
#include "random/system_seed.h"
#include "refresh/sleeper.h"

namespace pointsman::inline v0 {
namespace {

using Clock = PgConnection::Clock;
using std::chrono::milliseconds;

// To connect, and for an answer, whatever the wait: less would never succeed with a server that is far away.
constexpr milliseconds kLeastPatience{1000};
constexpr milliseconds kStatementTimeout{1000};  // and two seconds more, as everywhere

Clock::time_point Patient(Clock::time_point deadline) { return std::max(deadline, Clock::now() + kLeastPatience); }

}  // namespace

class PostgresqlListener::Impl {
 public:
  Impl(std::string connection, const PostgresqlListenerOptions& options)
      : url_(std::move(connection)),
        options_(options),
        bits_(SystemSeed()),
        backoff_(options.first_backoff),
        status_(absl::UnavailableError(ShownSource(url_) + ": not connected yet")) {}

  Waited Wait(Clock::time_point deadline);
  void Interrupt() noexcept { call_.Ring(); }
  absl::Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  // True if something may have changed, false at the deadline; Cancelled when interrupted.
  absl::StatusOr<bool> Connect(Clock::time_point deadline);
  absl::StatusOr<bool> Hear(Clock::time_point deadline);
  absl::Status CheckAlive(Clock::time_point deadline);
  void Lose(absl::Status why);
  void Tell(absl::Status status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
  }

  const std::string url_;
  const PostgresqlListenerOptions options_;
  WakeUpCall call_;
  SplitMix64 bits_;
  std::unique_ptr<PgConnection> connection_;  // null: none that listens
  Clock::time_point next_attempt_ = Clock::time_point::min();
  milliseconds backoff_;
  Clock::time_point connected_since_;
  Clock::time_point checked_;
  mutable std::mutex mutex_;
  absl::Status status_;  // guarded by mutex_
};

Waited PostgresqlListener::Impl::Wait(Clock::time_point deadline) {
  do {
    if (connection_ == nullptr) {
      if (call_.AwaitRing(std::min(next_attempt_, deadline))) return Waited::kInterrupted;
      if (Clock::now() >= deadline) return Waited::kTimedOut;
    }
    const absl::StatusOr<bool> heard = connection_ == nullptr ? Connect(deadline) : Hear(deadline);
    if (heard.ok()) return *heard ? Waited::kChanged : Waited::kTimedOut;
    if (heard.status().code() == absl::StatusCode::kCancelled) {
      call_.Silence();
      return Waited::kInterrupted;
    }
    Lose(heard.status());
  } while (Clock::now() < deadline);
  return Waited::kTimedOut;
}

absl::StatusOr<bool> PostgresqlListener::Impl::Connect(Clock::time_point deadline) {
  const PostgresqlOptions options{.connect_timeout = options_.connect_timeout, .statement_timeout = kStatementTimeout};
  absl::StatusOr<std::unique_ptr<PgConnection>> opened =
      PgConnection::Open(url_, options, Patient(deadline), call_.descriptor());
  if (!opened.ok()) return opened.status();
  if (absl::Status listening = (*opened)->Execute("LISTEN pointsman"); !listening.ok()) return listening;
  connection_ = *std::move(opened);
  connected_since_ = checked_ = Clock::now();
  Tell(absl::OkStatus());
  return true;
}

absl::StatusOr<bool> PostgresqlListener::Impl::Hear(Clock::time_point deadline) {
  for (;;) {
    const Clock::time_point until = std::min(deadline, checked_ + options_.check_every);
    connection_->set_deadline(until);
    absl::StatusOr<bool> heard = connection_->AwaitNotification(call_.descriptor());
    if (!heard.ok() || *heard) return heard;
    if (until == deadline) return false;
    if (absl::Status alive = CheckAlive(deadline); !alive.ok()) return alive;
  }
}

// What comes with the answer is heard afterwards.
absl::Status PostgresqlListener::Impl::CheckAlive(Clock::time_point deadline) {
  connection_->set_deadline(Patient(deadline));
  absl::Status alive = connection_->Execute("SELECT 1");
  checked_ = Clock::now();
  return alive;
}

// A connection that did not live long counts as an attempt that failed, so that nobody connects again and again.
void PostgresqlListener::Impl::Lose(absl::Status why) {
  const Clock::time_point now = Clock::now();
  if (connection_ != nullptr && now - connected_since_ > options_.longest_backoff) backoff_ = options_.first_backoff;
  connection_.reset();
  const double part = static_cast<double>(bits_() >> 11) * 0x1p-53;
  next_attempt_ = now + milliseconds(static_cast<milliseconds::rep>(static_cast<double>(backoff_.count()) * part));
  backoff_ = std::min(2 * backoff_, options_.longest_backoff);
  Tell(std::move(why));
}

PostgresqlListener::PostgresqlListener(std::string connection, PostgresqlListenerOptions options)
    : impl_(std::make_unique<Impl>(std::move(connection), options)) {}
PostgresqlListener::~PostgresqlListener() = default;

Waited PostgresqlListener::Wait(std::chrono::steady_clock::time_point deadline) { return impl_->Wait(deadline); }
void PostgresqlListener::Interrupt() noexcept { impl_->Interrupt(); }
absl::Status PostgresqlListener::status() const { return impl_->status(); }

}  // namespace pointsman::inline v0
