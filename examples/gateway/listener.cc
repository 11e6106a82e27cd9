#include "listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "answers.h"
#include "connection.h"
#include "request_head.h"

namespace gateway {
namespace {

using Handled = httplib::Server::HandlerResponse;

constexpr int kBacklog = 1024;  // connections that nobody has accepted yet; the server's own 5 make clients wait

thread_local Connection* served_here = nullptr;

// Says why, and that the connection ends: what is left of the request is nobody's.
void RefuseOn(Connection& connection, const Fault& fault) {
  httplib::Response response;
  Refuse(response, fault.status, fault.code, fault.message);
  const std::string text = "HTTP/1.1 " + std::to_string(fault.status) +
                           " Refused\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
                           std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = connection.write(text.data() + sent, text.size() - sent);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

// The library's server, which gets to see no request but one that can be read in one way only.
class StrictServer final : public httplib::Server {
 public:
  explicit StrictServer(const ListenerOptions& options) : options_(options) {}

 private:
  bool process_and_close_socket(socket_t socket) override {
    Connection connection(socket);
    const auto is_ending = [this] { return svr_sock_ == INVALID_SOCKET; };
    const std::chrono::seconds patience(options_.keep_alive_seconds);
    while (connection.AwaitRequest(patience, is_ending) && ServeOne(connection)) {
    }
    return true;
  }

  // False: it was the last one of this connection.
  bool ServeOne(Connection& connection) {
    std::string_view head;
    switch (connection.ReadHead(head)) {
      case Head::kMissing: return false;
      case Head::kTooLong:
        RefuseOn(connection, {431, "head_too_long", "The headers are longer than 32768 bytes."});
        return false;
      case Head::kWhole: break;
    }
    std::size_t body_bytes = 0;
    if (const auto fault = FaultOfHead(head, options_.max_body_bytes, body_bytes)) {
      RefuseOn(connection, *fault);
      return false;
    }
    connection.Expect(head.size() + body_bytes);
    served_here = &connection;
    bool is_last = false;
    const bool is_answered = process_request(connection, false, is_last, nullptr);
    served_here = nullptr;
    return is_answered && !is_last && connection.is_request_read();
  }

  const ListenerOptions options_;
};

class Threads final : public httplib::ThreadPool {
 public:
  Threads(std::size_t count, std::function<void()> at_leisure)
      : ThreadPool(count), at_leisure_(std::move(at_leisure)) {}
  void on_idle() override {
    if (at_leisure_ != nullptr) at_leisure_();
  }

 private:
  std::function<void()> at_leisure_;
};

// Nothing here has parts to ask for. The server would cut every answer to the ranges of the request, errors and streams
// too, under the status that they have, and repeat a part as often as it is named. The request is its own, and not
// const there.
Handled IgnoreRanges(const httplib::Request& request, httplib::Response&) {
  const_cast<httplib::Request&>(request).ranges.clear();
  return Handled::Unhandled;
}

// The server's own refusals get a body. An answer that says itself how long it is was meant so.
Handled Complete(const httplib::Request&, httplib::Response& response) {
  if (!response.body.empty() || response.content_provider_ || response.has_header("Content-Length")) {
    return Handled::Unhandled;
  }
  if (response.status == 404) {
    Refuse(response, 404, "not_found", "There is nothing at this path.");
  } else {
    Refuse(response, response.status, "bad_request", "The request cannot be served.");
  }
  return Handled::Handled;
}

void AnnounceTheEnd(const httplib::Request&, httplib::Response& response) {
  if (served_here == nullptr || served_here->is_request_read()) return;
  response.headers.erase("Keep-Alive");
  response.headers.erase("Connection");
  response.set_header("Connection", "close");
}

// Without these the server would read the body of such a request first.
void RefuseOtherPaths(httplib::Server& server) {
  const auto refuse = [](const httplib::Request&, httplib::Response& response, const httplib::ContentReader&) {
    response.status = 404;
  };
  server.Post(".*", refuse);
  server.Put(".*", refuse);
  server.Patch(".*", refuse);
}

}  // namespace

void Post(httplib::Server& server, const std::string& path, BodyHandler handle) {
  server.Post(path, [handle = std::move(handle)](const httplib::Request& request, httplib::Response& response,
                                                 const httplib::ContentReader& read) {
    if (const std::optional<std::string> body = ReadBody(read)) handle(request, *body, response);
  });
}

std::optional<std::string> ReadBody(const httplib::ContentReader& read) {
  std::string body;
  const auto append = [&](const char* data, std::size_t size) {
    body.append(data, size);
    return true;
  };
  if (!read(append)) return std::nullopt;
  return body;
}

bool IsCallerThere() { return served_here == nullptr || served_here->IsPeerThere(); }

Listener::Listener(const ListenerOptions& options, std::function<void()> at_leisure)
    : server_(std::make_unique<StrictServer>(options)) {
  server_->new_task_queue = [threads = options.threads, at_leisure = std::move(at_leisure)] {
    return new Threads(threads, at_leisure);
  };
  server_->set_idle_interval(1);
  server_->set_tcp_nodelay(true);
  server_->set_keep_alive_max_count(1'000'000);  // what answers say; it ends no connection
  server_->set_keep_alive_timeout(options.keep_alive_seconds);
  server_->set_payload_max_length(options.max_body_bytes);
  server_->set_pre_routing_handler(IgnoreRanges);
  server_->set_post_routing_handler(AnnounceTheEnd);
  server_->set_error_handler(httplib::Server::HandlerWithResponse(Complete));
  server_->set_exception_handler([](const auto&, auto& response, const std::exception_ptr&) {
    Refuse(response, 500, "internal_error", "The gateway failed on this request.");
  });
  server_->set_socket_options([this](socket_t socket) {
    socket_ = socket;
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
}

absl::StatusOr<int> Listener::Start(const std::string& host, int port) {
  RefuseOtherPaths(*server_);
  const int bound = port == 0 ? server_->bind_to_any_port(host) : server_->bind_to_port(host, port) ? port : -1;
  if (bound < 0) {
    return absl::UnavailableError("cannot listen on " + host + " port " + std::to_string(port) +
                                  "; name another with --port, or 0 for any");
  }
  listen(socket_, kBacklog);  // once more, since the first time was with the server's own
  thread_ = std::thread([this] {
    server_->listen_after_bind();
    is_over_ = true;
  });
  return bound;
}

void Listener::Stop() {
  if (!thread_.joinable()) return;
  while (!server_->is_running() && !is_over_) std::this_thread::yield();  // Stop before it began would be forgotten
  server_->stop();
  thread_.join();
}

}  // namespace gateway
