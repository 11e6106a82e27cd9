// What the example gateway does when upstreams fail: another channel where there is one, and otherwise what the caller
// can use of what the last one said.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/running_gateway.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"

namespace pointsman::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

// gpt-4o in the group default: channels 1 and 2, then 3 and 4.
constexpr int kUpper[] = {1, 2};
constexpr int kAll[] = {1, 2, 3, 4};

TEST(GatewayFailover, WhatOneChannelCannotServeAnotherDoes) {
  for (const std::string how : {"failing", "rate_limited", "refusing", "poor", "cut_off"}) {
    RunningGateway g;
    for (const int id : kUpper) g.upstreams.Behave(id, how);
    const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
    EXPECT_EQ(reply.status, 200) << how;
    EXPECT_EQ(reply.header("X-Pointsman-Attempt"), "3") << how;
    EXPECT_THAT(reply.header("X-Pointsman-Channel"), AnyOf("3", "4")) << how;
    for (const int id : kUpper) EXPECT_EQ(g.StatusOf(id).failures, 1) << how << " " << id;
  }
}

TEST(GatewayFailover, AChannelThatNobodyAnswersForIsPassedOver) {
  RunningGateway g(nullptr,
                   "UPDATE channels SET base_url = 'http://127.0.0.1:1' WHERE id = 1;"
                   "UPDATE channels SET base_url = '' WHERE id = 2;"
                   "UPDATE channels SET base_url = 'ftp://127.0.0.1:99999999' WHERE id = 3");
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("X-Pointsman-Channel"), "4");
}

// Each of them would be an attempt, and there is but one.
TEST(GatewayFailover, ChannelsThatNothingCanBeSentToCostNoAttempt) {
  std::vector<std::string> log;
  std::mutex mutex;
  RunningGateway g(
      [&](gateway::Options& options) {
        options.log = [&](const std::string& line) {
          const std::lock_guard lock(mutex);
          log.push_back(line);
        };
      },
      "UPDATE options SET value = '0' WHERE key = 'RetryTimes';"
      "UPDATE channels SET base_url = '' WHERE id IN (1, 2); UPDATE channels SET base_url = 'x' WHERE id = 3");
  for (int i = 0; i < 5; ++i) {
    const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("X-Pointsman-Channel"), "4");
    EXPECT_EQ(reply.header("X-Pointsman-Attempt"), "1");
  }
  const auto told = [&](const std::string& ids) {
    const std::lock_guard lock(mutex);
    return std::count(log.begin(), log.end(),
                      "upstreams: nothing is sent to channels without a usable base_url: " + ids);
  };
  EXPECT_EQ(told("1, 2, 3"), 1);
  RunSql(g.db(), "UPDATE channels SET base_url = '' WHERE id = 4");
  EXPECT_TRUE(Eventually([&] { return told("1, 2, 3, 4") == 1; }));
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 503);
}

TEST(GatewayFailover, ModelsAndMapCountNoChannelThatNothingCanBeSentTo) {
  RunningGateway g(nullptr, "UPDATE channels SET base_url = '' WHERE id IN (1, 3, 4)");
  EXPECT_THAT(g.Get("/v1/models", kDefaultToken).body, HasSubstr("\"gpt-4o\""));
  const auto map = [&] { return Json::parse(g.Get("/admin/map", kOperator).body); };
  const auto now = [&](const Json& all) {
    std::map<int, std::string> shares;
    for (const Json& route : all["routes"]) {
      if (route["group"] != "default" || route["model"] != "gpt-4o") continue;
      for (const Json& tier : route["tiers"]) {
        for (const Json& c : tier["candidates"]) shares[c["channel_id"]] = c["now"]["exact"];
      }
    }
    return shares;
  };
  EXPECT_EQ(now(map()), (std::map<int, std::string>{{1, "0/1"}, {2, "1/1"}, {3, "0/1"}, {4, "0/1"}, {13, "0/1"}}));
  const Json all = map();
  for (const Json& channel : all["channels"]) {
    const int id = channel["id"];
    EXPECT_EQ(channel["has_upstream"].get<bool>(), id != 1 && id != 3 && id != 4) << id;
  }
  RunSql(g.db(), "UPDATE channels SET base_url = '' WHERE id = 2");
  EXPECT_TRUE(Eventually([&] { return g.Get("/v1/models/gpt-4o", kDefaultToken).status == 404; }));
  EXPECT_THAT(g.Get("/v1/models", kDefaultToken).body, Not(HasSubstr("\"gpt-4o\"")));
  EXPECT_EQ(now(map()), (std::map<int, std::string>{{1, "0/1"}, {2, "0/1"}, {3, "0/1"}, {4, "0/1"}, {13, "0/1"}}));
}

TEST(GatewayFailover, ASilentUpstreamIsGivenUpInTime) {
  RunningGateway g([](gateway::Options& options) { options.upstream.silence = std::chrono::milliseconds(150); });
  g.upstreams.set_slowness(std::chrono::milliseconds(1000));
  for (const int id : kUpper) g.upstreams.Behave(id, "slow");
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("X-Pointsman-Attempt"), "3");
}

// Whoever asks with nonsense gets the upstream's own words, once, and harms no channel.
TEST(GatewayFailover, ACallersFaultIsPassedOnAndNotRepeated) {
  RunningGateway g;
  for (const int id : kAll) g.upstreams.Behave(id, "picky");
  g.upstreams.TakeAsked();
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("temperature is out of range"));
  EXPECT_EQ(g.upstreams.TakeAsked().size(), 1u);
  for (const int id : kAll) EXPECT_EQ(g.StatusOf(id).failures, 0);
}

TEST(GatewayFailover, AnErrorWithoutABodyIsPassedOnAsItIs) {
  RunningGateway g;
  for (const int id : kAll) g.upstreams.Behave(id, "bodiless");
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 418);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.header("Content-Length"), "0");
}

// Its caller would go there with the key of this gateway.
TEST(GatewayFailover, ARedirectIsTheUpstreamsFault) {
  RunningGateway g;
  for (const int id : kUpper) g.upstreams.Behave(id, "moved");
  const HttpAnswer served = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(served.status, 200);
  EXPECT_EQ(served.header("X-Pointsman-Attempt"), "3");
  for (const int id : kUpper) EXPECT_EQ(g.StatusOf(id).failures, 1);
  for (const int id : kAll) g.upstreams.Behave(id, "moved");
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("Location"), "");
  EXPECT_THAT(reply.body, Not(HasSubstr("elsewhere")));
}

TEST(GatewayFailover, WhereAllFailTheLastOnesOwnErrorIsPassedOn) {
  RunningGateway g;
  for (const int id : kAll) g.upstreams.Behave(id, "failing");
  const HttpAnswer failed = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("fake_failure"));
  EXPECT_EQ(failed.header("X-Pointsman-Attempt"), "4");
}

TEST(GatewayFailover, ARateLimitIsPassedOnWithItsTime) {
  RunningGateway g;
  for (const int id : kAll) g.upstreams.Behave(id, "rate_limited");
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.header("Retry-After"), "7");
}

// A 401 would tell the caller that its own key is wrong, and quote a part of the gateway's.
TEST(GatewayFailover, AnUpstreamThatRefusesTheGatewaysKeyIsNoneOfTheCallersBusiness) {
  for (const std::string how : {"refusing", "poor"}) {
    RunningGateway g;
    for (const int id : kAll) g.upstreams.Behave(id, how);
    const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
    EXPECT_EQ(reply.status, 503) << how;
    EXPECT_THAT(reply.body, Not(HasSubstr("sk-up"))) << how;
    EXPECT_THAT(reply.body, HasSubstr("gpt-4o")) << how;
  }
}

TEST(GatewayFailover, WhereAllCoolDownAndThePolicyRefusesTheCallerLearnsWhen) {
  RunningGateway g([](gateway::Options& options) {
    options.state.all_cooling = AllCooling::kRefuse;
    options.state.cooldown.max_cooling_share = 1;
  });
  g.upstreams.Behave(11, "rate_limited");
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").status, 429);
  const HttpAnswer reply = g.Chat(kDefaultToken, "glm-4.5");
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, HasSubstr("kAllCoolingDown"));
  EXPECT_THAT(reply.header("Retry-After"), AnyOf("7", "8"));
}

TEST(GatewayFailover, AChangeOfTheTablesIsServedWithoutARestart) {
  RunningGateway g;
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").status, 200);
  g.Alter("UPDATE abilities SET enabled = 0 WHERE channel_id = 11");
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").status, 503);
  g.Alter(
      "INSERT INTO channels (id, key, name, models, base_url) SELECT 15, 'k', 'new', 'glm-4.5', "
      "replace(base_url, '/11', '/15') FROM channels WHERE id = 11;"
      "INSERT INTO abilities VALUES ('default', 'glm-4.5', 15, 1, 0, 1, NULL)");
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").header("X-Pointsman-Channel"), "15");
}

TEST(GatewayFailover, AnOptionThatIsSavedIsFollowedWithoutARestart) {
  RunningGateway g;
  const auto budget = [&] { return g.gateway->router().TakeSnapshot().table->policy().retry.budget; };
  EXPECT_EQ(budget(), 4) << "three retries";
  g.Alter("UPDATE options SET value = '0' WHERE key = 'RetryTimes'");
  EXPECT_EQ(budget(), 1);
}

}  // namespace
}  // namespace pointsman::testing
