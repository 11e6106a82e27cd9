// The order in which a walk asks the siblings of a tier, exactly: every word that every draw can yield is tried,
// redraws and scans included, and what comes out must be successive sampling: each next channel with its weight over
// the sum of those that are left.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/leaves.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

using Order = std::vector<std::int64_t>;
using Shares = std::map<std::int64_t, std::string>;

constexpr Request kRequest{.group = "g", .model = "m"};

// One tier of channels 1, 2, … with these weights; of `halved`, if that is one, only half counts, by its slow start.
class Tier {
 public:
  explicit Tier(const std::vector<std::int64_t>& weights, std::int64_t halved = 0)
      : weights_(weights),
        halved_(halved),
        router_({}, {.state = {.cooldown = {.consecutive_failures = 1, .jitter = 0, .slow_start_floor = 0.5},
                               .clock = clock_.clock()}}) {
    Rows rows("test");
    for (std::size_t i = 0; i < weights.size(); ++i) {
      rows.Add(Channel(static_cast<std::int64_t>(i + 1), "g", "m", weights[i]));
    }
    const auto table = MustCompile(rows).table;
    EXPECT_TRUE(router_.Publish(table).ok());
    draw_ways_ = weights.size() * TopTier(*table, "g", "m").tickets();
    if (halved != 0) BeginSlowStart();
  }

  // Who is next after these, counted over all draws.
  Shares Next(const Order& tried) const {
    Attempts attempts;
    for (const std::int64_t id : tried) attempts.Add({.channel_id = id, .group = GroupKey("g")});
    const std::vector<std::uint64_t> scan = ScanWays(tried);
    const std::uint64_t all_ways = std::accumulate(scan.begin(), scan.end(), std::lcm(draw_ways_, std::uint64_t{2}),
                                                   [](std::uint64_t a, std::uint64_t b) { return std::lcm(a, b); });
    // Whether the half counts is a word in between, so that nobody knows which word is whose.
    const auto ways = [&](std::size_t d) {
      if (halved_ != 0) return all_ways;
      return d < kDraws ? draw_ways_ : scan.at(d - kDraws);
    };
    const auto counts = Leaves(ways, [&](RandomBits bits) {
      Attempts made = attempts;
      return router_.Select(kRequest, made, bits).channel_id();
    });
    std::uint64_t all = 0;
    for (const auto& [id, count] : counts) all += count;
    Shares shares;
    for (const auto& [id, count] : counts) shares[id] = Share::Of(count, all).Text();
    return shares;
  }

  // The same by the mathematics; channel 0 is nobody.
  Shares Expected(const Order& tried) const {
    const Order left = Left(tried);
    if (left.empty()) return {{0, "1/1"}};
    std::int64_t sum = 0;
    for (const std::int64_t id : left) sum += Weight(id);
    Shares shares;
    for (const std::int64_t id : left) {
      shares[id] = Share::Of(static_cast<std::uint64_t>(Weight(id)), static_cast<std::uint64_t>(sum)).Text();
    }
    return shares;
  }

  Order Left(const Order& tried) const {
    Order left;
    for (std::int64_t id = 1; id <= static_cast<std::int64_t>(weights_.size()); ++id) {
      if (std::find(tried.begin(), tried.end(), id) == tried.end()) left.push_back(id);
    }
    return left;
  }

 private:
  static constexpr std::size_t kDraws = 3;  // that may meet one that was tried, before a scan decides

  // In halves where that matters.
  std::int64_t Weight(std::int64_t id) const {
    const std::int64_t weight = weights_[static_cast<std::size_t>(id - 1)];
    return halved_ == 0 || halved_ == id ? weight : 2 * weight;
  }

  // It fails, is tried after its cooldown, and has just come back.
  void BeginSlowStart() {
    const Request pinned{.group = "g", .model = "m", .pin = halved_};
    for (const OutcomeKind kind : {OutcomeKind::kTransient, OutcomeKind::kSuccess}) {
      Selection s = router_.Select(pinned);
      EXPECT_EQ(s.channel_id(), halved_);
      router_.Report(s, {.kind = kind});
      if (kind == OutcomeKind::kTransient) clock_.Advance(std::chrono::seconds(5));
    }
    EXPECT_EQ(router_.ChannelStates()[static_cast<std::size_t>(halved_ - 1)].phase, ChannelPhase::kSlowStart);
  }

  // The scan asks for a number below each sum of weights so far, but for the first.
  std::vector<std::uint64_t> ScanWays(const Order& tried) const {
    std::vector<std::uint64_t> sums;
    std::uint64_t sum = 0;
    for (const std::int64_t id : Left(tried)) sums.push_back(sum += static_cast<std::uint64_t>(Weight(id)));
    if (!sums.empty()) sums.erase(sums.begin());
    return sums;
  }

  std::vector<std::int64_t> weights_;
  std::int64_t halved_;
  FakeClock clock_;
  Router router_;
  std::uint64_t draw_ways_ = 0;
};

// Every walk, attempt by attempt: the shares of the next one, whatever was tried in whatever order.
void WalkEveryOrder(const Tier& tier, Order& tried) {
  ASSERT_EQ(tier.Next(tried), tier.Expected(tried)) << ::testing::PrintToString(tried);
  for (const std::int64_t id : tier.Left(tried)) {
    tried.push_back(id);
    WalkEveryOrder(tier, tried);
    tried.pop_back();
  }
}

TEST(WalkShares, OfUpToFourSiblingsAreThoseOfSuccessiveSamplingInEveryOrder) {
  for (const std::vector<std::int64_t>& weights :
       {std::vector<std::int64_t>{7}, {2, 1}, {1, 5}, {3, 1, 2}, {1, 1, 4}, {4, 1, 3, 2}, {1, 2, 1, 3}}) {
    SCOPED_TRACE(::testing::PrintToString(weights));
    Order tried;
    WalkEveryOrder(Tier(weights), tried);
  }
}

// Who is next depends on who was tried and not on the order, as the smaller ones show; so one order of each set will
// do.
TEST(WalkShares, OfFiveSiblingsAreThoseOfSuccessiveSamplingAfterEverySet) {
  const Tier tier({3, 1, 2, 1, 4});
  for (unsigned set = 0; set < 32; ++set) {
    Order tried;
    for (std::int64_t id = 1; id <= 5; ++id) {
      if ((set >> (id - 1) & 1) != 0) tried.push_back(id);
    }
    EXPECT_EQ(tier.Next(tried), tier.Expected(tried)) << ::testing::PrintToString(tried);
  }
}

// Would catch: a walk whose redraws forget that only part of a weight counts, or that ask for it twice.
TEST(WalkShares, OfAChannelInSlowStartAreThoseOfThePartOfItsWeightThatCounts) {
  Order nobody;
  WalkEveryOrder(Tier({2, 1}, 1), nobody);
  WalkEveryOrder(Tier({1, 2}, 2), nobody);
  const Tier three({2, 1, 1}, 1);  // whose first attempt alone takes millions of paths
  for (const Order& tried : {Order{2}, Order{3}, Order{1}, Order{2, 3}}) {
    EXPECT_EQ(three.Next(tried), three.Expected(tried)) << ::testing::PrintToString(tried);
  }
}

}  // namespace
}  // namespace pointsman::testing
