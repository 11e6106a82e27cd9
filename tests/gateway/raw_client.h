// RawClient: bytes to a server as they are, and all that comes back.
//
//   RawClient client(port);
//   client.Send("GET / HTTP/1.1\r\n\r\n");
//   const std::string answer = client.Read();          // until the server hangs up or says nothing for a second
//   EXPECT_TRUE(client.is_closed());
#ifndef POINTSMAN_TESTS_GATEWAY_RAW_CLIENT_H_
#define POINTSMAN_TESTS_GATEWAY_RAW_CLIENT_H_

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace pointsman::testing {

class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) HangUp();
  }
  ~RawClient() { HangUp(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // Nothing happens where the server has hung up.
  void Send(const std::string& bytes) { send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // One turn: what comes until nothing has for a second, or the end.
  std::string Read() {
    std::string all;
    char part[4096];
    ssize_t n = 0;
    while ((n = recv(socket_, part, sizeof part, 0)) > 0) all.append(part, static_cast<std::size_t>(n));
    is_closed_ |= n == 0;
    return all;
  }
  // The first bytes that come.
  std::string ReadSome() {
    char part[4096];
    const ssize_t n = recv(socket_, part, sizeof part, 0);
    is_closed_ |= n == 0;
    return n > 0 ? std::string(part, static_cast<std::size_t>(n)) : std::string();
  }
  bool is_closed() const { return is_closed_; }
  void HangUp() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

 private:
  int socket_;
  bool is_closed_ = false;
};

// How many answers a text has.
inline std::size_t Answers(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("HTTP/1.1 ", at)) != std::string::npos; ++at) ++count;
  return count;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_GATEWAY_RAW_CLIENT_H_
