// The C ABI as a caller sees it: nothing here but c.h, which the library keeps behind a wall of exported names.
#include "pointsman/c.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>
#include <new>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {
std::atomic<long> allocations{0};
std::atomic<bool> starving{false};
}  // namespace

// The library's allocations come here too: the program's operator new is the process' one. Not inlined: g++ would see
// free() meet a new-expression and call it a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (starving.load()) throw std::bad_alloc();
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

constexpr const char* kTwoTiers = R"({"channels": [
  {"id": 8, "group": "default,vip", "models": "gpt-4o", "priority": 10},
  {"id": 9, "group": "default", "models": "gpt-4o"}]})";

// A text of the library's, in a buffer of `capacity`.
struct Words {
  explicit Words(std::size_t capacity = 4096) : storage(capacity, '?') { buffer = {storage.data(), capacity, 0}; }
  std::string text() const { return storage.c_str(); }
  std::string storage;
  pointsman_buffer buffer;
};

class CAbi : public ::testing::Test {
 protected:
  void SetUp() override { Make(POINTSMAN_ROUTER_OPTIONS_INIT); }
  void TearDown() override {
    pointsman_release(&selection_);
    pointsman_router_free(router_);
  }
  void Make(const pointsman_router_options& options) {
    pointsman_router_free(router_);
    ASSERT_EQ(pointsman_router_new(&options, &router_, &words_.buffer), POINTSMAN_OK) << words_.text();
    ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(kTwoTiers), nullptr, &words_.buffer), POINTSMAN_OK)
        << words_.text();
  }
  void MakeWithoutGuard() {
    pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
    options.max_lost_share = 1;
    Make(options);
  }
  static pointsman_request For(const char* group, const char* model = "gpt-4o") {
    pointsman_request request = POINTSMAN_REQUEST_INIT;
    request.group = pointsman_string(group);
    request.model = pointsman_string(model);
    return request;
  }
  std::int32_t Select(const pointsman_request& request, pointsman_walk* walk = nullptr) {
    return pointsman_select(router_, &request, walk, &selection_);
  }

  Words words_;
  pointsman_router* router_ = nullptr;
  pointsman_selection selection_ = POINTSMAN_SELECTION_INIT;
};

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

// Keys that a row tells of take turns; a channel with one key says so.
TEST_F(CAbi, SelectionsNameTheKeyOfAChannelWithSeveral) {
  ASSERT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.key_index, -1);
  MakeWithoutGuard();
  pointsman_rows* rows = nullptr;
  ASSERT_EQ(pointsman_rows_new(pointsman_string("keys"), &rows), POINTSMAN_OK);
  pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
  channel.id = 5;
  channel.groups = pointsman_string("g");
  channel.models = pointsman_string("m");
  channel.channel_info =
      pointsman_string(R"({"is_multi_key":true,"multi_key_size":3,"multi_key_status_list":{"1":2}})");
  ASSERT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  ASSERT_EQ(pointsman_reload_rows(router_, rows, nullptr, nullptr), POINTSMAN_OK);
  pointsman_rows_free(rows);
  std::set<std::int64_t> keys;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(Select(For("g", "m")), POINTSMAN_REASON_NONE);
    keys.insert(selection_.key_index);
  }
  EXPECT_EQ(keys, (std::set<std::int64_t>{0, 2})) << "key 1 is disabled";
}

// What the walk is told of: a key that was refused is not the channel's last word, and the other one is tried at once.
TEST_F(CAbi, AReportWithItsWalkTriesAnotherKeyOfTheChannelFirst) {
  MakeWithoutGuard();
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({"channels": [
      {"id": 5, "models": "m", "group": "g", "priority": 1,
       "channel_info": "{\"is_multi_key\":true,\"multi_key_size\":2}"},
      {"id": 6, "models": "m", "group": "g"}]})"),
                                  nullptr, &words_.buffer),
            POINTSMAN_OK)
      << words_.text();
  pointsman_walk* walk = nullptr;
  ASSERT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  outcome.kind = POINTSMAN_CREDENTIAL_REFUSED;
  ASSERT_EQ(Select(For("g", "m"), walk), POINTSMAN_REASON_NONE);
  ASSERT_EQ(selection_.channel_id, 5);
  const std::int64_t refused = selection_.key_index;
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, walk), POINTSMAN_OK);
  ASSERT_EQ(Select(For("g", "m"), walk), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.channel_id, 5);
  EXPECT_EQ(selection_.key_index, 1 - refused);
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, walk), POINTSMAN_OK);
  ASSERT_EQ(Select(For("g", "m"), walk), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.channel_id, 6) << "both keys were tried";
  pointsman_walk_free(walk);
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

// Rows by struct: each of absent, NULL and a value arrives as what it is.
TEST_F(CAbi, RowsByStructSayWhatJsonSays) {
  pointsman_rows* rows = nullptr;
  ASSERT_EQ(pointsman_rows_new(pointsman_string("unit test"), &rows), POINTSMAN_OK);
  pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
  channel.id = 8;
  channel.groups = pointsman_string("default");
  channel.models = pointsman_string("a,b");
  channel.weight = pointsman_number(7);
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  channel.id = 9;
  channel.weight = pointsman_number(-1);
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  pointsman_ability ability = POINTSMAN_ABILITY_INIT;
  ability.channel_id = 8;
  ability.group = pointsman_string("vip");
  ability.model = pointsman_string("a");
  ability.weight.state = POINTSMAN_NULL;
  EXPECT_EQ(pointsman_rows_add_ability(rows, &ability), POINTSMAN_OK);
  pointsman_build build = POINTSMAN_BUILD_INIT;
  build.text = words_.buffer;
  MakeWithoutGuard();
  ASSERT_EQ(pointsman_reload_rows(router_, rows, &build, nullptr), POINTSMAN_OK);
  const std::string by_struct = build.content_hash;
  EXPECT_EQ(build.channels, 2u);
  EXPECT_EQ(build.rejections, 1u);
  EXPECT_NE(words_.text().find("unit test: channels id 9, column weight"), std::string::npos) << words_.text();
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({
      "channels": [{"id": 8, "group": "default", "models": "a,b", "weight": 7}],
      "abilities": [{"channel_id": 8, "group": "vip", "model": "a", "weight": null}]})"),
                                  &build, nullptr),
            POINTSMAN_OK);
  EXPECT_EQ(build.content_hash, by_struct);

  channel.id = 10;
  channel.models = pointsman_string("c");
  channel.cookie = 77;
  channel.weight = pointsman_number(1);
  ability.channel_id = 10;
  ability.model = pointsman_string("c");
  EXPECT_EQ(pointsman_rows_add_channel(rows, &channel), POINTSMAN_OK);
  EXPECT_EQ(pointsman_rows_add_ability(rows, &ability), POINTSMAN_OK);
  ASSERT_EQ(pointsman_reload_rows(router_, rows, nullptr, nullptr), POINTSMAN_OK);
  pointsman_rows_free(rows);
  ASSERT_EQ(Select(For("vip", "c")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(selection_.cookie, 77u);
}

TEST_F(CAbi, WrongPolicyAndWrongRowsSayWhereAndLeaveTheTable) {
  pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
  options.policy = pointsman_string("{\n \"sauce\": \"both\"}");
  pointsman_router* refused = router_;
  EXPECT_EQ(pointsman_router_new(&options, &refused, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(refused, nullptr);
  EXPECT_EQ(words_.text().find("policy:2:"), 0u) << words_.text();
  options.policy = pointsman_string(nullptr);
  options.nodes = -1;
  EXPECT_EQ(pointsman_router_new(&options, &refused, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  options.nodes = 0;
  for (const double share : {-0.5, 1.5, std::nan("")}) {
    options.max_lost_share = share;
    EXPECT_EQ(pointsman_router_new(&options, &refused, &words_.buffer), POINTSMAN_INVALID_ARGUMENT) << share;
    EXPECT_EQ(words_.text().find("max_lost_share is a share"), 0u) << words_.text();
  }
  EXPECT_EQ(pointsman_reload_json(router_, pointsman_string("{"), nullptr, &words_.buffer), POINTSMAN_INVALID_ARGUMENT);
  EXPECT_EQ(words_.text().find("json:1:"), 0u) << words_.text();
  EXPECT_EQ(pointsman_reload_json(router_, pointsman_string("{}"), nullptr, &words_.buffer),
            POINTSMAN_FAILED_PRECONDITION)
      << "the guard";
  EXPECT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
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

// In flight: reserved by a selection, given back by report, release, or the next selection into the same struct.
TEST_F(CAbi, ReservationsAreGivenBackOnceByWhicheverComesFirst) {
  pointsman_limits limits = POINTSMAN_LIMITS_INIT;
  limits.max_in_flight = 1;
  ASSERT_EQ(pointsman_set_limits(router_, 8, &limits), POINTSMAN_OK);
  const pointsman_request request = For("vip");
  pointsman_selection other = POINTSMAN_SELECTION_INIT;
  const auto other_is_refused = [&] {
    const bool refused = pointsman_select(router_, &request, nullptr, &other) != POINTSMAN_REASON_NONE;
    EXPECT_STREQ(pointsman_reason_name(other.reason), refused ? "kAllAtLimit" : "kNone");
    pointsman_release(&other);
    return refused;
  };
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  EXPECT_TRUE(other_is_refused());
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_OK);
  EXPECT_FALSE(other_is_refused());
  pointsman_release(&selection_);
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  EXPECT_TRUE(other_is_refused());
  pointsman_release(&selection_);
  pointsman_release(&selection_);
  EXPECT_FALSE(other_is_refused());
  ASSERT_EQ(Select(request), POINTSMAN_REASON_NONE);
  ASSERT_NE(Select(For("vip", "sora")), POINTSMAN_REASON_NONE);
  EXPECT_FALSE(other_is_refused());
}

TEST_F(CAbi, SelectionsMayOutliveTheirRouter) {
  pointsman_limits limits = POINTSMAN_LIMITS_INIT;
  limits.max_in_flight = 1;
  ASSERT_EQ(pointsman_set_limits(router_, 8, &limits), POINTSMAN_OK);
  ASSERT_EQ(Select(For("default")), POINTSMAN_REASON_NONE);
  pointsman_router_free(router_);
  router_ = nullptr;
  pointsman_release(&selection_);
}

TEST_F(CAbi, FailuresCoolDownOnTheCallersClock) {
  static std::uint64_t now = 1'000'000'000;
  pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
  options.now = [](void*) { return now; };
  options.refuse_when_cool = 1;
  options.jitter_seed = 1;
  Make(options);
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  ASSERT_EQ(pointsman_classify_http(429, pointsman_string("7"), pointsman_string("slow down"), &outcome), 0);
  EXPECT_EQ(outcome.kind, POINTSMAN_RATE_LIMITED);
  EXPECT_EQ(outcome.retry_after_ms, 7000);
  EXPECT_EQ(pointsman_worth_another_attempt(&outcome), 1);
  ASSERT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
  ASSERT_EQ(pointsman_report(router_, &selection_, &outcome, nullptr), POINTSMAN_OK);
  EXPECT_STREQ(pointsman_reason_name(Select(For("vip"))), "kAllCoolingDown");
  EXPECT_GE(selection_.retry_after_ms, 7000);
  now += 60'000'000'000;
  EXPECT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
}

TEST_F(CAbi, SwitchesAndStateAreReachedAndUnknownChannelsAreNotFound) {
  EXPECT_EQ(pointsman_switch_off(router_, 8, pointsman_string("maintenance"), -1), POINTSMAN_OK);
  EXPECT_STREQ(pointsman_reason_name(Select(For("vip"))), "kAllDisabled");
  EXPECT_EQ(pointsman_states_json(router_, &words_.buffer), POINTSMAN_OK);
  EXPECT_NE(words_.text().find("maintenance"), std::string::npos) << words_.text();
  EXPECT_EQ(pointsman_switch_on(router_, 8), POINTSMAN_OK);
  EXPECT_EQ(Select(For("vip")), POINTSMAN_REASON_NONE);
  EXPECT_EQ(pointsman_reset_state(router_, 8), POINTSMAN_OK);
  EXPECT_EQ(pointsman_switch_off(router_, 12, pointsman_string(nullptr), 5), POINTSMAN_NOT_FOUND);
  EXPECT_EQ(pointsman_reset_state(router_, 12), POINTSMAN_NOT_FOUND);
  EXPECT_EQ(pointsman_dump_json(router_, &words_.buffer), POINTSMAN_OK);
  EXPECT_NE(words_.text().find("gpt-4o"), std::string::npos);
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
