// Random rows, policies and requests are asked of the library and of the naive router; the two must agree exactly. A
// case on which they do not is shortened and printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "pointsman/router.h"
#include "support/choice_tape.h"
#include "support/naive_router.h"
#include "support/row_text.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

constexpr int kSeeds = 10000;

// The first of any values is the plainest, so that a case gets plainer as it gets shorter.
class Dice {
 public:
  explicit Dice(ChoiceTape& tape) : tape_(tape) {}
  std::uint64_t Below(std::uint64_t n) { return tape_.Below(static_cast<std::size_t>(n)); }
  bool OneIn(std::uint64_t n) { return tape_.OneIn(static_cast<std::size_t>(n)); }
  template <class T>
  T Any(std::initializer_list<T> values) {
    return values.begin()[Below(values.size())];
  }

 private:
  ChoiceTape& tape_;
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
  return dice.Any<std::int64_t>({0, 0, -1, 5});
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

using Seen = std::map<Reason, int>;

std::string Text(const Rows& rows, const Policy& policy) {
  std::string text = "source " + std::to_string(static_cast<int>(policy.source)) + ", empty_group " +
                     std::to_string(static_cast<int>(policy.groups.empty_group)) + ", default_group \"" +
                     policy.groups.default_group + "\"\n";
  for (const std::string& row : RowTexts(rows)) text += row + "\n";
  return text;
}

std::string Text(const NaiveRouter::Answer& answer) {
  std::string text = std::string(ReasonName(answer.reason)) + " from \"" + answer.group + "\", priority " +
                     std::to_string(answer.priority) + ":";
  for (const auto& [id, weight] : answer.weights) text += " " + std::to_string(id) + "*" + std::to_string(weight);
  return text;
}

// Rows, a policy and ten requests. What the two do not agree about, with all that it takes to see it again.
std::optional<std::string> Wrong(ChoiceTape& tape, Seen& seen, bool naive_inherits_nothing = false) {
  Dice dice(tape);
  const Rows rows = AnyRows(dice);
  const Policy policy = AnyPolicy(dice);
  Policy told = policy;
  if (naive_inherits_nothing && told.groups.empty_group == EmptyGroup::kInherit) {
    told.groups.empty_group = EmptyGroup::kDefault;
  }
  const NaiveRouter naive(rows, told);
  Router router(policy);
  if (!router.Publish(MustCompile(rows, policy).table).ok()) return "the table is refused";
  for (int i = 0; i < 10; ++i) {
    const std::vector<std::string_view> allowed = {AnyGroup(dice), AnyGroup(dice)};
    Request request{.group = AnyGroup(dice), .user_group = AnyGroup(dice), .model = AnyModel(dice)};
    if (dice.OneIn(4)) request.allowed_groups = allowed;
    const NaiveRouter::Answer expected = Reduced(naive.Ask(request));
    const NaiveRouter::Answer answer = Reduced(AskLibrary(router, request));
    ++seen[expected.reason];
    if (answer == expected) continue;
    return Text(rows, policy) + "group \"" + std::string(request.group) + "\", user group \"" +
           std::string(request.user_group) + "\", model \"" + std::string(request.model) + "\"" +
           (request.allowed_groups
                ? ", allowed \"" + std::string(allowed[0]) + "\" and \"" + std::string(allowed[1]) + "\""
                : "") +
           "\nthe library says " + Text(answer) + "\nthe naive router " + Text(expected);
  }
  return std::nullopt;
}

std::string Shown(const ChoiceTape& failing, bool naive_inherits_nothing = false) {
  Seen seen;
  ChoiceTape shortest =
      Shortest(failing, [&](ChoiceTape& tape) { return Wrong(tape, seen, naive_inherits_nothing).has_value(); });
  ChoiceTape again(shortest.choices());
  return Wrong(again, seen, naive_inherits_nothing).value_or("nothing any more");
}

TEST(Oracle, RandomConfigurationsAreAnsweredAsTheNaiveRouterAnswersThem) {
  Seen seen;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    ChoiceTape tape(static_cast<std::uint64_t>(seed));
    if (Wrong(tape, seen)) FAIL() << "seed " << seed << ":\n" << Shown(tape);
  }
  // A comparison that never meets a reason proves nothing about it.
  for (const Reason reason :
       {Reason::kNone, Reason::kUnknownGroup, Reason::kEmptyGroup, Reason::kGroupNotAllowed, Reason::kNoSuchModel,
        Reason::kModelNotInGroup, Reason::kAllDisabled, Reason::kEmptyTable}) {
    EXPECT_GT(seen[reason], 100) << ReasonName(reason);
  }
}

// The oracle's own test: a rule that only one side has is found, and shown with a row or two.
TEST(Oracle, AWrongRuleIsFoundAndShownInAFewLines) {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 500 && found < 3; ++seed) {
    Seen seen;
    ChoiceTape tape(seed);
    if (!Wrong(tape, seen, true)) continue;
    ++found;
    const std::string shown = Shown(tape, true);
    EXPECT_LE(std::count(shown.begin(), shown.end(), '\n'), 12) << shown;
  }
  EXPECT_EQ(found, 3);
}

TEST(Oracle, ExplainReachesTheSameVerdictAsSelect) {
  for (int seed = 1; seed <= kSeeds / 5; ++seed) {
    ChoiceTape tape(static_cast<std::uint64_t>(seed));
    Dice dice(tape);
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
