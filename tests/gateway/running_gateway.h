// RunningGateway: the example gateway with the incident's database and fake upstreams, in this process, on loopback.
//
//   RunningGateway g;
//   g.upstreams.Behave(1, "failing");
//   const auto reply = g.Chat(kDefaultToken, "gpt-4o");
//   EXPECT_EQ(reply.status, 200);
//   EXPECT_EQ(reply.header("X-Pointsman-Channel"), "2");
#ifndef POINTSMAN_TESTS_GATEWAY_RUNNING_GATEWAY_H_
#define POINTSMAN_TESTS_GATEWAY_RUNNING_GATEWAY_H_

#include <httplib.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "fake_upstreams.h"
#include "gateway.h"
#include "gtest/gtest.h"
#include "support/eventually.h"
#include "support/scratch_database.h"

namespace pointsman::testing {

// Keys of the incident's tokens: a user of the group default, of vip, of svip; and one that has no group.
inline constexpr const char* kDefaultToken = "sk-not-a-real-key-1";
inline constexpr const char* kVipToken = "sk-not-a-real-key-5";
inline constexpr const char* kSvipToken = "sk-not-a-real-key-9";
inline constexpr const char* kTokenWithoutGroup = "sk-not-a-real-key-3";
inline constexpr const char* kOperator = "operators-secret";

struct HttpAnswer {
  int status = 0;  // 0: there was none, or a part of one
  httplib::Headers headers;
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

inline HttpAnswer Take(const httplib::Result& result) {
  if (!result) return {};
  return {.status = result->status, .headers = result->headers, .body = result->body};
}

class RunningGateway {
 public:
  using Change = std::function<void(gateway::Options&)>;

  explicit RunningGateway(const Change& change = nullptr, const std::string& sql = "") {
    EXPECT_TRUE(upstreams.Start(0).ok());
    RunSql(db(), ReadFile(POINTSMAN_INCIDENT_SQL));
    RunSql(db(), "UPDATE channels SET base_url = '" + upstreams.BaseUrl(0) + "'; UPDATE channels SET base_url = " +
                     "substr(base_url, 1, length(base_url) - 1) || id, key = 'upstream-secret-' || id;" + sql);
    options.source = db();
    options.operators_token = kOperator;
    options.refresh = std::chrono::milliseconds(20);
    options.caller_cache = std::chrono::milliseconds(0);
    options.listener = {.threads = 16, .keep_alive_seconds = 1};
    options.upstream.silence = std::chrono::seconds(20);
    if (change != nullptr) change(options);
    auto started = gateway::Gateway::Start(options);
    EXPECT_TRUE(started.ok()) << started.status();
    if (started.ok()) gateway = *std::move(started);
  }
  ~RunningGateway() {
    client_.reset();
    gateway.reset();
  }

  std::string db() const { return folder / "incident.db"; }
  httplib::Client& client() {
    if (client_ == nullptr) client_ = NewClient();
    return *client_;
  }
  std::unique_ptr<httplib::Client> NewClient() const {
    auto client = std::make_unique<httplib::Client>("127.0.0.1", gateway->port());
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    client->set_url_encode(false);
    client->set_read_timeout(30, 0);
    return client;
  }

  HttpAnswer Post(const std::string& path, const std::string& key, const std::string& body,
                  httplib::Headers headers = {}) {
    headers.emplace("X-Operator-Token", kOperator);
    if (!key.empty()) headers.emplace("Authorization", "Bearer " + key);
    return Take(client().Post(path, headers, body, "application/json"));
  }
  HttpAnswer Chat(const std::string& key, const std::string& model, const httplib::Headers& headers = {}) {
    return Post("/v1/chat/completions", key, ChatBody(model), headers);
  }
  HttpAnswer Get(const std::string& path, const std::string& key) {
    return Take(client().Get(path, {{"Authorization", "Bearer " + key}}));
  }
  static std::string ChatBody(const std::string& model) {
    return R"({"messages":[{"role":"user","content":"Hi"}],"model":")" + model + R"("})";
  }

  ChannelStatus StatusOf(std::int64_t channel_id) const {
    for (const ChannelStatus& status : gateway->router().ChannelStates()) {
      if (status.channel_id == channel_id) return status;
    }
    return {};
  }
  // Until a table is served that this change of the database is part of.
  void Alter(const std::string& sql) {
    const auto before = gateway->router().TakeSnapshot().generation;
    RunSql(db(), sql);
    EXPECT_TRUE(Eventually([&] { return gateway->router().TakeSnapshot().generation > before; })) << sql;
  }

  ScratchFolder folder;
  gateway::FakeUpstreams upstreams{32};
  gateway::Options options;
  std::unique_ptr<gateway::Gateway> gateway;

 private:
  std::unique_ptr<httplib::Client> client_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_GATEWAY_RUNNING_GATEWAY_H_
