// What Rows and Field promise: three states of a cell, texts that are kept, and a sink that can stop a loader.
#include "pointsman/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pointsman/loader.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

TEST(Field, TellsAbsentFromNullFromValue) {
  IntField field;
  EXPECT_TRUE(field.is_absent());
  field = nullptr;
  EXPECT_TRUE(field.is_null());
  EXPECT_FALSE(field.is_absent());
  field = 0;
  EXPECT_TRUE(field.has_value());
  EXPECT_EQ(field.value_or(5), 0);
  EXPECT_EQ(IntField(nullptr).value_or(5), 5);
  EXPECT_NE(IntField(nullptr), IntField());
  EXPECT_NE(IntField(nullptr), IntField(0));
}

TEST(Rows, KeepTextsAfterTheirSourceIsGone) {
  Rows rows("test");
  {
    const std::string models = "a list that is long enough to live on the heap, and gone after this block";
    const std::string big(200000, 'x');
    rows.Add(ChannelRow{.id = 1, .groups = big, .models = models, .tag = ""});
  }
  EXPECT_EQ(rows.channels()[0].models.value(),
            "a list that is long enough to live on the heap, and gone after this block");
  EXPECT_EQ(rows.channels()[0].groups.value(), std::string(200000, 'x'));
  EXPECT_TRUE(rows.channels()[0].tag.has_value());
  EXPECT_TRUE(rows.channels()[0].name.is_absent());
}

TEST(Rows, StoreADistinctTextOnce) {
  Rows rows("test");
  for (int i = 0; i < 3; ++i) rows.Add(Ability(std::string("default"), std::string("gpt-4o"), i));
  EXPECT_EQ(rows.abilities()[0].group.value().data(), rows.abilities()[2].group.value().data());
}

TEST(Rows, StayReadableAfterAMove) {
  Rows rows = RowsOf(Bltcy());
  const Rows moved = std::move(rows);
  EXPECT_EQ(moved.channels()[0].name.value(), "Bltcy");
}

class StopAfterOne final : public RowSink {
 public:
  bool Add(const ChannelRow&) override { return ++seen == 0; }
  bool Add(const AbilityRow&) override { return ++seen == 0; }
  bool Add(const TokenRow&) override { return ++seen == 0; }
  bool Add(const UserRow&) override { return ++seen == 0; }
  bool Add(const OptionRow&) override { return ++seen == 0; }
  void Reject(Rejection) override {}
  int seen = 0;
};

TEST(RowsLoader, StopsWhenTheSinkSaysSo) {
  const Rows rows = RowsOf(Bltcy(), Channel(1, "g", "m"), Ability("g", "m", 1));
  RowsLoader loader(rows);
  StopAfterOne sink;
  EXPECT_EQ(loader.Load(sink, Wanted::Everything()).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(sink.seen, 1);
}

TEST(RowsLoader, HandsOverTheWantedTablesOnly) {
  Rows rows = RowsOf(Bltcy(), TokenRow{.id = 1}, UserRow{.id = 2}, OptionRow{.key = "k", .value = "v"});
  rows.Reject({.place = {.table = SourceTable::kTokens}, .problem = "p"});
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = "''"});
  RowsLoader loader(rows);
  Rows routing;
  ASSERT_TRUE(loader.Load(routing, {}).ok());
  EXPECT_EQ(routing.channels().size(), 1u);
  EXPECT_TRUE(routing.tokens().empty() && routing.users().empty() && routing.options().empty() &&
              routing.rejections().empty());
  Rows all;
  ASSERT_TRUE(loader.Load(all, Wanted::Everything()).ok());
  EXPECT_EQ(all.tokens().size() + all.users().size() + all.options().size() + all.rejections().size(), 4u);
  EXPECT_EQ(all.FindColumn(SourceTable::kTokens, "group")->default_sql.value(), "''");
  EXPECT_EQ(all.FindColumn(SourceTable::kUsers, "group"), nullptr);
}

TEST(Place, NamesALineWhereThereIsOneAndAKeyOtherwise) {
  EXPECT_EQ((Place{.source = "a.json",
                   .table = SourceTable::kChannels,
                   .key = "id 8",
                   .column = "weight",
                   .origin = {.line = 41, .index = 3}}
                 .Text()),
            "a.json:41: $.channels[3].weight (id 8)");
  EXPECT_EQ((Place{.source = "a.db", .table = SourceTable::kTokens, .key = "id 8", .column = "group"}.Text()),
            "a.db: tokens id 8, column group");
}

}  // namespace
}  // namespace pointsman::testing
