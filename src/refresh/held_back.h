// HeldBack: the table that was refused, if one is, and whether what comes now may be published.
//
//   if (!held.Accepts({.lost = …, .columns = missing}, now)) held.Refuse({.content_hash = hash, …}, now);
//
// A database that is alive changes while a loss is held back, so what is compared is the loss and not the content: it
// counts as the same while it grows or shrinks by no more than a twentieth of the routes that served. A table that is
// being filled again loses less at each look, and begins anew.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_REFRESH_HELD_BACK_H_
#define POINTSMAN_SRC_REFRESH_HELD_BACK_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "pointsman/refresher.h"

namespace pointsman::inline v0 {

class HeldBack {
 public:
  using Time = std::chrono::nanoseconds;

  // `accept_after` zero: only Accept does.
  explicit HeldBack(Time accept_after) : accept_after_(accept_after) {}

  bool empty() const { return !refused_.has_value(); }

  // By a word, for a loss that is no larger than the one that was told; by time, for one that lasts.
  bool Accepts(const RefusedTable& loss, Time now) const {
    if (!refused_.has_value() || !std::ranges::includes(refused_->columns, loss.columns)) return false;
    if (accepted_) return loss.lost <= refused_->lost + Slack(loss);
    return loss.columns.empty() && accept_after_ > Time::zero() && now - since_ >= accept_after_ && IsAsBegun(loss);
  }

  // Another loss than it began with begins anew.
  void Refuse(RefusedTable refused, Time now) {
    if (!refused_.has_value() || refused_->columns != refused.columns || !IsAsBegun(refused)) {
      since_ = now;
      lost_then_ = refused.lost;
      accepted_ = false;
    }
    refused_ = std::move(refused);
  }

  // Somebody says that the loss is meant. False where nothing is held back.
  bool Accept() { return accepted_ = refused_.has_value(); }

  void Clear() {
    refused_.reset();
    accepted_ = false;
  }

  std::optional<RefusedTable> Told(Time now) const {
    std::optional<RefusedTable> told = refused_;
    if (told.has_value()) told->age = now - since_;
    return told;
  }

 private:
  static std::size_t Slack(const RefusedTable& loss) { return loss.serving / 20; }
  bool IsAsBegun(const RefusedTable& loss) const {
    return loss.lost <= lost_then_ + Slack(loss) && lost_then_ <= loss.lost + Slack(loss);
  }

  Time accept_after_;
  std::optional<RefusedTable> refused_;
  Time since_{0};
  std::size_t lost_then_ = 0;  // at that time
  bool accepted_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_REFRESH_HELD_BACK_H_
