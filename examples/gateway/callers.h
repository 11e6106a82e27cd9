// Callers: what is there for those who bring a token: chat, models, and the video services' own paths.
//
//   Callers callers(known, router, proxy, operators_token, log);
//   callers.Register(server);
//
// Thread safety: thread-safe. All that it is made of must outlive it, and it the server.
#ifndef GATEWAY_CALLERS_H_
#define GATEWAY_CALLERS_H_

#include <httplib.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "caller_cache.h"
#include "pointsman/router.h"
#include "proxy.h"
#include "seldom.h"
#include "upstreams.h"

namespace gateway {

class Callers {
 public:
  // `log` hears now and then that keys cannot be looked up, and why. Null: nobody does.
  Callers(CallerCache& known, pointsman::Router& router, const Upstreams& upstreams, Proxy& proxy,
          std::string operators_token, std::function<void(const std::string&)> log)
      : known_(known),
        router_(router),
        upstreams_(upstreams),
        proxy_(proxy),
        operators_token_(std::move(operators_token)),
        log_(std::move(log), std::chrono::seconds(10)) {}

  void Register(httplib::Server& server);

 private:
  // Who calls; null, and the response is filled in, where nobody may.
  std::shared_ptr<const pointsman::Caller> Enter(const httplib::Request& request, httplib::Response& response);
  bool MayCall(const Call& call, httplib::Response& response);
  // A body is read when it is known who calls: of strangers nothing is.
  void Chat(const httplib::Request& request, const httplib::ContentReader& read, httplib::Response& response);
  // `read` null: the request has no body.
  void ByPath(const std::string& model, const httplib::Request& request, const httplib::ContentReader* read,
              httplib::Response& response);
  void Models(const httplib::Request& request, httplib::Response& response);
  bool IsOperators(const httplib::Request& request) const;

  CallerCache& known_;
  pointsman::Router& router_;
  const Upstreams& upstreams_;
  Proxy& proxy_;
  std::string operators_token_;
  Seldom log_;
};

}  // namespace gateway

#endif  // GATEWAY_CALLERS_H_
