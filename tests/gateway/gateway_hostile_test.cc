// Requests that mean no good: each is answered, bounded, and leaves nothing behind for the next one.
#include <string>

#include "gateway/raw_client.h"
#include "gateway/running_gateway.h"
#include "gmock/gmock.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Sends bytes as they are, and returns all that comes until the server hangs up or says nothing for a second.
std::string Exchange(int port, const std::string& bytes) {
  RawClient client(port);
  client.Send(bytes);
  return client.Read();
}

// A body whose length nobody knows can be endless; and what is left of one must not be the next request.
TEST(GatewayHostile, ChunkedBodiesAreRefusedAndTheirRestIsNoRequest) {
  RunningGateway g;
  const std::string smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string answer =
      Exchange(g.gateway->port(),
               "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 411 "));
  EXPECT_EQ(Answers(answer), 1u) << answer;
}

// What a proxy may read in one way and this server in another.
TEST(GatewayHostile, ALengthThatCanBeReadInTwoWaysIsRefusedAndItsRestIsNoRequest) {
  RunningGateway g;
  const std::string rest = "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string length :
       {"Content-Length: 0\r\nContent-Length: 40", "Content-Length: 0, 40", "Content-Length: +40",
        "Content-Length: 0x28", "Content-Length: -1", "Content-Length: x", "Content-Length: 99999999999999999999"}) {
    for (const std::string begin : {"POST /v1/chat/completions", "GET /healthz"}) {
      const std::string answer = Exchange(g.gateway->port(), begin + " HTTP/1.1\r\nHost: x\r\n" + length + rest);
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << begin << " " << length;
      EXPECT_EQ(Answers(answer), 1u) << answer;
    }
  }
  for (const std::string method : {"GET", "HEAD", "DELETE"}) {
    const std::string answer =
        Exchange(g.gateway->port(), method + " /runway/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 37" + rest);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << method;
    EXPECT_EQ(Answers(answer), 1u) << answer;
  }
}

TEST(GatewayHostile, ATooLargeBodyIs413) {
  RunningGateway g([](gateway::Options& options) { options.listener.max_body_bytes = 1000; });
  const HttpAnswer reply = g.Post("/v1/chat/completions", kDefaultToken, std::string(1001, ' '));
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("body_too_large"));
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 200);
}

// Of "bytes=-1" the server would make a whole answer of one byte, and of many ranges a page many times over.
TEST(GatewayHostile, RangesAreIgnored) {
  RunningGateway g;
  std::string many = "bytes=0-";
  for (int i = 0; i < 500; ++i) many += ",0-";
  for (const std::string& ranges : {std::string("bytes=-1"), std::string("bytes=0-0,1-1"), many}) {
    const auto health = Take(g.client().Get("/healthz", {{"Range", ranges}}));
    EXPECT_EQ(health.status, 200);
    EXPECT_EQ(health.body, R"({"ok":true})");
    const auto page = Take(g.client().Get("/", {{"Range", ranges}}));
    EXPECT_EQ(page.status, 200);
    EXPECT_LT(page.body.size(), 100'000u);
    const HttpAnswer chat = g.Chat(kDefaultToken, "gpt-4o", {{"Range", ranges}});
    EXPECT_EQ(chat.status, 200);
    EXPECT_THAT(chat.body, HasSubstr("Served by channel number"));
  }
}

// A few kilobytes can be gigabytes, before anybody has said who asks.
TEST(GatewayHostile, CompressedBodiesAreNotUnpacked) {
  RunningGateway g;
  g.client().set_compress(true);
  const std::string bomb = R"({"model":"gpt-4o","messages":")" + std::string(1 << 20, 'x') + "\"}";
  const auto reply = Take(g.client().Post(
      "/v1/chat/completions", {{"Authorization", std::string("Bearer ") + kDefaultToken}}, bomb, "application/json"));
  EXPECT_EQ(reply.status, 415);
  EXPECT_THAT(reply.body, HasSubstr("Compressed bodies"));
}

TEST(GatewayHostile, MultipartBodiesAreRefused) {
  RunningGateway g;
  const httplib::Headers headers = {{"Authorization", std::string("Bearer ") + kDefaultToken}};
  const auto reply = Take(g.client().Post("/runway/tasks", headers, "--x\r\n", "multipart/form-data; boundary=x"));
  EXPECT_EQ(reply.status, 415);
}

TEST(GatewayHostile, AHugeModelNameIsAnsweredInAFewWords) {
  RunningGateway g;
  const HttpAnswer reply = g.Chat(kDefaultToken, std::string(1 << 20, 'm'));
  EXPECT_EQ(reply.status, 404);
  EXPECT_LT(reply.body.size(), 2000u);
  EXPECT_LT(g.Get("/admin/map", kOperator).body.size(), 100'000u);
}

TEST(GatewayHostile, AStrangersModelNameIsEscapedInTheAnswer) {
  RunningGateway g;
  const HttpAnswer reply = g.Chat(kDefaultToken, R"(\u001b[31m\u202e\"quoted\u0000)");
  EXPECT_EQ(reply.status, 404);
  for (const char* const bad : {"\x1b", "\xe2\x80\xae", "\\u001b", "\\u0000"})
    EXPECT_THAT(reply.body, Not(HasSubstr(bad)));
}

TEST(GatewayHostile, AnUnknownPathIsAnErrorOfTheSameShape) {
  RunningGateway g;
  for (const char* const path : {"/v1/embeddings", "/admin", "/admin/map/", "//", "/v1/chat/completions/"}) {
    const HttpAnswer reply = g.Post(path, kDefaultToken, "{}");
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_THAT(reply.body, StartsWith(R"({"error":{"message":)")) << path;
  }
}

// They may say who the caller is, or let them into a service where only the gateway's own key should.
TEST(GatewayHostile, HeadersOfACallerDoNotReachTheUpstream) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  const httplib::Headers more = {{"X-Forwarded-For", "1.2.3.4"},
                                 {"Cookie", "a=b"},
                                 {"X-Api-Key", "k"},
                                 {"Proxy-Authorization", "Basic eDp5"},
                                 {"X-Runway-Version", "2024-11-06"}};
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5", more).status, 200);
  EXPECT_EQ(g.Post("/runway/tasks", kDefaultToken, "{}", more).status, 202);
  const auto asked = g.upstreams.TakeAsked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].authorization, "Bearer upstream-secret-11");
  for (const auto& one : asked) {
    EXPECT_EQ(one.headers.count("Authorization"), 1u);
    EXPECT_EQ(one.headers.count("Content-Type"), 1u) << "what an upstream needs comes through";
    for (const char* const name :
         {"X-Forwarded-For", "Cookie", "X-Api-Key", "Proxy-Authorization", "X-Operator-Token"}) {
      EXPECT_EQ(one.headers.count(name), 0u) << name;
    }
  }
  EXPECT_EQ(asked[0].headers.count("X-Runway-Version"), 0u);
}

// The service refuses requests that do not say which version of its API they mean.
TEST(GatewayHostile, TheVersionThatATaskAsksForReachesTheUpstream) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  g.Post("/runway/tasks", kDefaultToken, "{}", {{"X-Runway-Version", "2024-11-06"}});
  const auto asked = g.upstreams.TakeAsked();
  ASSERT_EQ(asked.size(), 1u);
  const auto version = asked[0].headers.find("X-Runway-Version");
  ASSERT_NE(version, asked[0].headers.end());
  EXPECT_EQ(version->second, "2024-11-06");
}

}  // namespace
}  // namespace pointsman::testing
