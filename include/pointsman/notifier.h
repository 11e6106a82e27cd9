// Notifier: tells when a source may have changed, so that a Refresher need not wait until it asks again.
//
//   class Bus : public pointsman::Notifier {       // a host's own: whatever it hears changes by
//     pointsman::Waited Wait(std::chrono::steady_clock::time_point deadline) override { … }
//     void Interrupt() noexcept override { … }
//   };
//
// A notification is a hint. One too many costs a load; one that is lost costs the time until the next poll. So a
// notifier that may have missed something, since it was not connected, says kChanged once it is connected again.
//
// PostgreSQL's is in load/postgresql_changes.h.
// Thread safety: Wait from one thread at a time; Interrupt and status from any thread.
#ifndef POINTSMAN_NOTIFIER_H_
#define POINTSMAN_NOTIFIER_H_

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "pointsman/export.h"

namespace pointsman::inline v0 {

enum class Waited : std::uint8_t {
  kChanged,      // the source may have changed since the last Wait
  kTimedOut,     // the deadline has passed
  kInterrupted,  // somebody called Interrupt, now or since the last Wait
};

class POINTSMAN_EXPORT Notifier {
 public:
  virtual ~Notifier() = default;

  // Blocks until one of the three; whatever fails meanwhile is mended in here, and no reason to return. Must not stay
  // much longer than the deadline: polling waits for it.
  virtual Waited Wait(std::chrono::steady_clock::time_point deadline) = 0;

  // Ends the Wait that is going on, or the next one.
  virtual void Interrupt() noexcept = 0;

  // OK while notifications can arrive; otherwise why not.
  virtual absl::Status status() const { return absl::OkStatus(); }
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_NOTIFIER_H_
