// The C ABI in rough hands: no memory, nulls, buffers of every length, structs of other versions.
#include "pointsman/c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "support/c_abi_fixture.h"
#include "support/every_new.h"

namespace {
std::atomic<long> allocations{0};
std::atomic<bool> starving{false};
}  // namespace

void* pointsman::testing::Allocated(std::size_t size, std::size_t alignment) noexcept {
  if (starving.load()) return nullptr;
  ++allocations;
  return FromMalloc(size, alignment);
}

namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST_F(CAbi, NullsAndStructsWithoutTheirSizeAreMisuseAndNothingElse) {
  const pointsman_request request = For("default");
  pointsman_request unsized_request = request;
  unsized_request.struct_size = 0;
  EXPECT_EQ(Select(unsized_request), POINTSMAN_REASON_MISUSE);
  EXPECT_EQ(pointsman_select(nullptr, &request, nullptr, &selection_), POINTSMAN_REASON_MISUSE);
  EXPECT_EQ(pointsman_select(router_, nullptr, nullptr, &selection_), POINTSMAN_REASON_MISUSE);
  EXPECT_EQ(pointsman_select(router_, &request, nullptr, nullptr), POINTSMAN_REASON_MISUSE);
  pointsman_selection unsized = {};
  EXPECT_EQ(pointsman_select(router_, &request, nullptr, &unsized), POINTSMAN_REASON_MISUSE);
  EXPECT_EQ(unsized.channel_id, 0);
  EXPECT_EQ(pointsman_router_new(nullptr, nullptr, nullptr), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(pointsman_reload_rows(router_, nullptr, nullptr, nullptr), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(pointsman_explain(router_, &request, nullptr, 2, 0, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(pointsman_switch_off(nullptr, 8, pointsman_string("x"), -1), POINTSMAN_INVALID_ARGUMENT);
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  EXPECT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_FAILED_PRECONDITION)
      << "nothing was selected";
  outcome.kind = 99;
  EXPECT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_INVALID_ARGUMENT);
  pointsman_release(nullptr);
  pointsman_walk_free(nullptr);
  pointsman_rows_free(nullptr);
}

// Would catch: an answer left as the INIT macro made it, which reads as "served by channel 0".
TEST_F(CAbi, ManySelectionsOfMisusedRequestsAreMarkedAllOfThem) {
  std::array<pointsman_request, 4> requests = {For("default"), For("default"), For("default"), For("default")};
  std::array<pointsman_selection, 4> selections;
  const auto reasons = [&](const pointsman_router* router, const pointsman_request* given) {
    for (pointsman_selection& selection : selections) pointsman_release(&selection);
    selections.fill(POINTSMAN_SELECTION_INIT);
    pointsman_select_many(router, given, selections.size(), selections.data());
    std::vector<std::int32_t> all;
    for (const pointsman_selection& selection : selections) all.push_back(selection.reason);
    return all;
  };
  constexpr std::int32_t kMisuse = POINTSMAN_REASON_MISUSE;
  requests[1].unused[0] = 1;
  EXPECT_THAT(reasons(router_, requests.data()), ElementsAre(0, kMisuse, 0, 0));
  requests[2].struct_size += 8;
  EXPECT_THAT(reasons(router_, requests.data()), ElementsAre(0, kMisuse, kMisuse, kMisuse)) << "where is the fourth?";
  EXPECT_THAT(reasons(router_, nullptr), Each(kMisuse));
  EXPECT_THAT(reasons(nullptr, requests.data()), Each(kMisuse));
  requests[0].struct_size = 8;
  EXPECT_THAT(reasons(router_, requests.data()), Each(kMisuse));
  for (pointsman_selection& selection : selections) pointsman_release(&selection);
}

// Would catch: a struct that is read or written beyond the size that it says.
TEST_F(CAbi, StructsOfEverySmallerSizeAreMisuse) {
  const pointsman_request whole = For("default");
  for (std::size_t size = 0; size < sizeof whole; ++size) {
    std::vector<unsigned char> cut(std::max(size, sizeof whole.struct_size));  // in memory of its own
    std::memcpy(cut.data(), &whole, cut.size());
    std::memcpy(cut.data(), &size, sizeof size);
    EXPECT_EQ(pointsman_select(router_, reinterpret_cast<const pointsman_request*>(cut.data()), nullptr, &selection_),
              POINTSMAN_REASON_MISUSE)
        << size;
  }
  const pointsman_selection empty = POINTSMAN_SELECTION_INIT;
  for (std::size_t size = 0; size < sizeof empty; ++size) {
    std::vector<unsigned char> cut(std::max(size, sizeof empty.struct_size));
    std::memcpy(cut.data(), &empty, cut.size());
    std::memcpy(cut.data(), &size, sizeof size);
    EXPECT_EQ(pointsman_select(router_, &whole, nullptr, reinterpret_cast<pointsman_selection*>(cut.data())),
              POINTSMAN_REASON_MISUSE)
        << size;
  }
}

// A caller of a later version: what this library does not know is refused where it would be ignored, and left alone
// where it would be written.
TEST_F(CAbi, LaterFieldsAreRefusedUnlessZeroAndLeftAsTheyAre) {
  struct Later {
    pointsman_request request;
    std::uint64_t added;
  } later = {For("default"), 0};
  later.request.struct_size = sizeof later;
  EXPECT_EQ(Select(later.request), POINTSMAN_REASON_NONE);
  later.added = 1;
  EXPECT_EQ(Select(later.request), POINTSMAN_REASON_MISUSE);
  struct LaterSelection {
    pointsman_selection selection;
    std::uint64_t added;
  } wide = {POINTSMAN_SELECTION_INIT, 42};
  wide.selection.struct_size = sizeof wide;
  const pointsman_request request = For("default");
  EXPECT_EQ(pointsman_select(router_, &request, nullptr, &wide.selection), POINTSMAN_REASON_NONE);
  EXPECT_EQ(wide.added, 42u);
  pointsman_release(&wide.selection);

  pointsman_request filled = For("default");
  filled.unused[2] = 1;
  EXPECT_EQ(Select(filled), POINTSMAN_REASON_MISUSE);
  EXPECT_EQ(pointsman_explain(router_, &filled, nullptr, 0, 0, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  pointsman_rows* rows = nullptr;
  ASSERT_EQ(pointsman_rows_new(pointsman_string("x"), &rows), POINTSMAN_OK);
  pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
  channel.weight = pointsman_number(1);
  channel.weight.unused = 1;
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_INVALID_ARGUMENT);
  pointsman_rows_free(rows);
}

// A buffer that is too small gets what fits, whole characters and a zero, and learns what it lacks.
TEST_F(CAbi, TextsAreCutBetweenCharacters) {
  const pointsman_request request = For("default", "sora");
  Words all;
  ASSERT_EQ(pointsman_explain(router_, &request, nullptr, POINTSMAN_CHINESE, POINTSMAN_FOR_CALLER, &all.buffer), 0);
  EXPECT_EQ(all.text().size(), all.buffer.size);
  for (std::size_t capacity = 0; capacity <= all.buffer.size; ++capacity) {
    Words some(capacity + 1);  // one byte more than it is told
    some.buffer.capacity = capacity;
    ASSERT_EQ(pointsman_explain(router_, &request, nullptr, POINTSMAN_CHINESE, POINTSMAN_FOR_CALLER, &some.buffer), 0);
    ASSERT_EQ(some.buffer.size, all.buffer.size);
    ASSERT_EQ(some.storage.back(), '?') << "written beyond its end";
    if (capacity == 0) continue;
    const std::string text = some.text();
    ASSERT_LT(text.size(), capacity);
    ASSERT_GT(text.size() + 4, capacity);
    ASSERT_EQ(all.text().compare(0, text.size(), text), 0);
    ASSERT_NE(static_cast<unsigned char>(all.text()[text.size()]) & 0xC0, 0x80) << "cut inside of a character";
  }
}

// Of this library's own work: every allocation of the process is counted.
TEST_F(CAbi, SelectingAndReportingAllocateNothing) {
  pointsman_walk* walk = nullptr;
  ASSERT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
  const pointsman_text groups[] = {pointsman_string("vip"), pointsman_string("default")};
  pointsman_request request = For("default");
  request.has_ordered_groups = 1;
  request.ordered_groups = groups;
  request.ordered_count = 2;
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  const auto round = [&] {
    Select(For("default"));
    while (Select(request, walk) == POINTSMAN_REASON_NONE) pointsman_report(router_, &selection_, &outcome, walk);
    Select(For("nobody", "nothing"));
    pointsman_walk_clear(walk);
  };
  round();
  const long before = allocations.load();
  for (int i = 0; i < 100; ++i) round();
  EXPECT_EQ(allocations.load(), before);
  pointsman_walk_free(walk);
}

TEST_F(CAbi, NoMemoryIsAnAnswerAndNoException) {
  const pointsman_request request = For("default");
  pointsman_rows* rows = nullptr;
  pointsman_walk* walk = nullptr;
  pointsman_router* second = nullptr;
  char why[64];
  pointsman_buffer error = {why, sizeof why, 0};
  starving = true;
  const std::int32_t codes[] = {pointsman_router_new(nullptr, &second, &error),
                                pointsman_rows_new(pointsman_string("x"), &rows),
                                pointsman_walk_new(&walk),
                                pointsman_reload_json(router_, pointsman_string(kTwoTiers), nullptr, &error),
                                pointsman_explain(router_, &request, nullptr, 0, 0, &error),
                                pointsman_states_json(router_, &error)};
  const std::int32_t still = Select(request);
  starving = false;
  for (const std::int32_t code : codes) EXPECT_EQ(code, POINTSMAN_RESOURCE_EXHAUSTED);
  EXPECT_STREQ(why, "out of memory");
  EXPECT_EQ(still, POINTSMAN_REASON_NONE);
}

}  // namespace
