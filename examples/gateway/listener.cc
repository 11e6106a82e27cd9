#include "listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
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

struct Fault {
  int status;
  const char* code;
  std::string message;
};

// What is wrong with a body, as far as headers tell. A proxy before this server may understand a length in another way
// that is not simply one number, and then a part of one caller's body is the next one's request.
std::optional<Fault> FaultOfBody(const httplib::Request& request) {
  const bool has_none =
      request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS" || request.method == "DELETE";
  const std::size_t lengths = request.get_header_value_count("Content-Length");
  const std::string length = request.get_header_value("Content-Length");
  if (request.has_header("Transfer-Encoding") || (lengths == 0 && !has_none)) {
    // The server would wait for the end of the connection.
    return Fault{411, "length_required", "A body needs a Content-Length; chunks are not accepted."};
  }
  if (lengths > 1 || length.size() > 18 || (lengths == 1 && length.empty()) ||
      length.find_first_not_of("0123456789") != std::string::npos) {
    return Fault{400, "bad_length", "Content-Length is one number, in digits."};
  }
  if (has_none && length.find_first_not_of('0') != std::string::npos) {
    return Fault{400, "unexpected_body", "A " + request.method + " request has no body here."};
  }
  if (request.has_header("Content-Encoding")) {
    // The server would unpack it, to whatever size that comes.
    return Fault{415, "unsupported_body", "Compressed bodies are not accepted."};
  }
  if (request.is_multipart_form_data()) return Fault{415, "unsupported_body", "Multipart bodies are not accepted."};
  return std::nullopt;
}

std::optional<Fault> FaultOf(const httplib::Request& request) {
  if (request.target.size() > kMaxTarget) {
    return Fault{414, "target_too_long", "The path is longer than 1024 bytes."};
  }
  if (HasDotSegment(request.path)) return Fault{400, "bad_path", "The path has a segment of dots."};
  return FaultOfBody(request);
}

// What must not go further, before its body is read.
Handled Screen(const httplib::Request& request, httplib::Response& response) {
  // Nothing here has parts to ask for. The server would cut every answer to the ranges of the request, errors and
  // streams too, under the status that they have, and repeat a part as often as it is named. The request is its own,
  // and not const there.
  const_cast<httplib::Request&>(request).ranges.clear();
  const std::optional<Fault> fault = FaultOf(request);
  if (!fault.has_value()) return Handled::Unhandled;
  RefuseAndClose(response, fault->status, fault->code, fault->message);
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
