// Counts of attempts by group, model and channel: what is counted, under which names, and what bounds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "pointsman/metrics.h"
#include "pointsman/route_counts.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"

namespace pointsman {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Counts : public ::testing::Test {
 protected:
  explicit Counts(std::size_t most = 100) : router_({}, {.most_route_counts = most}) {}
  void Serve(std::string_view lines) { ASSERT_TRUE(router_.Publish(testing::TableFromLines(lines).value()).ok()); }
  void Attempt(const Request& request, const Outcome& outcome = {}) {
    Selection s = router_.Select(request);
    router_.Report(s, outcome);
  }
  // "default/gpt-4o/8" for each.
  std::vector<std::string> Routes() const {
    std::vector<std::string> routes;
    for (const RouteCount& c : router_.RouteCounts()) {
      routes.push_back(c.group + "/" + c.model + "/" + std::to_string(c.channel_id) + " " +
                       std::to_string(c.attempts()));
    }
    return routes;
  }

  Router router_;
};

TEST_F(Counts, AreKeptApartByGroupModelAndChannel) {
  Serve("8 default,vip a,b\n9 vip a 1 -5\n");
  Attempt({.group = "default", .model = "a"});
  Attempt({.group = "default", .model = "a"});
  Attempt({.group = "default", .model = "b"});
  Attempt({.group = "vip", .model = "a"});
  ASSERT_TRUE(router_.SwitchOff(8));
  Attempt({.group = "vip", .model = "a"});
  EXPECT_THAT(Routes(), ElementsAre("default/a/8 2", "default/b/8 1", "vip/a/8 1", "vip/a/9 1"));
}

TEST_F(Counts, HoldEachKindOfOutcomeTheTimeOfSuccessesAndTheTokensOfAll) {
  Serve("8 default a\n");
  const Request ask{.group = "default", .model = "a"};
  Attempt(ask, {.kind = OutcomeKind::kSuccess, .latency = 20ms, .tokens = 7});
  Attempt(ask, {.kind = OutcomeKind::kSuccess});
  Attempt(ask, {.kind = OutcomeKind::kCallersFault, .latency = 5s, .tokens = 1});
  Attempt(ask, {.kind = OutcomeKind::kCancelled, .latency = -1s, .tokens = -5});
  Attempt(ask, {.kind = OutcomeKind::kModelUnavailable});
  ASSERT_THAT(router_.RouteCounts(), SizeIs(1));
  const RouteCount count = router_.RouteCounts()[0];
  EXPECT_THAT(count.by_kind, ElementsAre(2, 0, 0, 0, 0, 1, 1, 1));
  EXPECT_EQ(count.of(OutcomeKind::kSuccess), 2u);
  EXPECT_EQ(count.attempts(), 5u);
  EXPECT_EQ(count.latency, 20ms);
  EXPECT_EQ(count.timed, 1u);
  EXPECT_EQ(count.tokens, 8u);
}

TEST_F(Counts, LeaveOutWhatIsNoOutcomeAndTimesThatNobodyWaited) {
  Serve("8 default a\n");
  const Request ask{.group = "default", .model = "a"};
  Attempt(ask, {.kind = static_cast<OutcomeKind>(200)});
  EXPECT_THAT(Routes(), IsEmpty());
  for (int i = 0; i < 3; ++i) Attempt(ask, {.latency = std::chrono::nanoseconds::max()});
  Attempt(ask, {.latency = 2s});
  EXPECT_EQ(router_.RouteCounts()[0].attempts(), 4u);
  EXPECT_EQ(router_.RouteCounts()[0].latency, 2s);
}

TEST_F(Counts, CountOneSelectionOnceAndRefusalsNever) {
  Serve("8 default a\n");
  Selection s = router_.Select({.group = "default", .model = "a"});
  router_.Report(s, {});
  router_.Report(s, {});
  Attempt({.group = "default", .model = "unknown"});
  {
    const Selection dropped = router_.Select({.group = "default", .model = "a"});
  }
  EXPECT_THAT(Routes(), ElementsAre("default/a/8 1"));
}

TEST_F(Counts, GoByTheListedNameWhateverTheRequestSaid) {
  Serve("8 default gpt-*\n");
  for (int i = 0; i < 1000; ++i) {
    const std::string made_up = "gpt-" + std::to_string(i);
    Attempt({.group = "default", .model = made_up});
  }
  EXPECT_THAT(Routes(), ElementsAre("default/gpt-*/8 1000"));
}

TEST_F(Counts, OutliveTheirTables) {
  Serve("8 default a\n");
  Attempt({.group = "default", .model = "a"});
  Serve("9 other b\n");
  Attempt({.group = "other", .model = "b"});
  EXPECT_THAT(Routes(), ElementsAre("default/a/8 1", "other/b/9 1"));
}

TEST_F(Counts, NameTheModelThatWasServedAlthoughAPublishRenumberedThemMeanwhile) {
  Serve("8 default b\n");
  Selection s = router_.Select({.group = "default", .model = "b"});
  Selection late = router_.Select({.group = "default", .model = "b"});
  Serve("8 default a,b\n");
  router_.Report(s, {});
  EXPECT_THAT(Routes(), ElementsAre("default/b/8 1"));
  for (const char* models : {"b", "a,b", "b", "a,b", "b", "a,b", "b"}) Serve("8 default " + std::string(models) + "\n");
  router_.Report(late, {});
  EXPECT_THAT(Routes(), ElementsAre("default//8 1", "default/b/8 1")) << "eight renumberings ago: nobody knows";
}

class FewCounts : public Counts {
 protected:
  FewCounts() : Counts(2) {}
};

TEST_F(FewCounts, GatherInOneRowWhatHasNoRoom) {
  Serve("8 default a,b,c,d\n");
  for (const char* model : {"a", "b", "c", "d", "d", "a"}) Attempt({.group = "default", .model = model});
  EXPECT_THAT(Routes(), ElementsAre("//0 3", "default/a/8 2", "default/b/8 1"));
  EXPECT_TRUE(router_.RouteCounts()[0].is_rest());
}

TEST(NoCounts, AreKeptUnlessAskedFor) {
  Router router;
  ASSERT_TRUE(router.Publish(testing::TableFromLines("8 default a\n").value()).ok());
  Selection s = router.Select({.group = "default", .model = "a"});
  router.Report(s, {});
  EXPECT_THAT(router.RouteCounts(), IsEmpty());
}

TEST_F(Counts, LoseNothingBetweenThreads) {
  Serve("1 default a\n2 default b\n17 default c\n");
  constexpr int kEach = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        for (const char* model : {"a", "b", "c"}) Attempt({.group = "default", .model = model});
        if (i % 500 == 0) {
          EXPECT_LE(router_.RouteCounts().size(), 3u);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Routes(), ElementsAre("default/a/1 8000", "default/b/2 8000", "default/c/17 8000"));
}

TEST_F(Counts, AreInWhatTheRouterSaysThatItRetains) {
  Serve("8 default a\n");
  const std::size_t before = router_.memory_bytes();
  Attempt({.group = "default", .model = "a"});
  EXPECT_GE(router_.memory_bytes(), before + sizeof(RouteCount));
}

TEST(PrometheusText, HasEachCountOfEachRoute) {
  RouteCount count{.group = "default", .model = "gpt-4o", .channel_id = 8, .latency = 1500ms, .timed = 2, .tokens = 12};
  count.by_kind[0] = 2;
  count.by_kind[2] = 1;
  const std::string text = PrometheusText(std::vector<RouteCount>{count});
  for (const char* line :
       {"# TYPE pointsman_route_attempts_total counter\n",
        "pointsman_route_attempts_total{group=\"default\",model=\"gpt-4o\",channel=\"8\",outcome=\"success\"} 2\n",
        "pointsman_route_attempts_total{group=\"default\",model=\"gpt-4o\",channel=\"8\",outcome=\"rate_limited\"} 1\n",
        "pointsman_route_latency_seconds_sum{group=\"default\",model=\"gpt-4o\",channel=\"8\"} 1.500000\n",
        "pointsman_route_latency_seconds_count{group=\"default\",model=\"gpt-4o\",channel=\"8\"} 2\n",
        "pointsman_route_tokens_total{group=\"default\",model=\"gpt-4o\",channel=\"8\"} 12\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("transient"))) << "it did not come up";
}

TEST(PrometheusText, EscapesWhatStrangersCallTheirModels) {
  RouteCount count{.group = "a\"} 1\nevil{", .model = std::string("\xff\x1b[2J") + "\\" + std::string(100'000, 'x')};
  count.channel_id = 1;
  count.by_kind[0] = 1;
  const std::string text = PrometheusText(std::vector<RouteCount>{count});
  EXPECT_THAT(text, HasSubstr(R"(group="a\\\"} 1\\x0aevil{")"));
  EXPECT_THAT(text, HasSubstr(R"(model="\\xff\\x1b[2J\\\\xxx)"));
  EXPECT_LT(text.size(), 2000u);
}

TEST(PrometheusText, LeavesTheLabelsOfTheRestEmpty) {
  RouteCount rest;
  rest.by_kind[1] = 4;
  EXPECT_THAT(PrometheusText(std::vector<RouteCount>{rest}),
              HasSubstr(R"(pointsman_route_attempts_total{group="",model="",channel="",outcome="transient"} 4)"));
}

}  // namespace
}  // namespace pointsman
