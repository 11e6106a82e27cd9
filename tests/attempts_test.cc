// What Attempts promise: plain values, bounded, that survive a journey to another process and nothing that a stranger
// made up; and what a walk promises: each channel once, siblings first in weighted order, then lower tiers, then the
// plan's next group, then an end that says why.
#include "pointsman/attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pointsman/router.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Attempts, HoldSixteenWithoutRoomForMore) {
  Attempts attempts;
  for (std::int64_t id = 1; id <= 16; ++id) EXPECT_TRUE(attempts.Add({.channel_id = id}));
  EXPECT_FALSE(attempts.Add({.channel_id = 17}));
  ASSERT_TRUE(attempts.Reserve(20).ok());
  EXPECT_TRUE(attempts.Add({.channel_id = 17}));
  EXPECT_TRUE(attempts.HasTried(17));
  EXPECT_TRUE(attempts.HasTried(1));
  EXPECT_FALSE(attempts.HasTried(18));
  EXPECT_THAT(std::string(attempts.Reserve(1001).message()), HasSubstr("at most 1000 are kept"));
}

TEST(Attempts, ComeBackFromTheirTextAsTheyWere) {
  Attempts attempts;
  EXPECT_EQ(Attempts::Parse(attempts.Text()).value(), attempts);
  ASSERT_TRUE(attempts.Reserve(40).ok());
  for (std::int64_t i = 0; i < 40; ++i) attempts.Add({i * i - 9'000'000'000, -i, GroupKey(std::to_string(i))});
  EXPECT_EQ(Attempts::Parse(attempts.Text()).value(), attempts);
}

// A text does not say how long the walk may get: that is the host's to say on both sides.
TEST(Attempts, ComeBackWithRoomForNoMoreThanTheyHold) {
  Attempts attempts;
  ASSERT_TRUE(attempts.Reserve(50).ok());
  for (std::int64_t id = 1; id <= 20; ++id) ASSERT_TRUE(attempts.Add({.channel_id = id}));
  Attempts parsed = Attempts::Parse(attempts.Text()).value();
  EXPECT_FALSE(parsed.Add({.channel_id = 21}));
  ASSERT_TRUE(parsed.Reserve(50).ok());
  EXPECT_TRUE(parsed.Add({.channel_id = 21}));
}

TEST(Attempts, KeysOfGroupsArePinned) {
  // Equal on every machine: a walk may go on elsewhere.
  Attempts attempts;
  attempts.Add({8, -5, GroupKey("default")});
  EXPECT_EQ(attempts.Text(), "1 8:-5:93318086805686db");
}

TEST(Attempts, FromStrangersAreBelievedInNothing) {
  const std::string key = "0123456789abcdef";
  const std::vector<std::string> lies = {std::string(),
                                         std::string("x"),
                                         "2 1:0:" + key,
                                         "1",
                                         "1 1:0",
                                         "1 1:0:" + key + " ",
                                         "1 1:0:" + key + " 2:0:" + key,
                                         "0 1:0:" + key,
                                         "01 1:0:" + key,
                                         "1  1:0:" + key,
                                         "1 +1:0:" + key,
                                         "1 1:0:zz",
                                         "1 1:0:1" + key,
                                         std::string("1001"),
                                         std::string("99999999999999999999"),
                                         std::string("-1"),
                                         std::string(1 << 20, '1')};
  for (const std::string& lie : lies) {
    const absl::StatusOr<Attempts> parsed = Attempts::Parse(lie);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << lie.substr(0, 40);
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("pass what Attempts::Text returned"));
  }
}

class Walk : public ::testing::Test {
 protected:
  template <class... Row>
  void Serve(Policy policy, const Row&... row) {
    policy_ = policy;
    ASSERT_TRUE(router_.Publish(MustCompile(RowsOf(row...), policy).table).ok());
  }

  // The channels of a walk to its end, and why it ended.
  std::vector<std::int64_t> WalkToTheEnd(const Request& request) {
    Attempts attempts;
    std::vector<std::int64_t> walk;
    for (;;) {
      const Selection s = router_.Select(request, attempts);
      if (!s) {
        ended_ = s.reason();
        return walk;
      }
      walk.push_back(s.channel_id());
      EXPECT_LE(walk.size(), 1000u);
    }
  }

  Policy policy_;
  Router router_;
  Reason ended_ = Reason::kNone;
};

TEST_F(Walk, GoesThroughSiblingsThenLowerTiersThenTheNextGroupAndEndsExhausted) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default", .when = FallbackWhen::kExhausted}};
  Serve(policy, Channel(1, "vip", "m", 1, 9), Channel(2, "vip", "m", 1, 9), Channel(3, "vip", "m", 1, 0),
        Channel(4, "default", "m"));
  for (int i = 0; i < 50; ++i) {
    const std::vector<std::int64_t> walk = WalkToTheEnd({.group = "vip", .model = "m"});
    ASSERT_EQ(walk.size(), 4u);
    EXPECT_EQ(walk[0] + walk[1], 3) << "the siblings, in either order";
    EXPECT_THAT(std::vector(walk.begin() + 2, walk.end()), ElementsAre(3, 4));
    EXPECT_EQ(ended_, Reason::kExhausted);
  }
}

TEST_F(Walk, ANoRouteFallbackIsNotForAGroupThatIsUsedUp) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default", .when = FallbackWhen::kNoRoute}};
  Serve(policy, Channel(1, "vip", "m"), Channel(4, "default", "m,n"));
  EXPECT_THAT(WalkToTheEnd({.group = "vip", .model = "m"}), ElementsAre(1));
  EXPECT_THAT(WalkToTheEnd({.group = "vip", .model = "n"}), ElementsAre(4));
}

// Catches: an attempt in a group that the token's owner did not want to pay for.
TEST_F(Walk, ThatStaysInItsGroupGoesOnOnlyWhereThatHasNoRoute) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "default", .when = FallbackWhen::kExhausted}};
  policy.groups.automatic["auto"] = {"vip", "default"};
  Serve(policy, Channel(1, "vip", "m"), Channel(4, "default", "m,n"));
  const std::string_view list[] = {"nobody's", "vip", "default"};
  for (const Request& request : {Request{.group = "vip", .model = "m"}, Request{.group = "auto", .model = "m"},
                                 Request{.group = "auto", .model = "m", .ordered_groups = list}}) {
    EXPECT_THAT(WalkToTheEnd(request), ElementsAre(1, 4));
    Request stays = request;
    stays.stay_in_group = true;
    EXPECT_THAT(WalkToTheEnd(stays), ElementsAre(1));
    stays.model = "n";
    EXPECT_THAT(WalkToTheEnd(stays), ElementsAre(4));
  }
}

// An automatic name is no group in a list: what stands for it has its own order, and so has the list.
TEST_F(Walk, OverAListWithAnAutomaticNameLooksForAGroupOfThatName) {
  Policy policy;
  policy.groups.automatic["auto"] = {"vip"};
  Serve(policy, Channel(1, "vip", "m"), Channel(4, "default", "m"));
  const std::string_view list[] = {"auto", "default"};
  EXPECT_THAT(WalkToTheEnd({.model = "m", .ordered_groups = list}), ElementsAre(4));
  EXPECT_THAT(WalkToTheEnd({.model = "m", .ordered_groups = std::span(list).first(1)}), ElementsAre());
  EXPECT_EQ(ended_, Reason::kUnknownGroup);
}

TEST_F(Walk, TriesAChannelOnceThoughTwoGroupsHaveIt) {
  Policy policy;
  policy.groups.automatic["auto"] = {"a", "b"};
  Serve(policy, Channel(1, "a,b", "m"), Channel(2, "b", "m"));
  EXPECT_THAT(WalkToTheEnd({.group = "auto", .model = "m"}), ElementsAre(1, 2));
}

TEST_F(Walk, StopsAtTheBudget) {
  Serve({}, Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m"), Channel(4, "g", "m"),
        Channel(5, "g", "m"), Channel(6, "g", "m"));
  EXPECT_EQ(WalkToTheEnd({.group = "g", .model = "m"}).size(), 5u);
  EXPECT_EQ(ended_, Reason::kBudgetSpent);
}

TEST_F(Walk, LeavesAGroupAtItsOwnBudget) {
  Policy policy;
  policy.groups.automatic["auto"] = {"a", "b"};
  policy.retry.budget_per_group = 1;
  Serve(policy, Channel(1, "a", "m"), Channel(2, "a", "m"), Channel(3, "b", "m"));
  const std::vector<std::int64_t> walk = WalkToTheEnd({.group = "auto", .model = "m"});
  ASSERT_EQ(walk.size(), 2u);
  EXPECT_EQ(walk[1], 3);
}

TEST_F(Walk, OnePerTierTakesOneOfEach) {
  Serve({.retry = {.tiers = RetryTiers::kOnePerTier}}, Channel(1, "g", "m", 1, 9), Channel(2, "g", "m", 1, 9),
        Channel(3, "g", "m", 1, 5), Channel(4, "g", "m", 1, 5));
  const std::vector<std::int64_t> walk = WalkToTheEnd({.group = "g", .model = "m"});
  ASSERT_EQ(walk.size(), 2u);
  EXPECT_LE(walk[0], 2);
  EXPECT_GE(walk[1], 3);
}

TEST_F(Walk, RepeatsAsALastResortUntilTheBudget) {
  Serve({.retry = {.last_resort = LastResort::kRepeat, .budget = 4}}, Channel(1, "g", "m"), Channel(2, "g", "m"));
  const std::vector<std::int64_t> walk = WalkToTheEnd({.group = "g", .model = "m"});
  ASSERT_EQ(walk.size(), 4u);
  EXPECT_EQ(walk[0] + walk[1], 3) << "each once before any twice";
  EXPECT_EQ(ended_, Reason::kBudgetSpent);
}

TEST_F(Walk, RepeatsNoFurtherThanAGroupsOwnBudget) {
  Policy policy;
  policy.groups.automatic["auto"] = {"a", "b"};
  policy.retry = {.last_resort = LastResort::kRepeat, .budget = 9, .budget_per_group = 2};
  Serve(policy, Channel(1, "a", "m"), Channel(2, "b", "m"));
  EXPECT_THAT(WalkToTheEnd({.group = "auto", .model = "m"}), ElementsAre(1, 2, 1, 2));
  EXPECT_EQ(ended_, Reason::kExhausted);
}

TEST_F(Walk, EndsWhereThereIsNoRoomUnlessMoreWasReserved) {
  std::string ids;
  Rows rows("test");
  for (std::int64_t id = 1; id <= 20; ++id) rows.Add(Channel(id, "g", "m"));
  ASSERT_TRUE(router_.Publish(MustCompile(rows, {.retry = {.budget = 100}}).table).ok());
  EXPECT_EQ(WalkToTheEnd({.group = "g", .model = "m"}).size(), 16u);
  EXPECT_EQ(ended_, Reason::kAttemptLimit);
  Attempts roomy;
  ASSERT_TRUE(roomy.Reserve(30).ok());
  while (router_.Select({.group = "g", .model = "m"}, roomy)) {
  }
  EXPECT_EQ(roomy.size(), 20u);
}

TEST_F(Walk, IsUnmovedByTablesThatArePublishedMeanwhile) {
  Serve({}, Channel(1, "g", "m", 1, 9), Channel(2, "g", "m", 1, 5), Channel(3, "g", "m", 1, 0));
  Attempts attempts;
  const Request request{.group = "g", .model = "m"};
  EXPECT_EQ(router_.Select(request, attempts).channel_id(), 1);
  // The one that was tried sinks to the lowest tier, the next one vanishes, a new one comes on top.
  Serve({}, Channel(1, "g", "m", 1, -3), Channel(3, "g", "m", 1, 0), Channel(4, "g", "m", 1, 99));
  EXPECT_EQ(router_.Select(request, attempts).channel_id(), 4);
  EXPECT_EQ(router_.Select(request, attempts).channel_id(), 3);
  EXPECT_EQ(router_.Select(request, attempts).reason(), Reason::kExhausted);
}

TEST_F(Walk, MayGoOnWithAnotherRouter) {
  Serve({}, Channel(1, "g", "m", 1, 9), Channel(2, "g", "m", 1, 5));
  Attempts attempts;
  EXPECT_EQ(router_.Select({.group = "g", .model = "m"}, attempts).channel_id(), 1);
  Router other;
  ASSERT_TRUE(other.Publish(router_.TakeSnapshot().table).ok());
  Attempts there = Attempts::Parse(attempts.Text()).value();
  EXPECT_EQ(other.Select({.group = "g", .model = "m"}, there).channel_id(), 2);
}

// Sampling without replacement, one by one, each by its weight among those that are left: P(a, b, c, d) is the product
// of weight over what is left. The chi-square over all 24 orders; its critical value for 23 degrees at one in a million
// is 70.5.
TEST_F(Walk, OrdersSiblingsByWeightWithoutReplacement) {
  Serve({}, Channel(1, "g", "m", 1), Channel(2, "g", "m", 2), Channel(3, "g", "m", 3), Channel(4, "g", "m", 4));
  constexpr int kWalks = 60000;
  std::map<std::vector<std::int64_t>, int> counts;
  for (int i = 0; i < kWalks; ++i) ++counts[WalkToTheEnd({.group = "g", .model = "m"})];
  ASSERT_EQ(counts.size(), 24u);
  double chi_square = 0;
  for (const auto& [order, count] : counts) {
    double probability = 1;
    double left = 10;
    for (const std::int64_t id : order) {
      probability *= static_cast<double>(id) / left;
      left -= static_cast<double>(id);
    }
    const double expected = probability * kWalks;
    chi_square += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi_square, 70.5);
}

std::int32_t NotTheFirst(void* context, const FilterCandidate& c) noexcept {
  return c.channel_id == *static_cast<std::int64_t*>(context) ? 42 : 0;
}
std::int32_t CannotJudge(void*, const FilterCandidate&) noexcept { return -1; }
std::int32_t Nobody(void*, const FilterCandidate&) noexcept { return 1; }

TEST_F(Walk, AFilterPassesOverATierInWhichNobodyIsLeft) {
  Serve({}, Channel(1, "g", "m", 1, 9), Channel(2, "g", "m", 1, 0));
  std::int64_t left_out = 1;
  const Request request{.group = "g", .model = "m", .filter = {.judge = &NotTheFirst, .context = &left_out}};
  EXPECT_EQ(router_.Select(request).channel_id(), 2);
  EXPECT_EQ(router_.Select({.group = "g", .model = "m", .filter = {.judge = &Nobody}}).reason(), Reason::kAllFiltered);
  EXPECT_EQ(router_.Select({.group = "g", .model = "m", .filter = {.judge = &CannotJudge}}).reason(),
            Reason::kFilterFailed);
  const Explanation why = router_.Explain(request);
  ASSERT_EQ(why.tiers.size(), 2u);
  EXPECT_EQ(why.tiers[0].candidates[0].out, Reason::kAllFiltered);
  EXPECT_EQ(why.tiers[0].candidates[0].filter_code, 42);
}

TEST_F(Walk, APinIsThatChannelOrNone) {
  Policy policy;
  policy.groups.groups["g"].fallback = {{.group = "h"}};
  Serve(policy, Channel(1, "g", "m", 1, 9), Channel(2, "g", "m", 0, 9), Channel(3, "h", "m"), Channel(4, "x", "m"));
  EXPECT_EQ(router_.Select({.group = "g", .model = "m", .pin = 2}).channel_id(), 2) << "whatever its weight";
  EXPECT_EQ(router_.Select({.group = "g", .model = "m", .pin = 3}).group(), "h");
  EXPECT_EQ(router_.Select({.group = "g", .model = "m", .pin = 4}).reason(), Reason::kPinUnusable);
  ASSERT_TRUE(router_.SwitchOff(2));
  const Explanation why = router_.Explain({.group = "g", .model = "m", .pin = 2});
  EXPECT_EQ(why.reason, Reason::kPinUnusable);
  EXPECT_THAT(why.Text(Language::kEnglish, Audience::kOperator),
              HasSubstr("channel 2 is a candidate in group \"g\", but out"));
}

}  // namespace
}  // namespace pointsman::testing
