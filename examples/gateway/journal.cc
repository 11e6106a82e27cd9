#include "journal.h"

namespace gateway {

void Journal::Add(Served request) {
  const std::lock_guard lock(mutex_);
  ++totals_[request.status];
  latest_.push_front(std::move(request));
  if (latest_.size() > kRequests) latest_.pop_back();
}

void Journal::CountFirstChoice(std::string_view group, std::string_view model, std::int64_t channel_id) {
  const std::lock_guard lock(mutex_);
  Turn(std::chrono::steady_clock::now());
  Route route(group, model);
  // Patterns serve names that strangers make up.
  if (now_.size() >= kRoutes && !now_.contains(route)) return;
  ++now_[std::move(route)][channel_id];
}

std::vector<Served> Journal::Latest() const {
  const std::lock_guard lock(mutex_);
  return {latest_.begin(), latest_.end()};
}

std::map<int, std::int64_t> Journal::Totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

Journal::Counts Journal::FirstChoices() const {
  const std::lock_guard lock(mutex_);
  Turn(std::chrono::steady_clock::now());
  Counts sum = before_;
  for (const auto& [route, channels] : now_) {
    for (const auto& [channel, count] : channels) sum[route][channel] += count;
  }
  return sum;
}

void Journal::Turn(std::chrono::steady_clock::time_point now) const {
  if (now - since_ < kWindow / 2) return;
  before_ = now - since_ < kWindow ? std::move(now_) : Counts();
  now_.clear();
  since_ = now;
}

}  // namespace gateway
