// The example gateway and clients that nobody here wrote: the openai package of npm, and curl.
//
// The package is installed into the build folder, by the versions and hashes of clients/package-lock.json. Where there
// is no Node.js, or no registry can be reached, its tests are skipped and say so; the same for curl.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway/bounded.h"
#include "gateway/running_gateway.h"
#include "gmock/gmock.h"
#include "support/live_program.h"
#include "support/run_program.h"

namespace pointsman::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

// Empty where the package is there; else why it is not. Asked once.
const std::string& WhyNoPackage() {
  static const std::string why = [] {
    if (!HasProgram("node") || !HasProgram("npm")) return std::string("there is no node and npm here");
    const fs::path folder = POINTSMAN_CLIENTS;
    fs::create_directories(folder);
    const std::string lock = ReadText(POINTSMAN_CLIENTS_SOURCE "/package-lock.json");
    if (fs::exists(folder / "node_modules/openai") && ReadText(folder / "installed.json") == lock) return std::string();
    for (const char* const name : {"package.json", "package-lock.json"}) {
      WriteText(folder / name, ReadText(std::string(POINTSMAN_CLIENTS_SOURCE "/") + name));
    }
    const Outcome npm = Bounded("150", {"npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
                                        "--fetch-retries", "1", "--fetch-timeout", "20000"});
    if (npm.code != 0) return "npm cannot install the openai package: " + npm.err.substr(0, 500);
    WriteText(folder / "installed.json", lock);
    return std::string();
  }();
  return why;
}

// By the openai package: it ends well if what it calls by that name holds.
void ExpectClaim(RunningGateway& g, const std::string& claim, const std::string& key = kDefaultToken) {
  setenv("POINTSMAN_CLIENTS", POINTSMAN_CLIENTS, 1);
  const Outcome node = Bounded("60", {"node", POINTSMAN_CLIENTS_SOURCE "/openai_client.mjs", claim,
                                      "http://127.0.0.1:" + std::to_string(g.gateway->port()), key});
  EXPECT_EQ(node.out, "holds: " + claim + "\n") << node.err;
}

class GatewayOpenAi : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!WhyNoPackage().empty()) GTEST_SKIP() << "skipped: " << WhyNoPackage();
  }
};

TEST_F(GatewayOpenAi, ChatsStreamsAndListsModels) {
  RunningGateway g;
  for (const char* const claim : {"chat", "stream", "models"}) ExpectClaim(g, claim);
}

TEST_F(GatewayOpenAi, NoticesNothingOfAChannelThatFails) {
  RunningGateway g;
  for (const int id : {1, 2}) g.upstreams.Behave(id, "failing");
  ExpectClaim(g, "another_channel");
}

TEST_F(GatewayOpenAi, RaisesItsOwnErrors) {
  RunningGateway g([](gateway::Options& options) { options.policy_file = POINTSMAN_EXACT_POLICY; },
                   "UPDATE tokens SET model_limits_enabled = 1, model_limits = 'o3' WHERE id = 2");
  ExpectClaim(g, "unknown_key", "sk-unknown");
  ExpectClaim(g, "unknown_model");
  ExpectClaim(g, "model_beyond_limits", "sk-not-a-real-key-2");
  ExpectClaim(g, "no_model");
  ExpectClaim(g, "no_channel", kTokenWithoutGroup);
  for (const int id : {1, 2, 3, 4}) g.upstreams.Behave(id, "rate_limited");
  ExpectClaim(g, "rate_limited");
}

TEST_F(GatewayOpenAi, RaisesAnErrorForAStreamThatIsCutOff) {
  RunningGateway g;
  for (const int id : {1, 2}) g.upstreams.Behave(id, "cut_off");
  ExpectClaim(g, "cut_off");
}

TEST_F(GatewayOpenAi, EndsTheUpstreamsStreamWhenItHangsUp) {
  RunningGateway g;
  for (const int id : {1, 2}) g.upstreams.Behave(id, "stalling");
  ExpectClaim(g, "hang_up");
  EXPECT_TRUE(Eventually([&] { return g.upstreams.streams_going_on() == 0; }));
  for (const int id : {1, 2}) EXPECT_EQ(g.StatusOf(id).failures, 0);
}

class GatewayCurl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasProgram("curl")) GTEST_SKIP() << "skipped: there is no curl here";
  }
  Outcome Curl(const std::string& path, std::vector<std::string> more) {
    std::vector<std::string> command = {"curl", "-sS", "--noproxy",
                                        "*",    "-H",  std::string("Authorization: Bearer ") + kDefaultToken};
    command.insert(command.end(), more.begin(), more.end());
    command.push_back("http://127.0.0.1:" + std::to_string(g.gateway->port()) + path);
    return Bounded("30", command);
  }

  RunningGateway g;
};

constexpr const char* kChat = "/v1/chat/completions";

TEST_F(GatewayCurl, PostsAsTheManualsOfTheApiShow) {
  const Outcome chat = Curl(kChat, {"-H", "Content-Type: application/json", "-d", RunningGateway::ChatBody("gpt-4o")});
  EXPECT_EQ(chat.code, 0) << chat.err;
  EXPECT_THAT(chat.out, HasSubstr("Served by channel number"));
  const Outcome task = Curl("/runway/tasks", {"-w", " %{http_code}", "-d", R"({"model":"gen4_turbo"})"});
  EXPECT_EQ(task.out, R"({"id":"task-8","model":"gen4_turbo"} 202)");
}

TEST_F(GatewayCurl, StreamsCompressedOrNot) {
  for (const char* const how : {"-N", "--compressed"}) {
    const Outcome stream = Curl(kChat, {how, "-d", R"({"model":"gpt-4o","stream":true})"});
    EXPECT_EQ(stream.code, 0) << stream.err;
    EXPECT_THAT(stream.out, StartsWith("data: {"));
    EXPECT_THAT(stream.out, EndsWith("data: [DONE]\n\n"));
  }
}

TEST_F(GatewayCurl, FailsOnAStreamThatIsCutOff) {
  for (const int id : {1, 2}) g.upstreams.Behave(id, "cut_off");
  const Outcome stream = Curl(kChat, {"-N", "-d", R"({"model":"gpt-4o","stream":true})"});
  EXPECT_EQ(stream.code, 18) << "CURLE_PARTIAL_FILE";
  EXPECT_THAT(stream.out, HasSubstr("upstream_broke_off"));
}

// It asks first whether such a body is welcome.
TEST_F(GatewayCurl, SendsALargeBody) {
  const std::string file = g.folder / "body.json";
  WriteText(file, R"({"model":"gpt-4o","messages":")" + std::string(3 << 20, 'x') + "\"}");
  const Outcome chat = Curl(kChat, {"-d", "@" + file});
  EXPECT_EQ(chat.code, 0) << chat.err;
  EXPECT_THAT(chat.out, HasSubstr("Served by"));
}

TEST_F(GatewayCurl, IsRefusedAnUnboundedBody) {
  const Outcome chat =
      Curl(kChat, {"-w", "%{http_code}", "-o", "/dev/null", "-H", "Transfer-Encoding: chunked", "-d", "{}"});
  EXPECT_EQ(chat.out, "411") << chat.err;
}

TEST_F(GatewayCurl, IsAnsweredInEnglishUnlessItAsksOtherwise) {
  const std::vector<std::string> unknown = {"-d", R"({"model":"gpt-9"})"};
  EXPECT_THAT(Curl(kChat, unknown).out, HasSubstr("No channel is available"));
  EXPECT_THAT(Curl(kChat, {"-H", "Accept-Language: zh", unknown[0], unknown[1]}).out, Not(HasSubstr("No channel")));
}

TEST_F(GatewayCurl, KeepsItsConnection) {
  const std::string url = "http://127.0.0.1:" + std::to_string(g.gateway->port()) + "/healthz";
  const Outcome two = Curl("/healthz", {"-o", "/dev/null", "-o", "/dev/null", "-w", "%{num_connects} ", url});
  EXPECT_EQ(two.out, "1 0 ") << two.err;
}

// The whole program, as ./dev gateway starts it.
TEST_F(GatewayCurl, TheProgramListensAndEndsWhenItIsTold) {
  const Outcome usage = Bounded("20", {POINTSMAN_GATEWAY_PATH});
  EXPECT_EQ(usage.code, 2);
  EXPECT_THAT(usage.err, StartsWith("gateway: --from is missing\nusage: gateway --from SOURCE"));
  EXPECT_EQ(usage.out, "");
  const Outcome missing = Bounded("20", {POINTSMAN_GATEWAY_PATH, "--from", g.folder / "nothing.db"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, MatchesRegex("gateway: .*nothing.db.*\n"));
  const Outcome port = Bounded("20", {POINTSMAN_GATEWAY_PATH, "--from", g.db(), "--port", "70000"});
  EXPECT_THAT(port.err, StartsWith("gateway: --port is a number from 0 to 65535"));
  const Outcome taken =
      Bounded("20", {POINTSMAN_GATEWAY_PATH, "--from", g.db(), "--port", std::to_string(g.gateway->port())});
  EXPECT_THAT(taken.err, HasSubstr("cannot listen on 127.0.0.1 port")) << "and does not share it";
  setenv("POINTSMAN_OPERATOR_TOKEN", kOperator, 1);
  LiveProgram program({POINTSMAN_GATEWAY_PATH, "--from", g.db(), "--port", "0"});
  const std::string line = program.Line();
  EXPECT_THAT(line, StartsWith("listening on http://127.0.0.1:"));
  const std::string url = line.substr(line.find("http"));
  const Outcome map =
      Bounded("20", {"curl", "-sS", "-H", std::string("Authorization: Bearer ") + kOperator, url + "/admin/map"});
  EXPECT_THAT(map.out, HasSubstr("\"routes\"")) << map.err;
  program.Signal(SIGTERM);
  EXPECT_EQ(program.Wait(), 0);
}

}  // namespace
}  // namespace pointsman::testing
