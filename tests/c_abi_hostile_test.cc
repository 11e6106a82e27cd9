// Names that mean harm, through the C ABI: every text that comes out of it is plain, valid and ended, also where the
// caller's buffer cuts it. What JSON holds is escaped by the rules of JSON.
#include "pointsman/c.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/c_abi_fixture.h"
#include "support/hostile_names.h"
#include "support/plain_text.h"

namespace {

using pointsman::testing::HostileNames;
using pointsman::testing::IsPlainJson;
using pointsman::testing::Shown;
using pointsman::testing::WhatIsWrong;

pointsman_text View(const std::string& text) { return {text.data(), text.size()}; }

// Each byte as it is, but for those that would end the text.
std::string JsonText(const std::string& name) {
  std::string json = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      json += static_cast<unsigned char>(c) < 0x10 ? "\\u000" : "\\u001";
      json += "0123456789abcdef"[c & 15];
    } else {
      json += c;
    }
  }
  return json + '"';
}

enum class Form { kPlain, kJson };
// Of a whole text, or of the beginning of one.
std::string WrongWith(std::string_view text, Form form) {
  if (form == Form::kPlain) return WhatIsWrong(text);
  return IsPlainJson(text) ? "" : "it is no JSON: " + std::string(text.substr(0, 200));
}

// Asks for a text into buffers that are too short, just right and too long, and returns all of it. What is written is
// the longest beginning that fits.
using Ask = std::function<void(pointsman_buffer*)>;
std::string InBuffersOfEveryKind(const Ask& ask, Form form) {
  pointsman_buffer none = {nullptr, 0, 0};
  ask(&none);
  const std::size_t size = none.size;
  std::string all;
  std::vector<std::size_t> capacities = {size + 1, size + 2, size, size / 2, size / 2 + 1, size / 2 + 2};
  for (std::size_t capacity = 1; capacity < std::min<std::size_t>(size, 400); capacity += capacity < 5 ? 1 : 29) {
    capacities.push_back(capacity);
  }
  for (const std::size_t capacity : capacities) {
    if (capacity == 0) continue;
    std::string room(capacity + 1, '?');
    pointsman_buffer buffer = {room.data(), capacity, 0};
    ask(&buffer);
    EXPECT_EQ(buffer.size, size);
    EXPECT_EQ(room.back(), '?') << "written beyond its end";
    const std::size_t end = room.find('\0');
    if (end >= capacity) {
      ADD_FAILURE() << "no end in a capacity of " << capacity;
      continue;
    }
    const std::string_view text(room.data(), end);
    EXPECT_EQ(WrongWith(text, form), "") << "capacity " << capacity;
    if (all.empty()) all = text;
    EXPECT_EQ(text, std::string_view(all).substr(0, text.size()));
    EXPECT_GE(text.size() + 4, std::min(size, capacity)) << "more is cut than a character";
  }
  EXPECT_EQ(all.size(), size) << "a text without zeros in it";
  return all;
}

class CAbiHostile : public CAbi {
 protected:
  void SetUp() override {
    pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
    options.max_lost_share = 1;
    options.now = [](void*) { return std::uint64_t{1'000'000'000'000}; };  // a text asked for again is the same
    Make(options);
  }

  // As channel, as ability, and as one whose channel is not there.
  void Load(const std::string& name) {
    pointsman_rows* rows = nullptr;
    ASSERT_EQ(pointsman_rows_new(View(name), &rows), POINTSMAN_OK);
    pointsman_channel plain = POINTSMAN_CHANNEL_INIT;
    plain.id = 1;
    plain.groups = pointsman_string("g");
    plain.models = pointsman_string("m");
    plain.weight = pointsman_number(1);
    pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
    channel.id = 3;
    channel.name = channel.groups = channel.models = channel.tag = channel.channel_info = View(name);
    pointsman_ability ability = POINTSMAN_ABILITY_INIT;
    ability.channel_id = 3;
    ability.group = ability.model = ability.tag = View(name);
    pointsman_ability stray = ability;
    stray.channel_id = 99;
    for (const pointsman_channel* row : {&plain, &channel}) pointsman_rows_add_channel(rows, row);
    for (const pointsman_ability* row : {&ability, &stray}) pointsman_rows_add_ability(rows, row);
    InBuffersOfEveryKind(
        [&](pointsman_buffer* text) {
          pointsman_build build = POINTSMAN_BUILD_INIT;
          build.text = *text;
          ASSERT_EQ(pointsman_reload_rows(router_, rows, &build, nullptr), POINTSMAN_OK);
          *text = build.text;
        },
        Form::kPlain);
    pointsman_rows_free(rows);
  }
};

TEST_F(CAbiHostile, NamesArePlainInReportsOfBuildsAndInExplanations) {
  for (const std::string& name : HostileNames()) {
    SCOPED_TRACE(Shown(name));
    Load(name);
    const std::vector<pointsman_text> lists(2, View(name));
    std::vector<pointsman_request> requests(6, For("g", "m"));
    requests[0].group = requests[0].model = View(name);
    requests[1].user_group = requests[1].model = View(name);
    requests[2].group = View(name);
    requests[3].group = pointsman_string("");
    requests[3].user_group = View(name);
    requests[4].has_allowed_groups = requests[5].has_ordered_groups = 1;
    requests[4].allowed_groups = requests[5].ordered_groups = lists.data();
    requests[4].allowed_count = requests[5].ordered_count = lists.size();
    pointsman_walk* walk = nullptr;
    ASSERT_EQ(pointsman_walk_new(&walk), POINTSMAN_OK);
    for (const pointsman_request& request : requests) {
      pointsman_walk_clear(walk);
      Select(request, walk);
      for (const std::int32_t language : {POINTSMAN_ENGLISH, POINTSMAN_CHINESE}) {
        for (const std::int32_t audience : {POINTSMAN_FOR_CALLER, POINTSMAN_FOR_OPERATOR}) {
          const std::string text = InBuffersOfEveryKind(
              [&](pointsman_buffer* into) {
                ASSERT_EQ(pointsman_explain(router_, &request, walk, language, audience, into), POINTSMAN_OK);
              },
              Form::kPlain);
          EXPECT_LE(text.size(), 8192u);
          EXPECT_NE(text, "");
        }
      }
    }
    pointsman_walk_free(walk);
  }
}

// Of policies and of rows.
TEST_F(CAbiHostile, NamesArePlainInErrors) {
  for (const std::string& name : HostileNames()) {
    SCOPED_TRACE(Shown(name));
    const std::string quoted = JsonText(name);
    for (const std::string& policy :
         {name, quoted, "{" + quoted + ": 1}", "{\"source\": " + quoted + "}",
          "{\"default_group\": \"\", \"groups\": {" + quoted + ": {\"aliases\": [" + quoted + "]}}}",
          "{\"groups\": {" + quoted + ": {\"fallback\": [{\"group\": " + quoted + "}]}}}",
          "{\"models\": {\"normalizer\": " + quoted + "}}"}) {
      const std::string error = InBuffersOfEveryKind(
          [&](pointsman_buffer* into) {
            pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
            options.policy = View(policy);
            pointsman_router* refused = nullptr;
            ASSERT_EQ(pointsman_router_new(&options, &refused, into), POINTSMAN_INVALID_ARGUMENT);
          },
          Form::kPlain);
      EXPECT_NE(error, "");
    }
    for (const std::string& rows : {name, quoted, "{" + quoted + ": []}", "{\"channels\": " + quoted + "}"}) {
      const std::string error = InBuffersOfEveryKind(
          [&](pointsman_buffer* into) {
            ASSERT_EQ(pointsman_reload_json(router_, View(rows), nullptr, into), POINTSMAN_INVALID_ARGUMENT);
          },
          Form::kPlain);
      EXPECT_NE(error, "");
    }
  }
}

TEST_F(CAbiHostile, NamesArePlainInWhatJsonRowsAreRejectedFor) {
  for (const std::string& name : HostileNames()) {
    SCOPED_TRACE(Shown(name));
    const std::string quoted = JsonText(name);
    if (!IsPlainJson(quoted)) continue;  // no JSON at all: an error, as above
    const std::string rows = "{\"channels\": [{\"id\": " + quoted + "}, {\"id\": 1, \"status\": " + quoted +
                             "}, {\"id\": 2, \"weight\": -1, \"name\": " + quoted +
                             "}], \"abilities\": [{\"group\": " + quoted + ", \"model\": " + quoted +
                             ", \"channel_id\": 7}]}";
    const std::string text = InBuffersOfEveryKind(
        [&](pointsman_buffer* into) {
          pointsman_build build = POINTSMAN_BUILD_INIT;
          build.text = *into;
          ASSERT_EQ(pointsman_reload_json(router_, View(rows), &build, &words_.buffer), POINTSMAN_OK) << words_.text();
          EXPECT_EQ(build.rejections, 4u);
          *into = build.text;
        },
        Form::kPlain);
    EXPECT_NE(text.find("rejected"), std::string::npos);
  }
}

TEST_F(CAbiHostile, NamesAreEscapedInStatesAndDumps) {
  for (const std::string& name : HostileNames()) {
    SCOPED_TRACE(Shown(name));
    Load(name);
    ASSERT_EQ(pointsman_switch_off(router_, 3, View(name), -1), POINTSMAN_OK);
    const std::string states = InBuffersOfEveryKind(
        [&](pointsman_buffer* into) { ASSERT_EQ(pointsman_states_json(router_, into), POINTSMAN_OK); }, Form::kJson);
    EXPECT_NE(states.find("switch_note"), std::string::npos);
    const std::string dump = InBuffersOfEveryKind(
        [&](pointsman_buffer* into) { ASSERT_EQ(pointsman_dump_json(router_, into), POINTSMAN_OK); }, Form::kJson);
    EXPECT_NE(dump.find("\"tag\""), std::string::npos);
  }
}

TEST(CAbiSource, IsEscapedOnce) {
  pointsman_router* router = nullptr;
  pointsman_rows* rows = nullptr;
  ASSERT_EQ(pointsman_router_new(nullptr, &router, nullptr), POINTSMAN_OK);
  ASSERT_EQ(pointsman_rows_new(pointsman_string("C:\\a\x1b"), &rows), POINTSMAN_OK);
  std::array<char, 200> text{};
  pointsman_build build = POINTSMAN_BUILD_INIT;
  build.text = {text.data(), text.size(), 0};
  ASSERT_EQ(pointsman_reload_rows(router, rows, &build, nullptr), POINTSMAN_OK);
  EXPECT_TRUE(std::string_view(text.data()).starts_with(R"(C:\\a\x1b: 0 channels)")) << text.data();
  pointsman_rows_free(rows);
  pointsman_router_free(router);
}

}  // namespace
