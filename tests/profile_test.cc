// What profiles promise of one table: the shares of the gateways whose names they bear, told by sweeping every draw;
// which tiers, priorities, models and groups count. Their walks are in profile_walks_test.cc.
#include "pointsman/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pointsman/patch.h"
#include "support/profile_rows.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;

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

}  // namespace
}  // namespace pointsman::testing
