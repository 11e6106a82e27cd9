// The example gateway's page in headless Chromium, and what ./dev gateway says to try. Where there is no Chromium or no
// Node.js, that test is skipped and says so. POINTSMAN_PICTURES names a folder for pictures of the page.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "gateway/bounded.h"
#include "gateway/running_gateway.h"
#include "gmock/gmock.h"
#include "support/live_program.h"

namespace pointsman::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string FindChromium() {
  for (const char* const name : {"chromium", "chromium-browser", "google-chrome"}) {
    if (HasProgram(name)) return name;
  }
  return "";
}

TEST(GatewayPage, ShowsTheLiveMapInABrowser) {
  const std::string chromium = FindChromium();
  if (chromium.empty()) GTEST_SKIP() << "skipped: there is no Chromium here";
  if (!HasProgram("node")) GTEST_SKIP() << "skipped: there is no Node.js here";
  if (!HasProgram("sqlite3")) GTEST_SKIP() << "skipped: there is no sqlite3 here";
  RunningGateway g;
  const char* const pictures = std::getenv("POINTSMAN_PICTURES");
  const std::string fakes = g.upstreams.BaseUrl(0).substr(0, g.upstreams.BaseUrl(0).find("/c/"));
  const Outcome page = Bounded("100", {"node", POINTSMAN_CLIENTS_SOURCE "/page.mjs", chromium,
                                       "http://127.0.0.1:" + std::to_string(g.gateway->port()), fakes, g.db(),
                                       pictures == nullptr ? "" : pictures});
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_THAT(page.out, EndsWith("holds: a token in the fragment leaves the address\n"));
  std::printf("%s", page.out.c_str());
}

// demo.sh, ended in order whatever happens to the test: it takes its own programs along. The time limit is for a test
// that is killed.
class Demo {
 public:
  Demo()
      : program_(
            {"/usr/bin/env", "timeout", "-k", "5", "100", "sh", POINTSMAN_GATEWAY_DEMO, POINTSMAN_BUILD, "0", "0"}) {
    while (lines_.size() < 100 && (lines_.empty() || lines_.back() != "Ctrl-C ends it.")) {
      lines_.push_back(program_.Line());
    }
  }
  ~Demo() { End(); }
  void End() {
    program_.Signal(SIGTERM);
    program_.Wait();
  }
  // The commands that it says to try, in order.
  std::vector<std::string> Commands() const {
    std::vector<std::string> commands;
    for (const std::string& line : lines_) {
      if (line.starts_with("  ")) commands.push_back(line.substr(2));
    }
    return commands;
  }

 private:
  LiveProgram program_;
  std::vector<std::string> lines_;
};

TEST(GatewayDemo, EverythingThatItSaysToTryWorks) {
  if (!HasProgram(POINTSMAN_BUILD "/bin/pointsman")) GTEST_SKIP() << "skipped: the command line tool is not built";
  Demo demo;
  const std::vector<std::string> commands = demo.Commands();
  std::vector<std::string> printed;
  for (const std::string& command : commands) {
    const Outcome tried = Bounded("30", {"sh", "-c", command});
    // The doctor's 1 says that there is more to cure, which no command may do by itself.
    EXPECT_EQ(tried.code, command.find("doctor") == std::string::npos ? 0 : 1) << command << "\n" << tried.err;
    printed.push_back(tried.out);
  }
  ASSERT_EQ(commands.size(), 13u);
  EXPECT_THAT(printed[0], HasSubstr("X-Pointsman-Channel: "));
  EXPECT_THAT(printed[1], EndsWith("data: [DONE]\n\n"));
  EXPECT_THAT(printed[2], HasSubstr(R"("id":"gemini-2.5-pro")"));
  EXPECT_THAT(printed[3], HasSubstr("gen4_turbo"));
  EXPECT_THAT(printed[4], HasSubstr("the token's group is set correctly"));
  EXPECT_THAT(printed[5], HasSubstr("令牌的分组设置是否正确"));
  EXPECT_THAT(printed[6], HasSubstr("12 rows changed"));
  EXPECT_THAT(printed[7], HasSubstr("task-8"));
  EXPECT_THAT(printed[12], HasSubstr("gpt-4o"));
  demo.End();
}

}  // namespace
}  // namespace pointsman::testing
