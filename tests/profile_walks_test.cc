// The walks of the gateways whose names profiles bear: each attempt's shares by enumerating every draw, beside a naive
// writing of each gateway's algorithm; and the way through automatic groups.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "support/leaves.h"
#include "support/profile_rows.h"

namespace pointsman::testing {
namespace {

using Shares = std::map<std::int64_t, Share>;

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
