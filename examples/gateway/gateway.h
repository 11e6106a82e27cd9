// Gateway: all parts put together, listening.
//
//   absl::StatusOr<std::unique_ptr<Gateway>> gateway = Gateway::Start({.source = "one-api.db", .port = 8080});
//   std::cout << "http://127.0.0.1:" << (*gateway)->port();
//
// Its destructor ends it: no new connections, then waits for the requests that are going on.
//
// Thread safety: thread-compatible; what it serves, from many threads.
#ifndef GATEWAY_GATEWAY_H_
#define GATEWAY_GATEWAY_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "exchange.h"
#include "listener.h"
#include "pointsman/refresher.h"
#include "pointsman/router.h"

namespace gateway {

struct Options {
  std::string source;       // SQLite file or PostgreSQL URL with the gateway's tables
  std::string policy_file;  // empty: the defaults. The options table is laid over it, as it was at the start
  std::string listen_url;   // PostgreSQL: where changes are notified (pointsman triggers); empty: polling alone
  std::chrono::milliseconds refresh{5'000};
  std::chrono::milliseconds caller_cache{1'000};  // how long a token counts as it was; 0: it is looked up each time

  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free
  ListenerOptions listener;
  UpstreamTimeouts upstream;

  std::string operators_token;  // empty: nothing for operators
  std::string fixed_upstream;   // every request goes to this base URL: nothing is routed, nobody is asked who it is

  pointsman::ChannelStateOptions state;
  std::function<void(const std::string&)> log;  // thread-safe; null: nobody is told
};

class Gateway {
 public:
  virtual ~Gateway() = default;

  // Listens when it returns. Errors: those of reading the source and the policy; Unavailable for the port.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(const Options& options);

  virtual int port() const = 0;
  virtual pointsman::Router& router() = 0;
  virtual pointsman::Refresher& refresher() = 0;
};

}  // namespace gateway

#endif  // GATEWAY_GATEWAY_H_
