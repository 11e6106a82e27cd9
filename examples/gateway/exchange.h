// Exchange: one request sent to one upstream, and its answer: whole, or as it comes.
//
//   Reply reply = Send(connections, outgoing);                       // returns when all of it is there
//
//   auto streamed = std::make_unique<StreamedReply>(connections, outgoing);
//   if (streamed->Head(1h)->status == 200) while (streamed->Next(bytes, 200ms) == Streamed::kData) Write(bytes);
//
// Thread safety: Connections thread-safe; a StreamedReply is for one thread, and has one of its own that reads.
// Cost: connections are kept for some seconds. A StreamedReply is a thread, and at most kMaxWaiting bytes that nobody
// has taken yet.
#ifndef GATEWAY_EXCHANGE_H_
#define GATEWAY_EXCHANGE_H_

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kept.h"

namespace gateway {

struct UpstreamTimeouts {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds silence{120'000};  // for the first byte, and between any two
};

// A connection to an upstream, or one that will be made with the next request.
struct UpstreamConnection {
  std::string origin;
  httplib::Client client;
};

// Connections to upstreams. Those that are idle are bounded and young, whatever the origins: each is an open file, of
// which a process has often no more than a thousand.
class Connections {
 public:
  using Loan = Kept<UpstreamConnection>::Loan;
  static constexpr KeptLimits kLimits = {.most = 200, .idle = std::chrono::seconds(10)};

  explicit Connections(const UpstreamTimeouts& timeouts, const KeptLimits& limits = kLimits)
      : timeouts_(timeouts), kept_(limits) {}
  Loan Borrow(const std::string& origin);
  void DropStale() { kept_.DropStale(); }
  std::size_t idle() const { return kept_.size(); }

 private:
  UpstreamTimeouts timeouts_;
  Kept<UpstreamConnection> kept_;
};

// What goes to an upstream.
struct Outgoing {
  std::string origin;
  std::string method;
  std::string target;  // path and query, as they came
  std::string key;     // empty: none is sent
  std::string content_type;
  std::string accept;
  httplib::Headers more;  // of the request, those that an upstream may see
  std::string body;
};

struct Reply {
  int status = 0;  // 0: there was none, or only a part of one
  std::string content_type;
  std::string retry_after;
  std::string body;
};

inline constexpr std::size_t kMaxReplyBytes = 64 << 20;  // beyond that a reply counts as none

Reply Send(Connections& connections, const Outgoing& outgoing);

enum class Streamed {
  kData,
  kNothingYet,  // within the time that was given
  kEnd,         // as the upstream meant it
  kBroken,      // cut off, or silent for too long
};

class StreamedReply {
 public:
  static constexpr std::size_t kMaxWaiting = 1 << 20;

  StreamedReply(Connections& connections, const Outgoing& outgoing);
  // Hangs up if the upstream is still at it, and waits for the thread.
  ~StreamedReply();
  StreamedReply(const StreamedReply&) = delete;
  StreamedReply& operator=(const StreamedReply&) = delete;

  // Waits until a byte of the body is there, or the end; nothing where that takes longer than `patience`: ask again.
  // Without its body where the status is 2xx, else with all of it. Status 0: there is no answer, or it broke off before
  // the first byte: nothing is lost by asking another upstream.
  std::optional<Reply> Head(std::chrono::milliseconds patience);

  // Moves what has come into `bytes`. REQUIRES: the head was 2xx.
  Streamed Next(std::string& bytes, std::chrono::milliseconds patience);

 private:
  void Run(httplib::Request request);
  bool TakeHead(const httplib::Response& response);
  bool Put(const char* data, std::size_t size);
  void Finish(bool is_whole);

  Connections::Loan connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Reply head_;
  std::string waiting_;   // of the body
  std::string ending_;    // its last bytes
  bool has_end_ = false;  // the upstream says how long the body is, or ends it explicitly
  bool is_over_ = false;
  bool is_whole_ = false;
  bool is_unwanted_ = false;
  std::thread reader_;
};

}  // namespace gateway

#endif  // GATEWAY_EXCHANGE_H_
