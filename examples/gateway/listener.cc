#include "listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "absl/status/status.h"
#include "answers.h"

namespace gateway {
namespace {

using Handled = httplib::Server::HandlerResponse;

constexpr int kBacklog = 1024;  // connections that nobody has accepted yet; the server's own 5 make clients wait
constexpr std::size_t kMaxTarget = 1024;  // the server matches paths recursively

bool HasDotSegment(const std::string& path) {
  return path.find("/../") != std::string::npos || path.find("/./") != std::string::npos || path.ends_with("/..") ||
         path.ends_with("/.");
}

// The server would wait for the end of the connection.
bool LacksLength(const httplib::Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS" &&
         !request.has_header("Content-Length");
}

// What must not go further, before its body is read.
Handled Screen(const httplib::Request& request, httplib::Response& response) {
  if (request.target.size() > kMaxTarget) {
    RefuseAndClose(response, 414, "target_too_long", "The path is longer than 1024 bytes.");
  } else if (HasDotSegment(request.path)) {
    RefuseAndClose(response, 400, "bad_path", "The path has a segment of dots.");
  } else if (request.has_header("Transfer-Encoding") || LacksLength(request)) {
    RefuseAndClose(response, 411, "length_required", "A body needs a Content-Length; chunks are not accepted.");
  } else if (request.is_multipart_form_data()) {
    RefuseAndClose(response, 415, "unsupported_body", "Multipart bodies are not accepted.");
  } else {
    return Handled::Unhandled;
  }
  return Handled::Handled;
}

// The server's own refusals get a body.
Handled Complete(const httplib::Request&, httplib::Response& response) {
  if (!response.body.empty() || response.content_provider_) return Handled::Unhandled;
  switch (response.status) {
    case 404: Refuse(response, 404, "not_found", "There is nothing at this path."); break;
    case 413: Refuse(response, 413, "body_too_large", "The body is too large."); break;
    default: Refuse(response, response.status, "bad_request", "The request cannot be served.");
  }
  return Handled::Handled;
}

}  // namespace

void Post(httplib::Server& server, const std::string& path, BodyHandler handle) {
  server.Post(path, [handle = std::move(handle)](const httplib::Request& request, httplib::Response& response,
                                                 const httplib::ContentReader& read) {
    std::string body;
    const auto append = [&](const char* data, std::size_t size) {
      body.append(data, size);
      return true;
    };
    if (read(append)) handle(request, body, response);  // else the server has said why: too large, or cut off
  });
}

Listener::Listener(const ListenerOptions& options) {
  server_.new_task_queue = [threads = options.threads] { return new httplib::ThreadPool(threads); };
  server_.set_tcp_nodelay(true);
  server_.set_keep_alive_max_count(1'000'000);
  server_.set_keep_alive_timeout(options.keep_alive_seconds);
  server_.set_payload_max_length(options.max_body_bytes);
  server_.set_pre_routing_handler(Screen);
  server_.set_error_handler(httplib::Server::HandlerWithResponse(Complete));
  server_.set_exception_handler([](const auto&, auto& response, const std::exception_ptr&) {
    Refuse(response, 500, "internal_error", "The gateway failed on this request.");
  });
  server_.set_socket_options([this](socket_t socket) {
    socket_ = socket;
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
}

absl::StatusOr<int> Listener::Start(const std::string& host, int port) {
  const int bound = port == 0 ? server_.bind_to_any_port(host) : server_.bind_to_port(host, port) ? port : -1;
  if (bound < 0) {
    return absl::UnavailableError("cannot listen on " + host + " port " + std::to_string(port) +
                                  "; name another with --port, or 0 for any");
  }
  listen(socket_, kBacklog);  // once more, since the first time was with the server's own
  thread_ = std::thread([this] {
    server_.listen_after_bind();
    is_over_ = true;
  });
  return bound;
}

void Listener::Stop() {
  if (!thread_.joinable()) return;
  while (!server_.is_running() && !is_over_) std::this_thread::yield();  // Stop before it began would be forgotten
  server_.stop();
  thread_.join();
}

}  // namespace gateway
