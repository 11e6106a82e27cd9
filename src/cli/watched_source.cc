#include "cli/watched_source.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "rows/passing_sink.h"

namespace pointsman::cli {
namespace {

class Stoppable final : public PassingSink {
 public:
  Stoppable(RowSink& next, const volatile std::sig_atomic_t& stop) : PassingSink(next), stop_(stop) {}

 private:
  bool MayPass() override { return stop_ == 0; }
  const volatile std::sig_atomic_t& stop_;
};

auto Said(const TokenRow& t) {
  return std::tie(t.id, t.user_id, t.name, t.status, t.group, t.expired_time, t.model_limits_enabled, t.model_limits,
                  t.cross_group_retry, t.auto_groups);
}
auto Said(const UserRow& u) { return std::tie(u.id, u.username, u.status, u.group); }

template <class Row>
std::vector<const Row*> ById(std::span<const Row> rows) {
  std::vector<const Row*> sorted;
  for (const Row& row : rows) sorted.push_back(&row);
  std::ranges::sort(sorted, {}, &Row::id);
  return sorted;
}

template <class Row>
bool SaySame(std::span<const Row> a, std::span<const Row> b) {
  return std::ranges::equal(ById(a), ById(b), [](const Row* x, const Row* y) { return Said(*x) == Said(*y); });
}

}  // namespace

absl::Status WatchedSource::Load(RowSink& sink, const Wanted& wanted) {
  auto rows = std::make_shared<Rows>(loader_.source());
  Stoppable stoppable(*rows, stop_);
  Wanted with_callers = wanted;
  with_callers.tokens = with_callers.users = true;
  if (absl::Status loaded = loader_.Load(stoppable, with_callers); !loaded.ok()) return loaded;
  rows_ = std::move(rows);
  return RowsLoader(*rows_).Load(sink, wanted);
}

bool SameCallers(const Rows& a, const Rows& b) {
  return SaySame(a.tokens(), b.tokens()) && SaySame(a.users(), b.users());
}

}  // namespace pointsman::cli
