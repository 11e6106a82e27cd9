// Connection: what a caller sends, one request at a time: its head as a whole, and then as many bytes of a body as that
// announced and not one more. What follows belongs to the next request.
//
//   while (connection.AwaitRequest(patience, is_ending)) {
//     if (connection.ReadHead(head) != Head::kWhole || IsBad(head)) break;
//     connection.Expect(head.size() + body_bytes);
//     Serve(connection);
//     if (!connection.is_request_read()) break;      // its rest must not be taken for a request
//   }
//
// Thread safety: thread-compatible. Its destructor closes the socket.
// Limits: a head has kHeadPatience to come, and each read and write kPatience.
#ifndef GATEWAY_CONNECTION_H_
#define GATEWAY_CONNECTION_H_

#include <httplib.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace gateway {

enum class Head {
  kWhole,
  kTooLong,
  kMissing,  // the peer hung up, or took too long
};

class Connection final : public httplib::Stream {
 public:
  static constexpr std::chrono::milliseconds kHeadPatience{10'000};
  static constexpr std::chrono::milliseconds kPatience{5'000};

  explicit Connection(socket_t socket) : socket_(socket) {}
  // Where bytes of a request were left unread, waits a moment for the peer to see the answer: to close before would
  // take it away.
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Whether something has come: not where the peer hangs up or is idle for too long.
  bool AwaitRequest(std::chrono::milliseconds patience, const std::function<bool()>& is_ending);
  // `head` is valid until the next call. Nothing of it is read yet.
  Head ReadHead(std::string_view& head);
  // How many bytes this request has, its head included.
  void Expect(std::size_t bytes) { unread_ = bytes; }
  bool is_request_read() const { return unread_ == 0; }
  bool IsPeerThere() const;

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  using Stream::write;
  // Nobody asks here: who calls is said by their key.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool Fill(std::chrono::milliseconds patience);

  socket_t socket_;
  std::string come_;  // of it, what begins at `at_` was not read yet
  std::size_t at_ = 0;
  std::size_t unread_ = 0;  // of this request
};

}  // namespace gateway

#endif  // GATEWAY_CONNECTION_H_
