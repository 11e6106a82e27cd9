// Callers: what is there for those who bring a token: chat, models, and the video services' own paths.
//
//   Callers callers(known, router, proxy, operators_token);
//   callers.Register(server);
//
// Thread safety: thread-safe. All that it is made of must outlive it, and it the server.
#ifndef GATEWAY_CALLERS_H_
#define GATEWAY_CALLERS_H_

#include <httplib.h>

#include <functional>
#include <memory>
#include <string>

#include "caller_cache.h"
#include "pointsman/router.h"
#include "proxy.h"

namespace gateway {

class Callers {
 public:
  Callers(CallerCache& known, pointsman::Router& router, Proxy& proxy, std::string operators_token)
      : known_(known), router_(router), proxy_(proxy), operators_token_(std::move(operators_token)) {}

  void Register(httplib::Server& server);

 private:
  // Who calls; null, and the response is filled in, where nobody may.
  std::shared_ptr<const pointsman::Caller> Enter(const httplib::Request& request, httplib::Response& response);
  bool MayCall(const Call& call, httplib::Response& response);
  void Chat(const httplib::Request& request, const std::string& body, httplib::Response& response);
  void ByPath(const std::string& model, const httplib::Request& request, const std::string& body,
              httplib::Response& response);
  void Models(const httplib::Request& request, httplib::Response& response);
  bool IsOperators(const httplib::Request& request) const;

  CallerCache& known_;
  pointsman::Router& router_;
  Proxy& proxy_;
  std::string operators_token_;
};

}  // namespace gateway

#endif  // GATEWAY_CALLERS_H_
