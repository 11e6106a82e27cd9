// What profiles promise: the shares and walks of the gateways whose names they bear, told by enumerating every draw.
// One is drawn by a naive writing of each gateway's algorithm, attempt by attempt, and asked of the library too.
#include "pointsman/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/patch.h"
#include "pointsman/router.h"
#include "support/leaves.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;

constexpr Profile kGateways[] = {Profile::kNewApiMemory, Profile::kNewApiDatabase, Profile::kOneApiMemory,
                                 Profile::kNewApiMemory202504};

using Shares = std::map<std::int64_t, Share>;

// One channel, and its ability with the same values, so that a profile finds it whatever it believes.
struct Row {
  std::int64_t id = 0;
  std::int64_t weight = 0;
  IntField priority = 0;
  bool enabled = true;
  std::string group = "g";
};

Rows RowsFrom(const std::vector<Row>& candidates) {
  Rows rows("test");
  for (const Row& c : candidates) {
    rows.Add(ChannelRow{.id = c.id,
                        .status = c.enabled ? 1 : 2,
                        .groups = c.group,
                        .models = "m",
                        .priority = c.priority,
                        .weight = c.weight});
    rows.Add(AbilityRow{.group = c.group,
                        .model = "m",
                        .channel_id = c.id,
                        .enabled = c.enabled ? 1 : 0,
                        .priority = c.priority,
                        .weight = c.weight});
  }
  return rows;
}

std::shared_ptr<const RouteTable> TableOf(const std::vector<Row>& candidates, const Policy& policy) {
  return MustCompile(RowsFrom(candidates), policy).table;
}

// The shares of channels 1, 2, … with these weights in one tier: swept, and compared with what Describe says.
std::vector<std::string> SharesOf(Profile profile, const std::vector<std::int64_t>& weights) {
  std::vector<Row> candidates;
  for (const std::int64_t weight : weights) {
    candidates.push_back({.id = static_cast<std::int64_t>(candidates.size() + 1), .weight = weight});
  }
  const auto table = TableOf(candidates, ProfilePolicy(profile));
  auto swept = SweptWeights(*table, "g", "m");
  const std::uint64_t sum = TopTier(*table, "g", "m").tickets();
  std::vector<std::string> shares;
  const RouteInfo route = *table->Describe("g", "m");
  for (const CandidateInfo& c : route.top()->candidates) {
    EXPECT_EQ(c.share, Share::Of(swept[c.channel_id], sum));
    EXPECT_EQ(c.weight, weights[static_cast<std::size_t>(c.channel_id - 1)]) << "the rows' weight is told";
    shares.push_back(c.share.Text());
  }
  return shares;
}

TEST(ProfileShares, OfNewApiInMemoryAreWeightOverSumAndAlikeWhereAllAreZero) {
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory, {2, 1}), ElementsAre("2/3", "1/3"));
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory, {10, 1}), ElementsAre("10/11", "1/11"));
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory, {100, 0}), ElementsAre("1/1", "0/1"));
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory, {0, 0}), ElementsAre("1/2", "1/2"));
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory, {0, 0, 0}), ElementsAre("1/3", "1/3", "1/3"));
}

TEST(ProfileShares, OfNewApiFromTheDatabaseFavourTheHeaviestAtTheCostOfTheLightest) {
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {2, 1}), ElementsAre("13/23", "10/23"));
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {1, 2}), ElementsAre("10/23", "13/23"));
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {10, 1}), ElementsAre("21/31", "10/31"));
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {100, 0}), ElementsAre("37/40", "3/40")) << "111/120 and 9/120";
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {0, 0}), ElementsAre("11/20", "9/20"));
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {0, 0, 0}), ElementsAre("11/30", "1/3", "3/10")) << "11, 10, 9 of 30";
  EXPECT_THAT(SharesOf(Profile::kNewApiDatabase, {7}), ElementsAre("1/1"));
}

TEST(ProfileShares, OfNewApiBeforeOctober2025AreWeightPlusTenOverSum) {
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory202504, {2, 1}), ElementsAre("12/23", "11/23"));
  EXPECT_THAT(SharesOf(Profile::kNewApiMemory202504, {100, 0}), ElementsAre("11/12", "1/12")) << "110/120, 10/120";
}

TEST(ProfileShares, OfOneApiAreAlikeWhateverTheWeights) {
  EXPECT_THAT(SharesOf(Profile::kOneApiMemory, {2, 1}), ElementsAre("1/2", "1/2"));
  EXPECT_THAT(SharesOf(Profile::kOneApiMemory, {100, 0, 7}), ElementsAre("1/3", "1/3", "1/3"));
}

TEST(ProfileShares, OfWideTiersFollowTheRuleAndTellTheRowsWeights) {
  constexpr std::int64_t kMost = 4294967295;
  for (const Profile profile : kGateways) {
    const auto table =
        TableOf({{.id = 1, .weight = kMost}, {.id = 2, .weight = 5}, {.id = 3, .weight = 5}}, ProfilePolicy(profile));
    const RouteInfo route = *table->Describe("g", "m");
    const auto& c = route.top()->candidates;
    EXPECT_EQ(c[0].weight, kMost) << ProfileName(profile);
    EXPECT_EQ(c[2].weight, 5u) << ProfileName(profile);
    if (profile == Profile::kNewApiDatabase) {
      EXPECT_EQ(c[0].share, Share::Of(kMost + 11, kMost + 40));
      EXPECT_EQ(c[1].share, Share::Of(15, kMost + 40));
      EXPECT_EQ(c[2].share, Share::Of(14, kMost + 40));
    }
    if (profile == Profile::kNewApiMemory202504) {
      EXPECT_EQ(c[0].share, Share::Of(kMost + 10, kMost + 40));
    }
  }
}

Shares AsShares(const std::map<std::int64_t, std::uint64_t>& counts) {
  std::uint64_t all = 0;
  for (const auto& [id, count] : counts) all += count;
  Shares shares;
  for (const auto& [id, count] : counts) {
    if (count > 0) shares[id] = Share::Of(count, all);
  }
  return shares;
}

// The gateways' algorithms, written down as they are, for one group and one attempt: who has how many outcomes.
using Counts = std::map<std::int64_t, std::uint64_t>;

std::vector<Row> Enabled(std::vector<Row> rows) {
  std::erase_if(rows, [](const Row& row) { return !row.enabled; });
  return rows;
}

Counts NaiveDraw(Profile profile, std::vector<Row> pool) {
  Counts counts;
  const auto sum = std::accumulate(pool.begin(), pool.end(), std::int64_t{0},
                                   [](std::int64_t so_far, const Row& row) { return so_far + row.weight; });
  if (profile == Profile::kNewApiDatabase) {
    std::stable_sort(pool.begin(), pool.end(), [](const Row& a, const Row& b) { return a.weight > b.weight; });
    const std::int64_t all = sum + 10 * static_cast<std::int64_t>(pool.size());
    for (std::int64_t r = 0; r < all; ++r) {
      std::int64_t left = r;
      for (const Row& row : pool) {
        left -= row.weight + 10;
        if (left <= 0) {
          ++counts[row.id];
          break;
        }
      }
    }
    return counts;
  }
  const bool bonus = profile == Profile::kNewApiMemory202504;
  for (const Row& row : pool) {
    const std::int64_t weight = row.weight + (bonus ? 10 : 0);
    counts[row.id] = static_cast<std::uint64_t>(sum == 0 && !bonus ? 1 : weight);
  }
  return counts;
}

Counts NaiveNewApi(Profile profile, std::vector<Row> rows, std::size_t attempt) {
  rows = Enabled(rows);
  if (profile == Profile::kNewApiDatabase) std::erase_if(rows, [](const Row& row) { return row.priority.is_null(); });
  if (rows.empty()) return {};
  std::vector<std::int64_t> priorities;
  for (const Row& row : rows) priorities.push_back(row.priority.value_or(0));
  std::sort(priorities.rbegin(), priorities.rend());
  priorities.erase(std::unique(priorities.begin(), priorities.end()), priorities.end());
  const std::int64_t wanted = priorities[std::min(attempt, priorities.size() - 1)];
  std::erase_if(rows, [&](const Row& row) { return row.priority.value_or(0) != wanted; });
  return NaiveDraw(profile, rows);
}

Counts NaiveOneApi(std::vector<Row> rows, std::size_t attempt) {
  rows = Enabled(rows);
  if (rows.empty()) return {};
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.priority.value_or(0) > b.priority.value_or(0); });
  std::size_t end = rows.size();
  const std::int64_t first = rows.front().priority.value_or(0);
  for (std::size_t i = 0; first > 0 && i < rows.size() && end == rows.size(); ++i) {
    if (rows[i].priority.value_or(0) != first) end = i;
  }
  const bool ignore_first = attempt > 1;
  Counts counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (ignore_first && end < rows.size() ? i >= end : i < end) counts[rows[i].id] = 1;
  }
  return counts;
}

Counts NaiveAttempt(Profile profile, const std::vector<Row>& rows, std::size_t attempt) {
  return profile == Profile::kOneApiMemory ? NaiveOneApi(rows, attempt) : NaiveNewApi(profile, rows, attempt);
}

std::unique_ptr<Router> RouterOf(const std::vector<Row>& rows, const Policy& policy) {
  auto router = std::make_unique<Router>(policy);
  EXPECT_TRUE(router->Publish(TableOf(rows, policy)).ok());
  return router;
}

// The shares of the next attempt.
Shares NextShares(const Router& router, const Request& request, const Attempts& attempts, std::uint64_t column_ways,
                  bool alike_below) {
  const auto ways = [&](std::size_t depth) { return alike_below ? depth + 2 : column_ways; };
  Shares shares = AsShares(Leaves(ways, [&](RandomBits bits) {
    Attempts copy = attempts;
    return router.Select(request, copy, bits).channel_id();
  }));
  shares.erase(0);
  return shares;
}

std::vector<Row> AnyRows(std::mt19937& dice) {
  const auto below = [&](unsigned n) { return static_cast<std::int64_t>(dice() % n); };
  std::vector<Row> rows;
  const std::int64_t lowest = below(2) == 0 ? -2 : 0;
  const auto count = 1 + below(5);
  for (std::int64_t id = 1; id <= count; ++id) {
    rows.push_back({.id = id,
                    .weight = below(3) == 0 ? 0 : below(7),
                    .priority = below(6) == 0 ? IntField(nullptr) : IntField(lowest + below(3)),
                    .enabled = below(6) != 0});
  }
  return rows;
}

std::uint64_t SumOf(const Counts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [id, count] : counts) sum += count;
  return sum;
}

TEST(ProfileWalks, GiveTheSharesOfTheGatewaysOwnAlgorithmAtEveryAttempt) {
  for (const Profile profile : kGateways) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
      SCOPED_TRACE(std::string(ProfileName(profile)) + " " + std::to_string(seed));
      std::mt19937 dice(seed);
      const std::vector<Row> rows = AnyRows(dice);
      const auto router = RouterOf(rows, ProfilePolicy(profile, {.retry_times = 4}));
      const Request request{.group = "g", .model = "m"};
      Attempts attempts;
      for (std::size_t n = 0; n <= 4; ++n) {
        const Counts naive = NaiveAttempt(profile, rows, n);
        // A multiple of columns times tickets, whatever divisor the tier was packed with.
        const std::uint64_t ways = std::max<std::uint64_t>(1, SumOf(naive) * naive.size());
        const bool below = profile == Profile::kOneApiMemory && naive != NaiveAttempt(profile, rows, 0);
        ASSERT_EQ(NextShares(*router, request, attempts, ways, below), AsShares(naive)) << "attempt " << n;
        SplitMix64 bits(seed * 100 + n);
        ASSERT_EQ(static_cast<bool>(router->Select(request, attempts, RandomBits(bits))), !naive.empty());
      }
      EXPECT_FALSE(router->Select(request, attempts)) << "R + 1 attempts, no more";
    }
  }
}

// "A0 A0 B0 B0": the groups and the tiers, counted from the top, of a walk until it ends. Tiers have the priorities 9,
// 8, 7.
std::string WalkOf(const std::vector<Row>& rows, std::int32_t retry_times) {
  std::string walk;
  const auto router = RouterOf(
      rows, ProfilePolicy(Profile::kNewApiMemory, {.retry_times = retry_times, .automatic_groups = {"A", "B"}}));
  Attempts attempts;
  for (int i = 0; i < 20; ++i) {
    const Selection s = router->Select({.group = "auto", .model = "m"}, attempts);
    if (!s) break;
    walk += (walk.empty() ? "" : " ") + std::string(s.group()) + std::to_string(9 - s.priority());
  }
  return walk;
}

const Row kA0{.id = 1, .priority = 9, .group = "A"};
const Row kA1{.id = 2, .priority = 8, .group = "A"};
const Row kA2{.id = 3, .priority = 7, .group = "A"};
const Row kB0{.id = 4, .priority = 9, .group = "B"};

TEST(ProfileAutomaticGroups, EachServeOneAttemptMoreThanThereAreRetries) {
  EXPECT_EQ(WalkOf({kA0, kB0}, 1), "A0 A0 B0 B0");
  EXPECT_EQ(WalkOf({kA0, kB0}, 2), "A0 A0 A0 B0 B0 B0");
}

TEST(ProfileAutomaticGroups, TheAttemptsOfAGroupGoDownItsTiersAndTheNextGroupStartsAtItsTop) {
  EXPECT_EQ(WalkOf({kA0, kA1, kA2, kB0}, 1), "A0 A1 B0 B0");
  EXPECT_EQ(WalkOf({kA0, kA1, kB0}, 3), "A0 A1 A1 A1 B0 B0 B0 B0") << "clamped to the lowest";
}

TEST(ProfileAutomaticGroups, WithoutRetriesTheSecondGroupIsReachedOnlyIfTheFirstIsEmpty) {
  EXPECT_EQ(WalkOf({kA0, kB0}, 0), "A0");
  EXPECT_EQ(WalkOf({kB0}, 0), "B0");
  EXPECT_EQ(WalkOf({kB0}, 1), "B0 B0") << "skipped at once";
}

TEST(ProfileTiers, OfOneApiCountOnlyIfTheHighestPriorityIsAboveZero) {
  const Policy policy = ProfilePolicy(Profile::kOneApiMemory);
  const auto mixed = TableOf({{.id = 1, .priority = 0}, {.id = 2, .priority = -3}, {.id = 3, .priority = -9}}, policy);
  const RouteInfo route = *mixed->Describe("g", "m");
  ASSERT_EQ(route.tiers.size(), 1u);
  EXPECT_EQ(route.tiers[0].candidates[2].share, Share::Of(1, 3));
  EXPECT_EQ(route.tiers[0].candidates[2].priority, -9) << "the rows' priority is told";
  const auto tiers = TableOf({{.id = 1, .priority = 1}, {.id = 2, .priority = -3}}, policy);
  EXPECT_EQ(tiers->Describe("g", "m")->tiers.size(), 2u);
}

TEST(ProfileTiers, TablesOfMixedTiersThatDifferOnlyInAPriorityHaveDifferentHashes) {
  const Policy policy = ProfilePolicy(Profile::kOneApiMemory);
  const auto hash = [&](std::int64_t low) {
    return TableOf({{.id = 1, .priority = 0}, {.id = 2, .priority = low}}, policy)->content_hash();
  };
  EXPECT_NE(hash(-3), hash(-4));
}

TEST(ProfileTiers, APatchThatTakesTheTopPriorityMakesOneTierOfTheRest) {
  const Policy policy = ProfilePolicy(Profile::kOneApiMemory);
  const Row top{.id = 1, .priority = 5};
  const Row middle{.id = 2, .priority = 0};
  const Row low{.id = 3, .priority = -3};
  const auto patched = Patch(*TableOf({top, middle, low}, policy), std::vector{ChannelChange::Remove(1)}).value();
  EXPECT_EQ(patched->content_hash(), TableOf({middle, low}, policy)->content_hash());
  EXPECT_EQ(patched->Describe("g", "m")->tiers.size(), 1u);
}

TEST(ProfileNullPriority, IsNeverSelectedFromTheDatabaseAndZeroElsewhere) {
  const std::vector<Row> rows = {{.id = 1, .priority = nullptr}, {.id = 2, .priority = -1}};
  for (const Profile profile : kGateways) {
    const auto table = TableOf(rows, ProfilePolicy(profile));
    const bool never = profile == Profile::kNewApiDatabase;
    const RouteInfo route = *table->Describe("g", "m");
    EXPECT_EQ(route.tiers[0].candidates[0].status, never ? CandidateStatus::kNoPriority : CandidateStatus::kEligible);
  }
  const auto only = TableOf({rows[0]}, ProfilePolicy(Profile::kNewApiDatabase));
  EXPECT_EQ(only->serving_route_count(), 0u);
  EXPECT_EQ(CandidateStatusName(only->Describe("g", "m")->tiers[0].candidates[0].status), "no_priority");
}

TEST(ProfileModels, AreNormalisedOnlyInTheMemoryOfNewApi) {
  Rows rows("test");
  rows.Add(ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "gpt-4-gizmo-*"});
  rows.Add(Ability("g", "gpt-4-gizmo-*", 1));
  for (const Profile profile : kGateways) {
    const Policy policy = ProfilePolicy(profile);
    Router router(policy);
    ASSERT_TRUE(router.Publish(MustCompile(rows, policy).table).ok());
    const bool memory = profile == Profile::kNewApiMemory || profile == Profile::kNewApiMemory202504;
    EXPECT_EQ(static_cast<bool>(router.Select({.group = "g", .model = "gpt-4-gizmo-x"})), memory);
    EXPECT_FALSE(router.Select({.group = "g", .model = "gpt-4-gizmo"}) && !memory) << "a star is no pattern";
  }
}

TEST(ProfileGroups, AnEmptyTokenGroupIsTheOwners) {
  for (const ProfileInfo& info : Profiles()) {
    const auto router = RouterOf({{.id = 1}}, ProfilePolicy(info.profile));
    EXPECT_EQ(router->Select({.group = "", .user_group = "g", .model = "m"}).channel_id(), 1) << info.name;
    EXPECT_EQ(info.empty_group, ProfilePolicy(info.profile).groups.empty_group);
  }
}

TEST(ProfileSource, IsTheOneThatTheGatewayBelieves) {
  EXPECT_EQ(ProfilePolicy(Profile::kNewApiMemory).source, RowSource::kChannels);
  EXPECT_EQ(ProfilePolicy(Profile::kNewApiDatabase).source, RowSource::kAbilities);
  EXPECT_EQ(ProfilePolicy(Profile::kOneApiMemory).source, RowSource::kChannels);
}

TEST(ProfileNames, AreFoundAgainAndTheDefaultIsTheDefaultPolicy) {
  EXPECT_EQ(ProfilePolicy(Profile::kPointsman), Policy{});
  for (const ProfileInfo& info : Profiles()) {
    EXPECT_EQ(FindProfile(info.name), info.profile);
    EXPECT_EQ(ProfileName(info.profile), info.name);
    EXPECT_TRUE(ProfilePolicy(info.profile, {.retry_times = kMaxBudget - 1}).Validate().ok()) << info.name;
  }
  EXPECT_EQ(FindProfile("new_api"), std::nullopt);
}

TEST(ProfileWalks, OfASingleChannelReturnItAtEveryAttempt) {
  for (const Profile profile : kGateways) {
    const auto router = RouterOf({{.id = 7}}, ProfilePolicy(profile, {.retry_times = 2}));
    Attempts attempts;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(router->Select({.group = "g", .model = "m"}, attempts).channel_id(), 7);
    EXPECT_FALSE(router->Select({.group = "g", .model = "m"}, attempts));
  }
}

TEST(ProfileWalks, ATierThatIsSwitchedOffDoesNotCount) {
  const auto router = RouterOf({{.id = 1, .priority = 3}, {.id = 2, .priority = 2}, {.id = 3, .priority = 1}},
                               ProfilePolicy(Profile::kNewApiMemory, {.retry_times = 4}));
  ASSERT_TRUE(router->SwitchOff(1));
  Attempts attempts;
  const Request request{.group = "g", .model = "m"};
  EXPECT_EQ(router->Select(request, attempts).channel_id(), 2);
  EXPECT_EQ(router->Select(request, attempts).channel_id(), 3);
  ASSERT_TRUE(router->SwitchOff(2));
  ASSERT_TRUE(router->SwitchOff(3));
  EXPECT_FALSE(router->Select(request, attempts)) << "an emptied pool";
}

}  // namespace
}  // namespace pointsman::testing
