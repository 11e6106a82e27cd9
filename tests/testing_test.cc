// What hosts test with has to be right itself. It is used as they would use it.
#include "pointsman/testing.h"

#include <gmock/gmock.h>

#include <chrono>
#include <map>

#include "pointsman/router.h"

namespace pointsman {
namespace {

using testing::FakeClock;
using ::testing::HasSubstr;
using testing::RowsFromLines;
using testing::ScriptedBits;
using testing::TableFromLines;
using testing::WordForTicket;

TEST(TestingLines, BecomeTheChannelsThatTheySay) {
  const auto table = TableFromLines(R"(
      # id  groups       models       weight  priority
      8     default,vip  gpt-4o,o3    3       10          # the one we pay for
      9     default      gpt-4o       1
     -7     vip          o3)");
  ASSERT_TRUE(table.ok()) << table.status();
  const Rows same = testing::RowsOf(testing::Channel(8, "default,vip", "gpt-4o,o3", 3, 10),
                                    testing::Channel(9, "default", "gpt-4o", 1), testing::Channel(-7, "vip", "o3"));
  EXPECT_EQ((*table)->content_hash(), Compile(same, {})->table->content_hash());
}

TEST(TestingLines, ThatAreNoneAreNamedByNumber) {
  for (const char* wrong : {"8 default", "eight default m", "8 default m 1 2 3", "8 default m 1x", "8x default m"}) {
    const auto rows = RowsFromLines(std::string("# fine\n") + wrong + "\n");
    ASSERT_FALSE(rows.ok()) << wrong;
    EXPECT_THAT(std::string(rows.status().message()), HasSubstr("line 2: a channel is written")) << wrong;
  }
  EXPECT_TRUE(RowsFromLines("").ok());
}

// A test must not go on with a table that lacks a row of it.
TEST(TestingLines, WhoseRowIsRejectedMakeNoTable) {
  const auto table = TableFromLines("8 default m -1");
  ASSERT_FALSE(table.ok());
  EXPECT_THAT(std::string(table.status().message()), HasSubstr("channels id 8"));
}

TEST(TestingBits, EveryTicketIsHeldAsOftenAsTheWeightsSay) {
  Router router;
  ASSERT_TRUE(router.Publish(TableFromLines("1 g m 3\n2 g m 1").value()).ok());
  std::map<std::int64_t, int> held;
  for (std::uint64_t column = 0; column < 2; ++column) {
    for (std::uint64_t ticket = 0; ticket < 4; ++ticket) {
      ScriptedBits bits({WordForTicket(column * 4 + ticket, 8)});
      ++held[router.Select({.group = "g", .model = "m"}, RandomBits(bits)).channel_id()];
      EXPECT_GE(bits.asked(), 1u);
    }
  }
  EXPECT_EQ(held, (std::map<std::int64_t, int>{{1, 6}, {2, 2}}));
}

TEST(TestingClock, StandsUntilItIsMovedAndEndsACooldown) {
  using namespace std::chrono_literals;
  FakeClock clock;
  Router router({}, {.state = {.all_cooling = AllCooling::kRefuse, .clock = clock.clock()}});
  ASSERT_TRUE(router.Publish(TableFromLines("8 g m").value()).ok());
  const Request request{.group = "g", .model = "m"};
  Selection s = router.Select(request);
  router.Report(s, {.kind = OutcomeKind::kRateLimited, .retry_after = 5s});
  const auto before = clock.now();
  EXPECT_EQ(router.Select(request).reason(), Reason::kAllCoolingDown);
  EXPECT_EQ(clock.now(), before);
  clock.Advance(6s);
  EXPECT_TRUE(router.Select(request));
}

TEST(TestingClock, WithAStepGoesOnAtEachLook) {
  FakeClock clock(std::chrono::nanoseconds(10), std::chrono::nanoseconds(5));
  const Clock look = clock.clock();
  EXPECT_EQ(look.Now().count(), 10);
  EXPECT_EQ(look.Now().count(), 15);
}

}  // namespace
}  // namespace pointsman
