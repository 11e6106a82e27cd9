// The C ABI as a caller sees it: selections, walks, and what becomes of them. Nothing here but c.h, which the library
// keeps behind a wall of exported names.
#include "pointsman/c.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "support/c_abi_fixture.h"

namespace {

TEST_F(CAbi, SelectionNamesChannelGroupAndGeneration) {
  ASSERT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.channel_id, 8);
  EXPECT_EQ(selection_.priority, 10);
  EXPECT_EQ(std::string(selection_.group.data, selection_.group.size), "default");
  EXPECT_EQ(selection_.generation, 1u);
}

TEST_F(CAbi, RefusalHasItsNumberItsNameAndAnHttpStatus) {
  EXPECT_EQ(Select(For("vip", "sora")), 4);
  EXPECT_STREQ(pointsman_reason_name(4), "kNoSuchModel");
  EXPECT_EQ(pointsman_reason_http_status(4), 404);
  EXPECT_STREQ(pointsman_reason_name(POINTSMAN_REASON_MISUSE), "misuse");
  EXPECT_STREQ(pointsman_reason_name(1000), "kUnknown");
}

TEST_F(CAbi, WalkRepeatsNothingAndCanBeginAnew) {
  pointsman_walk* walk = nullptr;
  ASSERT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(Select(For("default"), walk), POINTSMAN_REASON_NONE);
    EXPECT_EQ(selection_.channel_id, 8);
    EXPECT_EQ(Select(For("default"), walk), POINTSMAN_REASON_NONE);
    EXPECT_EQ(selection_.channel_id, 9);
    EXPECT_STREQ(pointsman_reason_name(Select(For("default"), walk)), "kExhausted");
    EXPECT_EQ(pointsman_walk_size(walk), 2u);
    pointsman_walk_clear(walk);
  }
  EXPECT_EQ(pointsman_walk_reserve(walk, 1'000'000), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(pointsman_walk_reserve(walk, 1'000), POINTSMAN_OK);
  pointsman_walk_free(walk);
}

TEST_F(CAbi, ListsOfGroupsAndPinsAreHeeded) {
  const std::array<pointsman_text, 2> groups = {pointsman_string("vip"), pointsman_string("default")};
  pointsman_request request = For("default");
  request.has_allowed_groups = 1;
  EXPECT_STREQ(pointsman_reason_name(Select(request)), "kGroupNotAllowed") << "an empty list allows none";
  request.allowed_groups = groups.data();
  request.allowed_count = 1;
  EXPECT_STREQ(pointsman_reason_name(Select(request)), "kGroupNotAllowed");
  request.allowed_count = 2;
  EXPECT_EQ(Select(request), POINTSMAN_REASON_NONE);
  request.has_ordered_groups = 1;
  request.ordered_groups = groups.data();
  request.ordered_count = 2;
  EXPECT_EQ(Select(request), POINTSMAN_REASON_NONE);
  EXPECT_EQ(std::string(selection_.group.data, selection_.group.size), "vip");
  pointsman_request pinned = For("default");
  pinned.has_pin = 1;
  pinned.pin = 9;
  EXPECT_EQ(Select(pinned), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.channel_id, 9);
}

TEST_F(CAbi, MoreGroupsThanAPlanCanHaveAreMisuse) {
  const std::vector<pointsman_text> many(257, pointsman_string("default"));
  pointsman_request request = For("default");
  request.has_ordered_groups = 1;
  request.ordered_groups = many.data();
  request.ordered_count = many.size();
  EXPECT_EQ(Select(request), POINTSMAN_REASON_MISUSE);
  request.ordered_count = 256;
  EXPECT_EQ(Select(request), POINTSMAN_REASON_NONE);
  request.ordered_groups = nullptr;
  EXPECT_EQ(Select(request), POINTSMAN_REASON_MISUSE);
}

TEST_F(CAbi, AffinityKeepsAKeyWithItsChannel) {
  pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
  options.policy = pointsman_string(R"({"balance": "affinity"})");
  options.max_lost_share = 1;
  Make(options);
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({"channels": [
      {"id": 1, "models": "m", "group": "g"}, {"id": 2, "models": "m", "group": "g"}]})"),
                                  nullptr, nullptr),
            POINTSMAN_OK);
  pointsman_request request = For("g", "m");
  request.has_affinity = 1;
  std::map<std::int64_t, int> first;
  for (request.affinity = 0; request.affinity < 64; ++request.affinity) {
    ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
    const std::int64_t channel = selection_.channel_id;
    ++first[channel];
    for (int i = 0; i < 8; ++i) {
      Select(request);
      ASSERT_EQ(selection_.channel_id, channel);
    }
  }
  EXPECT_EQ(first.size(), 2u) << "all keys at one channel";
}

TEST_F(CAbi, InjectedBitsDecideTheDraw) {
  MakeWithoutGuard();
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({"channels": [
      {"id": 1, "models": "m", "group": "g", "weight": 1}, {"id": 2, "models": "m", "group": "g", "weight": 1}]})"),
                                  nullptr, nullptr),
            POINTSMAN_OK);
  pointsman_request request = For("g", "m");
  std::uint64_t word = 0;
  request.bits = [](void* context) { return *static_cast<std::uint64_t*>(context); };
  request.bits_context = &word;
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  const std::int64_t first = selection_.channel_id;
  word = ~std::uint64_t{0};
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  EXPECT_NE(selection_.channel_id, first);
}

TEST_F(CAbi, ManySelectionsAreTheSameAsOneByOne) {
  std::array<pointsman_request, 3> requests = {For("default"), For("default", "sora"), For("vip")};
  std::array<pointsman_selection, 3> selections;
  selections.fill(POINTSMAN_SELECTION_INIT);
  EXPECT_EQ(pointsman_select_many(router_, requests.data(), 3, selections.data()), 2u);
  EXPECT_EQ(selections[0].channel_id, 8);
  EXPECT_STREQ(pointsman_reason_name(selections[1].reason), "kNoSuchModel");
  EXPECT_EQ(std::string(selections[2].group.data, selections[2].group.size), "vip");
  for (pointsman_selection& selection : selections) pointsman_release(&selection);
}

TEST_F(CAbi, ThreadsShareARouterWhileItIsReloaded) {
  std::atomic<bool> stop{false};
  std::atomic<long> wrong{0}, selected{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      pointsman_selection selection = POINTSMAN_SELECTION_INIT;
      const pointsman_request request = For("default");
      pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
      while (!stop.load()) {
        if (pointsman_select(router_, &request, nullptr, &selection) != POINTSMAN_REASON_NONE) ++wrong;
        pointsman_report(router_, &selection, &outcome, nullptr);
        ++selected;
      }
      pointsman_release(&selection);
    });
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(pointsman_reload_json(router_, pointsman_string(kTwoTiers), nullptr, nullptr), POINTSMAN_OK);
  }
  while (selected.load() < 1000) std::this_thread::yield();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
