// Refresher: keeps a Router fresh from a Loader. It asks again and again, at once when it is notified, less often while
// the source fails, and publishes what has changed. Whatever happens to the source, the last good table stays.
//
//   pointsman::PostgresqlLoader loader(url);
//   pointsman::PostgresqlListener listener(url);                      // optional: changes within milliseconds
//   pointsman::Refresher refresher(router, loader, {.notifier = &listener});
//   absl::Status started = refresher.Start();                         // its own thread, until Stop
//   …
//   Metric("routing_age_seconds", refresher.status().age);            // as data: how old is too old, others decide
//
// A host with a loop of its own starts no thread:
//
//   for (;;) {
//     const pointsman::RefreshTurn turn = refresher.Step();           // loads, if it is time to
//     if (WaitFor(turn.next) == kNotified) refresher.Notify();        // or: listener.Wait(…)
//   }
//
// What a turn does with what it loaded:
//   the content hash is the current table's   nothing is published; what is served is up to date
//   it differs                                it is published, unless something newer was meanwhile (Router::Publish)
//   it lost most routes, or a column          refused, as of a database that is emptied and filled again, or halfway
//                                             through a migration. Accepted when AcceptLoss says so; lost routes also
//                                             when the loss lasts for `accept_loss_after`, whatever else changes
//   the load failed                           the last good table stays; again after a backoff
//
// A column counts as lost if the source had it at the last publish and has it no more: without `enabled`, say, every
// ability would count as enabled. That is accepted by AcceptLoss alone.
//
// Thread safety: thread-safe, but Step is for one thread at a time, and for nobody while the own thread runs.
// Cost: a turn is a whole load and a compile; comparing is a hash. At rest nothing.
// Limits: the router's policy is not part of what is followed, unless RefresherOptions::follow_options says how. It
// publishes what the source says, so a Patch of the router lasts until the next load unless the source says
// the same. Not for use on both sides of a fork.
#ifndef POINTSMAN_REFRESHER_H_
#define POINTSMAN_REFRESHER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pointsman/channel_state.h"
#include "pointsman/compile.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/notifier.h"
#include "pointsman/policy.h"
#include "pointsman/router.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

enum class RefreshOutcome : std::uint8_t {
  kNotDue,     // nothing was loaded
  kPublished,  // something had changed, and is served now
  kUnchanged,  // what is served is what the source says
  kRefused,    // routes or columns were lost: see RefreshTurn::status
  kFailed,     // the source could not be read, or something newer was published meanwhile
};
// "not_due", "published", "unchanged", "refused", "failed".
POINTSMAN_EXPORT std::string_view RefreshOutcomeName(RefreshOutcome outcome);

// What one Step did.
struct RefreshTurn {
  RefreshOutcome outcome = RefreshOutcome::kNotDue;
  absl::Status status;  // of kRefused and kFailed: why
  BuildReport report;   // of what was loaded; empty where it failed
  std::chrono::nanoseconds took{0};
  std::chrono::nanoseconds next{0};  // until something is due again, if nobody notifies
};

// When to load. Most users set `interval` alone.
struct RefreshPace {
  using Time = std::chrono::milliseconds;

  Time interval{10'000};  // from the end of a load to the next
  // Up to this share sooner, drawn anew each time, so that a fleet does not ask all at once. 0 to 0.9; of backoffs too.
  double jitter = 0.2;
  // After a notification: this long after the last load, and as long as that one took, so that a stream of changes
  // costs the source half of its time at most.
  Time shortest_pause{20};
  // After a failure; doubled each time up to the longest. A notification shortens it to the first.
  Time first_backoff{500};
  Time longest_backoff{30'000};
};

struct RefresherOptions {
  RefreshPace pace{};
  // For one load; loaders that can be interrupted then fail.
  std::chrono::milliseconds load_timeout{60'000};
  // Lost routes are accepted once the loss, give or take a twentieth of the routes, has lasted so long. Zero: never,
  // but by AcceptLoss.
  std::chrono::milliseconds accept_loss_after{60'000};
  // What an administrator saves in the gateway counts as well: called by the thread that loads, with the options that
  // were loaded with the rows. Of the policy that it returns `groups` and `retry` count, in the place of the router's;
  // how rows are read stays the router's. Options that it cannot use it puts into `rejections`: as long as there are
  // any, groups stay as they are served. An error fails the load. Null: the router's policy counts.
  //
  //   .follow_options = [&](std::span<const pointsman::OptionRow> options, std::vector<pointsman::Rejection>& rejected)
  //   {
  //     pointsman::PolicyOfOptions said = pointsman::PolicyFromOptions(options, router.policy());   // load/json.h
  //     rejected = std::move(said.rejections);
  //     return std::move(said.policy);
  //   }
  std::function<absl::StatusOr<Policy>(std::span<const OptionRow> options, std::vector<Rejection>& rejections)>
      follow_options{};
  // Hears of changes; must outlive the refresher. Null: only polling and Notify.
  Notifier* notifier = nullptr;
  // Called with each turn that loaded, by the thread that made it: the place for a log. Must not call Step, Start,
  // Stop, and must not throw: on the refresher's thread that would end the process.
  std::function<void(const RefreshTurn&)> observe{};
  Clock clock{};                  // of everything but waiting
  std::uint64_t jitter_seed = 0;  // 0: drawn from the system

  // InvalidArgument that names the field and its range.
  POINTSMAN_EXPORT absl::Status Validate() const;
};

// What the guard holds back.
struct RefusedTable {
  std::string content_hash;
  std::size_t lost = 0;              // routes that serve today
  std::size_t serving = 0;           // today
  std::vector<std::string> columns;  // that are gone, such as "abilities.enabled"
  std::chrono::nanoseconds age{0};   // since it was refused first
};

struct RefreshStatus {
  bool is_running = false;       // its own thread
  std::uint64_t generation = 0;  // of the router's table
  std::string content_hash;      // of the router's table
  std::uint64_t loads = 0;       // that were tried; each is one of the following
  std::uint64_t published = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t notifications = 0;      // that were heard
  std::uint64_t failures_in_a_row = 0;  // refusals are none

  // Since the begin of the last load that said what is served: so old may be what is served. Nothing before the first.
  std::optional<std::chrono::nanoseconds> age;
  absl::Status last_error;  // of the last turn that refused or failed; OK: there was none
  std::optional<std::chrono::nanoseconds> last_error_age;
  std::optional<RefusedTable> held_back;
  std::size_t rejections = 0;            // rows that the last successful load could not use
  std::string first_rejection;           // of them, as text
  std::optional<absl::Status> notifier;  // nothing where there is none
  std::chrono::nanoseconds next{0};      // until the next load

  // The last load succeeded, and nothing is held back.
  bool ok() const { return failures_in_a_row == 0 && !held_back.has_value() && age.has_value(); }
  // One line for a log: "generation 12, 3.2 s old; 4 failures in a row: …".
  POINTSMAN_EXPORT std::string Text() const;
};

class POINTSMAN_EXPORT Refresher {
 public:
  // REQUIRES: router, loader and options.notifier outlive the refresher, and nobody else uses the loader meanwhile.
  Refresher(Router& router, Loader& loader, RefresherOptions options = {});
  ~Refresher();
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;

  // Loads if it is due, which it is at the first call. Blocks as long as the loader does. Options that cannot be:
  // fails.
  RefreshTurn Step();

  // The source may have changed. Cheap, from any thread.
  void Notify();

  // Accepts the loss that status() tells of: the next load is published if it loses no more, give or take a twentieth
  // of the routes. Loads soon. False if nothing is held back.
  bool AcceptLoss();

  // Starts the one thread that this library ever starts. FailedPrecondition where it runs already; InvalidArgument for
  // options that cannot be. A first Step before it has a table in place when the host begins to serve.
  absl::Status Start();
  // Ends the thread and waits for it: until a load that is going on has its next row, or the loader's timeouts.
  void Stop();

  RefreshStatus status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_REFRESHER_H_
