// Parts of the example gateway by themselves: what is kept, read and passed on stays bounded.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chat_body.h"
#include "exchange.h"
#include "fake_upstreams.h"
#include "gtest/gtest.h"
#include "kept.h"
#include "listener.h"
#include "seldom.h"
#include "support/eventually.h"
#include "token_query.h"
#include "whole_events.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

std::string ManyMembers(int count) {
  std::string body = "{";
  for (int i = 0; i < count; ++i) body += "\"k" + std::to_string(i) + "\":{\"model\":0},";
  return body + R"("model":"a","stream":true})";
}

// A tree of them was searched for each name: 40,000 took half a minute.
TEST(GatewayParts, ABodyOfAHundredThousandMembersIsReadAtOnce) {
  const std::string body = ManyMembers(100'000);
  const auto since = Clock::now();
  const auto chat = ParseChatBody(body);
  ASSERT_TRUE(chat.ok()) << chat.status();
  EXPECT_EQ(chat->model, "a");
  EXPECT_TRUE(chat->is_streamed);
  const auto mapped = WithMappedModel(body, *chat, R"({"a":"b"})");
  ASSERT_TRUE(mapped.has_value());
  EXPECT_TRUE(mapped->ends_with(R"("model":"b","stream":true})"));
  EXPECT_LT(Clock::now() - since, std::chrono::seconds(5));
}

long PeakKilobytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// As a tree, two bytes of a caller took forty here.
TEST(GatewayParts, ABodyOfMillionsOfNumbersTakesNoMemoryButItsOwn) {
  std::string body = R"({"model":"a","x":[0)";
  body.reserve(16 << 20);
  while (body.size() < (16 << 20) - 10) body += ",0";
  body += "]}";
  const long before = PeakKilobytes();
  EXPECT_TRUE(ParseChatBody(body).ok());
  EXPECT_LT(PeakKilobytes() - before, 64 << 10);
}

TEST(GatewayParts, AMappedModelIsAllThatChangesInABody) {
  const std::string begin = "{ \"a\":1.0,\"n\":12345678901234567890.50,\"a\":\"\\\"model\\\":1\",\n\"model\" :\t";
  const std::string end = " , \"x\":{\"model\":\"gpt\"}, \"e\":1E2 }  ";
  for (const std::string spelled : {R"("gpt")", R"("g\u0070t")"}) {
    const std::string body = begin + spelled + end;
    const auto chat = ParseChatBody(body);
    ASSERT_TRUE(chat.ok()) << chat.status();
    EXPECT_EQ(chat->model, "gpt");
    EXPECT_EQ(WithMappedModel(body, *chat, R"({"gpt":"\"it\\"})"), begin + R"("\"it\\")" + end);
    EXPECT_EQ(WithMappedModel(body, *chat, R"({"other":"it"})"), std::nullopt);
    EXPECT_EQ(WithMappedModel(body, *chat, "no JSON"), std::nullopt);
  }
}

struct Thing {
  explicit Thing(int n) : number(n) {}
  int number;
};

TEST(GatewayParts, OfABurstFewAreKeptAndNoneForLong) {
  Kept<Thing> kept({.most = 3, .idle = milliseconds(150)});
  int made = 0;
  const auto make = [&] { return std::make_unique<Thing>(++made); };
  {
    std::vector<Kept<Thing>::Loan> burst;
    for (int i = 0; i < 10; ++i) burst.push_back(kept.Borrow(make));
  }
  EXPECT_EQ(made, 10);
  EXPECT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept.Borrow(make)->number, 10) << "the last one used, so that the others grow old";
  EXPECT_EQ(made, 10);
  std::this_thread::sleep_for(milliseconds(200));
  kept.DropStale();
  EXPECT_EQ(kept.size(), 0u);
}

TEST(GatewayParts, WhatDoesNotFitIsNotLentAndGrowsOld) {
  Kept<Thing> kept({.most = 10, .idle = milliseconds(150)});
  const auto one = [](int number) { return [number] { return std::make_unique<Thing>(number); }; };
  const auto fits = [](int number) { return [number](const Thing& thing) { return thing.number == number; }; };
  kept.Borrow(one(1), fits(1));
  kept.Borrow(one(2), fits(2));
  EXPECT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept.Borrow(one(7), fits(1))->number, 1);
  std::this_thread::sleep_for(milliseconds(200));
  kept.Borrow(one(2), fits(2));
  EXPECT_EQ(kept.size(), 1u) << "the first one went without being asked for";
}

TEST(GatewayParts, ConnectionsToUpstreamsAreFewAndYoung) {
  FakeUpstreams upstreams(8);
  ASSERT_TRUE(upstreams.Start(0).ok());
  Connections connections({}, {.most = 2, .idle = milliseconds(300)});
  const std::string url = upstreams.BaseUrl(1);
  const Outgoing ask{.origin = url.substr(0, url.find("/c/")),
                     .method = "GET",
                     .target = "/c/1/x",
                     .key = {},
                     .content_type = {},
                     .accept = {},
                     .more = {},
                     .body = {}};
  {
    std::vector<Connections::Loan> burst;
    for (int i = 0; i < 6; ++i) burst.push_back(connections.Borrow(ask.origin));
  }
  EXPECT_EQ(connections.idle(), 2u);
  EXPECT_EQ(Send(connections, ask).status, 202);
  EXPECT_EQ(connections.idle(), 2u);
  EXPECT_TRUE(pointsman::testing::Eventually([&] {
    connections.DropStale();
    return connections.idle() == 0;
  }));
}

TEST(GatewayParts, AListenerWithNothingToDoSaysSo) {
  std::atomic<int> turns{0};
  Listener listener({.threads = 1}, [&] { ++turns; });
  ASSERT_TRUE(listener.Start("127.0.0.1", 0).ok());
  EXPECT_TRUE(pointsman::testing::Eventually([&] { return turns > 0; }));
}

TEST(GatewayParts, EventsArePassedOnWhole) {
  WholeEvents events;
  EXPECT_EQ(events.Take("data: 1\n\ndata: 2\n"), "data: 1\n\n");
  EXPECT_TRUE(events.is_between());
  EXPECT_EQ(events.Take("\ndata: 3\r\n\r"), "data: 2\n\n");
  EXPECT_EQ(events.Take("\n"), "data: 3\r\n\r\n");
  EXPECT_EQ(events.Take("data: 4\r\r: half"), "data: 4\r\r");
  EXPECT_EQ(events.TakeRest(), ": half");
  const std::string large(WholeEvents::kMost + 1, 'x');
  EXPECT_EQ(events.Take(large), large);
  EXPECT_FALSE(events.is_between());
  EXPECT_EQ(events.Take("\n\nd"), "\n\n");
  EXPECT_TRUE(events.is_between());
}

TEST(GatewayParts, Utf8IsWhatTheStandardSaysAndNoMore) {
  for (const char* const good : {"", "sk-a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xef\xbf\xbf",
                                 "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xe4\xbb\xa4z"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  for (const char* const bad : {"\xff", "\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xed\xa0\x80",
                                "\xe4\xbb", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xffz"}) {
    EXPECT_FALSE(IsUtf8(bad)) << bad;
  }
}

TEST(GatewayParts, WhatGoesWrongAllTheTimeIsLoggedNowAndThen) {
  std::vector<std::string> lines;
  Seldom log([&](const std::string& line) { lines.push_back(line); }, milliseconds(100));
  for (int i = 0; i < 5; ++i) log.Say("trouble");
  EXPECT_EQ(lines, (std::vector<std::string>{"trouble"}));
  std::this_thread::sleep_for(milliseconds(150));
  log.Say("trouble");
  EXPECT_EQ(lines.back(), "trouble (and 4 times like it before)");
  Seldom(nullptr, milliseconds(0)).Say("to nobody");
}

}  // namespace
}  // namespace gateway
