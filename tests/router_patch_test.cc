// What Router::Patch promises: the patched table is published, and what was switched off stays so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "pointsman/router.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;

using TablePtr = std::shared_ptr<const RouteTable>;

TEST(RouterPatch, PublishesThePatchedTableAndCountsAGeneration) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "g", "a", 1))).table).ok());
  EXPECT_EQ(router.Patch(std::array{ChannelChange::Remove(1)}).value(), 2u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(router.Select({.group = "g", .model = "a"}).channel_id(), 2);
  EXPECT_FALSE(router.SwitchOff(1)) << "no table in use names it";
}

TEST(RouterPatch, ASwitchOutlivesAPatchButNotTheRemovalOfItsChannel) {
  Router router;
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "g", "a", 1))).table;
  ASSERT_TRUE(router.Publish(table).ok());
  ASSERT_TRUE(router.SwitchOff(1));
  ASSERT_TRUE(router.Patch(std::array{ChannelChange::SetWeight(1, 1000)}).ok());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(router.Select({.group = "g", .model = "a"}).channel_id(), 2);
  ASSERT_TRUE(router.Patch(std::array{ChannelChange::Remove(1)}).ok());
  ASSERT_TRUE(router.Publish(table).ok());
  ASSERT_TRUE(router.SwitchOff(2));
  EXPECT_EQ(router.Select({.group = "g", .model = "a"}).channel_id(), 1) << "it came back as a new channel";
}

TEST(RouterPatch, AnUnknownChannelLeavesTheTableAsItIs) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "a", 1))).table).ok());
  EXPECT_THAT(std::string(router.Patch(std::array{ChannelChange::Remove(5)}).status().message()),
              HasSubstr("channel 5"));
  EXPECT_EQ(router.TakeSnapshot().generation, 1u);
}

TEST(RouterPatch, AReloadThatBeganBeforeAPatchDoesNotUndoIt) {
  Router router;
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "g", "a", 1))).table;
  ASSERT_TRUE(router.Publish(table).ok());
  class PatchesMeanwhile final : public Loader {
   public:
    explicit PatchesMeanwhile(Router& router) : router_(router) {}
    std::string source() const override { return "slow"; }
    absl::Status Load(RowSink& sink, const Wanted&) override {
      (void)sink.Add(Channel(1, "g", "a", 1));
      (void)sink.Add(Channel(2, "g", "a", 1));
      return router_.Patch(std::array{ChannelChange::Remove(1)}).status();
    }

   private:
    Router& router_;
  } loader(router);
  EXPECT_EQ(router.Reload(loader).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(router.TakeSnapshot().table->channel_count(), 1u);
}

}  // namespace
}  // namespace pointsman::testing
