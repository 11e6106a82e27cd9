// What is promised about channels with several keys: what channel_info says is understood however it is written,
// what cannot be understood costs nothing but a note, and tables keep it.
#include "pointsman/channel_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "pointsman/dump.h"
#include "rows/channel_info.h"
#include "support/row_text.h"
#include "support/rows_builder.h"
#include "table/table_data.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Read(std::string_view text) {
  std::vector<KeyStatus> disabled;
  return KeysText(ReadChannelInfo(text, disabled)).substr(1);
}

ChannelRow WithInfo(std::int64_t id, std::string_view info) {
  ChannelRow row = Channel(id, "g", "m");
  row.channel_info = info;
  return row;
}

TEST(ChannelInfo, SaysHowManyKeysAndWhichAreDisabled) {
  EXPECT_EQ(Read(R"({"is_multi_key":true,"multi_key_size":4,"multi_key_status_list":{"3":3,"1":2},
                     "multi_key_polling_index":7,"multi_key_mode":"polling","multi_key_disabled_reason":{"1":"a \"b\""},
                     "later":[1.5e3,{"deep":[null,true,false,-0.0]}]})"),
            "4 keys 1:2 3:3");
  EXPECT_EQ(Read(R"( { "multi_key_status_list" : null , "is_multi_key" : true , "multi_key_size" : 1 } )"), "1 keys");
  EXPECT_EQ(Read(R"({"is_multi_key":true,"multi_key_size":65535})"), "65535 keys");
}

TEST(ChannelInfo, OfOneKeySaysNothing) {
  for (const char* text : {"", "  ", "null", "{}", R"({"is_multi_key":false,"multi_key_size":3})",
                           R"({"multi_key_status_list":{"0":3}})", R"({"is_multi_key":false,"multi_key_size":-1})"}) {
    EXPECT_EQ(Read(text), "0 keys") << text;
  }
}

TEST(ChannelInfo, KeysThatAreEnabledOrGoneAreNotListedAndTheLastStatusCounts) {
  EXPECT_EQ(Read(R"({"is_multi_key":true,"multi_key_size":2,
                     "multi_key_status_list":{"0":3,"2":3,"1":2,"0":1,"4294967295":3,"1":99999999999}})"),
            "2 keys 1:2147483647");
}

TEST(ChannelInfo, ThatCannotBeUnderstoodIsMalformed) {
  const std::vector<std::string> texts = {
      "{",
      "[]",
      "5",
      "{broken",
      std::string("{a\0\xff", 4),
      R"({"is_multi_key":1})",
      R"({"is_multi_key":true})",
      R"({"is_multi_key":true,"multi_key_size":0})",
      R"({"is_multi_key":true,"multi_key_size":65536})",
      R"({"is_multi_key":true,"multi_key_size":2.5})",
      R"({"is_multi_key":true,"multi_key_size":"2"})",
      R"({"is_multi_key":true,"multi_key_size":2} x)",
      R"({"is_multi_key":true,"multi_key_size":2,})",
      R"({"is_multi_key":true,"multi_key_size":2,"multi_key_status_list":{"-1":3}})",
      R"({"is_multi_key":true,"multi_key_size":2,"multi_key_status_list":{"1x":3}})",
      R"({"is_multi_key":true,"multi_key_size":2,"multi_key_status_list":{"1":"3"}})",
      R"({"is_multi_key":true,"multi_key_size":2,"multi_key_status_list":[3]})",
      R"({"is_multi_key":true,"multi_key_size":2,"deep":)" + std::string(100000, '[')};
  for (const std::string& text : texts) EXPECT_EQ(Read(text), "malformed") << text.substr(0, 80);
}

TEST(ChannelInfo, CutAnywhereIsMalformedAndNeverReadBeyondItsEnd) {
  const std::string whole =
      R"({"is_multi_key":true,"multi_key_size":3,"multi_key_status_list":{"1":2},"x":["\u00e9",-1e5]})";
  for (std::size_t n = 1; n < whole.size(); ++n) {
    const std::vector<char> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_EQ(Read(std::string_view(part.data(), part.size())), "malformed") << whole.substr(0, n);
  }
}

TEST(ChannelInfo, WrittenReadsBack) {
  std::vector<KeyStatus> disabled = {{.index = 0, .status = 2}, {.index = 7, .status = -3}};
  const ChannelKeys keys{.count = 9, .disabled = disabled};
  std::vector<KeyStatus> scratch;
  EXPECT_EQ(ReadChannelInfo(ChannelInfoText(keys), scratch), keys);
}

TEST(ChannelKeys, AreAllDisabledOnlyIfThereAreSeveral) {
  const KeyStatus both[] = {{.index = 0, .status = 2}, {.index = 1, .status = 3}};
  EXPECT_TRUE((ChannelKeys{.count = 2, .disabled = both}).all_disabled());
  EXPECT_FALSE((ChannelKeys{.count = 3, .disabled = both}).all_disabled());
  EXPECT_FALSE(ChannelKeys().all_disabled());
}

TEST(Rows, KeepTheKeysThatAHostGivesAndPutThemInOrder) {
  Rows rows("test");
  {
    const std::vector<KeyStatus> disabled = {
        {.index = 2, .status = 3}, {.index = 9, .status = 3}, {.index = 0, .status = 1}, {.index = 1, .status = 2}};
    ChannelRow row = WithInfo(1, R"({"is_multi_key":true,"multi_key_size":9})");
    row.keys = {.count = 3, .disabled = disabled};
    rows.Add(row);
    for (int more = 0; more < 100; ++more) rows.Add(WithInfo(2 + more, "{}"));
    row.keys.count = ChannelKeys::kMost + 1;
    rows.Add(row);
  }
  const Rows moved = std::move(rows);
  EXPECT_THAT(moved.channels()[0].keys.disabled,
              ElementsAre(KeyStatus{.index = 1, .status = 2}, KeyStatus{.index = 2, .status = 3}));
  EXPECT_EQ(moved.channels()[0].keys.count, 3u);
  EXPECT_EQ(moved.channels()[50].keys, ChannelKeys());
  EXPECT_TRUE(moved.channels()[101].keys.malformed);
}

TEST(Compile, KeepsAChannelWhoseKeysCannotBeUnderstoodAndNotesIt) {
  const Compiled compiled = MustCompile(RowsOf(WithInfo(8, "{broken")));
  EXPECT_EQ(compiled.table->serving_route_count(), 1u);
  ASSERT_THAT(compiled.report.rejections, SizeIs(1));
  EXPECT_EQ(
      compiled.report.rejections[0].Text(),
      "test: channels id 8, column channel_info: channel \"\": what it says of several keys cannot be understood, so "
      "it counts as one; mend the JSON: is_multi_key, multi_key_size (1 to 65535), multi_key_status_list {\"index\": "
      "status}");
}

TEST(Compile, TablesKeepKeysAndRowsOfThemDoToo) {
  const Rows rows = RowsOf(WithInfo(9, R"({"is_multi_key":true,"multi_key_size":5})"),
                           WithInfo(8, R"({"is_multi_key":true,"multi_key_size":2,"multi_key_status_list":{"1":2}})"));
  const Compiled compiled = MustCompile(rows);
  EXPECT_EQ(compiled.table->data().channels[0].keys, rows.channels()[1].keys);
  EXPECT_THAT(compiled.report.rejections, IsEmpty());
  const Rows again = TableRows(*compiled.table);
  EXPECT_EQ(again.channels()[0].keys, rows.channels()[1].keys);
  EXPECT_EQ(again.channels()[1].keys, rows.channels()[0].keys);
}

}  // namespace
}  // namespace pointsman::testing
