#include "refresh/sleeper.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace pointsman::inline v0 {

WakeUpCall::WakeUpCall() {
  if (pipe(ends_) != 0) return;
  for (const int end : ends_) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
}

WakeUpCall::~WakeUpCall() {
  for (const int end : ends_) {
    if (end >= 0) close(end);
  }
}

void WakeUpCall::Ring() noexcept {
  const int kept = errno;  // a signal handler may be anywhere
  // A pipe that is full has been rung enough.
  [[maybe_unused]] const ssize_t written = write(ends_[1], "!", 1);
  errno = kept;
}

void WakeUpCall::Silence() noexcept {
  char bytes[64];
  while (read(ends_[0], bytes, sizeof bytes) > 0) {
  }
}

int PollWait(std::chrono::steady_clock::time_point until) {
  constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);
  const auto now = std::chrono::steady_clock::now();
  if (until <= now) return 0;
  if (until - now > kDay) return static_cast<int>(kDay.count());
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(until - now).count());
}

Waited Sleeper::Wait(std::chrono::steady_clock::time_point deadline) {
  pollfd call{.fd = call_.descriptor(), .events = POLLIN, .revents = 0};
  for (;;) {
    const int wait = PollWait(deadline);
    const int ready = poll(&call, 1, wait);
    if (ready > 0) {
      call_.Silence();
      return Waited::kInterrupted;
    }
    if (ready == 0 && wait == 0) return Waited::kTimedOut;
  }
}

}  // namespace pointsman::inline v0
