#include "refresh/schedule.h"

#include <algorithm>

namespace pointsman::inline v0 {

Schedule::Time Schedule::due() const { return notified_ ? std::min(planned_, soonest_) : planned_; }

void Schedule::Ended(bool well, Time began, Time ended) {
  if (well) {
    troubles_ = 0;
    planned_ = ended + Jittered(pace_.interval);
    soonest_ = ended + std::max<Time>(pace_.shortest_pause, ended - began);
    return;
  }
  Time backoff = pace_.first_backoff;
  for (std::uint64_t i = 0; i < troubles_ && backoff < pace_.longest_backoff; ++i) backoff *= 2;
  ++troubles_;
  planned_ = ended + Jittered(std::min<Time>(backoff, pace_.longest_backoff));
  soonest_ = ended + std::min(pace_.first_backoff, pace_.longest_backoff);
}

Schedule::Time Schedule::Jittered(Time length) {
  const double part = static_cast<double>(bits_() >> 11) * 0x1p-53;
  return length - Time(static_cast<Time::rep>(static_cast<double>(length.count()) * pace_.jitter * part));
}

}  // namespace pointsman::inline v0
