// Schedule: when a source is to be loaded next. Moments in, a moment out; it neither loads nor waits.
//
//   Schedule schedule(pace, seed);
//   if (now >= schedule.due()) {
//     schedule.Began();
//     schedule.Ended(Load().ok(), began, ended);
//   }
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_REFRESH_SCHEDULE_H_
#define POINTSMAN_SRC_REFRESH_SCHEDULE_H_

#include <chrono>
#include <cstdint>

#include "pointsman/random.h"
#include "pointsman/refresher.h"

namespace pointsman::inline v0 {

class Schedule {
 public:
  using Time = std::chrono::nanoseconds;

  Schedule(const RefreshPace& pace, std::uint64_t seed) : pace_(pace), bits_(seed) {}

  // Something is due from this moment of the clock on; before the first load at once.
  Time due() const;

  void Notified() { notified_ = true; }
  // What was notified until now is what this load will see.
  void Began() { notified_ = false; }
  void Ended(bool well, Time began, Time ended);

 private:
  Time Jittered(Time length);

  RefreshPace pace_;
  SplitMix64 bits_;
  std::uint64_t troubles_ = 0;  // loads in a row that did not go well
  bool notified_ = false;
  Time planned_ = Time::min();  // without a notification
  Time soonest_ = Time::min();  // with one
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_REFRESH_SCHEDULE_H_
