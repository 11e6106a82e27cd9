#include "pointsman/refresher.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <iterator>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "publish/loss.h"
#include "random/system_seed.h"
#include "refresh/held_back.h"
#include "refresh/observed_loader.h"
#include "refresh/schedule.h"
#include "refresh/sleeper.h"
#include "state/forward_time.h"

namespace pointsman::inline v0 {
namespace {

using std::chrono::nanoseconds;

std::vector<std::string> Missing(const ColumnNames& before, const ColumnNames& now) {
  std::vector<std::string> missing;
  std::ranges::set_difference(before, now, std::back_inserter(missing));
  return missing;
}

absl::Status ColumnsAreGone(const std::string& source, const std::vector<std::string>& columns) {
  std::string names;
  for (const std::string& column : columns) names += (names.empty() ? "" : ", ") + column;
  return absl::FailedPreconditionError(source + ": what it had before is gone: " + names +
                                       "; the current table stays. Bring it back, or say AcceptLoss if that is meant");
}

}  // namespace

class Refresher::Impl {
 public:
  Impl(Router& router, Loader& loader, RefresherOptions options)
      : router_(router),
        loader_(loader, stopping_),
        options_(std::move(options)),
        usable_(options_.Validate()),
        schedule_(options_.pace, options_.jitter_seed != 0 ? options_.jitter_seed : SystemSeed()),
        held_(options_.accept_loss_after) {}
  ~Impl() { Stop(); }

  RefreshTurn Step();
  void Notify() {
    Hear();
    waiter().Interrupt();
  }
  bool AcceptLoss();
  absl::Status Start();
  void Stop();
  RefreshStatus status() const;

 private:
  void Run();
  // What happens in one turn, from loading to publishing, without the books about it.
  void Load(RefreshTurn& turn);
  RefreshTurn LoadWhateverIsThrown();
  absl::StatusOr<Policy> Follow(const Rows& rows, Policy usual, std::vector<Rejection>& rejections) const;
  void Judge(Prepared& prepared, RefreshTurn& turn);
  void Refuse(const Prepared& prepared, std::vector<std::string> missing, const absl::Status& why, RefreshTurn& turn);
  bool IsHeldBack() const {
    const std::lock_guard lock(mutex_);
    return !held_.empty();
  }
  void EnterIntoTheBooks(const RefreshTurn& turn, nanoseconds began, nanoseconds ended);

  void Hear() {
    const std::lock_guard lock(mutex_);
    schedule_.Notified();
    ++books_.notifications;
  }
  Notifier& waiter() { return options_.notifier != nullptr ? *options_.notifier : sleeper_; }
  nanoseconds Now() const { return nanoseconds(time_.At(options_.clock.Now().count())); }
  nanoseconds UntilDue(nanoseconds now) const {
    const nanoseconds due = schedule_.due();
    return due <= now ? nanoseconds(0) : due - now;
  }

  Router& router_;
  std::atomic<bool> stopping_{false};
  ObservedLoader loader_;
  const RefresherOptions options_;
  const absl::Status usable_;
  Sleeper sleeper_;
  ColumnNames columns_;  // that the source had at the last publish; only for who steps

  std::mutex controlling_;  // Start and Stop
  std::thread thread_;

  mutable std::mutex mutex_;  // guards the following
  mutable ForwardTime time_;
  Schedule schedule_;
  HeldBack held_;
  RefreshStatus books_;  // its counters, last_error and rejections
  std::optional<nanoseconds> fresh_since_;
  nanoseconds error_since_{0};
};

RefreshTurn Refresher::Impl::Step() {
  if (!usable_.ok()) {
    return {.outcome = RefreshOutcome::kFailed, .status = usable_, .report = {}, .next = options_.pace.first_backoff};
  }
  nanoseconds began;
  {
    const std::lock_guard lock(mutex_);
    began = Now();
    if (const nanoseconds left = UntilDue(began); left > nanoseconds(0)) {
      return {.outcome = RefreshOutcome::kNotDue, .status = {}, .report = {}, .next = left};
    }
    schedule_.Began();
  }
  RefreshTurn turn = LoadWhateverIsThrown();
  {
    const std::lock_guard lock(mutex_);
    const nanoseconds ended = Now();
    EnterIntoTheBooks(turn, began, ended);
    turn.took = ended - began;
    turn.next = UntilDue(ended);
  }
  if (options_.observe) options_.observe(turn);
  return turn;
}

void Refresher::Impl::Load(RefreshTurn& turn) {
  const Wanted wanted{.options = options_.follow_options != nullptr,
                      .deadline = std::chrono::steady_clock::now() + options_.load_timeout};
  std::vector<Rejection> rejections;  // of options
  PolicyForRows policy_for;
  if (wanted.options) {
    policy_for = [&](const Rows& rows, Policy usual) { return Follow(rows, std::move(usual), rejections); };
  }
  absl::StatusOr<Prepared> prepared = router_.Prepare(loader_, wanted, policy_for);
  turn.status = prepared.status();
  if (!prepared.ok()) return;
  std::move(rejections.begin(), rejections.end(), std::back_inserter(prepared->report.rejections));
  Judge(*prepared, turn);
}

// A host's loader may throw, and memory may end; neither is a reason for a thread to take the process with it.
RefreshTurn Refresher::Impl::LoadWhateverIsThrown() {
  RefreshTurn turn{.outcome = RefreshOutcome::kFailed, .status = {}, .report = {}};
#if defined(__cpp_exceptions)
  try {
    Load(turn);
  } catch (const std::bad_alloc&) {
    turn.status = absl::ResourceExhaustedError(loader_.source() + ": no memory for what was loaded");
  } catch (const std::exception& error) {
    turn.status = absl::InternalError(loader_.source() + ": the loader threw: " + error.what());
  }
#else
  Load(turn);
#endif
  return turn;
}

// What an administrator has saved, over the usual policy.
absl::StatusOr<Policy> Refresher::Impl::Follow(const Rows& rows, Policy usual,
                                               std::vector<Rejection>& rejections) const {
  absl::StatusOr<Policy> said = options_.follow_options(rows.options(), rejections);
  if (!said.ok()) return said;
  const Snapshot today = router_.TakeSnapshot();
  // One that was misspelled must not open what it closed.
  const bool keeps = !rejections.empty() && today.generation > 0;
  usual.groups = std::move(said->groups);
  if (keeps) usual.groups = today.table->policy().groups;
  usual.retry = said->retry;
  return usual;
}

void Refresher::Impl::Judge(Prepared& prepared, RefreshTurn& turn) {
  const std::string& hash = prepared.report.content_hash;
  const Snapshot today = router_.TakeSnapshot();
  if (today.generation > 0 && today.table->content_hash() == hash) {
    columns_.insert(loader_.columns().begin(), loader_.columns().end());
    turn.outcome = RefreshOutcome::kUnchanged;
    turn.report = std::move(prepared.report);
    turn.report.generation = today.generation;
    return;
  }
  std::vector<std::string> missing = Missing(columns_, loader_.columns());
  bool accepted = false;
  if (IsHeldBack()) {
    const Loss loss = CountLoss(*today.table, *prepared.table);
    const std::lock_guard lock(mutex_);
    accepted = held_.Accepts({.lost = loss.lost, .serving = loss.serving, .columns = missing}, Now());
  }
  if (!missing.empty() && !accepted) {
    const absl::Status why = ColumnsAreGone(loader_.source(), missing);
    return Refuse(prepared, std::move(missing), why, turn);
  }
  const auto generation = router_.Publish(prepared, accepted ? Guard::kAcceptLoss : Guard::kRefuseLoss);
  if (generation.status().code() == absl::StatusCode::kFailedPrecondition) {
    return Refuse(prepared, {}, generation.status(), turn);
  }
  turn.status = generation.status();
  if (!generation.ok()) return;
  columns_ = loader_.columns();
  turn.outcome = RefreshOutcome::kPublished;
  turn.report = std::move(prepared.report);
}

void Refresher::Impl::Refuse(const Prepared& prepared, std::vector<std::string> missing, const absl::Status& why,
                             RefreshTurn& turn) {
  const Loss loss = CountLoss(*router_.TakeSnapshot().table, *prepared.table);
  turn.outcome = RefreshOutcome::kRefused;
  turn.status = why;
  turn.report = prepared.report;
  const std::lock_guard lock(mutex_);
  held_.Refuse({.content_hash = prepared.report.content_hash,
                .lost = loss.lost,
                .serving = loss.serving,
                .columns = std::move(missing)},
               Now());
}

void Refresher::Impl::EnterIntoTheBooks(const RefreshTurn& turn, nanoseconds began, nanoseconds ended) {
  ++books_.loads;
  const bool well = turn.outcome == RefreshOutcome::kPublished || turn.outcome == RefreshOutcome::kUnchanged;
  if (well) {
    ++(turn.outcome == RefreshOutcome::kPublished ? books_.published : books_.unchanged);
    books_.failures_in_a_row = 0;
    books_.rejections = turn.report.rejections.size();
    books_.first_rejection = turn.report.rejections.empty() ? "" : turn.report.rejections.front().Text();
    fresh_since_ = began;
    held_.Clear();
  } else {
    const bool refused = turn.outcome == RefreshOutcome::kRefused;
    ++(refused ? books_.refused : books_.failed);
    books_.failures_in_a_row = refused ? 0 : books_.failures_in_a_row + 1;
    books_.last_error = turn.status;
    error_since_ = ended;
  }
  schedule_.Ended(well, began, ended);
}

bool Refresher::Impl::AcceptLoss() {
  {
    const std::lock_guard lock(mutex_);
    if (!held_.Accept()) return false;
    schedule_.Notified();
  }
  waiter().Interrupt();
  return true;
}

absl::Status Refresher::Impl::Start() {
  if (!usable_.ok()) return usable_;
  const std::lock_guard lock(controlling_);
  if (thread_.joinable()) {
    return absl::FailedPreconditionError("Refresher::Start: it runs already; Stop it first, or leave it alone");
  }
  stopping_ = false;
  thread_ = std::thread([this] { Run(); });
  const std::lock_guard status_lock(mutex_);
  books_.is_running = true;
  return absl::OkStatus();
}

void Refresher::Impl::Run() {
  while (!stopping_) {
    const RefreshTurn turn = Step();
    if (stopping_) return;
    if (waiter().Wait(std::chrono::steady_clock::now() + turn.next) == Waited::kChanged) Hear();
  }
}

void Refresher::Impl::Stop() {
  const std::lock_guard lock(controlling_);
  if (!thread_.joinable()) return;
  stopping_ = true;
  waiter().Interrupt();
  thread_.join();
  stopping_ = false;  // for who goes on with Step
  const std::lock_guard status_lock(mutex_);
  books_.is_running = false;
}

RefreshStatus Refresher::Impl::status() const {
  const Snapshot served = router_.TakeSnapshot();
  RefreshStatus status;
  {
    const std::lock_guard lock(mutex_);
    const nanoseconds now = Now();
    status = books_;
    if (fresh_since_.has_value()) status.age = now - *fresh_since_;
    if (!status.last_error.ok()) status.last_error_age = now - error_since_;
    status.held_back = held_.Told(now);
    status.next = UntilDue(now);
  }
  status.generation = served.generation;
  status.content_hash = served.table->content_hash();
  if (options_.notifier != nullptr) status.notifier = options_.notifier->status();
  return status;
}

Refresher::Refresher(Router& router, Loader& loader, RefresherOptions options)
    : impl_(std::make_unique<Impl>(router, loader, std::move(options))) {}
Refresher::~Refresher() = default;

RefreshTurn Refresher::Step() { return impl_->Step(); }
void Refresher::Notify() { impl_->Notify(); }
bool Refresher::AcceptLoss() { return impl_->AcceptLoss(); }
absl::Status Refresher::Start() { return impl_->Start(); }
void Refresher::Stop() { impl_->Stop(); }
RefreshStatus Refresher::status() const { return impl_->status(); }

}  // namespace pointsman::inline v0
