// Admin: what is there for operators: the live map and its page, the dump, the metrics, and whether it is well.
//
//   Admin admin(router, refresher, journal, token);
//   admin.Register(server);
//
//   GET /             the page; it holds no data itself and asks for the token
//   GET /admin/map    what the page shows, as JSON (live_map.h)
//   GET /admin/dump   what is served, for pointsman's command line (load/dump.h)
//   GET /metrics      for Prometheus
//   GET /healthz      200 while there is a table; nothing about it. The only one without a token
//
// The token is that of the environment's POINTSMAN_OPERATOR_TOKEN, as a bearer; without one nobody gets in.
//
// Thread safety: thread-safe. All that it is made of must outlive it, and it the server.
#ifndef GATEWAY_ADMIN_H_
#define GATEWAY_ADMIN_H_

#include <httplib.h>

#include <string>

#include "journal.h"
#include "pointsman/refresher.h"
#include "pointsman/router.h"
#include "upstreams.h"

namespace gateway {

class Admin {
 public:
  Admin(pointsman::Router& router, pointsman::Refresher& refresher, const Upstreams& upstreams, Journal& journal,
        std::string token)
      : router_(router), refresher_(refresher), upstreams_(upstreams), journal_(journal), token_(std::move(token)) {}

  void Register(httplib::Server& server);

 private:
  bool Enter(const httplib::Request& request, httplib::Response& response) const;
  std::string Metrics() const;

  pointsman::Router& router_;
  pointsman::Refresher& refresher_;
  const Upstreams& upstreams_;
  Journal& journal_;
  std::string token_;
};

}  // namespace gateway

#endif  // GATEWAY_ADMIN_H_
