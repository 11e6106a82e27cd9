// Small tables, all of them: every walk through each, attempt by attempt, after every way in which the attempts before
// can have gone, and with another table published between any two attempts. Every word that decides is tried, so what
// is compared with the naive walker's weights are probabilities, as fractions.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "pointsman/router.h"
#include "support/leaves.h"
#include "support/naive_walker.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

constexpr Request kRequest{.group = "g", .model = "m"};

// What an ability can be like: not there, disabled, or of this priority and weight.
struct State {
  bool listed = true, enabled = true;
  std::int64_t priority = 0;
  std::uint64_t weight = 0;
};
constexpr State kStates[] = {{.listed = false},
                             {.enabled = false},
                             {.weight = 0},
                             {.weight = 1},
                             {.weight = 2},
                             {.priority = 1, .weight = 0},
                             {.priority = 1, .weight = 1},
                             {.priority = 1, .weight = 2}};
constexpr std::size_t kStateCount = std::size(kStates);

// A table, and who is right about it.
class SmallTable {
 public:
  // The states of channel 1 in the first group, in the second …, then of channel 2 …
  SmallTable(const std::vector<State>& states, const std::vector<std::string>& groups, const Policy& policy)
      : policy_(policy), naive_(Candidates(states, groups), {groups.begin(), groups.end()}, policy) {
    Rows rows("small");
    for (std::size_t id = 1; id * groups.size() <= states.size(); ++id) {
      rows.Add(Channel(static_cast<std::int64_t>(id), "g,h", ""));
    }
    for (const NaiveCandidate& c : candidates_) {
      rows.Add(AbilityRow{.group = c.group,
                          .model = c.model,
                          .channel_id = c.channel,
                          .enabled = c.enabled ? 1 : 0,
                          .priority = c.priority,
                          .weight = static_cast<std::int64_t>(c.weight)});
      text_ += c.group + std::to_string(c.channel) + (c.enabled ? "" : " off") + " " + std::to_string(c.priority) +
               ":" + std::to_string(c.weight) + "; ";
    }
    table_ = MustCompile(rows, policy_).table;
    CountWays();
  }

  const std::shared_ptr<const RouteTable>& table() const { return table_; }
  const NaiveWalker& naive() const { return naive_; }
  const std::string& text() const { return text_; }

  // A multiple of the outcomes that draw number `d` can have. The first three are of the first tier of several
  // candidates, if no policy passes it over; from then on it may be the scan of what is left of it, or the next tier.
  std::uint64_t Ways(std::size_t d) const { return d < 3 && passes_over_nothing_ ? ways_of_first_ : ways_; }

 private:
  std::vector<NaiveCandidate> Candidates(const std::vector<State>& states, const std::vector<std::string>& groups) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      const State& s = states[i];
      if (!s.listed) continue;
      candidates_.push_back({.group = groups[i % groups.size()],
                             .model = "m",
                             .channel = static_cast<std::int64_t>(1 + i / groups.size()),
                             .priority = s.priority,
                             .weight = s.weight,
                             .enabled = s.enabled});
    }
    return candidates_;
  }

  // A tier of n candidates that weigh W has n * W outcomes of a draw, or fewer that are alike, and its scan draws below
  // sums of weights. Up to three channels make one tier of several in a group.
  void CountWays() {
    std::map<std::pair<std::string, std::int64_t>, std::vector<std::uint64_t>> tiers;  // "g" comes first
    for (const NaiveCandidate& c : candidates_) {
      if (c.enabled) tiers[{c.group, c.priority}].push_back(c.weight);
    }
    for (const auto& [tier, weights] : tiers) {
      const std::uint64_t n = weights.size();
      if (n < 2) continue;
      const std::uint64_t weighed = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
      const std::uint64_t sum = weighed == 0 ? n : weighed;
      const std::uint64_t outcomes = n * sum;
      if (ways_of_first_ == 1) ways_of_first_ = outcomes;
      ways_ = std::lcm(ways_, outcomes);
      for (std::uint64_t scanned = 2; scanned < sum; ++scanned) ways_ = std::lcm(ways_, scanned);
    }
    passes_over_nothing_ = policy_.retry.tiers == RetryTiers::kExhaust;
  }

  Policy policy_;
  std::vector<NaiveCandidate> candidates_;
  NaiveWalker naive_;
  std::string text_;
  std::shared_ptr<const RouteTable> table_;
  std::uint64_t ways_of_first_ = 1, ways_ = 1;
  bool passes_over_nothing_ = true;
};

// An answer without its chance: reason, group, priority, channel.
using Answer = std::tuple<Reason, std::string_view, std::int64_t, std::int64_t>;
using Chances = std::map<Answer, std::string>;

Answer AnswerOf(const Selection& s) { return {s.reason(), s.group(), s.priority(), s.channel_id()}; }

template <class Counts>
Chances ChancesOf(const Counts& counts) {
  std::uint64_t all = 0;
  for (const auto& [answer, count] : counts) all += count;
  Chances chances;
  for (const auto& [answer, count] : counts) chances[answer] = Share::Of(count, all).Text();
  return chances;
}

// By the mathematics: weight over the sum of the weights that are left.
Chances Expected(const NaiveWalker::Answer& naive) {
  if (naive.reason != Reason::kNone) return {{{naive.reason, "", 0, 0}, "1/1"}};
  std::map<Answer, std::uint64_t> counts;
  for (const auto& [id, weight] : naive.weights) counts[{Reason::kNone, naive.group, naive.priority, id}] = weight;
  return ChancesOf(counts);
}

// A walk so far, for both sides.
struct Course {
  Attempts attempts;
  std::vector<NaiveAttempt> tried;

  Course After(const NaiveWalker::Answer& served, std::int64_t channel) const {
    Course next = *this;
    next.attempts.Add({.channel_id = channel, .priority = served.priority, .group = GroupKey(served.group)});
    next.tried.push_back({.channel = channel, .group = served.group, .priority = served.priority});
    return next;
  }
};

class Walker {
 public:
  explicit Walker(const Policy& policy) : router_(policy) {}

  void Publish(const SmallTable& table) {
    current_ = &table;
    ASSERT_TRUE(router_.Publish(table.table()).ok());
  }

  // The next attempt has the right chances; what it can come to.
  NaiveWalker::Answer CheckNext(const Course& course) {
    const NaiveWalker::Answer naive = current_->naive().Ask(kRequest, &course.tried);
    const auto select = [&](RandomBits bits) {
      Attempts attempts = course.attempts;
      return AnswerOf(router_.Select(kRequest, attempts, bits));
    };
    if (naive.reason == Reason::kNone) {
      EXPECT_EQ(ChancesNow(select), Expected(naive));
    } else {
      EXPECT_EQ(AnyAnswers(select), Expected(naive));
    }
    ++attempts_;
    return naive;
  }

  // A selection on its own, by names and by handles, and what Distribute says of it.
  void CheckAlone() {
    const NaiveWalker::Answer naive = current_->naive().Ask(kRequest, nullptr);
    const Chances expected = Expected(naive);
    EXPECT_EQ(ChancesNow([&](RandomBits bits) { return AnswerOf(router_.Select(kRequest, bits)); }), expected);
    const auto group = router_.FindGroup("g");
    const auto model = router_.FindModel("m");
    if (group && model) {
      EXPECT_EQ(ChancesNow([&](RandomBits bits) { return AnswerOf(router_.Select(*group, *model, bits)); }), expected);
    }
    Chances distributed;
    const Distribution d = router_.Distribute(kRequest);
    for (const ChannelShare& s : d.shares) {
      distributed[{d.reason, d.group, d.priority, s.channel_id}] = s.share.Text();
    }
    if (d.reason != Reason::kNone) distributed[{d.reason, "", 0, 0}] = "1/1";
    EXPECT_EQ(distributed, expected);
  }

  // Every course that a walk can take from here.
  void WalkOn(const Course& course) {
    const NaiveWalker::Answer naive = CheckNext(course);
    if (::testing::Test::HasFailure()) return;
    for (const auto& [channel, weight] : naive.weights) WalkOn(course.After(naive, channel));
  }

  // The same where before each attempt either table may become the current one.
  void WalkOnBetween(const SmallTable& one, const SmallTable& other, const Course& course) {
    for (const SmallTable* table : {&one, &other}) {
      Publish(*table);
      const NaiveWalker::Answer naive = CheckNext(course);
      if (::testing::Test::HasFailure()) return;
      for (const auto& [channel, weight] : naive.weights) WalkOnBetween(one, other, course.After(naive, channel));
    }
  }

  std::size_t attempts() const { return attempts_; }

 private:
  template <class Select>
  Chances ChancesNow(const Select& select) const {
    return ChancesOf(Leaves([&](std::size_t d) { return current_->Ways(d); }, select));
  }

  // Where nobody is left, no word matters; going through all of them, tier by tier, would take the most time of all.
  template <class Select>
  static Chances AnyAnswers(const Select& select) {
    std::map<Answer, std::uint64_t> counts;
    for (const std::uint64_t word : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      ScriptedBits bits({word});
      ++counts[select(RandomBits(bits))];
    }
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      SplitMix64 bits(seed);
      ++counts[select(RandomBits(bits))];
    }
    return ChancesOf(counts);
  }

  Router router_;
  const SmallTable* current_ = nullptr;
  std::size_t attempts_ = 0;
};

// Calls `use` with every choice of `places` states.
template <class Use>
void ForAllStates(std::size_t places, const Use& use) {
  std::vector<std::size_t> digits(places, 0);
  for (;;) {
    std::vector<State> states;
    for (const std::size_t digit : digits) states.push_back(kStates[digit]);
    use(states);
    std::size_t at = 0;
    while (at < places && ++digits[at] == kStateCount) digits[at++] = 0;
    if (at == places || ::testing::Test::HasFailure()) return;
  }
}

std::size_t WalkAllTables(const std::vector<std::string>& groups, std::size_t channels, const Policy& policy) {
  Walker walker(policy);
  std::size_t tables = 0;
  ForAllStates(groups.size() * channels, [&](const std::vector<State>& states) {
    const SmallTable table(states, groups, policy);
    SCOPED_TRACE(table.text());
    walker.Publish(table);
    walker.CheckAlone();
    walker.WalkOn({});
    ++tables;
  });
  EXPECT_GT(walker.attempts(), tables);
  std::printf("%zu tables, %zu attempts with their chances\n", tables, walker.attempts());
  return tables;
}

Policy WithFallback(FallbackWhen when, RetryTiers tiers = RetryTiers::kExhaust,
                    LastResort last_resort = LastResort::kNone) {
  Policy policy;
  policy.source = RowSource::kAbilities;
  policy.groups.groups["g"].fallback = {{.group = "h", .when = when}};
  policy.retry.tiers = tiers;
  policy.retry.last_resort = last_resort;
  return policy;
}

TEST(Exhaustive, EveryWalkThroughEveryTableOfThreeChannelsHasTheRightChances) {
  Policy policy;
  policy.source = RowSource::kAbilities;
  EXPECT_EQ(WalkAllTables({"g"}, 3, policy), 512u);
}

TEST(Exhaustive, EveryWalkThroughEveryTableOfTwoChannelsInTwoGroupsHasTheRightChances) {
  EXPECT_EQ(WalkAllTables({"g", "h"}, 2, WithFallback(FallbackWhen::kExhausted)), 4096u);
}

TEST(Exhaustive, SoItHasWhereTheFallbackIsForWantOfARouteOnly) {
  EXPECT_EQ(WalkAllTables({"g", "h"}, 2, WithFallback(FallbackWhen::kNoRoute)), 4096u);
}

TEST(Exhaustive, SoItHasWithOneAttemptATier) {
  EXPECT_EQ(WalkAllTables({"g", "h"}, 2, WithFallback(FallbackWhen::kExhausted, RetryTiers::kOnePerTier)), 4096u);
}

TEST(Exhaustive, SoItHasWhereWalksRepeatAsALastResort) {
  const Policy policy = WithFallback(FallbackWhen::kExhausted, RetryTiers::kExhaust, LastResort::kRepeat);
  EXPECT_EQ(WalkAllTables({"g"}, 2, policy), 64u);
}

// Two channels, each in no group, or in one of two: every table of these, any two of them, and every course of a walk
// before each attempt of which either may have been published.
TEST(Exhaustive, AWalkHasTheRightChancesWhicheverOfTwoTablesIsPublishedBetweenItsAttempts) {
  const Policy policy = WithFallback(FallbackWhen::kExhausted);
  constexpr State kNone{.listed = false};
  std::vector<std::pair<State, State>> choices = {{kNone, kNone}};
  for (const State& s : kStates) {
    if (!s.listed) continue;
    choices.push_back({s, kNone});
    choices.push_back({kNone, s});
  }
  std::vector<std::unique_ptr<SmallTable>> tables;
  for (const auto& [g1, h1] : choices) {
    for (const auto& [g2, h2] : choices) {
      tables.push_back(
          std::make_unique<SmallTable>(std::vector<State>{g1, h1, g2, h2}, std::vector<std::string>{"g", "h"}, policy));
    }
  }
  Walker walker(policy);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (std::size_t j = i + 1; j < tables.size(); ++j) {
      SCOPED_TRACE(tables[i]->text() + " / " + tables[j]->text());
      walker.WalkOnBetween(*tables[i], *tables[j], {});
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(walker.attempts(), tables.size() * tables.size());
  std::printf("%zu tables, %zu attempts with their chances\n", tables.size(), walker.attempts());
}

}  // namespace
}  // namespace pointsman::testing
