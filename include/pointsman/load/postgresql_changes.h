// PostgreSQL tells of changes: triggers that notify, and a listener that hears them. Component `postgresql`.
//
//   pointsman::PostgresqlLoader loader(pooled_url);
//   pointsman::PostgresqlListener listener(direct_url);      // often the same
//   pointsman::Refresher refresher(router, loader, {.notifier = &listener});
//
// The triggers are optional and are installed once, by the tables' owner (`pointsman triggers` prints them). They stand
// on channels, abilities and options, never on tokens or users, which gateways write with every request, and notify of
// an UPDATE only if a column that concerns routing has another value: quotas and response times change silently.
// Without them, or while nothing listens, polling sees every change all the same, later.
//
// Everybody who listens is told when the change is committed, once a transaction. Any user of the database may listen.
#ifndef POINTSMAN_LOAD_POSTGRESQL_CHANGES_H_
#define POINTSMAN_LOAD_POSTGRESQL_CHANGES_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/export.h"
#include "pointsman/load/postgresql.h"
#include "pointsman/notifier.h"

namespace pointsman::inline v0 {

struct PostgresqlListenerOptions {
  std::chrono::milliseconds connect_timeout{5'000};  // for each host that is named
  // So often a quiet connection is asked whether it is still there: a server that vanished without a word sends
  // nothing.
  std::chrono::milliseconds check_every{15'000};
  // Between attempts to connect; doubled up to the longest.
  std::chrono::milliseconds first_backoff{250};
  std::chrono::milliseconds longest_backoff{15'000};
};

// LISTENs on a connection of its own, which it opens in Wait, keeps, and opens again when it is lost; each time it has
// connected it says kChanged, since changes may have been missed.
//
// The URL must lead to the server that is written to, not to a replica, and not through a pool that hands a connection
// to somebody else after each transaction (PgBouncer's transaction mode): there LISTEN succeeds and hears nothing.
//
// Thread safety: as every Notifier. Interrupt may be called from a signal handler.
// Cost: one connection; at rest, a statement every `check_every`.
// Limits: a Wait may outlast its deadline by a second, while a connection is made or asked.
class POINTSMAN_EXPORT PostgresqlListener final : public Notifier {
 public:
  // As PostgresqlLoader's. Nothing is opened yet.
  explicit PostgresqlListener(std::string connection, PostgresqlListenerOptions options = {});
  ~PostgresqlListener() override;
  PostgresqlListener(const PostgresqlListener&) = delete;
  PostgresqlListener& operator=(const PostgresqlListener&) = delete;

  Waited Wait(std::chrono::steady_clock::time_point deadline) override;
  void Interrupt() noexcept override;
  // OK while it listens; otherwise the error of the last attempt. Never contains a password.
  absl::Status status() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

struct PostgresqlTriggersOptions {
  // Also a trigger on tokens that replaces an empty group, when a token is made or its group is changed, by its owner's
  // group, or by `default` where that is empty too.
  bool normalize = false;
};

// SQL that makes the triggers, for the tables' owner, to be run in one transaction. It can be run again. Whatever
// columns the tables have, now or after a migration, it fits: no trigger names one. It fails where a table is missing.
// Cost: an UPDATE of one of the three tables takes the server some 50 microseconds more (3 kB of models).
POINTSMAN_EXPORT std::vector<std::string> PostgresqlTriggers(std::string_view schema = "public",
                                                             const PostgresqlTriggersOptions& what = {});

// The same for one database: the tables that it has, in the schemas where they are found. Whoever asks needs no right
// to them. Errors are the loader's.
POINTSMAN_EXPORT absl::StatusOr<std::vector<std::string>> ReadPostgresqlTriggers(
    const std::string& connection, const PostgresqlTriggersOptions& what = {}, const PostgresqlOptions& options = {});

// SQL that takes all of them away again.
POINTSMAN_EXPORT std::vector<std::string> PostgresqlDropTriggers(std::string_view schema = "public");

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_LOAD_POSTGRESQL_CHANGES_H_
