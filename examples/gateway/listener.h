// Listener: an HTTP server as a gateway needs it: many connections that stay open, no delays, a queue that is long
// enough, and nothing read that has no known length.
//
//   Listener listener({.threads = 256});
//   listener.server().Get("/healthz", …);
//   absl::StatusOr<int> port = listener.Start("127.0.0.1", 0);        // its own threads, until Stop
//
// A connection is kept where the whole request was read, to the last byte of its body; otherwise it is closed behind
// the answer, so that the rest is nobody's request. A handler may therefore refuse a request without reading its body.
//
// Thread safety: thread-compatible.
// Limits: a thread for each connection, so `threads` of them are served at a time, and others wait. Each is an open
// file, and one to an upstream another: `ulimit -n` bounds both.
#ifndef GATEWAY_LISTENER_H_
#define GATEWAY_LISTENER_H_

#include <httplib.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace gateway {

// Handles a request with its body.
using BodyHandler =
    std::function<void(const httplib::Request& request, const std::string& body, httplib::Response& response)>;

struct ListenerOptions {
  std::size_t threads = 256;
  std::size_t max_body_bytes = 16 << 20;
  int keep_alive_seconds = 5;
};

// server.Post(path, …), whatever the Content-Type: the server's own way takes forms apart, which curl sends unless told
// otherwise, and refuses them beyond 8 kB.
void Post(httplib::Server& server, const std::string& path, BodyHandler handle);

// All of a body, for a handler that looks at the request first. Nothing where it was cut off, and nobody is left to be
// told.
std::optional<std::string> ReadBody(const httplib::ContentReader& read);

// Whether who sent the request that this thread serves is still connected. Cost: a system call.
bool IsCallerThere();

class Listener {
 public:
  // `at_leisure` is called by the thread that accepts, again and again while nobody connects. Null: nothing is.
  explicit Listener(const ListenerOptions& options, std::function<void()> at_leisure = nullptr);
  ~Listener() { Stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  httplib::Server& server() { return *server_; }

  // Port 0: any that is free. Returns the port. Unavailable where it cannot be had. No path is added after it.
  absl::StatusOr<int> Start(const std::string& host, int port);
  void Stop();

 private:
  std::unique_ptr<httplib::Server> server_;
  int socket_ = -1;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

}  // namespace gateway

#endif  // GATEWAY_LISTENER_H_
