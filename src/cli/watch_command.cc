#include <csignal>
#include <ctime>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "cli/watch_output.h"
#include "cli/watched_source.h"
#include "pointsman/refresher.h"
#include "refresh/sleeper.h"
#include "text/printable.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql_changes.h"
#endif

namespace pointsman::cli {
namespace {

volatile std::sig_atomic_t stop = 0;
Notifier* waiting = nullptr;  // set before the handlers are

// The second one ends the process whatever it is doing.
void OnSignal(int) {
  stop = 1;
  waiting->Interrupt();
}

void HandleSignals(Notifier& notifier) {
  waiting = &notifier;
  struct sigaction action{};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

std::unique_ptr<Notifier> MakeNotifier(const WatchOptions& options) {
  if (!options.listen.empty() && !IsPostgresql(options.listen)) {
    Fail("--listen: only a PostgreSQL database notifies; name a postgresql:// URL");
  }
#ifdef POINTSMAN_WITH_POSTGRESQL
  if (!options.listen.empty()) return std::make_unique<PostgresqlListener>(options.listen);
  if (IsPostgresql(options.common.from)) return std::make_unique<PostgresqlListener>(options.common.from);
#else
  if (!options.listen.empty()) FailWithoutPostgresql();
#endif
  return std::make_unique<Sleeper>();
}

// What was served, and the rows that it was made of.
struct Moment {
  Snapshot served;
  std::shared_ptr<const Rows> rows;
};

class Watcher {
 public:
  Watcher(const WatchOptions& options, Router& router, const WatchedSource& source)
      : options_(options), router_(router), source_(source) {}

  // True when as many changes were seen as were wanted.
  bool Take(const RefreshTurn& turn, Refresher& refresher);
  void End() { Say({.event = "end", .message = std::to_string(changes_) + (changes_ == 1 ? " change" : " changes")}); }

 private:
  void TakeLoaded(const RefreshTurn& turn);
  std::string Recovery(const RefreshTurn& turn) const;
  void Start(const RefreshTurn& turn);
  void Compare(Moment now);
  void Say(const WatchEvent& event) {
    options_.common.json ? PrintWatchJson(event) : PrintWatchEvent(event);
    std::cout.flush();
  }

  const WatchOptions& options_;
  Router& router_;
  const WatchedSource& source_;
  Moment last_;
  std::string trouble_;     // the last that was said, while it lasts
  bool held_back_ = false;  // that is what it is about
  std::uint64_t changes_ = 0;
};

bool Watcher::Take(const RefreshTurn& turn, Refresher& refresher) {
  if (turn.outcome == RefreshOutcome::kNotDue || stop != 0) return false;
  if (turn.status.ok()) {
    TakeLoaded(turn);
    return options_.changes != 0 && changes_ >= options_.changes;
  }
  if (last_.rows == nullptr) Fail(turn.status);
  const std::string message = MessageOf(turn.status);
  held_back_ = turn.outcome == RefreshOutcome::kRefused;
  if (message != trouble_) Say({.event = held_back_ ? "held_back" : "failed", .message = message});
  trouble_ = message;
  if (held_back_) refresher.AcceptLoss();  // a watcher shows what it would be, if it is still so
  return false;
}

void Watcher::TakeLoaded(const RefreshTurn& turn) {
  if (last_.rows == nullptr) return Start(turn);
  if (!trouble_.empty()) Say({.event = "recovered", .message = Recovery(turn)});
  trouble_.clear();
  Moment now{.served = router_.TakeSnapshot(), .rows = source_.rows()};
  const bool same_table = now.served.generation == last_.served.generation;
  if (same_table && SameCallers(*last_.rows, *now.rows)) return;
  Compare(std::move(now));
}

std::string Watcher::Recovery(const RefreshTurn& turn) const {
  if (!held_back_) return "the source can be read again";
  return turn.outcome == RefreshOutcome::kPublished ? "what was lost is still lost; shown as if it were accepted"
                                                    : "what was lost is back";
}

void Watcher::Start(const RefreshTurn& turn) {
  last_ = {.served = router_.TakeSnapshot(), .rows = source_.rows()};
  Say({.event = "start",
       .message = ShownPath(source_.source()) + ": " + std::to_string(turn.report.serving_routes) +
                  " routes served by " + std::to_string(turn.report.channels) + " channels, " +
                  std::to_string(last_.rows->tokens().size()) + " tokens",
       .generation = last_.served.generation});
  if (!turn.report.rejections.empty()) std::cerr << Plain(turn.report.Text(5));
}

void Watcher::Compare(Moment now) {
  const bool has_tokens = !last_.rows->tokens().empty() && !now.rows->tokens().empty();
  DiffOptions compare{.now = std::time(nullptr)};
  if (has_tokens) {
    compare.before_rows = last_.rows.get();
    compare.after_rows = now.rows.get();
  }
  const Diff diff = CompareTables(*last_.served.table, *now.served.table, compare);
  const bool same_table = now.served.generation == last_.served.generation;
  if (!same_table || !diff.empty()) {
    const DiffDocument document{.diff = diff,
                                .names = {.before = *last_.served.table, .after = *now.served.table},
                                .before = "generation " + std::to_string(last_.served.generation),
                                .after = "generation " + std::to_string(now.served.generation),
                                .has_tokens = has_tokens || last_.rows->tokens().empty()};
    ++changes_;
    Say({.event = "change", .message = diff.Summary(), .generation = now.served.generation, .document = &document});
  }
  last_ = std::move(now);
}

// Nothing where the rules have nothing to do with the gateway's options.
auto Following(AskedRules rules, const std::string& source) -> decltype(RefresherOptions::follow_options) {
  if (!rules.follows_options()) return nullptr;
  return [rules = std::move(rules), source](std::span<const OptionRow> options, std::vector<Rejection>& rejections) {
    return rules.With(options, source, rejections);
  };
}

}  // namespace

int RunWatch(const WatchOptions& options) {
  const Source source = OpenSource(options.common.from);
  const std::unique_ptr<Notifier> notifier = MakeNotifier(options);
  HandleSignals(*notifier);
  const AskedRules rules(options.common);  // read once: a policy on standard input cannot be read again
  Router router(AskedPolicy(rules, source).value_or(Policy()));
  WatchedSource watched(*source.loader, stop);
  Refresher refresher(router, watched,
                      {.pace = {.interval = options.interval},
                       .follow_options = Following(rules, source.loader->source()),
                       .notifier = notifier.get()});
  Watcher watcher(options, router, watched);
  while (stop == 0 && std::cout.good()) {
    const RefreshTurn turn = refresher.Step();
    if (watcher.Take(turn, refresher) || stop != 0) break;
    if (notifier->Wait(std::chrono::steady_clock::now() + turn.next) == Waited::kChanged) refresher.Notify();
  }
  watcher.End();
  return kFine;
}

}  // namespace pointsman::cli
