// Sleeper: the notifier that hears nothing: it waits, and can be interrupted. Its wake-up call is the file descriptor
// that others can wait for as well.
//
// Thread safety: as every Notifier; Interrupt also from a signal handler.
#ifndef POINTSMAN_SRC_REFRESH_SLEEPER_H_
#define POINTSMAN_SRC_REFRESH_SLEEPER_H_

#include <chrono>

#include "pointsman/notifier.h"

namespace pointsman::inline v0 {

// A pipe with at most a few bytes in it. Without one (no descriptors left) nothing wakes, and waits end at their time.
class WakeUpCall {
 public:
  WakeUpCall();
  ~WakeUpCall();
  WakeUpCall(const WakeUpCall&) = delete;
  WakeUpCall& operator=(const WakeUpCall&) = delete;

  void Ring() noexcept;
  void Silence() noexcept;                     // takes back what was rung
  int descriptor() const { return ends_[0]; }  // readable since somebody rang; -1: none

 private:
  int ends_[2] = {-1, -1};
};

class Sleeper final : public Notifier {
 public:
  Waited Wait(std::chrono::steady_clock::time_point deadline) override;
  void Interrupt() noexcept override { call_.Ring(); }

 private:
  WakeUpCall call_;
};

// Milliseconds until then for poll(), rounded up and bounded by a day; 0 if it has come.
int PollWait(std::chrono::steady_clock::time_point until);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_REFRESH_SLEEPER_H_
