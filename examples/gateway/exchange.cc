#include "exchange.h"

#include <utility>

namespace gateway {
namespace {

constexpr std::size_t kEndingBytes = 32;

bool IsSuccess(int status) { return status >= 200 && status < 300; }

httplib::Request MakeRequest(const Outgoing& outgoing) {
  httplib::Request request;
  request.method = outgoing.method;
  request.path = outgoing.target;
  request.body = outgoing.body;
  if (!outgoing.key.empty()) request.set_header("Authorization", "Bearer " + outgoing.key);
  if (!outgoing.content_type.empty()) request.set_header("Content-Type", outgoing.content_type);
  if (!outgoing.accept.empty()) request.set_header("Accept", outgoing.accept);
  for (const auto& [name, value] : outgoing.more) request.set_header(name, value);
  return request;
}

void TakeHeaders(const httplib::Response& response, Reply& reply) {
  reply.status = response.status;
  reply.content_type = response.get_header_value("Content-Type");
  reply.retry_after = response.get_header_value("Retry-After");
}

}  // namespace

Connections::Loan Connections::Borrow(const std::string& origin) {
  const auto connect = [&] {
    auto made = std::make_unique<UpstreamConnection>(UpstreamConnection{origin, httplib::Client(origin)});
    httplib::Client& client = made->client;
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_url_encode(false);  // targets come encoded
    client.set_follow_location(false);
    client.set_connection_timeout(timeouts_.connect);
    client.set_read_timeout(timeouts_.silence);
    client.set_write_timeout(timeouts_.silence);
    return made;
  };
  return kept_.Borrow(connect, [&](const UpstreamConnection& kept) { return kept.origin == origin; });
}

Reply Send(Connections& connections, const Outgoing& outgoing) {
  Connections::Loan connection = connections.Borrow(outgoing.origin);
  httplib::Request request = MakeRequest(outgoing);
  Reply reply;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    if (reply.body.size() + size > kMaxReplyBytes) return false;
    reply.body.append(data, size);
    return true;
  };
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  if (!connection->client.send(request, response, error)) {
    connection.Discard();
    return {};
  }
  TakeHeaders(response, reply);
  return reply;
}

StreamedReply::StreamedReply(Connections& connections, const Outgoing& outgoing)
    : connection_(connections.Borrow(outgoing.origin)),
      reader_([this, request = MakeRequest(outgoing)]() mutable { Run(std::move(request)); }) {}

StreamedReply::~StreamedReply() {
  {
    std::unique_lock lock(mutex_);
    is_unwanted_ = true;
    changed_.notify_all();
    // It hangs up a connection that is there; one that is just being made is asked again.
    while (!is_over_) {
      lock.unlock();
      connection_->client.stop();
      lock.lock();
      changed_.wait_for(lock, std::chrono::milliseconds(20), [&] { return is_over_; });
    }
  }
  reader_.join();
  if (!is_whole_) connection_.Discard();
}

void StreamedReply::Run(httplib::Request request) {
  request.response_handler = [this](const httplib::Response& response) { return TakeHead(response); };
  request.content_receiver = [this](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    return Put(data, size);
  };
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  Finish(connection_->client.send(request, response, error));
}

bool StreamedReply::TakeHead(const httplib::Response& response) {
  const std::lock_guard lock(mutex_);
  TakeHeaders(response, head_);
  has_end_ = response.has_header("Content-Length") || response.has_header("Transfer-Encoding");
  return !is_unwanted_;
}

bool StreamedReply::Put(const char* data, std::size_t size) {
  std::unique_lock lock(mutex_);
  if (IsSuccess(head_.status)) {
    changed_.wait(lock, [&] { return waiting_.size() < kMaxWaiting || is_unwanted_; });
  } else if (waiting_.size() + size > kMaxWaiting) {
    return true;  // of an error the first part will do
  }
  waiting_.append(data, size);
  ending_.append(data, size);
  if (ending_.size() > kEndingBytes) ending_.erase(0, ending_.size() - kEndingBytes);
  changed_.notify_all();
  return !is_unwanted_;
}

void StreamedReply::Finish(bool is_whole) {
  const std::lock_guard lock(mutex_);
  // A connection that just ends says nothing about the whole; the protocol's own last word does.
  is_whole_ = is_whole && (has_end_ || ending_.find("[DONE]") != std::string::npos);
  is_over_ = true;
  changed_.notify_all();
}

std::optional<Reply> StreamedReply::Head(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto is_known = [&] { return is_over_ || (IsSuccess(head_.status) && !waiting_.empty()); };
  if (!changed_.wait_for(lock, patience, is_known)) return std::nullopt;
  if (waiting_.empty() && !is_whole_) return Reply();
  Reply reply = head_;
  if (!IsSuccess(head_.status)) reply.body = std::exchange(waiting_, {});
  return reply;
}

Streamed StreamedReply::Next(std::string& bytes, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return is_over_ || !waiting_.empty(); });
  bytes = std::exchange(waiting_, {});
  changed_.notify_all();
  if (!bytes.empty()) return Streamed::kData;
  if (!is_over_) return Streamed::kNothingYet;
  return is_whole_ ? Streamed::kEnd : Streamed::kBroken;
}

}  // namespace gateway
