// HeldBack: the table that was refused, if one is, and whether it may be published by now.
//
//   if (!held.Accepts(hash, missing, now)) held.Refuse({.content_hash = hash, …}, now);
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_REFRESH_HELD_BACK_H_
#define POINTSMAN_SRC_REFRESH_HELD_BACK_H_

#include <chrono>
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

  bool Accepts(const std::string& content_hash, Time now) const {
    if (!refused_.has_value() || refused_->content_hash != content_hash) return false;
    return accepted_ || (refused_->columns.empty() && accept_after_ > Time::zero() && now - since_ >= accept_after_);
  }

  // Another content than before begins anew.
  void Refuse(RefusedTable refused, Time now) {
    if (!refused_.has_value() || refused_->content_hash != refused.content_hash) {
      since_ = now;
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
  Time accept_after_;
  std::optional<RefusedTable> refused_;
  Time since_{0};
  bool accepted_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_REFRESH_HELD_BACK_H_
