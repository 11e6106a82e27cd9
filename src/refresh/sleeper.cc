#include "refresh/sleeper.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace pointsman::inline v0 {
namespace {

// Milliseconds for poll(), rounded up and bounded by a day; 0 if the moment has come.
int PollWait(std::chrono::steady_clock::time_point until) {
  constexpr std::chrono::milliseconds kDay = std::chrono::hours(24);
  const auto now = std::chrono::steady_clock::now();
  if (until <= now) return 0;
  if (until - now > kDay) return static_cast<int>(kDay.count());
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(until - now).count());
}

}  // namespace

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

bool WakeUpCall::AwaitRing(std::chrono::steady_clock::time_point deadline) noexcept {
  pollfd call{.fd = descriptor(), .events = POLLIN, .revents = 0};
  for (;;) {
    const int wait = PollWait(deadline);
    if (poll(&call, 1, wait) > 0) {
      Silence();
      return true;
    }
    if (wait == 0) return false;
  }
}

}  // namespace pointsman::inline v0
