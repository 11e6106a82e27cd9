#include "connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "request_head.h"

namespace gateway {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTurn{100};        // how soon an idle connection notices that the server ends
constexpr milliseconds kFarewell{1'000};  // for the peer to see why it is hung up on
constexpr std::size_t kPart = 16 << 10;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

milliseconds Until(Clock::time_point end) {
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - Clock::now()));
}

bool Poll(int socket, short events, milliseconds patience) {
  const auto end = Clock::now() + patience;
  for (;;) {
    pollfd one = {.fd = socket, .events = events, .revents = 0};
    const int ready = poll(&one, 1, static_cast<int>(Until(end).count()));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

ssize_t Receive(int socket, char* to, std::size_t size, int flags = 0) {
  for (;;) {
    const ssize_t n = recv(socket, to, size, flags);
    if (n >= 0 || errno != EINTR) return n;
  }
}

}  // namespace

Connection::~Connection() {
  if (unread_ > 0) {
    shutdown(socket_, SHUT_WR);
    const auto end = Clock::now() + kFarewell;
    char part[kPart];
    while (Poll(socket_, POLLIN, Until(end)) && Receive(socket_, part, sizeof part) > 0) {
    }
  }
  close(socket_);
}

bool Connection::AwaitRequest(milliseconds patience, const std::function<bool()>& is_ending) {
  const auto end = Clock::now() + patience;
  for (;;) {
    if (is_ending()) return false;
    if (at_ < come_.size() || Poll(socket_, POLLIN, std::min(kTurn, Until(end)))) return true;
    if (Clock::now() >= end) return false;
  }
}

Head Connection::ReadHead(std::string_view& head) {
  come_.erase(0, at_);
  at_ = 0;
  unread_ = std::numeric_limits<std::size_t>::max();  // until it is known
  const auto end = Clock::now() + kHeadPatience;
  for (std::size_t seen = 0;;) {
    const std::size_t found = come_.find(kHeadEnd, seen);
    if (found != std::string::npos && found < kMaxHead) {
      head = std::string_view(come_).substr(0, found + kHeadEnd.size());
      return Head::kWhole;
    }
    if (come_.size() > kMaxHead) return Head::kTooLong;
    seen = come_.size() - std::min(come_.size(), kHeadEnd.size() - 1);
    if (!Fill(Until(end))) break;
  }
  if (come_.empty()) unread_ = 0;
  return Head::kMissing;
}

bool Connection::Fill(milliseconds patience) {
  if (!Poll(socket_, POLLIN, patience)) return false;
  const std::size_t before = come_.size();
  come_.resize(before + kPart);
  const ssize_t n = Receive(socket_, come_.data() + before, kPart);
  come_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  return n > 0;
}

bool Connection::IsPeerThere() const {
  char byte = 0;
  const ssize_t n = Receive(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

bool Connection::is_readable() const { return at_ < come_.size() || Poll(socket_, POLLIN, kPatience); }

bool Connection::is_writable() const { return Poll(socket_, POLLOUT, kPatience) && IsPeerThere(); }

ssize_t Connection::read(char* to, std::size_t size) {
  size = std::min(size, unread_);
  if (size == 0) return 0;
  ssize_t n = static_cast<ssize_t>(std::min(size, come_.size() - at_));
  if (n > 0) {
    std::memcpy(to, come_.data() + at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
  } else {
    if (!Poll(socket_, POLLIN, kPatience)) return -1;
    n = Receive(socket_, to, size);
  }
  if (n > 0) unread_ -= static_cast<std::size_t>(n);
  return n;
}

ssize_t Connection::write(const char* from, std::size_t size) {
  if (!Poll(socket_, POLLOUT, kPatience)) return -1;
  return send(socket_, from, size, MSG_NOSIGNAL);
}

}  // namespace gateway
