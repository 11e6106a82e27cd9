// WatchedSource: a source that is loaded over and over, with the rows of the last load kept, tokens and users included,
// though routing needs only the others: who may call what is part of what a watcher wants to see.
//
// Thread safety: thread-compatible; `stop` may be set by a signal handler, and ends a load at its next row.
#ifndef POINTSMAN_SRC_CLI_WATCHED_SOURCE_H_
#define POINTSMAN_SRC_CLI_WATCHED_SOURCE_H_

#include <csignal>
#include <memory>
#include <string>

#include "pointsman/loader.h"

namespace pointsman::cli {

class WatchedSource final : public Loader {
 public:
  WatchedSource(Loader& loader, const volatile std::sig_atomic_t& stop) : loader_(loader), stop_(stop) {}

  absl::Status Load(RowSink& sink, const Wanted& wanted) override;
  std::string source() const override { return loader_.source(); }

  // Of the last load that succeeded; null before.
  std::shared_ptr<const Rows> rows() const { return rows_; }

 private:
  Loader& loader_;
  const volatile std::sig_atomic_t& stop_;
  std::shared_ptr<const Rows> rows_;
};

// Whether the tokens and users say the same, in whatever order they come.
bool SameCallers(const Rows& a, const Rows& b);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_WATCHED_SOURCE_H_
