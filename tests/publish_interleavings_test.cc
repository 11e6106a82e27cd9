// Publication in every order: two or three threads read, hold, replace and reclaim, and all orders in which their steps
// can follow each other are run, without a thread (every_schedule.h); and in one thread, whole operations between the
// steps of others, as a signal handler puts them there. Orders that only a processor makes are in model/.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "publish/hazard.h"
#include "support/every_schedule.h"
#include "support/stamped.h"

namespace pointsman::testing {
namespace {

// Memory for HazardNodes that comes again at once, so that a reader who has been overtaken may find another value at
// the address that it guessed; and the same in every run, which an allocator promises to nobody.
class NodeMemory {
 public:
  static void* Take() { return free == 0 ? std::malloc(sizeof(HazardNode)) : kept[--free]; }
  static void Give(void* node) {
    if (free == std::size(kept)) return std::free(node);
    kept[free++] = node;
  }

 private:
  static inline void* kept[64];
  static inline std::size_t free = 0;
};

enum class Operation : std::uint8_t { kRead, kNestedRead, kHold, kReplace, kReclaim };
using enum Operation;
constexpr std::array kOperations = {kRead, kNestedRead, kHold, kReplace, kReclaim};
constexpr std::array kNames = {"read", "nested read", "hold", "replace", "reclaim"};

// A value, what is done to it, and who is right about it. One at a time.
class Stage {
 public:
  // `moment` is called between any two steps.
  Stage(Fence fence, std::function<void()> moment) : moment_(std::move(moment)), cell_(Stamp(1), fence) {
    stage = this;
  }
  ~Stage() { stage = nullptr; }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  void Do(Operation operation) {
    switch (operation) {
      case kRead: return Read([] {});
      case kNestedRead: return Read([this] { Read([] {}); });
      case kHold: return Hold();
      case kReplace: return Replace();
      case kReclaim: cell_.Reclaim(); return;
    }
  }

  // When all have ended.
  void CheckEnd() {
    over_ = true;
    EXPECT_EQ(cell_.Read(kGeneration), current_.back());
    EXPECT_EQ(cell_.Reclaim(), 0u) << "an announcement was left behind";
    EXPECT_EQ(Stamped::alive(), 1) << "a value was lost";
  }

 private:
  struct Hooks {
    static void AfterGuess() { stage->Moment(); }
    static void AfterAnnouncement() { stage->Moment(); }
    static void AfterExchange() {
      stage->current_.push_back(next);
      stage->Moment();
    }
    static void AfterTaking() { stage->Moment(); }
    static void AfterScan() { stage->Moment(); }
  };

  void Moment() const {
    if (!over_) moment_();
  }

  // It gets what was current at some moment since it began, whole, and keeps it as long as it uses it.
  template <class Inner>
  void Read(Inner inner) {
    const std::size_t began = current_.size() - 1;
    cell_.Read([&](const Stamped& value) {
      const std::uint64_t generation = CheckIsCurrentSince(began, value);
      inner();
      Moment();
      EXPECT_EQ(value.generation(), generation) << "it ended while it was read";
    });
  }

  void Hold() {
    const std::size_t began = current_.size() - 1;
    const std::shared_ptr<const Stamped> value = cell_.Hold();
    const std::uint64_t generation = CheckIsCurrentSince(began, *value);
    Moment();
    EXPECT_EQ(value->generation(), generation) << "it ended while it was held";
  }

  std::uint64_t CheckIsCurrentSince(std::size_t began, const Stamped& value) const {
    const std::uint64_t generation = value.generation();
    const auto from = current_.begin() + static_cast<std::ptrdiff_t>(began);
    EXPECT_NE(std::find(from, current_.end(), generation), current_.end()) << generation << " was not current";
    return generation;
  }

  void Replace() {
    next = ++stamps_;
    cell_.Replace(Stamp(next));
  }

  static inline Stage* stage = nullptr;
  static inline std::uint64_t next = 0;  // what the Replace that has begun puts there

  std::function<void()> moment_;
  bool over_ = false;
  std::uint64_t stamps_ = 1;
  std::vector<std::uint64_t> current_{1};  // one after the other
  HazardCell<Stamped, Hooks> cell_;
};

// What a thread has of its own: each body of a schedule gets a slot, as if it were one.
class OwnSlots {
 public:
  explicit OwnSlots(std::size_t bodies) {
    HazardSlot* const mine = hazard_slot;
    while (slots.size() < bodies) {
      hazard_slot = nullptr;
      FindHazardEntry(1);
      slots.push_back(hazard_slot);
    }
    hazard_slot = mine;
  }
  static void Become(std::size_t body) { hazard_slot = slots[body]; }

 private:
  static inline std::vector<HazardSlot*> slots;  // for all tests: a slot is for good
};

class PublicationInterleavings : public EachFence {
 protected:
  using Program = std::vector<Operation>;

  // The programs, each in a thread of its own as far as publication can tell, in every order of their steps. Returns
  // how many orders there were.
  static std::size_t RunAll(const std::vector<Program>& programs) {
    if (HasFailure()) return 0;
    const OwnSlots slots(programs.size());
    FindHazardEntry(1);  // this thread has a slot too, lest each run take another for its end
    HazardSlot* const mine = hazard_slot;
    EverySchedule schedule;
    std::size_t runs = 0;
    do {
      Stage stage(GetParam(), [&schedule] {
        HazardSlot* const own = hazard_slot;
        schedule.Pause();
        hazard_slot = own;
      });
      std::vector<std::function<void()>> bodies;
      for (std::size_t i = 0; i < programs.size(); ++i) {
        bodies.emplace_back([&, i] {
          OwnSlots::Become(i);
          for (const Operation operation : programs[i]) stage.Do(operation);
        });
      }
      schedule.Run(bodies);
      hazard_slot = mine;
      stage.CheckEnd();
      ++runs;
      if (HasFailure()) {
        ADD_FAILURE() << "threads by their steps: " << schedule.Text();
        return runs;
      }
    } while (schedule.Next());
    return runs;
  }

  static void ExpectMany(std::size_t runs) {
    EXPECT_GT(runs, 10'000u);
    std::printf("%zu orders\n", runs);
  }
};
POINTSMAN_WITH_EACH_FENCE(PublicationInterleavings);

// Would catch: no second look; an announcement that is emptied too early; a scan before the exchange; a retired value
// that one publisher frees while another still sorts it.
TEST_P(PublicationInterleavings, OfTwoThreadsAreAllRight) {
  std::size_t runs = 0;
  for (const Operation one : kOperations) {
    for (const Operation other : kOperations) runs += RunAll({{one}, {other}});
    runs += RunAll({{one}, {kReplace, kReplace}});
  }
  runs += RunAll({{kRead, kRead}, {kReplace, kReplace}});
  ExpectMany(runs);
}

TEST_P(PublicationInterleavings, OfTwoReadersAndAPublisherAreAllRight) {
  ExpectMany(RunAll({{kRead}, {kRead}, {kReplace}}));
}

TEST_P(PublicationInterleavings, OfAReaderAndTwoPublishersAreAllRight) {
  ExpectMany(RunAll({{kRead}, {kReplace}, {kReplace}}));
}

TEST_P(PublicationInterleavings, OfAHolderAReaderAndAPublisherAreAllRight) {
  ExpectMany(RunAll({{kHold}, {kRead}, {kReplace}}));
}

TEST_P(PublicationInterleavings, OfThreePublishersAreAllRight) {
  ExpectMany(RunAll({{kReplace}, {kReplace}, {kReplace}}));
}

// What stands at each moment of a run in one thread: nothing, or a whole operation, at whose moments others stand. Next
// makes it the next such program; false after the last.
class Insertions {
 public:
  explicit Insertions(std::size_t most) : most_(most) {}

  void Begin() {
    met_ = 0;
    left_ = most_;
  }
  // What stands at the next moment, if anything does.
  const Operation* At() {
    if (left_ == 0) return nullptr;
    if (met_ == choices_.size()) choices_.push_back(0);
    const std::size_t choice = choices_[met_++];
    if (choice == 0) return nullptr;
    --left_;
    return &kOperations[choice - 1];
  }
  bool Next() {
    while (!choices_.empty() && ++choices_.back() == kOperations.size() + 1) choices_.pop_back();
    return !choices_.empty();
  }
  std::string Text() const {
    std::string text;
    for (const std::size_t choice : choices_) {
      text.append(text.empty() ? "" : ", ").append(choice == 0 ? "nothing" : kNames[choice - 1]);
    }
    return text;
  }

 private:
  const std::size_t most_;
  std::vector<std::size_t> choices_;  // 0, or one more than the place in kOperations
  std::size_t met_ = 0, left_ = 0;
};

// Would catch: an inner read that takes the entry of the outer one, or leaves it full or empty for it.
TEST_P(PublicationInterleavings, OfUpToFourOperationsInsideEachOtherInOneThreadAreAllRight) {
  for (const Operation outer : kOperations) {
    Insertions insertions(3);
    do {
      insertions.Begin();
      std::function<void(Operation)> act;
      Stage stage(GetParam(), [&] {
        if (const Operation* const inserted = insertions.At(); inserted != nullptr) act(*inserted);
      });
      act = [&](Operation operation) { stage.Do(operation); };
      stage.Do(outer);
      stage.CheckEnd();
      ASSERT_FALSE(HasFailure()) << kNames[static_cast<std::size_t>(outer)] << " with " << insertions.Text();
    } while (insertions.Next());
  }
}

}  // namespace
}  // namespace pointsman::testing

// Nothing else here is of this size, or it does not matter.
void* operator new(std::size_t bytes) {
  void* const memory =
      bytes == sizeof(pointsman::HazardNode) ? pointsman::testing::NodeMemory::Take() : std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t bytes) noexcept {
  if (bytes == sizeof(pointsman::HazardNode) && memory != nullptr) return pointsman::testing::NodeMemory::Give(memory);
  std::free(memory);
}
