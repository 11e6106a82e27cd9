// What operators of the example gateway see, and nobody else.
#include <string>

#include "gateway/running_gateway.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "pointsman/load/dump.h"

namespace pointsman::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr const char* kGuarded[] = {"/admin/map", "/admin/dump", "/metrics"};

TEST(GatewayAdmin, NothingIsShownWithoutTheOperatorsToken) {
  RunningGateway g;
  for (const char* const path : kGuarded) {
    EXPECT_EQ(g.Get(path, kOperator).status, 200) << path;
    for (const char* const token : {"", "x", "operators-secrex", kDefaultToken}) {
      const HttpAnswer reply = g.Get(path, token);
      EXPECT_EQ(reply.status, 401) << path << " " << token;
      EXPECT_LT(reply.body.size(), 300u);
    }
  }
  EXPECT_EQ(g.Get("/healthz", "").body, R"({"ok":true})");
}

TEST(GatewayAdmin, WithoutATokenInTheEnvironmentNobodyGetsIn) {
  RunningGateway g([](gateway::Options& options) { options.operators_token = ""; });
  for (const char* const path : kGuarded) {
    EXPECT_EQ(g.Get(path, "").status, 403) << path;
    EXPECT_EQ(g.Get(path, kOperator).status, 403) << path;
  }
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").header("X-Pointsman-Channel"), "");
}

TEST(GatewayAdmin, NoSecretIsInAnythingThatIsShown) {
  RunningGateway g;
  for (const int id : {1, 2, 3, 4}) g.upstreams.Behave(id, "refusing");
  g.Chat(kDefaultToken, "gpt-4o");
  for (const char* const path : kGuarded) {
    const std::string body = g.Get(path, kOperator).body;
    EXPECT_THAT(body, Not(HasSubstr("not-a-real-key"))) << path;
    EXPECT_THAT(body, Not(HasSubstr("upstream-secret"))) << path;
    EXPECT_THAT(body, Not(HasSubstr("/c/1"))) << path;
  }
}

TEST(GatewayAdmin, TheDumpIsWhatIsServedWithDecisionsToReplay) {
  RunningGateway g;
  g.Chat(kDefaultToken, "gpt-4o");
  const auto loaded = ParseDump(g.Get("/admin/dump", kOperator).body);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->dump.table->content_hash(), g.gateway->router().TakeSnapshot().table->content_hash());
  ASSERT_EQ(loaded->dump.decisions.size(), 1u);
  EXPECT_TRUE(ReplayDecision(*loaded->dump.table, loaded->dump.decisions[0]).same());
}

TEST(GatewayAdmin, MetricsCountWhatCallersGot) {
  RunningGateway g;
  for (int i = 0; i < 3; ++i) g.Chat(kDefaultToken, "gpt-4o");
  g.Chat(kDefaultToken, "gpt-9");
  const std::string text = g.Get("/metrics", kOperator).body;
  EXPECT_THAT(text, HasSubstr("gateway_requests_total{code=\"200\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("gateway_requests_total{code=\"404\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gateway_table_generation 1\n"));
  EXPECT_THAT(text, HasSubstr("pointsman_route_attempts_total{group=\"default\",model=\"gpt-4o\",channel="));
  EXPECT_THAT(text, ContainsRegex("pointsman_channel_successes_total.channel=\"1\". "));
}

Json RouteOf(const Json& map, const std::string& group, const std::string& model) {
  for (const Json& route : map["routes"]) {
    if (route["group"] == group && route["model"] == model) return route;
  }
  return nullptr;
}

TEST(GatewayAdmin, TheMapShowsExactSharesBesideThoseSeen) {
  RunningGateway g;
  for (int i = 0; i < 200; ++i) g.Chat(kDefaultToken, "gpt-4o");
  g.gateway->router().SwitchOff(3, {.why = "maintenance"});
  const Json map = Json::parse(g.Get("/admin/map", kOperator).body);
  EXPECT_EQ(map["generation"], 1);
  EXPECT_EQ(map["ok"], true);
  EXPECT_EQ(map["routes_left_out"], 0);
  const Json route = RouteOf(map, "default", "gpt-4o");
  ASSERT_EQ(route["tiers"].size(), 2u);
  const Json& upper = route["tiers"][0];
  EXPECT_EQ(upper["priority"], 10);
  EXPECT_EQ(upper["draws"], true);
  ASSERT_GE(upper["candidates"].size(), 2u);
  EXPECT_EQ(upper["candidates"][0]["share"]["exact"], "7/10");
  EXPECT_EQ(upper["candidates"][0]["now"]["exact"], "7/10");
  const int first = upper["candidates"][0]["seen"];
  const int second = upper["candidates"][1]["seen"];
  EXPECT_EQ(first + second, 200);
  EXPECT_NEAR(first, 140, 40);  // six standard deviations
  EXPECT_EQ(route["tiers"][1]["draws"], false);
  EXPECT_EQ(map["channels"][2]["switched_off"], true);
  EXPECT_EQ(map["channels"][2]["note"], "maintenance");
  EXPECT_EQ(map["latest"].size(), 100u);
  EXPECT_EQ(map["latest"][0]["group"], "default");
  EXPECT_EQ(map["latest"][0]["status"], 200);
}

TEST(GatewayAdmin, WhatIsOutHasNoShareNow) {
  RunningGateway g;
  g.gateway->router().SwitchOff(1);
  const Json map = Json::parse(g.Get("/admin/map", kOperator).body);
  const Json upper = RouteOf(map, "default", "gpt-4o")["tiers"][0]["candidates"];
  EXPECT_EQ(upper[0]["share"]["exact"], "7/10");
  EXPECT_EQ(upper[0]["now"]["exact"], "0/1");
  EXPECT_EQ(upper[1]["now"]["exact"], "1/1");
}

TEST(GatewayAdmin, NamesOfAnyBytesAreShown) {
  RunningGateway g;
  const std::string model = "a\xff</script><img src=x onerror=alert(1)>\xe2\x80\xae";
  EXPECT_EQ(g.Chat(kDefaultToken, model).status, 400);  // what is no UTF-8 is no JSON
  EXPECT_EQ(g.Chat(kDefaultToken, "</script><img src=x>").status, 404);
  const Json map = Json::parse(g.Get("/admin/map", kOperator).body);
  EXPECT_EQ(map["latest"][0]["model"], "</script><img src=x>");
  EXPECT_EQ(map["latest"][0]["outcome"], "kNoSuchModel");
}

TEST(GatewayAdmin, ThePageBringsEverythingItselfAndHoldsNoData) {
  RunningGateway g;
  const HttpAnswer page = g.Get("/", "");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.body, Not(HasSubstr("http://")));
  EXPECT_THAT(page.body, Not(HasSubstr("https://")));
  EXPECT_THAT(page.body, Not(HasSubstr("innerHTML")));
  EXPECT_THAT(page.body, Not(HasSubstr("gpt-4o")));
}

}  // namespace
}  // namespace pointsman::testing
