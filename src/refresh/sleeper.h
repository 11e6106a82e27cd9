// Sleeper: the notifier that hears nothing: it waits, and can be interrupted. And the wake-up call that it is made of,
// for others who wait for something besides.
//
// Thread safety: as every Notifier; Interrupt and Ring also from a signal handler.
#ifndef POINTSMAN_SRC_REFRESH_SLEEPER_H_
#define POINTSMAN_SRC_REFRESH_SLEEPER_H_

#include <chrono>

#include "pointsman/export.h"
#include "pointsman/notifier.h"

namespace pointsman::inline v0 {

// A pipe with at most a few bytes in it. Without one (no descriptors left) nothing wakes, and waits end at their time.
class POINTSMAN_EXPORT WakeUpCall {
 public:
  WakeUpCall();
  ~WakeUpCall();
  WakeUpCall(const WakeUpCall&) = delete;
  WakeUpCall& operator=(const WakeUpCall&) = delete;

  void Ring() noexcept;
  // Until somebody rings, which is then silenced: true; or until the deadline.
  bool AwaitRing(std::chrono::steady_clock::time_point deadline) noexcept;
  void Silence() noexcept;                     // takes back what was rung
  int descriptor() const { return ends_[0]; }  // readable since somebody rang; -1: none

 private:
  int ends_[2] = {-1, -1};
};

class Sleeper final : public Notifier {
 public:
  Waited Wait(std::chrono::steady_clock::time_point deadline) override {
    return call_.AwaitRing(deadline) ? Waited::kInterrupted : Waited::kTimedOut;
  }
  void Interrupt() noexcept override { call_.Ring(); }

 private:
  WakeUpCall call_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_REFRESH_SLEEPER_H_
