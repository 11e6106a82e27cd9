// The protocol of publication without threads: a whole Replace or Read is put between two steps of another, so that
// each interleaving that matters happens every time.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "publish/hazard.h"
#include "support/stamped.h"

namespace pointsman::testing {
namespace {

// What to do at the next such moment, once.
struct Script {
  static inline std::function<void()> after_guess, after_announcement, after_exchange, after_taking, after_scan;

  static void Run(std::function<void()>& step) {
    if (step) std::exchange(step, nullptr)();
  }
  static void AfterGuess() { Run(after_guess); }
  static void AfterAnnouncement() { Run(after_announcement); }
  static void AfterExchange() { Run(after_exchange); }
  static void AfterTaking() { Run(after_taking); }
  static void AfterScan() { Run(after_scan); }
};

class PublicationProtocol : public EachFence {
 protected:
  using Cell = HazardCell<Stamped, Script>;
  Cell cell_{Stamp(1), GetParam()};
};
POINTSMAN_WITH_EACH_FENCE(PublicationProtocol);

TEST_P(PublicationProtocol, TakesTheFenceItIsAskedFor) {
  EXPECT_EQ(cell_.asymmetric(), GetParam() == Fence::kAsymmetric);
  EXPECT_EQ(HazardCell<Stamped>(Stamp(2)).asymmetric(), AsymmetricFenceWorks());
}

// Would catch: no second look.
TEST_P(PublicationProtocol, ReaderWhoseGuessWasReplacedAndFreedStartsOver) {
  Script::after_guess = [&] {
    cell_.Replace(Stamp(2));
    EXPECT_EQ(Stamped::alive(), 1) << "nobody had announced the first value";
  };
  EXPECT_EQ(cell_.Read(kGeneration), 2u);
}

// Would catch: freeing without a scan; an announcement left behind by a reader that started over.
TEST_P(PublicationProtocol, AnnouncedValueIsKeptEvenIfTheSecondLookThenRejectsIt) {
  Script::after_announcement = [&] {
    cell_.Replace(Stamp(2));
    EXPECT_EQ(Stamped::alive(), 2);
  };
  EXPECT_EQ(cell_.Read(kGeneration), 2u);
  EXPECT_EQ(cell_.Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, ReaderLooksOnceMoreForEachReplaceInBetweenAndNotOftener) {
  constexpr std::uint64_t kReplaces = 20;
  std::uint64_t looks = 0;
  std::function<void()> replace = [&] {
    if (++looks > kReplaces) return;
    cell_.Replace(Stamp(1 + looks));
    Script::after_announcement = replace;
  };
  Script::after_announcement = replace;
  EXPECT_EQ(cell_.Read(kGeneration), 1 + kReplaces);
  EXPECT_EQ(looks, kReplaces + 1);
}

TEST_P(PublicationProtocol, ReadBetweenExchangeAndScanSeesTheNewValue) {
  Script::after_exchange = [&] { EXPECT_EQ(cell_.Read(kGeneration), 2u); };
  cell_.Replace(Stamp(2));
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, ReadBetweenScanAndFreeingSeesTheNewValue) {
  Script::after_scan = [&] { EXPECT_EQ(cell_.Read(kGeneration), 2u); };
  cell_.Replace(Stamp(2));
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, ReplaceBetweenTheStepsOfAnotherLosesNothingAndFreesNothingTwice) {
  Script::after_exchange = [&] { cell_.Replace(Stamp(3)); };
  cell_.Replace(Stamp(2));
  EXPECT_EQ(cell_.Read(kGeneration), 3u);
  EXPECT_EQ(Stamped::alive(), 1);

  Script::after_scan = [&] { cell_.Replace(Stamp(5)); };
  cell_.Replace(Stamp(4));
  EXPECT_EQ(cell_.Read(kGeneration), 5u);
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, LongReadHoldsBackExactlyTheValueThatItReads) {
  cell_.Read([&](const Stamped& value) {
    for (std::uint64_t generation = 2; generation <= 2001; ++generation) {
      cell_.Replace(Stamp(generation));
      ASSERT_EQ(Stamped::alive(), 2);
    }
    EXPECT_EQ(value.generation(), 1u);
  });
  EXPECT_EQ(Stamped::alive(), 2) << "a reader frees nothing";
  EXPECT_EQ(cell_.Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, ReclaimCountsWhatItHadToLeave) {
  EXPECT_EQ(cell_.Reclaim(), 0u);
  cell_.Read([&](const Stamped&) {
    EXPECT_EQ(cell_.Reclaim(), 0u) << "what is current is not retired";
    cell_.Replace(Stamp(2));
    EXPECT_EQ(cell_.Reclaim(), 1u);
    cell_.Read([&](const Stamped&) {
      cell_.Replace(Stamp(3));
      EXPECT_EQ(cell_.Reclaim(), 2u);
    });
    EXPECT_EQ(cell_.Reclaim(), 1u);
  });
  EXPECT_EQ(cell_.Reclaim(), 0u);
}

// Would catch: an inner read that overwrites the outer one's announcement, at any depth, with entries left or without.
TEST_P(PublicationProtocol, NestedReadsEachKeepTheirOwnValue) {
  constexpr std::uint64_t kDepth = 3 * kNestedReads;
  std::function<void(std::uint64_t)> descend = [&](std::uint64_t depth) {
    cell_.Read([&](const Stamped& value) {
      EXPECT_EQ(value.generation(), depth);
      cell_.Replace(Stamp(depth + 1));
      EXPECT_EQ(Stamped::alive(), static_cast<int>(depth + 1));
      if (depth < kDepth) descend(depth + 1);
      EXPECT_EQ(value.generation(), depth);
    });
  };
  descend(1);
  EXPECT_EQ(cell_.Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, NestedReadsOfSeveralCellsDoNotDisturbEachOther) {
  Cell other(Stamp(101), GetParam());
  cell_.Read([&](const Stamped& mine) {
    other.Read([&](const Stamped& others) {
      cell_.Replace(Stamp(2));
      other.Replace(Stamp(102));
      EXPECT_EQ(mine.generation(), 1u);
      EXPECT_EQ(others.generation(), 101u);
    });
    EXPECT_EQ(other.Reclaim(), 0u);
    EXPECT_EQ(mine.generation(), 1u);
  });
}

TEST_P(PublicationProtocol, HoldOutlivesReplacesAndTheCell) {
  std::shared_ptr<const Stamped> held;
  {
    Cell cell(Stamp(7), GetParam());
    held = cell.Hold();
    cell.Replace(Stamp(8));
    EXPECT_EQ(cell.Reclaim(), 0u) << "it is counted, not announced";
  }
  EXPECT_EQ(held->generation(), 7u);
}

TEST_P(PublicationProtocol, HoldFollowsTheSameRulesAtAnyDepth) {
  std::function<void(std::size_t)> descend = [&](std::size_t depth) {
    Script::after_guess = [&] { cell_.Replace(Stamp(cell_.Read(kGeneration) + 1)); };
    const std::shared_ptr<const Stamped> held = cell_.Hold();
    cell_.Replace(Stamp(held->generation() + 1));
    EXPECT_LT(held->generation(), Stamped::kEnded);
    if (depth < kNestedReads + 2) cell_.Read([&](const Stamped&) { descend(depth + 1); });
  };
  descend(0);
  EXPECT_EQ(cell_.Reclaim(), 0u);
}

TEST_P(PublicationProtocol, ExceptionFromTheCallbackEndsTheRead) {
  EXPECT_THROW(cell_.Read([](const Stamped&) { throw std::runtime_error("no"); }), std::runtime_error);
  cell_.Replace(Stamp(2));
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationProtocol, CellFreesWhatItStillRetires) {
  {
    Cell cell(Stamp(1), GetParam());
    cell.Read([&](const Stamped&) { cell.Replace(Stamp(2)); });
    EXPECT_EQ(Stamped::alive(), 3);
  }
  EXPECT_EQ(Stamped::alive(), 1) << "the fixture's";
}

// A host may hang anything on a table's end.
TEST_P(PublicationProtocol, ValueMayReadAndReplaceWhileItEnds) {
  struct Busy {
    HazardCell<Stamped, Script>* cell;
    ~Busy() { cell->Replace(Stamp(cell->Read(kGeneration) + 1)); }
  };
  HazardCell<Busy> busy(std::make_shared<const Busy>(&cell_), GetParam());
  busy.Replace(std::make_shared<const Busy>(&cell_));
  EXPECT_EQ(cell_.Read(kGeneration), 2u);
}

TEST(Publication, ReadIsAsNoexceptAsItsCallback) {
  using Cell = HazardCell<Stamped>;
  const auto quiet = [](const Stamped&) noexcept { return 1; };
  static_assert(noexcept(std::declval<const Cell&>().Read(quiet)));
  static_assert(!noexcept(std::declval<const Cell&>().Read(kGeneration)));
  static_assert(sizeof(HazardSlot) == 128 && alignof(HazardSlot) == 128);
}

}  // namespace
}  // namespace pointsman::testing
