// Listener: an HTTP server as a gateway needs it: many connections that stay open, no delays, a queue that is long
// enough, and nothing read that has no known length.
//
//   Listener listener({.threads = 256});
//   listener.server().Get("/healthz", …);
//   absl::StatusOr<int> port = listener.Start("127.0.0.1", 0);        // its own threads, until Stop
//
// Thread safety: thread-compatible.
// Limits: a thread for each connection, so `threads` of them are served at a time, and others wait. The server is one
// that calls select(2): 1024 open files are the end of it, connections to upstreams included. It reads a header line to
// its end, however long that is, and forgets a request that came in one piece with the one before: what stands before
// it has to bound the former and not do the latter.
#ifndef GATEWAY_LISTENER_H_
#define GATEWAY_LISTENER_H_

#include <httplib.h>

#include <atomic>
#include <cstddef>
#include <functional>
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
  int keep_alive_seconds = 5;  // Stop waits so long for a connection that is open and idle
};

// server.Post(path, …), whatever the Content-Type: the server's own way takes forms apart, which curl sends unless told
// otherwise, and refuses them beyond 8 kB.
void Post(httplib::Server& server, const std::string& path, BodyHandler handle);

class Listener {
 public:
  explicit Listener(const ListenerOptions& options);
  ~Listener() { Stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  httplib::Server& server() { return server_; }

  // Port 0: any that is free. Returns the port. Unavailable where it cannot be had.
  absl::StatusOr<int> Start(const std::string& host, int port);
  void Stop();

 private:
  httplib::Server server_;
  int socket_ = -1;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

}  // namespace gateway

#endif  // GATEWAY_LISTENER_H_
