// Requests that a proxy, this server and an upstream may read in different ways: each is refused, and what is left of
// it is nobody's request.
#include <string>

#include "gateway/raw_client.h"
#include "gateway/running_gateway.h"
#include "gmock/gmock.h"

namespace pointsman::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kSmuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kLength = "Content-Length: " + std::to_string(kSmuggled.size()) + "\r\n";

// The head, then its answer, then a body that is itself a request: what a proxy sends on a connection that it keeps.
void ExpectOneAnswerAndTheEnd(const RunningGateway& g, const std::string& head, const std::string& status) {
  RawClient client(g.gateway->port());
  client.Send(head + "\r\n");
  std::string answer = client.ReadSome();
  client.Send(kSmuggled);
  answer += client.Read();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + status + " ")) << head;
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << head;
  EXPECT_EQ(Answers(answer), 1u) << head << answer;
  EXPECT_TRUE(client.is_closed()) << head;
}

TEST(GatewayRequests, ABodyThatComesLaterIsNeverTheNextRequest) {
  RunningGateway g;
  const std::string host = " HTTP/1.1\r\nHost: x\r\n";
  ExpectOneAnswerAndTheEnd(g, "BREW /v1/chat/completions" + host + kLength, "501");
  ExpectOneAnswerAndTheEnd(g, "PRI /healthz" + host + kLength, "501");
  for (const std::string method : {"TRACE", "CONNECT"}) {
    ExpectOneAnswerAndTheEnd(g, method + " /healthz" + host + kLength, "501");
    ExpectOneAnswerAndTheEnd(g, method + " /healthz" + host, "501");
  }
  for (const std::string method : {"GET", "HEAD", "OPTIONS", "DELETE"}) {
    ExpectOneAnswerAndTheEnd(g, method + " /healthz" + host + kLength, "400");
  }
  ExpectOneAnswerAndTheEnd(g, "POST /v1/chat/completions HTTP/1.2\r\nHost: x\r\n" + kLength, "400");
  ExpectOneAnswerAndTheEnd(g, "HEAD /healthz HTTP/9\r\nHost: x\r\n" + kLength, "400");
  ExpectOneAnswerAndTheEnd(g, "POST /a?b?c" + host + kLength, "400");
  ExpectOneAnswerAndTheEnd(g, "POST /" + std::string(9000, 'a') + host + kLength, "414");
  ExpectOneAnswerAndTheEnd(g, "POST /healthz" + host + "X: " + std::string(9000, 'a') + "\r\n" + kLength, "431");
  ExpectOneAnswerAndTheEnd(g, "POST /healthz" + host + "Range: bytes=x\r\n" + kLength, "416");
}

// Would catch: a head or a body that is judged before all of it is there, and bytes of one request that go to the next.
TEST(GatewayRequests, BytesThatComeOneByOneAreTheSameRequests) {
  RunningGateway g;
  RawClient client(g.gateway->port());
  const std::string body = R"({"model":"gpt-4o"})";
  const std::string request = std::string("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ") +
                              kDefaultToken + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (int i = 0; i < 2; ++i) {
    for (const char byte : request) client.Send(std::string(1, byte));
    EXPECT_THAT(client.ReadSome(), StartsWith("HTTP/1.1 200 ")) << i;
  }
  client.Send(kSmuggled);
  EXPECT_EQ(Answers(client.Read()), 1u) << "and nothing is left of those before";
}

// 256 threads times 16 MB are of nobody's who has no key.
TEST(GatewayRequests, OfAStrangersBodyNothingIsRead) {
  RunningGateway g;
  for (const std::string path : {"/v1/chat/completions", "/runway/tasks"}) {
    ExpectOneAnswerAndTheEnd(g, "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + kLength, "401");
    ExpectOneAnswerAndTheEnd(
        g, "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-x\r\nContent-Length: 16000000\r\n",
        "401");
  }
  for (const std::string method : {"POST", "PUT", "PATCH"}) {
    ExpectOneAnswerAndTheEnd(g, method + " /v1/embeddings HTTP/1.1\r\nHost: x\r\n" + kLength, "404");
  }
  ExpectOneAnswerAndTheEnd(g, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 99000000\r\n", "413");
}

TEST(GatewayRequests, AHeadThatCanBeReadInTwoWaysIsRefused) {
  RunningGateway g;
  const std::string begin = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n";
  for (const std::string line :
       {"Transfer-Encoding : chunked\r\n", "Transfer-Encoding\t: chunked\r\n", " Transfer-Encoding: chunked\r\n",
        "X: y\n Transfer-Encoding: chunked\r\n", "X: y\rTransfer-Encoding: chunked\r\n", ": empty\r\n", "words\r\n",
        "X: a\x7f\r\n", "X\x80: a\r\n", "Content-Length: %33%36\r\n"}) {
    ExpectOneAnswerAndTheEnd(g, begin + line + kLength, "400");
  }
  ExpectOneAnswerAndTheEnd(g, begin + "Transfer-Encoding:\r\n" + kLength, "411");
  ExpectOneAnswerAndTheEnd(g, begin + std::string("X: a\0b\r\n", 8) + kLength, "400");
  ExpectOneAnswerAndTheEnd(g, begin + "Content-Length:\r\n", "400");
  ExpectOneAnswerAndTheEnd(g, begin + "Content-Type: multi%70art/form-data; boundary=x\r\n" + kLength, "415");
}

TEST(GatewayRequests, AHeadWithoutEndIsRefused) {
  RunningGateway g;
  for (const std::string& head :
       {std::string(100'000, 'a'), "GET /healthz HTTP/1.1\r\nX: " + std::string(100'000, 'a')}) {
    RawClient client(g.gateway->port());
    client.Send(head);
    EXPECT_THAT(client.Read(), StartsWith("HTTP/1.1 431 "));
    EXPECT_TRUE(client.is_closed());
  }
}

// With these the channel's key would open more of the upstream than the path says.
TEST(GatewayRequests, PathsCannotClimbOutOfTheirUpstream) {
  RunningGateway g;
  g.upstreams.TakeAsked();
  for (const std::string path :
       {"/runway/../v1",        "/runway/%2e%2e/v1",     "/runway/.%2E",        "/runway/./x",
        "/runway/..\\..\\v1",   "/runway/..%5cv1",       "/runway/..;/v1",      "/runway/..;a=b/v1",
        "/runway/%2e%2e%3b/v1", "/runway/%252e%252e/v1", "/runway/x%2f..%2fv1", "/runway/%2",
        "/runway/%zz",          "/runway/%u002e",        "/runway/a%00b",       "/runway/a%0d%0ab",
        "/runway/a\x01",        "/runway/a\x7f",         "/runway/a\tb",        "/runway/a#/../b"}) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + kDefaultToken + "\r\n\r\n";
    RawClient client(g.gateway->port());
    client.Send(request);
    EXPECT_THAT(client.Read(), StartsWith("HTTP/1.1 400 ")) << path;
  }
  EXPECT_TRUE(g.upstreams.TakeAsked().empty());
  for (const char* const path : {"/runway/v1/tasks/a..b", "/runway/.well-known/x", "/runway/a%20b?x=../y&z=%252e"}) {
    EXPECT_EQ(g.Get(path, kDefaultToken).status, 202) << path;
  }
  const auto asked = g.upstreams.TakeAsked();
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked[2].target, "/runway/a%20b?x=../y&z=%252e");
}

TEST(GatewayRequests, LongPathsAndHeadersAreRefused) {
  RunningGateway g;
  EXPECT_EQ(g.Get("/runway/" + std::string(2000, 'a'), kDefaultToken).status, 414);
  EXPECT_EQ(g.Get("/v1/models/" + std::string(7000, 'a'), kDefaultToken).status, 414);
  const httplib::Headers key = {{"Authorization", std::string("Bearer ") + kDefaultToken}};
  const auto with = [&](int lines, std::size_t bytes) {
    httplib::Headers headers = key;
    for (int i = 0; i < lines; ++i) headers.emplace("X-Padding", std::string(bytes, 'a'));
    return Take(g.client().Get("/v1/models", headers)).status;
  };
  EXPECT_EQ(with(3, 8000), 200);
  EXPECT_EQ(with(1, 20'000), 431);
  EXPECT_EQ(with(5, 8000), 431);
  EXPECT_EQ(g.Get("/healthz", "").status, 200);
}

// Behind a proxy the next request may come before the answer to this one was sent.
TEST(GatewayRequests, RequestsThatComeTogetherAreAllAnswered) {
  RunningGateway g;
  const std::string body = RunningGateway::ChatBody("glm-4.5");
  const std::string chat = std::string("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ") +
                           kDefaultToken + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  RawClient client(g.gateway->port());
  client.Send(chat + kSmuggled + chat);
  const std::string answers = client.Read();
  EXPECT_EQ(Answers(answers), 3u) << answers;
  EXPECT_THAT(answers, Not(HasSubstr("Connection: close")));
  EXPECT_THAT(answers, HasSubstr(R"({"ok":true})"));
}

TEST(GatewayRequests, ASlowBodyIsReadToItsEnd) {
  RunningGateway g;
  const std::string body = RunningGateway::ChatBody("glm-4.5");
  RawClient client(g.gateway->port());
  client.Send(std::string("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ") + kDefaultToken +
              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, 7));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  client.Send(body.substr(7) + kSmuggled);
  const std::string answers = client.Read();
  EXPECT_EQ(Answers(answers), 2u) << answers;
  EXPECT_THAT(answers, EndsWith(R"({"ok":true})"));
}

}  // namespace
}  // namespace pointsman::testing
