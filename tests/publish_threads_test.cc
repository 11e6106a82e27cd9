// Publication with threads: stamped values accuse torn and late reads, whoever stalls holds back one value, slots are
// given back, and nothing depends on who ends first.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "publish/hazard.h"
#include "support/stamped.h"

namespace pointsman::testing {
namespace {

using Cell = HazardCell<Stamped>;

class PublicationThreads : public EachFence {};
POINTSMAN_WITH_EACH_FENCE(PublicationThreads);

// Reads in all ways; counts what is wrong: torn, ended, changed during a read, older than before.
class Reader {
 public:
  void ReadOnce(const Cell& cell) {
    ++reads_;
    switch (reads_ % 4) {
      case 0: Judge(*cell.Hold()); break;
      case 1:
        cell.Read([&](const Stamped& outer) { cell.Read([&](const Stamped& inner) { Judge(outer), Judge(inner); }); });
        break;
      default: cell.Read([&](const Stamped& value) { Judge(value); });
    }
  }
  std::uint64_t reads() const { return reads_; }
  int wrong() const { return wrong_; }

 private:
  void Judge(const Stamped& value) {
    const std::uint64_t generation = value.generation();
    if (generation < last_ || generation > kMost || value.generation() != generation) ++wrong_;
    last_ = generation;
  }
  static constexpr std::uint64_t kMost = 1u << 30;
  std::uint64_t reads_ = 0, last_ = 0;
  int wrong_ = 0;
};

// Some threads that call `step(thread number)` until the end of the scope.
class Crew {
 public:
  template <class Step>
  Crew(int threads, Step step) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, step, i] {
        while (!stop_.load(std::memory_order_relaxed)) step(i);
      });
    }
  }
  ~Crew() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

TEST_P(PublicationThreads, ReadersSeeWholeValuesThatOnlyGetNewer) {
  {
    Cell cell(Stamp(1), GetParam());
    std::array<Reader, 3> readers;
    std::array<std::atomic<std::uint64_t>, 3> reads{};
    {
      const Crew crew(3, [&](int i) {
        readers[static_cast<std::size_t>(i)].ReadOnce(cell);
        reads[static_cast<std::size_t>(i)].fetch_add(1, std::memory_order_relaxed);
      });
      const auto enough = [&] { return reads[0] > 10000 && reads[1] > 10000 && reads[2] > 10000; };
      for (std::uint64_t generation = 2; generation < 20000 || !enough(); ++generation) cell.Replace(Stamp(generation));
    }
    for (const Reader& reader : readers) EXPECT_EQ(reader.wrong(), 0);
    EXPECT_EQ(cell.Reclaim(), 0u);
    EXPECT_EQ(Stamped::alive(), 1);
  }
  EXPECT_EQ(Stamped::alive(), 0);
}

TEST_P(PublicationThreads, RacingPublishersFreeEachValueOnce) {
  Cell cell(Stamp(1), GetParam());
  std::atomic<std::uint64_t> generation{1};
  std::atomic<int> bad{0};
  std::atomic<int> reads{0};
  {
    const Crew readers(1, [&](int) {
      bad += cell.Read(kGeneration) >= Stamped::kEnded;
      reads.fetch_add(1, std::memory_order_relaxed);
    });
    std::vector<std::thread> publishers;
    for (int i = 0; i < 3; ++i) {
      publishers.emplace_back([&] {
        for (int n = 0; n < 3000 || reads.load() < 3000; ++n) cell.Replace(Stamp(++generation));
      });
    }
    for (std::thread& publisher : publishers) publisher.join();
  }
  EXPECT_EQ(bad, 0);
  EXPECT_EQ(cell.Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 1);
}

TEST_P(PublicationThreads, StalledReaderHoldsBackExactlyOneValue) {
  Cell cell(Stamp(1), GetParam());
  std::promise<void> reading, wake;
  std::thread stalled([&] {
    cell.Read([&](const Stamped& value) {
      reading.set_value();
      wake.get_future().wait();
      EXPECT_EQ(value.generation(), 1u);
    });
  });
  reading.get_future().wait();
  for (std::uint64_t generation = 2; generation <= 2001; ++generation) cell.Replace(Stamp(generation));
  EXPECT_EQ(Stamped::alive(), 2);
  EXPECT_EQ(cell.Reclaim(), 1u);
  wake.set_value();
  stalled.join();
  EXPECT_EQ(cell.Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 1);
}

// Its stack is unwound, and no handler of exceptions may stop that.
TEST_P(PublicationThreads, ThreadThatEndsInTheMiddleOfAReadHoldsNothingBack) {
  Cell cell(Stamp(1), GetParam());
  for (const bool cancelled : {false, true}) {
    std::promise<void> reading;
    std::thread ended([&] {
      cell.Read([&](const Stamped&) {
        if (!cancelled) pthread_exit(nullptr);
        reading.set_value();
        for (;;) sleep(1);  // where a thread may be cancelled
      });
    });
    if (cancelled) {
      reading.get_future().wait();
      ASSERT_EQ(pthread_cancel(ended.native_handle()), 0);
    }
    ended.join();
    cell.Replace(Stamp(2));
    EXPECT_EQ(cell.Reclaim(), 0u);
    EXPECT_EQ(Stamped::alive(), 1);
  }
}

TEST_P(PublicationThreads, HeldValueMayMoveToAnotherThreadAndEndThere) {
  auto cell = std::make_unique<Cell>(Stamp(1), GetParam());
  std::shared_ptr<const Stamped> held = std::async(std::launch::async, [&] { return cell->Hold(); }).get();
  cell->Replace(Stamp(2));
  cell.reset();
  EXPECT_EQ(Stamped::alive(), 1);
  std::thread([held = std::move(held)] { EXPECT_EQ(held->generation(), 1u); }).join();
  EXPECT_EQ(Stamped::alive(), 0);
}

// Would catch: a slot that is lost with its thread, or handed to two threads.
TEST_P(PublicationThreads, SlotsAreBoundedByTheThreadsAliveAtOnceHoweverManyAreBorn) {
  constexpr std::size_t kAtOnce = 20;
  Cell cell(Stamp(1), GetParam());
  cell.Read(kGeneration);
  const std::size_t most = std::max(HazardSlotCount(), kAtOnce + 1);  // and this thread
  std::atomic<int> bad{0};
  std::uint64_t generation = 1;
  for (int batch = 0; batch < 50; ++batch) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kAtOnce; ++i)
      threads.emplace_back([&] { bad += cell.Read(kGeneration) >= Stamped::kEnded; });
    cell.Replace(Stamp(++generation));
    for (std::thread& thread : threads) thread.join();
    ASSERT_LE(HazardSlotCount(), most);
  }
  EXPECT_EQ(bad, 0);
  EXPECT_EQ(cell.Reclaim(), 0u);
}

TEST_P(PublicationThreads, ThreadMayOutliveTheCellsThatItHasRead) {
  auto first = std::make_unique<Cell>(Stamp(1), GetParam());
  auto second = std::make_unique<Cell>(Stamp(2), GetParam());
  std::promise<void> read_first, first_gone, read_second, all_gone;
  std::thread reader([&] {
    EXPECT_EQ(first->Read(kGeneration), 1u);
    read_first.set_value();
    first_gone.get_future().wait();
    EXPECT_EQ(second->Read(kGeneration), 2u);
    read_second.set_value();
    all_gone.get_future().wait();
  });
  read_first.get_future().wait();
  first.reset();
  first_gone.set_value();
  read_second.get_future().wait();
  second.reset();
  EXPECT_EQ(Stamped::alive(), 0);
  all_gone.set_value();
  reader.join();
}

TEST_P(PublicationThreads, CellsComeAndGoWhileOthersAreRead) {
  std::vector<std::unique_ptr<Cell>> cells;
  for (std::uint64_t i = 1; i <= 50; ++i) cells.push_back(std::make_unique<Cell>(Stamp(i), GetParam()));
  std::atomic<int> bad{0};
  std::atomic<int> rounds{0};  // of reading them all
  {
    const Crew crew(2, [&](int) {
      for (std::uint64_t i = 1; i <= 50; ++i) bad += cells[i - 1]->Read(kGeneration) != i;
      ++rounds;
    });
    for (int i = 0; i < 300 || rounds.load() < 100; ++i) {
      Cell brief(Stamp(1000), GetParam());
      brief.Replace(Stamp(1001));
      cells[static_cast<std::size_t>(i) % 50]->Replace(Stamp(static_cast<std::uint64_t>(i) % 50 + 1));
    }
  }
  EXPECT_EQ(bad, 0);
  for (const auto& cell : cells) EXPECT_EQ(cell->Reclaim(), 0u);
  EXPECT_EQ(Stamped::alive(), 50);
}

// Reader and publisher begin each round together, a few instructions apart. Would catch: a missing fence, which lets
// the reader confirm a value before its announcement is seen. Where two cores run at once, without the fence a few
// rounds in 100,000 go wrong.
TEST_P(PublicationThreads, FenceOrdersAnAnnouncementBeforeTheSecondLook) {
  struct Word {
    volatile bool ended = false;
    ~Word() { ended = true; }
  };
  constexpr int kEnd = -1;
  HazardCell<Word> cell(std::make_shared<const Word>(), GetParam());
  std::atomic<int> started{0}, finished{0};
  const auto await = [](const std::atomic<int>& round, int after) {
    for (int spins = 0; round.load(std::memory_order_acquire) == after; ++spins) {
      if (spins > 10000) std::this_thread::yield();
    }
  };
  const auto delay = [](int steps) {
    for (volatile int left = steps; left > 0;) left = left - 1;
  };
  int late = 0;
  std::thread reader([&] {
    for (int round = 0;; ++round) {
      await(started, round);
      if (started.load(std::memory_order_relaxed) == kEnd) return;
      delay(round % 7);
      late += cell.Read([](const Word& word) {
        for (int i = 0; i < 300; ++i) {
          if (word.ended) return 1;
        }
        return 0;
      });
      finished.store(round + 1, std::memory_order_release);
    }
  });
  const auto stop = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
  for (int round = 0; round % 64 != 0 || std::chrono::steady_clock::now() < stop; ++round) {
    auto next = std::make_shared<const Word>();
    started.store(round + 1, std::memory_order_release);
    delay(round % 11);
    cell.Replace(std::move(next));
    await(finished, round);
  }
  started = kEnd;
  reader.join();
  EXPECT_EQ(late, 0);
}

// A host's own end-of-thread code may read, before and after the slot was given back.
TEST_P(PublicationThreads, ReadsDuringAThreadsEndAreServedAndLoseNoSlot) {
  static Cell* cell = nullptr;
  static std::atomic<int> served;
  Cell mine(Stamp(1), GetParam());
  cell = &mine;
  served = 0;
  struct AtEnd {
    ~AtEnd() { served += cell->Read(kGeneration) == 1; }
  };
  std::vector<pthread_key_t> keys(3);
  for (pthread_key_t& key : keys) {
    ASSERT_EQ(pthread_key_create(&key, [](void*) { served += cell->Read(kGeneration) == 1; }), 0);
  }
  mine.Read(kGeneration);
  const std::size_t most = std::max<std::size_t>(HazardSlotCount(), 2);
  for (int i = 0; i < 20; ++i) {
    std::thread([&] {
      thread_local AtEnd at_end;
      (void)&at_end;
      for (const pthread_key_t key : keys) pthread_setspecific(key, &mine);
      mine.Read(kGeneration);
    }).join();
    ASSERT_LE(HazardSlotCount(), most);
  }
  for (const pthread_key_t key : keys) pthread_key_delete(key);
  EXPECT_EQ(served, 20 * 4);
}

}  // namespace
}  // namespace pointsman::testing
