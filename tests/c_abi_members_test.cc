// Every member of the C ABI's structs arrives: rows mean what the same rows mean as JSON, and each member of requests,
// limits, reports, options and switches changes an answer. Would catch: a member that is forgotten on its way over.
#include "pointsman/c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/c_abi_fixture.h"

namespace {

// The columns of one row as JSON text.
using Columns = std::map<std::string, std::string>;

std::string RowOf(Columns columns, const std::string& column = "", const std::string& value = "") {
  if (!column.empty()) columns[column] = value;
  std::string row;
  for (const auto& [name, said] : columns) row += (row.empty() ? "{\"" : ", \"") + name + "\": " + said;
  return row + "}";
}

template <class Row>
struct Member {
  const char* column;
  const char* value;  // as JSON
  void (*set)(Row& row);
};

constexpr pointsman_integer kNull = {0, POINTSMAN_NULL, 0};

using Channel = pointsman_channel;
constexpr Member<Channel> kChannelMembers[] = {
    {"id", "7", [](Channel& c) { c.id = 7; }},
    {"name", R"("north")", [](Channel& c) { c.name = pointsman_string("north"); }},
    {"group", R"("vip,trial")", [](Channel& c) { c.groups = pointsman_string("vip,trial"); }},
    {"group", "null", [](Channel& c) { c.groups = pointsman_null_text(); }},
    {"models", R"("a,b")", [](Channel& c) { c.models = pointsman_string("a,b"); }},
    {"models", "null", [](Channel& c) { c.models = pointsman_null_text(); }},
    {"tag", R"("blue")", [](Channel& c) { c.tag = pointsman_string("blue"); }},
    {"channel_info", R"({"is_multi_key":true,"multi_key_size":3})",
     [](Channel& c) { c.channel_info = pointsman_string(R"({"is_multi_key":true,"multi_key_size":3})"); }},
    {"type", "55", [](Channel& c) { c.type = pointsman_number(55); }},
    {"status", "2", [](Channel& c) { c.status = pointsman_number(2); }},
    {"status", "null", [](Channel& c) { c.status = kNull; }},
    {"priority", "-9", [](Channel& c) { c.priority = pointsman_number(-9); }},
    {"weight", "6", [](Channel& c) { c.weight = pointsman_number(6); }},
};

// No `tag`: only the doctor reads an ability's, and he does not cross.
using Ability = pointsman_ability;
constexpr Member<Ability> kAbilityMembers[] = {
    {"channel_id", "9", [](Ability& a) { a.channel_id = 9; }},
    {"group", R"("vip")", [](Ability& a) { a.group = pointsman_string("vip"); }},
    {"model", R"("b")", [](Ability& a) { a.model = pointsman_string("b"); }},
    {"enabled", "0", [](Ability& a) { a.enabled = pointsman_number(0); }},
    {"enabled", "null", [](Ability& a) { a.enabled = kNull; }},
    {"priority", "-9", [](Ability& a) { a.priority = pointsman_number(-9); }},
    {"priority", "null", [](Ability& a) { a.priority = kNull; }},
    {"weight", "6", [](Ability& a) { a.weight = pointsman_number(6); }},
    {"weight", "null", [](Ability& a) { a.weight = kNull; }},
};

class CAbiMembers : public CAbi {
 protected:
  void SetUp() override {
    MakeWithoutGuard();
    ASSERT_EQ(pointsman_rows_new(pointsman_string("rows"), &rows_), POINTSMAN_OK);
  }
  void TearDown() override {
    pointsman_rows_free(rows_);
    CAbi::TearDown();
  }
  void Renew() {
    pointsman_rows_free(rows_);
    ASSERT_EQ(pointsman_rows_new(pointsman_string("rows"), &rows_), POINTSMAN_OK);
  }
  void Add(const Channel& channel) { ASSERT_EQ(pointsman_rows_add_channel(rows_, &channel), POINTSMAN_OK); }
  void Add(const Ability& ability) { ASSERT_EQ(pointsman_rows_add_ability(rows_, &ability), POINTSMAN_OK); }

  // What `rows_` and a text come to.
  std::string HashOfRows() {
    pointsman_build build = POINTSMAN_BUILD_INIT;
    EXPECT_EQ(pointsman_reload_rows(router_, rows_, &build, &words_.buffer), POINTSMAN_OK) << words_.text();
    EXPECT_EQ(build.rejections, 0u);
    return build.content_hash;
  }
  std::string HashOf(const std::string& json) {
    pointsman_build build = POINTSMAN_BUILD_INIT;
    EXPECT_EQ(pointsman_reload_json(router_, pointsman_string(json.c_str()), &build, &words_.buffer), POINTSMAN_OK)
        << words_.text();
    EXPECT_EQ(build.rejections, 0u) << json;
    return build.content_hash;
  }

  pointsman_rows* rows_ = nullptr;
};

TEST_F(CAbiMembers, OfAChannelSayWhatItsColumnsSay) {
  const auto hash_with = [&](void (*set)(Channel&)) {
    Channel channel = POINTSMAN_CHANNEL_INIT;
    channel.id = 8;
    channel.models = pointsman_string("a");
    set(channel);
    Renew();
    Add(channel);
    return HashOfRows();
  };
  const Columns plain = {{"id", "8"}, {"models", "\"a\""}};
  const std::string without = hash_with([](Channel&) {});
  EXPECT_EQ(without, HashOf(R"({"channels": [)" + RowOf(plain) + "]}"));
  for (const auto& [column, value, set] : kChannelMembers) {
    SCOPED_TRACE(std::string(column) + " " + value);
    const std::string with = hash_with(set);
    EXPECT_NE(with, without);
    EXPECT_EQ(with, HashOf(R"({"channels": [)" + RowOf(plain, column, value) + "]}"));
  }
  EXPECT_NE(hash_with([](Channel& c) { c.cookie = 5; }), without) << "JSON has no column for it";
}

TEST_F(CAbiMembers, OfAnAbilitySayWhatItsColumnsSay) {
  const auto hash_with = [&](void (*set)(Ability&)) {
    Renew();
    for (const std::int64_t id : {8, 9}) {
      Channel channel = POINTSMAN_CHANNEL_INIT;
      channel.id = id;
      channel.priority = pointsman_number(5);
      channel.weight = pointsman_number(3);
      Add(channel);
    }
    Ability ability = POINTSMAN_ABILITY_INIT;
    ability.channel_id = 8;
    ability.group = pointsman_string("default");
    ability.model = pointsman_string("a");
    set(ability);
    Add(ability);
    return HashOfRows();
  };
  const std::string channels = R"({"channels": [{"id": 8, "priority": 5, "weight": 3},
      {"id": 9, "priority": 5, "weight": 3}], "abilities": [)";
  const Columns plain = {{"channel_id", "8"}, {"group", "\"default\""}, {"model", "\"a\""}};
  const std::string without = hash_with([](Ability&) {});
  EXPECT_EQ(without, HashOf(channels + RowOf(plain) + "]}"));
  for (const auto& [column, value, set] : kAbilityMembers) {
    SCOPED_TRACE(std::string(column) + " " + value);
    const std::string with = hash_with(set);
    EXPECT_NE(with, without);
    EXPECT_EQ(with, HashOf(channels + RowOf(plain, column, value) + "]}"));
  }
}

// Figures that are all different, so that none can stand for another.
TEST_F(CAbiMembers, OfABuildCountWhatTheyAreNamedFor) {
  pointsman_build build = POINTSMAN_BUILD_INIT;
  ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({
      "channels": [{"id": 1, "group": "g,h,i"}, {"id": 2, "status": 2}],
      "abilities": [{"channel_id": 1, "group": "g", "model": "a"}, {"channel_id": 1, "group": "g", "model": "b"},
                    {"channel_id": 1, "group": "h", "model": "c"}, {"channel_id": 1, "group": "h", "model": "d"},
                    {"channel_id": 1, "group": "h", "model": "e"}, {"channel_id": 1, "group": "i", "model": "e"},
                    {"channel_id": 1, "group": "i", "model": "a"}, {"channel_id": 2, "group": "i", "model": "b"},
                    {"channel_id": 2, "group": "g", "model": "a", "weight": -1}]})"),
                                  &build, &words_.buffer),
            POINTSMAN_OK);
  EXPECT_EQ(build.rejections, 1u);
  EXPECT_EQ(build.channels, 2u);
  EXPECT_EQ(build.generation, 2u) << "after SetUp's";
  EXPECT_EQ(build.groups, 4u) << "the default group is always known";
  EXPECT_EQ(build.models, 5u);
  EXPECT_EQ(build.serving_routes, 7u);
  EXPECT_EQ(build.routes, 8u);
  EXPECT_EQ(build.abilities, 9u);
}

// Who serves a walk from its first attempt to its end.
class CAbiRequestMembers : public CAbi {
 protected:
  void SetUp() override {
    pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
    options.max_lost_share = 1;
    options.policy = pointsman_string(R"({"groups": {"g": {"fallback": [{"group": "h", "when": "exhausted"}],
                                                           "balance": "affinity"}},
                                          "usable": {"staff": ["g", "h"], "*": []}})");
    Make(options);
    ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(R"({"channels": [
        {"id": 1, "group": "g", "models": "m", "priority": 3}, {"id": 2, "group": "g", "models": "m", "priority": 3},
        {"id": 3, "group": "g", "models": "m,n"}, {"id": 4, "group": "h", "models": "m"}]})"),
                                    nullptr, &words_.buffer),
              POINTSMAN_OK)
        << words_.text();
  }
  std::string Walk(const pointsman_request& request) {
    std::string served;
    pointsman_walk* walk = nullptr;
    EXPECT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
    while (Select(request, walk) == POINTSMAN_REASON_NONE) served += std::to_string(selection_.channel_id) + " ";
    pointsman_walk_free(walk);
    return served + pointsman_reason_name(selection_.reason);
  }
};

TEST_F(CAbiRequestMembers, EachChangesWhoServes) {
  using Request = pointsman_request;
  static constexpr std::uint64_t kZeros = 0, kOnes = ~kZeros;
  static const pointsman_text kGroups[] = {pointsman_string("h"), pointsman_string("g")};
  Request plain = For("g", "m");
  plain.user_group = pointsman_string("staff");
  plain.bits = [](void* context) { return *static_cast<const std::uint64_t*>(context); };
  plain.bits_context = const_cast<std::uint64_t*>(&kZeros);
  // Without what announces them, these say nothing.
  plain.allowed_groups = plain.ordered_groups = kGroups;
  plain.allowed_count = plain.ordered_count = 1;
  plain.pin = 3;
  EXPECT_EQ(Walk(plain), "1 2 3 4 kExhausted");
  const struct {
    const char* member;
    void (*set)(Request& request);
    const char* served;
  } members[] = {
      {"group", [](Request& r) { r.group = pointsman_string("h"); }, "4 kExhausted"},
      {"user_group", [](Request& r) { r.user_group = pointsman_string("guest"); }, "kGroupNotAllowed"},
      {"model", [](Request& r) { r.model = pointsman_string("n"); }, "3 kExhausted"},
      {"allowed_groups", [](Request& r) { r.has_allowed_groups = 1, r.allowed_groups = kGroups + 1; },
       "1 2 3 kExhausted"},
      {"allowed_count", [](Request& r) { r.has_allowed_groups = 1, r.allowed_count = 0; }, "kGroupNotAllowed"},
      {"ordered_groups", [](Request& r) { r.has_ordered_groups = 1; }, "4 kExhausted"},
      {"ordered_count", [](Request& r) { r.has_ordered_groups = 1, r.ordered_count = 2; }, "4 1 2 3 kExhausted"},
      {"pin", [](Request& r) { r.has_pin = 1; }, "3 kExhausted"},
      {"affinity", [](Request& r) { r.has_affinity = 1, r.affinity = 1; }, "2 1 3 4 kExhausted"},
      {"stay_in_group", [](Request& r) { r.stay_in_group = 1; }, "1 2 3 kExhausted"},
      {"bits_context", [](Request& r) { r.bits_context = const_cast<std::uint64_t*>(&kOnes); }, "2 1 3 4 kExhausted"},
      {"bits", [](Request& r) { r.bits = [](void*) { return kOnes; }; }, "2 1 3 4 kExhausted"},
  };
  for (const auto& [member, set, served] : members) {
    Request request = plain;
    set(request);
    EXPECT_EQ(Walk(request), served) << member;
  }
}

}  // namespace
