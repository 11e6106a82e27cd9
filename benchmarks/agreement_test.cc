// A comparison with something that answers wrongly is worth nothing: opponents and strategies have to agree.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "harness/paired.h"
#include "opponents/gateway_algorithm.h"
#include "opponents/ordinary.h"
#include "pointsman/compile.h"
#include "pointsman/router.h"
#include "strategies/cells.h"
#include "strategies/draws.h"
#include "strategies/epoch_cell.h"
#include "strategies/hazard_cell.h"
#include "strategies/lookups.h"
#include "workloads/workload.h"

namespace pointsman::bench {
namespace {

TEST(Workloads, AreWhatTheySayTheyAre) {
  const Workload w(Small());
  EXPECT_EQ(w.rows().abilities().size(), w.shape().abilities());
  EXPECT_NEAR(w.mean_name_bytes(), 21, 0.5);
  EXPECT_EQ(w.group(w.hot_key()).size(), 21u);
  EXPECT_EQ(w.model(w.hot_key()).size(), 21u);
  std::set<std::string> names(w.models().begin(), w.models().end());
  EXPECT_EQ(names.size(), w.models().size());
  std::set<std::int64_t> priorities;
  for (const Candidate& c : w.CandidatesOf(w.hot_key())) priorities.insert(c.priority);
  EXPECT_EQ(priorities.size(), 3u);
}

TEST(Opponents, DrawFromTheSameTierWithTheSameShares) {
  const Workload w(Small());
  Router ours;
  ASSERT_TRUE(ours.Publish(Compile(w.rows(), {})->table).ok());
  OrdinaryRouter ordinary;
  ordinary.Publish(OrdinaryTable::Build(w.rows()));
  GatewayRouter gateway;
  gateway.Rebuild(w.rows());
  constexpr int kDraws = 20000;
  for (const Key key : w.RandomKeys(20)) {
    std::map<std::int64_t, std::array<int, 3>> counts;
    for (int i = 0; i < kDraws; ++i) {
      ++counts[ours.Select({.group = w.group(key), .model = w.model(key)}).channel_id()][0];
      ++counts[ordinary.Select(w.group(key), {}, w.model(key)).channel_id][1];
      ++counts[gateway.Select(w.group(key), {}, w.model(key)).channel_id][2];
    }
    for (const auto& [channel, count] : counts) {  // six standard deviations of a difference of two binomials
      EXPECT_NEAR(count[0], count[1], 6 * std::sqrt(kDraws / 2.0)) << "ordinary, channel " << channel;
      EXPECT_NEAR(count[0], count[2], 6 * std::sqrt(kDraws / 2.0)) << "gateway, channel " << channel;
    }
  }
  EXPECT_EQ(ordinary.Select(w.group({}), {}, "no-such-model").channel_id, 0);
  EXPECT_EQ(gateway.Select(w.group({}), {}, "no-such-model").channel_id, 0);
}

template <class Lookup>
class Lookups : public testing::Test {};
using AllLookups = testing::Types<NestedStdMap, NestedStdTemporaries, NestedStdUnordered, NestedAbseil, FlatAbseil,
#if BOOST_VERSION >= 108100
                                  FlatBoost,
#endif
                                  DenseMatrix>;
TYPED_TEST_SUITE(Lookups, AllLookups);

TYPED_TEST(Lookups, FindWhatWasAddedAndNothingElse) {
  const Workload w(Tiny());
  TypeParam lookup;
  for (std::uint32_t g = 0; g < 3; ++g) {
    for (std::uint32_t m = 0; m < 10; ++m) {
      if (g != m) lookup.Add(w.groups()[g], w.models()[m], g * 10 + m);
    }
  }
  for (std::uint32_t g = 0; g < 3; ++g) {
    for (std::uint32_t m = 0; m < 10; ++m)
      EXPECT_EQ(lookup.Find(w.groups()[g], w.models()[m]), g == m ? kNone : g * 10 + m);
  }
  EXPECT_EQ(lookup.Find(w.groups()[0], "no-such-model"), kNone);
  EXPECT_EQ(lookup.Find("no-such-group", w.models()[0]), kNone);
}

template <class Draw>
class Draws : public testing::Test {};
using AllDraws = testing::Types<LinearScan, PrefixSums, PrefixSumsBranchless, Alias, StdDistribution>;
TYPED_TEST_SUITE(Draws, AllDraws);

TYPED_TEST(Draws, FollowTheWeights) {
  const std::vector<std::uint32_t> weights = {5, 0, 1, 10, 3, 0, 1};
  constexpr double kDraws = 200000;
  TypeParam draw(weights);
  SplitMix64 engine(11);
  const RandomBits bits(engine);
  std::vector<double> counts(weights.size());
  for (int i = 0; i < static_cast<int>(kDraws); ++i) ++counts[draw(bits)];
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const double share = weights[k] / 20.0;
    EXPECT_NEAR(counts[k], kDraws * share, 5 * std::sqrt(kDraws * share * (1 - share))) << k;
  }
}

// A value that says when it is destroyed: reading one afterwards, or one that is half of another, shows.
struct Stamped {
  explicit Stamped(std::uint64_t stamp) { numbers.fill(stamp); }
  ~Stamped() { numbers.fill(~std::uint64_t{0}); }
  std::array<std::uint64_t, 32> numbers;
};

template <class Cell>
class Cells : public testing::Test {};
using AllCells =
    testing::Types<PlainLoad<Stamped>, MutexSharedPtr<Stamped>, SharedMutex<Stamped>, AtomicSharedPtr<Stamped>,
                   ThreadCached<Stamped>, HazardSlot<Stamped>, EpochSlot<Stamped>>;
TYPED_TEST_SUITE(Cells, AllCells);

TYPED_TEST(Cells, NeverShowATornOrEndedValue) {
  TypeParam cell(std::make_shared<const Stamped>(0));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop.load()) {
        cell.Read([&](const Stamped& v) {
          const std::uint64_t first = v.numbers.front();
          for (const std::uint64_t n : v.numbers) wrong += n != first || n == ~std::uint64_t{0};
          wrong += first < last;
          last = first;
        });
      }
    });
  }
  for (std::uint64_t stamp = 1; stamp <= 3000; ++stamp) cell.Replace(std::make_shared<const Stamped>(stamp));
  stop.store(true);
  for (std::thread& t : readers) t.join();
  EXPECT_EQ(wrong.load(), 0);
  cell.Read([](const Stamped& v) { EXPECT_EQ(v.numbers[0], 3000u); });
}

TEST(Harness, QuantilesLieBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(Quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(Quantile({7}, 0.25), 7);
  EXPECT_DOUBLE_EQ(Summarize({2, 2, 2}, {4, 6, 20}).ratio, 3);
}

}  // namespace
}  // namespace pointsman::bench
