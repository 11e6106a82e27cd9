// What callers of the example gateway get: who they are, where they are routed, and what they are told otherwise.
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/running_gateway.h"
#include "gmock/gmock.h"

namespace pointsman::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

void UseExactRule(gateway::Options& options) { options.policy_file = POINTSMAN_EXACT_POLICY; }

// A gateway that parsed and wrote the body anew would reorder it; one that sent the caller's key on would leak it.
TEST(GatewayCallers, ChatGoesUpstreamAsItCameWithTheChannelsOwnKey) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  const std::string body = R"({ "z": 1, "model" : "glm-4.5", "messages": [] })";
  const HttpAnswer reply = g.Post("/v1/chat/completions", kDefaultToken, body);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("Served by channel number 11"));
  const std::vector<gateway::Asked> asked = g.upstreams.TakeAsked();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].channel_id, 11);
  EXPECT_EQ(asked[0].target, "/v1/chat/completions");
  EXPECT_EQ(asked[0].authorization, "Bearer upstream-secret-11");
  EXPECT_EQ(asked[0].body, body);
}

TEST(GatewayCallers, ModelMappingRenamesTheModelForThatChannelAlone) {
  RunningGateway g(nullptr, R"(UPDATE channels SET model_mapping = '{"glm-4.5":"glm-4.5-air"}' WHERE id = 11)");
  g.upstreams.TakeAsked();
  g.Post("/v1/chat/completions", kDefaultToken, R"({"z":1,"model":"glm-4.5","a":[]})");
  g.Post("/v1/chat/completions", kDefaultToken, R"({"z":1, "model":"kimi-k2"})");
  const std::vector<gateway::Asked> asked = g.upstreams.TakeAsked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].body, R"({"z":1,"model":"glm-4.5-air","a":[]})");
  EXPECT_EQ(asked[1].body, R"({"z":1, "model":"kimi-k2"})");
}

TEST(GatewayCallers, SeveralKeysOfAChannelTakeTurns) {
  RunningGateway g(nullptr,
                   "UPDATE channels SET key = 'key-a' || char(10) || 'key-b', channel_info = "
                   "'{\"is_multi_key\":true,\"multi_key_size\":2}' WHERE id = 11");
  g.upstreams.TakeAsked();
  for (int i = 0; i < 4; ++i) g.Chat(kDefaultToken, "glm-4.5");
  int a = 0;
  int b = 0;
  for (const gateway::Asked& asked : g.upstreams.TakeAsked()) {
    a += asked.authorization == "Bearer key-a";
    b += asked.authorization == "Bearer key-b";
  }
  EXPECT_EQ(a, 2);
  EXPECT_EQ(b, 2);
}

// A tree of all of them, searched for each name, took this thread away for minutes.
TEST(GatewayCallers, ABodyOfAHundredThousandMembersIsServed) {
  RunningGateway g(nullptr, R"(UPDATE channels SET model_mapping = '{"glm-4.5":"glm-4.5-air"}' WHERE id = 11)");
  g.upstreams.TakeAsked();
  std::string members = "{";
  for (int i = 0; i < 100'000; ++i) members += "\"k" + std::to_string(i) + "\":0,";
  const auto since = std::chrono::steady_clock::now();
  EXPECT_EQ(g.Post("/v1/chat/completions", kDefaultToken, members + R"("model":"glm-4.5"})").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - since, std::chrono::seconds(5));
  const auto asked = g.upstreams.TakeAsked();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].body, members + R"("model":"glm-4.5-air"})");
}

// The incident: twelve tokens without a group, and nobody could say why they failed.
TEST(GatewayCallers, ATokenWithoutAGroupIsServedAsItsOwner) {
  RunningGateway g;
  const HttpAnswer reply = g.Post("/runway/tasks", kTokenWithoutGroup, R"({"model":"gen4_turbo"})");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.header("X-Pointsman-Group"), "default");
}

TEST(GatewayCallers, UnderTheIncidentsRuleTheFailureIsExplainedAndNo500) {
  RunningGateway g(UseExactRule);
  const HttpAnswer english = g.Post("/runway/tasks", kTokenWithoutGroup, "{}");
  EXPECT_EQ(english.status, 503);
  EXPECT_THAT(english.body, HasSubstr("No channel is available for model runway"));
  EXPECT_THAT(english.body, HasSubstr("the token's group is set correctly"));
  EXPECT_THAT(english.body, HasSubstr(R"("type":"server_error")"));
  EXPECT_THAT(english.body, HasSubstr(R"("code":"kEmptyGroup")"));
  EXPECT_THAT(english.body, Not(HasSubstr("Bltcy")));
  const HttpAnswer chinese = g.Post("/runway/tasks", kTokenWithoutGroup, "{}", {{"Accept-Language", "zh-CN,en;q=0.8"}});
  EXPECT_THAT(chinese.body, HasSubstr("令牌的分组设置是否正确"));
  const HttpAnswer preferred =
      g.Post("/runway/tasks", kTokenWithoutGroup, "{}", {{"Accept-Language", "zh;q=0.1, en;q=0.9"}});
  EXPECT_THAT(preferred.body, HasSubstr("is set correctly"));
  const HttpAnswer spaced =
      g.Post("/runway/tasks", kTokenWithoutGroup, "{}", {{"Accept-Language", "EN ; q=0.2 , ZH-Hans; q = 0.9"}});
  EXPECT_THAT(spaced.body, HasSubstr("令牌的分组设置是否正确"));
}

// Tokens are looked up with each request here, and each second otherwise, so that a cure needs no restart.
TEST(GatewayCallers, ACuredTokenIsServedByItsNextRequest) {
  RunningGateway g(UseExactRule);
  EXPECT_EQ(g.Post("/runway/tasks", kTokenWithoutGroup, "{}").status, 503);
  RunSql(g.db(), "UPDATE tokens SET \"group\" = 'default' WHERE id = 3");
  EXPECT_EQ(g.Post("/runway/tasks", kTokenWithoutGroup, "{}").status, 202);
}

TEST(GatewayCallers, ATokenIsRememberedForItsTimeAndAnUnknownKeyIsNot) {
  RunningGateway g([](gateway::Options& options) { options.caller_cache = std::chrono::milliseconds(300); });
  EXPECT_EQ(g.Chat("sk-new", "gpt-4o").status, 401);
  RunSql(g.db(), "UPDATE tokens SET key = 'new' WHERE id = 1");
  EXPECT_EQ(g.Chat("sk-new", "gpt-4o").status, 200);
  RunSql(g.db(), "UPDATE tokens SET status = 2 WHERE id = 1");
  EXPECT_EQ(g.Chat("sk-new", "gpt-4o").status, 200);
  EXPECT_TRUE(Eventually([&] { return g.Chat("sk-new", "gpt-4o").status == 401; }));
}

// As a backup is put back: the old file is gone from the folder, and still open. What it said must not count for ever.
TEST(GatewayCallers, AFileThatIsPutInThePlaceOfTheDatabaseIsReadInstead) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").status, 200);
  const std::string other = g.folder / "other.db";
  std::filesystem::copy_file(g.db(), other);
  RunSql(other,
         "UPDATE tokens SET status = 2 WHERE id = 1; UPDATE tokens SET key = 'new' WHERE id = 2;"
         "UPDATE channels SET key = 'new-secret'");
  std::filesystem::rename(other, g.db());
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").status, 401);
  EXPECT_TRUE(Eventually([&] {
    g.Chat("sk-new", "glm-4.5");
    const auto asked = g.upstreams.TakeAsked();
    return !asked.empty() && asked.back().authorization == "Bearer new-secret";
  }));
}

TEST(GatewayCallers, KeysAreTakenWithTheirPrefixOrWithout) {
  RunningGateway g(nullptr, "UPDATE tokens SET key = 'abc-def' WHERE id = 1");
  EXPECT_EQ(g.Chat("sk-abc-def", "gpt-4o").status, 200);
  EXPECT_EQ(g.Chat("abc-def", "gpt-4o").status, 200);
  EXPECT_EQ(g.Chat("sk-sk-abc-def", "gpt-4o").status, 401);
}

TEST(GatewayCallers, WhoHasNoValidKeyIs401) {
  RunningGateway g(nullptr, "UPDATE tokens SET key = '' WHERE id = 2");
  const std::string old(1000, 'x');
  for (const std::string key : {"", "sk-unknown", "sk-", "' OR 1=1 --", "%", "sk-not-a-real-key-12",
                                "sk-not-a-real-key-33", "sk-not-a-real-key-66", old.c_str()}) {
    const HttpAnswer reply = g.Chat(key, "gpt-4o");
    EXPECT_EQ(reply.status, 401) << key;
    EXPECT_THAT(reply.body, HasSubstr(R"("type":"authentication_error")")) << key;
  }
}

TEST(GatewayCallers, ASpentTokenAndAModelBeyondItsLimitsAre403) {
  RunningGateway g(nullptr, "UPDATE tokens SET model_limits_enabled = 1, model_limits = 'o3,kimi-k2' WHERE id = 1");
  EXPECT_EQ(g.Chat("sk-not-a-real-key-70", "gpt-4o").status, 403);
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(reply.body, HasSubstr(R"("code":"kModelNotAllowed")"));
  EXPECT_EQ(g.Chat(kDefaultToken, "kimi-k2").status, 200);
}

TEST(GatewayCallers, ABodyWithoutAModelIs400) {
  RunningGateway g;
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("{}"), deep, std::string(R"({"model":7})"),
        std::string(R"({"model":null})"), std::string(R"({"Model":"gpt-4o"})"),
        R"({"model":"gpt-4o","messages":)" + deep + "}"}) {
    const HttpAnswer reply = g.Post("/v1/chat/completions", kDefaultToken, body);
    EXPECT_EQ(reply.status, 400) << body.substr(0, 40);
    EXPECT_THAT(reply.body, HasSubstr(R"("type":"invalid_request_error")"));
  }
}

// The upstream may believe the one that the token's limits were not asked about.
TEST(GatewayCallers, ABodyWithTwoModelsGoesNowhere) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  for (const char* const body : {R"({"model":"o3","model":"gpt-4o"})", R"({"model":"gpt-4o","MODEL":"o3"})",
                                 R"({"model":"gpt-4o","\u006dodel":"o3"})"}) {
    const HttpAnswer reply = g.Post("/v1/chat/completions", kDefaultToken, body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_THAT(reply.body, HasSubstr("more than once")) << body;
  }
  EXPECT_TRUE(g.upstreams.TakeAsked().empty());
  EXPECT_EQ(g.Post("/v1/chat/completions", kDefaultToken, R"({"model":"gpt-4o","x":{"model":"o3"}})").status, 200);
}

TEST(GatewayCallers, AModelThatNobodyListsIs404) {
  RunningGateway g;
  const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-9");
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(reply.body, HasSubstr(R"("code":"model_not_found")"));
  EXPECT_EQ(reply.header("X-Pointsman-Channel"), "");
}

TEST(GatewayCallers, NoTextNamesAGroupThatTheCallerMayNotUse) {
  RunningGateway g;
  const HttpAnswer reply = g.Chat(kVipToken, "runway");  // served in default alone
  EXPECT_EQ(reply.status, 503);
  EXPECT_THAT(reply.body, Not(HasSubstr("svip")));
  EXPECT_THAT(reply.body, Not(HasSubstr("Bltcy")));
}

TEST(GatewayCallers, VideoPathsAreTheModelAndTheBodysOwnModelIsNot) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  const std::string body = R"({"model":"gen4_turbo","promptText":"a train"})";
  for (const std::string path :
       {"/runway/tasks?wait=1", "/runwayml/v1/image_to_video", "/pika/generate", "/kling/v1/videos"}) {
    const HttpAnswer reply = g.Post(path, kDefaultToken, body);
    EXPECT_EQ(reply.status, 202) << path;
    EXPECT_EQ(reply.header("X-Pointsman-Channel"), "8") << path;
    EXPECT_THAT(reply.body, HasSubstr("gen4_turbo")) << path;
    const std::vector<gateway::Asked> asked = g.upstreams.TakeAsked();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].target, path);
    EXPECT_EQ(asked[0].body, body);
  }
  EXPECT_EQ(g.Get("/runway/tasks/17", kDefaultToken).status, 202);
  const httplib::Headers key = {{"Authorization", std::string("Bearer ") + kDefaultToken}};
  EXPECT_EQ(Take(g.client().Delete("/runway/tasks/17", key)).status, 202);
  const std::vector<gateway::Asked> later = g.upstreams.TakeAsked();
  ASSERT_EQ(later.size(), 2u);
  EXPECT_EQ(later[1].method, "DELETE");
  EXPECT_EQ(later[1].target, "/runway/tasks/17");
  EXPECT_EQ(g.Post("/runwayx/tasks", kDefaultToken, body).status, 404);
}

TEST(GatewayCallers, ModelsAreThoseThatTheTokenReaches) {
  RunningGateway g;
  const HttpAnswer by_default = g.Get("/v1/models", kDefaultToken);
  EXPECT_EQ(by_default.status, 200);
  EXPECT_THAT(by_default.body, HasSubstr(R"("id":"runway")"));
  EXPECT_THAT(by_default.body, Not(HasSubstr("qwen-max")));  // listed by a disabled channel alone
  const HttpAnswer by_svip = g.Get("/v1/models", kSvipToken);
  EXPECT_THAT(by_svip.body, Not(HasSubstr("runway")));
  EXPECT_THAT(by_svip.body, HasSubstr(R"("id":"gemini-2.5-pro")"));
  EXPECT_EQ(g.Get("/v1/models/gpt-4o", kDefaultToken).status, 200);
  EXPECT_EQ(g.Get("/v1/models/qwen-max", kDefaultToken).status, 404);
  EXPECT_EQ(g.Get("/v1/models", "sk-not-a-real-key-33").status, 401);
}

TEST(GatewayCallers, OnlyOperatorsSeeWhoServed) {
  RunningGateway g;
  const HttpAnswer with = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_THAT(with.header("X-Pointsman-Channel"), AnyOf("1", "2"));
  EXPECT_EQ(with.header("X-Pointsman-Group"), "default");
  EXPECT_EQ(with.header("X-Pointsman-Attempt"), "1");
  EXPECT_EQ(with.header("X-Pointsman-Generation"), "1");
  for (const char* const token : {"", "operators-secreT", "operators-secret-", "operators"}) {
    const HttpAnswer reply =
        Take(g.client().Post("/v1/chat/completions",
                             {{"Authorization", std::string("Bearer ") + kDefaultToken}, {"X-Operator-Token", token}},
                             RunningGateway::ChatBody("gpt-4o"), "application/json"));
    EXPECT_EQ(reply.status, 200);
    for (const auto& [name, value] : reply.headers) EXPECT_THAT(name, Not(HasSubstr("Pointsman"))) << token;
  }
}

}  // namespace
}  // namespace pointsman::testing
