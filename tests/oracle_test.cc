// Random rows, policies and requests are asked of the library and of the naive router; the two must agree exactly.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "pointsman/router.h"
#include "support/naive_router.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

constexpr int kSeeds = 10000;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  std::uint64_t Below(std::uint64_t n) { return bits_() % n; }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }
  template <class T>
  T Any(std::initializer_list<T> values) {
    return values.begin()[Below(values.size())];
  }

 private:
  SplitMix64 bits_;
};

std::string_view AnyGroup(Dice& dice) {
  return dice.Any<std::string_view>({"default", "vip", "svip", "Default", "", " "});
}
std::string_view AnyModel(Dice& dice) { return dice.Any<std::string_view>({"a", "b", "c", "A", ""}); }

IntField AnyWeight(Dice& dice) {
  if (dice.OneIn(8)) return dice.OneIn(2) ? IntField(nullptr) : IntField();
  if (dice.OneIn(30)) return dice.Any<std::int64_t>({-1, 4294967296, 4294967295});
  return static_cast<std::int64_t>(dice.Below(4));
}

IntField AnyPriority(Dice& dice) {
  if (dice.OneIn(8)) return dice.OneIn(2) ? IntField(nullptr) : IntField();
  return dice.Any<std::int64_t>({-1, 0, 0, 5});
}

std::string AnyList(Dice& dice, std::string_view (*item)(Dice&)) {
  std::string list;
  for (std::uint64_t n = dice.Below(4); n > 0; --n) {
    if (!list.empty() || dice.OneIn(8)) list += ",";
    if (dice.OneIn(4)) list += " ";
    list += item(dice);
  }
  return list;
}

void AddAnyChannel(Dice& dice, Rows& rows) {
  const std::string groups = AnyList(dice, AnyGroup);
  const std::string models = AnyList(dice, AnyModel);
  ChannelRow row{.id = static_cast<std::int64_t>(dice.Below(7)), .groups = groups, .models = models};
  if (dice.OneIn(10)) row.groups = dice.OneIn(2) ? TextField(nullptr) : TextField();
  row.status = dice.Any<IntField>({1, 1, 1, 1, 2, 3, 0, nullptr, IntField()});
  row.priority = AnyPriority(dice);
  row.weight = AnyWeight(dice);
  rows.Add(row);
}

void AddAnyAbility(Dice& dice, Rows& rows) {
  AbilityRow row{
      .group = AnyGroup(dice), .model = AnyModel(dice), .channel_id = static_cast<std::int64_t>(dice.Below(8))};
  row.enabled = dice.Any<IntField>({1, 1, 1, 0, nullptr, IntField()});
  row.priority = AnyPriority(dice);
  row.weight = AnyWeight(dice);
  rows.Add(row);
}

Rows AnyRows(Dice& dice) {
  Rows rows("random");
  for (std::uint64_t n = dice.Below(7); n > 0; --n) AddAnyChannel(dice, rows);
  if (dice.OneIn(2)) {
    for (std::uint64_t n = dice.Below(20); n > 0; --n) AddAnyAbility(dice, rows);
  }
  return rows;
}

Policy AnyPolicy(Dice& dice) {
  return {.groups = {.default_group = std::string(dice.Any<std::string_view>({"default", "vip", "elsewhere"})),
                     .empty_group = dice.Any(
                         {EmptyGroup::kInherit, EmptyGroup::kDefault, EmptyGroup::kRefuse, EmptyGroup::kExact})},
          .source = dice.Any({RowSource::kBoth, RowSource::kBoth, RowSource::kChannels, RowSource::kAbilities})};
}

// What the library says, gathered by drawing every ticket of the tier once.
NaiveRouter::Answer AskLibrary(const Router& router, const Request& request) {
  SplitMix64 bits(1);
  const Selection drawn = router.Select(request, RandomBits(bits));
  NaiveRouter::Answer answer{
      .reason = drawn.reason(), .group = std::string(drawn.group()), .priority = drawn.priority()};
  if (!drawn) return answer;
  const std::shared_ptr<const RouteTable> table = router.TakeSnapshot().table;
  const TierBlock tier = TopTier(*table, drawn.group(), request.model);
  if (tier.tickets() > 1000) {  // too many tickets to draw: the weights say the same
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      if (tier.DrawnWeight(i) > 0) answer.weights[table->data().channels[tier.channel(i)].id] = tier.DrawnWeight(i);
    }
    return answer;
  }
  answer.weights = SweptWeights(*table, drawn.group(), request.model);
  return answer;
}

// Proportions are what counts: weights are compared after division by their greatest common divisor.
NaiveRouter::Answer Reduced(NaiveRouter::Answer answer) {
  std::uint64_t divisor = 0;
  for (const auto& [id, weight] : answer.weights) divisor = std::gcd(divisor, weight);
  for (auto& [id, weight] : answer.weights) weight /= divisor;
  return answer;
}

TEST(Oracle, RandomConfigurationsAreAnsweredAsTheNaiveRouterAnswersThem) {
  std::map<Reason, int> seen;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    const Rows rows = AnyRows(dice);
    const Policy policy = AnyPolicy(dice);
    const NaiveRouter naive(rows, policy);
    Router router(policy);
    ASSERT_TRUE(router.Publish(MustCompile(rows, policy).table).ok());
    for (int i = 0; i < 10; ++i) {
      const std::vector<std::string_view> allowed = {AnyGroup(dice), AnyGroup(dice)};
      Request request{.group = AnyGroup(dice), .user_group = AnyGroup(dice), .model = AnyModel(dice)};
      if (dice.OneIn(4)) request.allowed_groups = allowed;
      const NaiveRouter::Answer expected = naive.Ask(request);
      ASSERT_EQ(Reduced(AskLibrary(router, request)), Reduced(expected))
          << "seed " << seed << ", group \"" << request.group << "\", user group \"" << request.user_group
          << "\", model \"" << request.model << "\", expected " << ReasonName(expected.reason);
      ++seen[expected.reason];
    }
  }
  // A comparison that never meets a reason proves nothing about it.
  for (const Reason reason :
       {Reason::kNone, Reason::kUnknownGroup, Reason::kEmptyGroup, Reason::kGroupNotAllowed, Reason::kNoSuchModel,
        Reason::kModelNotInGroup, Reason::kAllDisabled, Reason::kEmptyTable}) {
    EXPECT_GT(seen[reason], 100) << ReasonName(reason);
  }
}

TEST(Oracle, ExplainReachesTheSameVerdictAsSelect) {
  for (int seed = 1; seed <= kSeeds / 5; ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    const Rows rows = AnyRows(dice);
    const Policy policy = AnyPolicy(dice);
    const NaiveRouter naive(rows, policy);
    const Compiled compiled = MustCompile(rows, policy);
    for (int i = 0; i < 5; ++i) {
      const Request request{.group = AnyGroup(dice), .user_group = AnyGroup(dice), .model = AnyModel(dice)};
      const Explanation why = Explain(*compiled.table, request);
      ASSERT_EQ(why.reason, naive.Ask(request).reason) << "seed " << seed;
      ASSERT_EQ(why.ok, why.chain.back().holds) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace pointsman::testing
