// Load: thousands of requests through the example gateway while channels die and return and the tables change. Whatever
// some channel could serve is served; the figures are printed.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "gateway/running_gateway.h"

namespace pointsman::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kClients = 16;
constexpr int kRequestsEach = 500;
constexpr int kChannels = 5;  // with the one that nobody answers for, as many as a walk has attempts: one is well

// A model of its own, by channels 101 to 105, in two tiers; nobody listens where channel 106 leads, in the upper one.
std::string LoadTables(const gateway::FakeUpstreams& upstreams) {
  const std::string url = upstreams.BaseUrl(0);
  std::string sql;
  for (int i = 1; i <= kChannels; ++i) {
    const std::string id = std::to_string(100 + i);
    const std::string priority = i <= 3 ? "10" : "0";
    sql += "INSERT INTO channels (id, name, key, models, priority, weight, base_url) VALUES (" + id + ", 'load " + id +
           "', 'k', 'load', " + priority + ", 10, '" + url.substr(0, url.size() - 1) + id +
           "'); INSERT INTO abilities VALUES ('default', 'load', " + id + ", 1, " + priority + ", 10, NULL);";
  }
  return sql +
         "INSERT INTO channels (id, name, key, models, priority, weight, base_url) VALUES (106, 'load 106', 'k', "
         "'load', 10, 10, 'http://127.0.0.1:1'); "
         "INSERT INTO abilities VALUES ('default', 'load', 106, 1, 10, 10, NULL);";
}

struct Tally {
  std::atomic<int> served{0};
  std::atomic<int> lost{0};
  std::atomic<int> streamed{0};
  std::atomic<int> retried{0};
  std::atomic<int> made[kClients] = {};
  std::vector<double> ms[kClients];
};

// Until every request that was on its way has come back: what a channel does from then on, only later ones meet.
void AwaitThoseUnderWay(const Tally& tally) {
  for (const auto& made : tally.made) {
    const int before = made;
    Eventually([&] { return made > before || made == kRequestsEach; }, std::chrono::seconds(60));
  }
}

bool IsWhole(const HttpAnswer& answer, bool is_streamed) {
  return answer.status == 200 && (is_streamed ? answer.body.ends_with("data: [DONE]\n\n")
                                              : answer.body.find("\"finish_reason\":\"stop\"") != std::string::npos);
}

// One client on a connection that it keeps; every fourth request is a stream.
void Ask(const RunningGateway& g, int client, Tally& tally) {
  const auto http = g.NewClient();
  const httplib::Headers headers = {{"Authorization", std::string("Bearer ") + kDefaultToken},
                                    {"X-Operator-Token", kOperator}};
  for (int i = 0; i < kRequestsEach; ++i) {
    const bool is_streamed = i % 4 == 0;
    const std::string body = std::string(R"({"model":"load","stream":)") + (is_streamed ? "true}" : "false}");
    const auto since = Clock::now();
    const HttpAnswer answer = Take(http->Post("/v1/chat/completions", headers, body, "application/json"));
    tally.ms[client].push_back(std::chrono::duration<double, std::milli>(Clock::now() - since).count());
    ++(IsWhole(answer, is_streamed) ? tally.served : tally.lost);
    ++tally.made[client];
    tally.streamed += is_streamed;
    tally.retried += answer.header("X-Pointsman-Attempt") > "1";
    if (!IsWhole(answer, is_streamed)) {
      ADD_FAILURE() << "lost: " << answer.status << " by " << answer.header("X-Pointsman-Channel") << " at attempt "
                    << answer.header("X-Pointsman-Attempt") << ": " << answer.body.substr(0, 300);
    }
  }
}

// Until the clients are done: four of the five channels fail at a time, each in its own way, another four the next
// time. One that is well takes over before the last one goes, so that there is always one for every walk. What breaks
// off in the middle of a stream is not among the ways: nobody can serve that again.
int BreakAndMend(RunningGateway& g, const Tally& tally, const std::atomic<bool>& is_done) {
  const char* const ways[] = {"failing", "rate_limited", "refusing", "cut_off_early", "poor"};
  int turns = 0;
  for (; !is_done; ++turns) {
    const int well = turns % kChannels;
    g.upstreams.Behave(101 + well, "fast");
    AwaitThoseUnderWay(tally);
    for (int i = 0; i < kChannels; ++i) {
      if (i != well) g.upstreams.Behave(101 + i, ways[(turns + i) % 5]);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  return turns;
}

// Weights and priorities: tiers come and go under the walks.
int ChangeTables(const RunningGateway& g, const std::atomic<bool>& is_done) {
  int changes = 0;
  Writer writer(g.db());
  sqlite3_busy_timeout(writer.db(), 2000);
  for (; !is_done; ++changes) {
    const std::string id = std::to_string(101 + changes % kChannels);
    writer.Run("UPDATE abilities SET weight = " + std::to_string(changes % 7 + 1) +
               ", priority = " + std::to_string(changes % 3) + " WHERE channel_id = " + id);
    std::this_thread::sleep_for(std::chrono::milliseconds(15));
  }
  return changes;
}

double Quantile(std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

TEST(GatewayLoad, NoRequestIsLostThatAnyChannelCouldServe) {
  const auto set_up = [](gateway::Options& options) {
    options.listener.threads = kClients + 4;
    using Time = std::chrono::milliseconds;
    options.state.cooldown = {.first = Time(100),
                              .longest_backoff = Time(300),
                              .longest = Time(300),
                              .quota = Time(200),
                              .credential = Time(200),
                              .slow_start = Time(100)};
  };
  RunningGateway g(set_up, "UPDATE options SET value = '5' WHERE key = 'RetryTimes'");
  g.Alter(LoadTables(g.upstreams));
  Tally tally;
  std::atomic<bool> is_done{false};
  int turns = 0;
  int changes = 0;
  std::thread breaker([&] { turns = BreakAndMend(g, tally, is_done); });
  std::thread changer([&] { changes = ChangeTables(g, is_done); });
  const auto since = Clock::now();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back([&, i] { Ask(g, i, tally); });
  for (std::thread& client : clients) client.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - since).count();
  is_done = true;
  breaker.join();
  changer.join();

  std::vector<double> ms;
  for (const auto& of_one : tally.ms) ms.insert(ms.end(), of_one.begin(), of_one.end());
  std::sort(ms.begin(), ms.end());
  std::printf(
      "load: %d requests in %.1f s, %d of them streams: %d served, %d lost, %d by another channel than the first; "
      "%d outages of four in five channels, %d changes of the tables, %llu generations; "
      "latency %.1f ms median, %.1f ms at 99 %%\n",
      static_cast<int>(ms.size()), seconds, tally.streamed.load(), tally.served.load(), tally.lost.load(),
      tally.retried.load(), turns, changes,
      static_cast<unsigned long long>(g.gateway->router().TakeSnapshot().generation), Quantile(ms, 0.5),
      Quantile(ms, 0.99));
  EXPECT_EQ(tally.served, kClients * kRequestsEach);
  EXPECT_EQ(tally.lost, 0);
  EXPECT_GT(tally.retried, 100);  // otherwise nothing was in the way
  EXPECT_GT(g.StatusOf(106).failures, 0);
  EXPECT_EQ(g.StatusOf(106).successes, 0);
  EXPECT_GT(turns, 5);
  EXPECT_GT(changes, 10);
}

}  // namespace
}  // namespace pointsman::testing
