// What a distribution promises: the shares that selections have, exactly, whatever leaves candidates out.
#include "pointsman/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "select/in_full.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Fraction = boost::multiprecision::cpp_rational;

std::map<std::int64_t, std::string> Shares(const Distribution& d) {
  std::map<std::int64_t, std::string> shares;
  for (const ChannelShare& c : d.shares) shares[c.channel_id] = c.share.Text();
  return shares;
}

Attempts Tried(std::vector<Attempt> made) {
  Attempts attempts;
  for (const Attempt& attempt : made) attempts.Add(attempt);
  return attempts;
}

// A tier as weights by channel. All ordered walks, one by one: no sets, no sharing.
using Tier = std::map<std::int64_t, std::int64_t>;
void AddWalks(Tier left, std::size_t attempt, const Fraction& probability, std::map<std::int64_t, Fraction>& shares) {
  std::int64_t sum = 0;
  for (const auto& [id, weight] : left) sum += weight;
  for (const auto& [id, weight] : left) {
    if (weight == 0) continue;
    const Fraction p = probability * Fraction(weight, sum);
    Tier rest = left;
    rest.erase(id);
    if (attempt == 1)
      shares[id] += p;
    else
      AddWalks(rest, attempt - 1, p, shares);
  }
}

Rows RowsOfTier(const Tier& tier) {
  Rows rows("test");
  for (const auto& [id, weight] : tier) EXPECT_TRUE(rows.Add(Channel(id, "g", "m", weight)));
  return rows;
}

TEST(Distribution, NamesGroupModelRulePriorityAndShares) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "g"}};
  const Compiled c = MustCompile(
      RowsOf(Channel(1, "g", "gpt-*", 2, 5), Channel(2, "g", "gpt-*", 1, 5), Channel(3, "g", "gpt-*", 9)), policy);
  const Distribution d = Distribute(*c.table, {.group = "vip", .model = "gpt-4"});
  EXPECT_EQ(d.reason, Reason::kNone);
  EXPECT_EQ(d.group, "g");
  EXPECT_EQ(d.model, "gpt-*");
  EXPECT_EQ(d.rule, MatchRule::kPrefix);
  EXPECT_EQ(d.priority, 5);
  EXPECT_THAT(Shares(d), ElementsAre(Pair(1, "2/3"), Pair(2, "1/3")));
}

TEST(Distribution, OfNoRouteHasTheReasonOfTheSelection) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m")));
  for (const Request& request : {Request{.group = "g", .model = "x"}, Request{.group = "x", .model = "m"},
                                 Request{.group = "g", .model = "m", .pin = 7}}) {
    Router router;
    ASSERT_TRUE(router.Publish(c.table).ok());
    EXPECT_EQ(Distribute(*c.table, request).reason, router.Select(request).reason());
    EXPECT_THAT(Distribute(*c.table, request).shares, IsEmpty());
  }
}

TEST(Distribution, AllZeroWeightsAreEqualAndAZeroBesideOthersIsNever) {
  const Compiled zeros = MustCompile(RowsOf(Channel(1, "g", "m"), Channel(2, "g", "m"), Channel(3, "g", "m")));
  EXPECT_THAT(Shares(Distribute(*zeros.table, {.group = "g", .model = "m"})),
              ElementsAre(Pair(1, "1/3"), Pair(2, "1/3"), Pair(3, "1/3")));
  const Compiled one = MustCompile(RowsOf(Channel(1, "g", "m", 0), Channel(2, "g", "m", 7)));
  EXPECT_THAT(Shares(Distribute(*one.table, {.group = "g", .model = "m"})), ElementsAre(Pair(2, "1/1")));
}

TEST(Distribution, APinnedChannelHasAllWhateverItWeighs) {
  const Compiled c = MustCompile(RowsOf(Channel(1, "g", "m", 0), Channel(2, "g", "m", 7), Channel(3, "g", "m", 1, -9)));
  EXPECT_THAT(Shares(Distribute(*c.table, {.group = "g", .model = "m", .pin = 1})), ElementsAre(Pair(1, "1/1")));
  EXPECT_THAT(Shares(Distribute(*c.table, {.group = "g", .model = "m", .pin = 3})), ElementsAre(Pair(3, "1/1")));
}

TEST(Distribution, OfARouterLeavesOutWhoIsSwitchedOffAndThoseLeftKeepTheirProportions) {
  Router router;
  const Rows rows =
      RowsOf(Channel(1, "g", "m", 5), Channel(2, "g", "m", 2), Channel(3, "g", "m", 1), Channel(4, "g", "m", 1, -1));
  ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());
  ASSERT_TRUE(router.SwitchOff(1));
  const Distribution d = router.Distribute({.group = "g", .model = "m"});
  EXPECT_EQ(d.generation, 1u);
  EXPECT_THAT(Shares(d), ElementsAre(Pair(2, "2/3"), Pair(3, "1/3")));
  ASSERT_TRUE(router.SwitchOff(2) && router.SwitchOff(3));
  EXPECT_THAT(Shares(router.Distribute({.group = "g", .model = "m"})), ElementsAre(Pair(4, "1/1")));
  ASSERT_TRUE(router.SwitchOff(4));
  EXPECT_EQ(router.Distribute({.group = "g", .model = "m"}).reason, Reason::kAllDisabled);
}

std::int32_t NotOdd(void*, const FilterCandidate& c) noexcept { return c.channel_id % 2 == 0 ? 0 : 17; }
std::int32_t CannotSay(void*, const FilterCandidate& c) noexcept { return c.channel_id == 3 ? -1 : 0; }

TEST(Distribution, AsksTheFilterAndSaysWhereItFails) {
  const Compiled c = MustCompile(RowsOf(Channel(2, "g", "m", 3), Channel(3, "g", "m", 5), Channel(4, "g", "m", 1)));
  Request request{.group = "g", .model = "m", .filter = {.judge = &NotOdd}};
  EXPECT_THAT(Shares(Distribute(*c.table, request)), ElementsAre(Pair(2, "3/4"), Pair(4, "1/4")));
  request.filter.judge = &CannotSay;
  EXPECT_EQ(Distribute(*c.table, request).reason, Reason::kFilterFailed);
}

TEST(Distribution, AfterAttemptsIsOfTheRestThenOfLowerTiersThenOfTheNextGroupThenExhausted) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "g", .when = FallbackWhen::kExhausted}};
  const Compiled c = MustCompile(RowsOf(Channel(1, "vip", "m", 1, 5), Channel(2, "vip,g", "m", 3, 5),
                                        Channel(3, "vip", "m", 1), Channel(4, "g", "m", 1)),
                                 policy);
  const Request request{.group = "vip", .model = "m"};
  Attempts made = Tried({{1, 5, GroupKey("vip")}});
  EXPECT_THAT(Shares(Distribute(*c.table, request, &made)), ElementsAre(Pair(2, "1/1")));
  made.Add({2, 5, GroupKey("vip")});
  EXPECT_THAT(Shares(Distribute(*c.table, request, &made)), ElementsAre(Pair(3, "1/1")));
  made.Add({3, 0, GroupKey("vip")});
  EXPECT_EQ(Distribute(*c.table, request, &made).group, "g");
  EXPECT_THAT(Shares(Distribute(*c.table, request, &made)), ElementsAre(Pair(4, "1/1"))) << "2 was tried in vip";
  made.Add({4, 0, GroupKey("g")});
  EXPECT_EQ(Distribute(*c.table, request, &made).reason, Reason::kExhausted);
  EXPECT_EQ(made.size(), 4u) << "a distribution adds no attempt";
}

// Of all first words that yield a candidate at once, each candidate has its share; a word that meets one that is out
// draws again, which bends nothing.
TEST(Distribution, IsWhatSelectionsYieldOverTheWholeDrawSpace) {
  for (std::int64_t a = 0; a <= 4; ++a) {
    for (std::int64_t b = 1; b <= 4; ++b) {
      for (std::int64_t tried = 0; tried <= 3; ++tried) {
        const Compiled c =
            MustCompile(RowsOf(Channel(1, "g", "m", a), Channel(2, "g", "m", b), Channel(3, "g", "m", 2)));
        const Published published = Unserved(c.table);
        const Request request{.group = "g", .model = "m"};
        const Attempts made = tried == 0 ? Attempts() : Tried({{tried, 0, GroupKey("g")}});
        const std::uint64_t all = 3 * TopTier(*c.table, "g", "m").tickets();
        std::map<std::int64_t, std::uint64_t> counts;
        std::uint64_t sum = 0;
        for (std::uint64_t ticket = 0; ticket < all; ++ticket) {
          ScriptedBits bits({WordForTicket(ticket, all)});
          Attempts attempts = made;
          const Selection s = SelectInFull(published, request, &attempts, RandomBits(bits));
          ASSERT_TRUE(s);
          if (bits.asked() > 1) continue;
          ++counts[s.channel_id()];
          ++sum;
        }
        std::map<std::int64_t, std::string> expected;
        for (const auto& [id, count] : counts) expected[id] = Share::Of(count, sum).Text();
        EXPECT_EQ(Shares(Distribute(*c.table, request, &made)), expected) << a << " " << b << " tried " << tried;
      }
    }
  }
}

TEST(AttemptDistribution, IsThatOfAllOrderedWalks) {
  const std::vector<Tier> tiers = {{{1, 1}},
                                   {{1, 2}, {2, 1}},
                                   {{1, 5}, {2, 3}, {3, 2}},
                                   {{1, 1}, {2, 0}, {3, 4}},
                                   {{1, 7}, {2, 1}, {3, 1}, {4, 11}, {5, 2}}};
  for (const Tier& tier : tiers) {
    const Compiled c = MustCompile(RowsOfTier(tier));
    for (std::size_t attempt = 1; attempt <= 5; ++attempt) {
      std::map<std::int64_t, Fraction> expected;
      AddWalks(tier, attempt, 1, expected);
      const auto d = DistributeAttempt(*c.table, {.group = "g", .model = "m"}, attempt);
      ASSERT_TRUE(d.ok()) << d.status();
      std::map<std::int64_t, Fraction> shares;
      Fraction sum(d->over_exact);
      for (const AttemptShare& s : d->shares) {
        shares[s.channel_id] = Fraction(s.exact);
        sum += Fraction(s.exact);
        EXPECT_NEAR(s.value, Fraction(s.exact).convert_to<double>(), 1e-15);
      }
      EXPECT_EQ(shares, expected) << "attempt " << attempt;
      EXPECT_EQ(sum, 1);
    }
  }
}

TEST(AttemptDistribution, GoesOnInLowerTiersAndEndsWithTheBudget) {
  Policy policy;
  policy.retry.budget = 3;
  const Compiled c = MustCompile(
      RowsOf(Channel(1, "g", "m", 2, 5), Channel(2, "g", "m", 1, 5), Channel(3, "g", "m"), Channel(4, "g", "m")),
      policy);
  const auto third = DistributeAttempt(*c.table, {.group = "g", .model = "m"}, 3).value();
  ASSERT_EQ(third.shares.size(), 2u);
  EXPECT_EQ(third.shares[0].channel_id, 3);
  EXPECT_EQ(third.shares[0].priority, 0);
  EXPECT_EQ(third.shares[0].exact, "1/2");
  EXPECT_EQ(third.over_exact, "0/1");
  const auto fourth = DistributeAttempt(*c.table, {.group = "g", .model = "m"}, 4).value();
  EXPECT_THAT(fourth.shares, IsEmpty());
  EXPECT_EQ(fourth.over_exact, "1/1");
}

// With one attempt a tier, who was tried above decides who is left below.
TEST(AttemptDistribution, FollowsEverySetWhereAttemptsAreOnePerTier) {
  Policy policy;
  policy.retry.tiers = RetryTiers::kOnePerTier;
  Rows rows = RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 1));
  for (const std::int64_t id : {1, 2}) {
    ASSERT_TRUE(rows.Add(AbilityRow{.group = "g", .model = "m", .channel_id = id, .priority = 5, .weight = id}));
  }
  ASSERT_TRUE(rows.Add(Channel(3, "g", "m", 1)));
  ASSERT_TRUE(rows.Add(AbilityRow{.group = "g", .model = "m", .channel_id = 3, .priority = 1, .weight = 1}));
  const Compiled c = MustCompile(rows, policy);
  const auto second = DistributeAttempt(*c.table, {.group = "g", .model = "m"}, 2).value();
  ASSERT_EQ(second.shares.size(), 1u);
  EXPECT_EQ(second.shares[0].channel_id, 3);
  const auto third = DistributeAttempt(*c.table, {.group = "g", .model = "m"}, 3).value();
  EXPECT_EQ(third.over_exact, "1/1");
}

TEST(AttemptDistribution, OfTwelveCandidatesIsExactAndOfThirteenRefusedWithACure) {
  Tier tier;
  for (std::int64_t id = 1; id <= 12; ++id) tier[id] = id;
  const Compiled twelve = MustCompile(RowsOfTier(tier));
  const auto last = DistributeAttempt(*twelve.table, {.group = "g", .model = "m"}, 4);
  ASSERT_TRUE(last.ok()) << last.status();
  Fraction sum = 0;
  for (const AttemptShare& s : last->shares) sum += Fraction(s.exact);
  EXPECT_EQ(sum, 1);
  tier[13] = 13;
  const Compiled thirteen = MustCompile(RowsOfTier(tier));
  EXPECT_TRUE(DistributeAttempt(*thirteen.table, {.group = "g", .model = "m"}, 1).ok());
  const auto refused = DistributeAttempt(*thirteen.table, {.group = "g", .model = "m"}, 2);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("ask for an earlier attempt"));
}

TEST(AttemptDistribution, OfTwelveHugeCoprimeWeightsEndsInTimeOneWayOrTheOther) {
  Tier tier;
  for (std::int64_t id = 1; id <= 12; ++id) tier[id] = 4'294'967'291 - 2 * id * id;
  Policy policy;
  policy.retry.budget = 12;
  const Compiled c = MustCompile(RowsOfTier(tier), policy);
  EXPECT_EQ(DistributeAttempt(*c.table, {.group = "g", .model = "m"}, 12).status().code(),
            absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace pointsman::testing
