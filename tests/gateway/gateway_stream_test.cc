// Streams through the example gateway: passed on as they come, and never ended as if they were whole when they are not.
#include <atomic>
#include <string>

#include "gateway/raw_client.h"
#include "gateway/running_gateway.h"
#include "gmock/gmock.h"

namespace pointsman::testing {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kBody = R"({"model":"gpt-4o","stream":true})";

struct Heard {
  HttpAnswer head;
  std::string body;
  bool is_whole = false;
};

// `hear` is called with what has come so far; false hangs up.
Heard Stream(RunningGateway& g, const std::function<bool(const std::string&)>& hear = nullptr) {
  Heard heard;
  httplib::Request request;
  request.method = "POST";
  request.path = "/v1/chat/completions";
  request.headers = {{"Authorization", std::string("Bearer ") + kDefaultToken},
                     {"X-Operator-Token", kOperator},
                     {"Accept-Encoding", "gzip, br"},
                     {"Content-Type", "application/json"}};
  request.body = kBody;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    heard.body.append(data, size);
    return hear == nullptr || hear(heard.body);
  };
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  heard.is_whole = g.NewClient()->send(request, response, error);
  heard.head = {.status = response.status, .headers = response.headers, .body = ""};
  return heard;
}

TEST(GatewayStream, PiecesArriveWhileTheUpstreamIsStillAtIt) {
  RunningGateway g;
  g.upstreams.set_pause(std::chrono::milliseconds(60));
  std::int64_t going_on_at_first = -1;
  const Heard heard = Stream(g, [&](const std::string&) {
    if (going_on_at_first < 0) going_on_at_first = g.upstreams.streams_going_on();
    return true;
  });
  EXPECT_TRUE(heard.is_whole);
  EXPECT_EQ(heard.head.status, 200);
  EXPECT_EQ(heard.head.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(heard.head.header("Content-Encoding"), "");  // a compressor would hold pieces back
  EXPECT_EQ(going_on_at_first, 1);
  EXPECT_THAT(heard.body, HasSubstr("Served"));
  EXPECT_TRUE(heard.body.ends_with("data: [DONE]\n\n"));
  EXPECT_THAT(heard.head.header("X-Pointsman-Channel"), AnyOf("1", "2"));
  EXPECT_TRUE(Eventually([&] { return g.StatusOf(1).successes + g.StatusOf(2).successes == 1; }));
}

TEST(GatewayStream, BeforeTheFirstByteAnotherChannelServes) {
  for (const char* const how : {"failing", "rate_limited", "cut_off_early"}) {
    RunningGateway g;
    for (const int id : {1, 2}) g.upstreams.Behave(id, how);
    const Heard heard = Stream(g);
    EXPECT_TRUE(heard.is_whole) << how;
    EXPECT_EQ(heard.head.status, 200) << how;
    EXPECT_EQ(heard.head.header("X-Pointsman-Attempt"), "3") << how;
    EXPECT_TRUE(heard.body.ends_with("data: [DONE]\n\n")) << how;
  }
}

TEST(GatewayStream, AnErrorBeforeTheStreamIsAnOrdinaryAnswer) {
  RunningGateway g;
  for (const int id : {1, 2, 3, 4}) g.upstreams.Behave(id, "picky");
  const Heard heard = Stream(g);
  EXPECT_EQ(heard.head.status, 400);
  EXPECT_THAT(heard.body, HasSubstr("temperature is out of range"));
}

// The worst that a gateway can do with half an answer is to end it in order.
TEST(GatewayStream, WhatIsCutOffEndsWithAnErrorAndWithoutItsEnd) {
  for (const char* const how : {"cut_off", "unframed_cut"}) {
    RunningGateway g;
    for (const int id : {1, 2}) g.upstreams.Behave(id, how);
    const Heard heard = Stream(g);
    EXPECT_EQ(heard.head.status, 200) << how;
    EXPECT_FALSE(heard.is_whole) << how;
    EXPECT_THAT(heard.body, HasSubstr("Served")) << how;
    EXPECT_THAT(heard.body, Not(HasSubstr("[DONE]"))) << how;
    EXPECT_THAT(heard.body, HasSubstr(R"(data: {"error":{"message":"The upstream broke off)")) << how;
    EXPECT_TRUE(Eventually([&] { return g.StatusOf(1).failures + g.StatusOf(2).failures == 1; })) << how;
    EXPECT_EQ(g.StatusOf(1).successes + g.StatusOf(2).successes, 0) << how;
  }
}

// Half an event, and behind it the error: a client would take both for one.
TEST(GatewayStream, WhatIsCutOffInsideAnEventEndsBeforeItWithAnError) {
  RunningGateway g;
  for (const int id : {1, 2}) g.upstreams.Behave(id, "cut_in_event");
  const Heard heard = Stream(g);
  EXPECT_FALSE(heard.is_whole);
  EXPECT_THAT(heard.body, HasSubstr("Served"));
  std::size_t events = 0;
  for (std::size_t at = 0, end = 0; at < heard.body.size(); at = end + 2, ++events) {
    end = heard.body.find("\n\n", at);
    ASSERT_NE(end, std::string::npos) << heard.body;
    EXPECT_THAT(heard.body.substr(at, end - at), MatchesRegex("data: .*}"));
  }
  EXPECT_EQ(events, 3u) << "two words, and the error";
  EXPECT_THAT(heard.body, EndsWith("\"code\":\"upstream_broke_off\"}}\n\n"));
}

TEST(GatewayStream, AnUpstreamThatFallsSilentInTheMiddleIsCutOff) {
  RunningGateway g([](gateway::Options& options) { options.upstream.silence = std::chrono::milliseconds(150); });
  for (const int id : {1, 2}) g.upstreams.Behave(id, "stalling");
  const Heard heard = Stream(g);
  EXPECT_FALSE(heard.is_whole);
  EXPECT_THAT(heard.body, HasSubstr("upstream_broke_off"));
}

// Tokens cost money: what nobody listens to any more must not go on upstream.
TEST(GatewayStream, WhoHangsUpEndsTheUpstreamsStreamAndHarmsNoChannel) {
  RunningGateway g;
  for (const int id : {1, 2}) g.upstreams.Behave(id, "stalling");
  Stream(g, [](const std::string&) { return false; });
  EXPECT_TRUE(Eventually([&] { return g.upstreams.streams_going_on() == 0; }));
  for (const int id : {1, 2}) EXPECT_EQ(g.StatusOf(id).failures, 0);
}

// Reasoning models think for a minute before they say a word.
TEST(GatewayStream, WhoHangsUpBeforeTheFirstByteIsNotWaitedFor) {
  RunningGateway g;
  g.upstreams.set_slowness(std::chrono::seconds(4));
  for (const int id : {1, 2, 3, 4}) g.upstreams.Behave(id, "slow");
  g.upstreams.TakeAsked();
  const auto since = std::chrono::steady_clock::now();
  {
    RawClient client(g.gateway->port());
    client.Send(std::string("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ") + kDefaultToken +
                "\r\nContent-Length: " + std::to_string(std::string(kBody).size()) + "\r\n\r\n" + kBody);
    EXPECT_TRUE(Eventually([&] { return g.upstreams.TakeAsked().size() == 1; }));
  }
  EXPECT_TRUE(Eventually(
      [&] { return g.Get("/admin/map", kOperator).body.find("\"outcome\":\"cancelled\"") != std::string::npos; }));
  EXPECT_LT(std::chrono::steady_clock::now() - since, std::chrono::seconds(3));
  EXPECT_EQ(g.upstreams.TakeAsked().size(), 0u) << "nobody waits for another channel's answer";
  g.upstreams.set_slowness(std::chrono::milliseconds(0));
}

// The destructor would wait forever for a stream that nobody ends.
TEST(GatewayStream, AGatewayThatIsStoppedEndsItsStreams) {
  RunningGateway g;
  for (const int id : {1, 2}) g.upstreams.Behave(id, "stalling");
  std::atomic<bool> has_begun{false};
  Heard heard;
  std::thread listener([&] { heard = Stream(g, [&](const std::string&) { return has_begun = true; }); });
  EXPECT_TRUE(Eventually([&] { return has_begun.load(); }));
  g.gateway.reset();
  listener.join();
  EXPECT_FALSE(heard.is_whole);
}

}  // namespace
}  // namespace pointsman::testing
