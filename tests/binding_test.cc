// What a publish takes over from the table before it, and what it must not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr Request kAsk{.group = "g", .model = "m"};

class Binding : public ::testing::Test {
 protected:
  void Publish(const Rows& rows, const Policy& policy = {}) {
    ASSERT_TRUE(router_.Publish(MustCompile(rows, policy).table).ok());
  }
  static ChannelRow Tagged(std::int64_t id) {
    ChannelRow row = Channel(id, "g", "m", 1);
    row.tag = "t";
    return row;
  }
  bool IsTagOff(std::int64_t id) {
    for (const ChannelStatus& status : router_.ChannelStates()) {
      if (status.channel_id == id) return status.tag_off;
    }
    ADD_FAILURE() << "no channel " << id;
    return false;
  }

  Router router_{Policy(), {.max_lost_share = 1}};
};

// Would catch: channels that are taken for the same because their ids are.
TEST_F(Binding, TheCookieIsThatOfTheLatestTable) {
  for (const std::uint64_t cookie : {7u, 8u, 7u}) {
    ChannelRow row = Channel(1, "g", "m", 1);
    row.cookie = cookie;
    Publish(RowsOf(row));
    EXPECT_EQ(router_.Select(kAsk).cookie(), cookie);
  }
}

// Would catch: names that are taken for the same although their groups choose in another way now.
TEST_F(Binding, HandlesFollowABalanceThatIsPublishedWithTheSameNames) {
  const Rows rows = RowsOf(Channel(1, "g", "m", 3), Channel(2, "g", "m", 1));
  Publish(rows);
  const GroupHandle group = *router_.FindGroup("g");
  const ModelHandle model = *router_.FindModel("m");
  const auto count = [&] {
    ScriptedBits bits({0});
    std::map<std::int64_t, int> counts;
    for (int i = 0; i < 40; ++i) ++counts[router_.Select(group, model, RandomBits(bits)).channel_id()];
    return counts;
  };
  EXPECT_THAT(count(), UnorderedElementsAre(Pair(1, 40)));
  Policy by_turns;
  by_turns.balance = Balance::kSmoothRoundRobin;
  Publish(rows, by_turns);
  EXPECT_THAT(count(), UnorderedElementsAre(Pair(1, 30), Pair(2, 10)));
  Publish(rows);
  EXPECT_THAT(count(), UnorderedElementsAre(Pair(1, 40)));
}

// Would catch: a tag that still names a channel which is gone.
TEST_F(Binding, AChannelThatVanishedHasLeftItsTagAndStandsAsTheTagDoesWhenItIsBack) {
  const auto both = RowsOf(Tagged(1), Tagged(2));
  Publish(both);
  Publish(RowsOf(Tagged(2)));
  router_.SwitchOffTag("t");
  router_.SwitchOnTag("t");
  EXPECT_EQ(router_.Select(kAsk).channel_id(), 2);
  Publish(both);
  EXPECT_FALSE(IsTagOff(1));
  Publish(RowsOf(Tagged(2)));
  router_.SwitchOffTag("t");
  Publish(both);
  EXPECT_TRUE(IsTagOff(1));
  EXPECT_EQ(router_.Select(kAsk).reason(), Reason::kAllDisabled);
  router_.SwitchOnTag("t");
  EXPECT_FALSE(IsTagOff(1));
  EXPECT_TRUE(router_.Select(kAsk));
}

// Of all channels with the tag, so that nobody but the tag itself remembers who they were.
TEST_F(Binding, ATagWhoseChannelsAllVanishedIsForgottenUnlessItIsOff) {
  Publish(RowsOf(Tagged(1)));
  Publish(RowsOf(Channel(2, "g", "m", 1)));
  router_.SwitchOnTag("t");
  router_.SwitchOffTag("t");
  Publish(RowsOf(Tagged(1)));
  EXPECT_TRUE(IsTagOff(1));
}

}  // namespace
}  // namespace pointsman::testing
