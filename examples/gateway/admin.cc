#include "admin.h"

#include "answers.h"
#include "live_map.h"
#include "page.h"
#include "pointsman/load/dump.h"
#include "pointsman/metrics.h"

namespace gateway {
namespace {

// One page, its own script and style, and nothing from anywhere else.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

}  // namespace

void Admin::Register(httplib::Server& server) {
  server.Get("/", [](const auto&, auto& response) {
    response.set_header("Content-Security-Policy", kPagePolicy);
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_content(kPage, "text/html; charset=utf-8");
  });
  server.Get("/healthz", [this](const auto&, auto& response) {
    const bool is_well = router_.TakeSnapshot().generation != 0;
    AnswerJson(response, is_well ? 200 : 503, is_well ? R"({"ok":true})" : R"({"ok":false})");
  });
  server.Get("/admin/map", [this](const auto& request, auto& response) {
    if (!Enter(request, response)) return;
    AnswerJson(response, 200, LiveMapJson(router_, refresher_.status(), upstreams_.All(), journal_));
  });
  server.Get("/admin/dump", [this](const auto& request, auto& response) {
    if (Enter(request, response)) AnswerJson(response, 200, pointsman::DumpToJson(router_.Dump()));
  });
  server.Get("/metrics", [this](const auto& request, auto& response) {
    if (!Enter(request, response)) return;
    response.set_content(Metrics(), "text/plain; version=0.0.4");
  });
}

bool Admin::Enter(const httplib::Request& request, httplib::Response& response) const {
  if (token_.empty()) {
    Refuse(response, 403, "no_operator_token",
           "This gateway was started without an operator's token: set POINTSMAN_OPERATOR_TOKEN in its environment.");
    return false;
  }
  if (IsSecret(BearerOf(request), token_)) return true;
  Refuse(response, 401, "not_an_operator", "This is for operators: send \"Authorization: Bearer\" and their token.");
  return false;
}

std::string Admin::Metrics() const {
  const pointsman::RefreshStatus status = refresher_.status();
  std::string text =
      pointsman::PrometheusText(router_.ChannelStates()) + pointsman::PrometheusText(router_.RouteCounts());
  text +=
      "# HELP gateway_requests_total Requests that were routed, by the status that the caller got.\n"
      "# TYPE gateway_requests_total counter\n";
  for (const auto& [code, count] : journal_.Totals()) {
    text += "gateway_requests_total{code=\"" + std::to_string(code) + "\"} " + std::to_string(count) + "\n";
  }
  text +=
      "# HELP gateway_table_generation Generation of the table that is served.\n"
      "# TYPE gateway_table_generation gauge\ngateway_table_generation " +
      std::to_string(status.generation) + "\n";
  if (!status.age.has_value()) return text;
  return text +
         "# HELP gateway_table_age_seconds Since the source last said what is served.\n"
         "# TYPE gateway_table_age_seconds gauge\ngateway_table_age_seconds " +
         std::to_string(std::chrono::duration<double>(*status.age).count()) + "\n";
}

}  // namespace gateway
