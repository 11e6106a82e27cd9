// What a Router promises about replacing tables: a failed reload keeps the last good one, an older build never replaces
// a newer one, a sudden loss is refused, and what was handed out stays valid.
#include "pointsman/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/rows_builder.h"
#include "support/scripted_loader.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

constexpr Request kRunway{.group = "default", .model = "runway"};

TEST(Reload, PublishesWhatAHostsLoaderYields) {
  Router router;
  ScriptedLoader loader([](RowSink& sink, const Wanted&) { return AddAll(sink, {Bltcy()}); });
  const absl::StatusOr<BuildReport> report = router.Reload(loader);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->generation, 1u);
  EXPECT_EQ(report->routes, 3u);
  EXPECT_EQ(report->content_hash, router.TakeSnapshot().table->content_hash());
  EXPECT_EQ(router.Select(kRunway).channel_id(), 8);
}

TEST(Reload, AsksForRoutingTablesOnly) {
  Router router;
  ScriptedLoader loader([](RowSink&, const Wanted& wanted) {
    EXPECT_TRUE(wanted.channels && wanted.abilities);
    EXPECT_FALSE(wanted.tokens || wanted.users || wanted.options);
    return absl::OkStatus();
  });
  EXPECT_TRUE(router.Reload(loader).ok());
}

TEST(Reload, ThatFailsKeepsTheLastGoodTable) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  ScriptedLoader loader([](RowSink& sink, const Wanted&) {
    (void)sink.Add(Channel(1, "default", "other"));
    return absl::UnavailableError("the database went away");
  });
  EXPECT_EQ(router.Reload(loader).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(router.Select(kRunway).channel_id(), 8);
  EXPECT_EQ(router.TakeSnapshot().generation, 1u);
}

TEST(Reload, WithAPolicyThatCannotBeIsRefused) {
  Router router({.groups = {.default_group = ""}});
  const Rows rows = RowsOf(Bltcy());
  RowsLoader loader(rows);
  EXPECT_EQ(router.Reload(loader).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(router.Select(kRunway).reason(), Reason::kEmptyTable);
}

TEST(Reload, ThatWasOvertakenIsAborted) {
  Router router;
  ScriptedLoader slow([&](RowSink& sink, const Wanted&) {
    EXPECT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());  // somebody newer comes first
    return AddAll(sink, {Channel(1, "default", "runway")});
  });
  EXPECT_EQ(router.Reload(slow).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(router.Select(kRunway).channel_id(), 8);
}

TEST(Guard, RefusesATableThatLostMoreThanItsShareOfRoutes) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  ScriptedLoader lost_two([](RowSink& sink, const Wanted&) { return AddAll(sink, {Channel(8, "default", "runway")}); });
  const absl::Status refused = router.Reload(lost_two).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused), HasSubstr("2 of 3 serving routes would be lost"));
  EXPECT_TRUE(router.Select({.group = "default", .model = "kling"}));
}

TEST(Guard, LetsALossOfUpToItsShareThrough) {
  Router router({}, {.max_lost_share = 0.7});
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  ScriptedLoader lost_two([](RowSink& sink, const Wanted&) { return AddAll(sink, {Channel(8, "default", "runway")}); });
  EXPECT_TRUE(router.Reload(lost_two).ok());
}

TEST(Guard, CountsADisabledRouteAsLost) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  ScriptedLoader disabled([](RowSink& sink, const Wanted&) {
    ChannelRow row = Bltcy();
    row.status = 3;
    return AddAll(sink, {row});
  });
  EXPECT_EQ(router.Reload(disabled).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Guard, AbilitiesThatVanishAreALossAndNotAnotherSource) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy(), Ability("default", "runway", 8))).table).ok());
  const Rows without = RowsOf(Bltcy());
  RowsLoader loader(without);
  EXPECT_EQ(router.Reload(loader).status().code(), absl::StatusCode::kFailedPrecondition);

  Router unguarded({}, {.max_lost_share = 1.0});
  ASSERT_TRUE(unguarded.Publish(MustCompile(RowsOf(Bltcy(), Ability("default", "runway", 8))).table).ok());
  ASSERT_TRUE(unguarded.Reload(loader).ok());
  EXPECT_EQ(unguarded.Select(kRunway).reason(), Reason::kEmptyTable);
}

TEST(Publish, OfNullIsRefused) {
  Router router;
  EXPECT_EQ(router.Publish(nullptr).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Publish, AsksTheHostFirstAndTakesNoForAnAnswer) {
  std::string prepared;
  bool willing = true;
  Router router({}, {.before_publish = [&](const RouteTable& table) {
                  prepared = table.content_hash();
                  return willing ? absl::OkStatus() : absl::UnavailableError("not ready");
                }});
  const Compiled compiled = MustCompile(RowsOf(Bltcy()));
  ASSERT_TRUE(router.Publish(compiled.table).ok());
  EXPECT_EQ(prepared, compiled.report.content_hash);
  willing = false;
  EXPECT_EQ(router.Publish(MustCompile(RowsOf(Channel(1, "default", "runway"))).table).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(router.Select(kRunway).channel_id(), 8);
}

TEST(Read, ReturnsWhatTheCallbackReturns) {
  Router router;
  EXPECT_EQ(router.Read([](const RouteTable& table) { return table.route_count(); }), 0u);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  const auto hash =
      router.Read([](const RouteTable& table) { return std::make_unique<std::string>(table.content_hash()); });
  EXPECT_EQ(*hash, router.TakeSnapshot().table->content_hash());
  std::size_t routes = 0;
  router.Read([&](const RouteTable& table) { routes = table.route_count(); });
  EXPECT_EQ(routes, 3u);
}

TEST(Read, SeesOneTableEvenIfAnotherIsPublishedMeanwhile) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  router.Read([&](const RouteTable& table) {
    ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "default", "other"))).table).ok());
    EXPECT_TRUE(table.HasModel("runway"));
  });
  EXPECT_FALSE(router.Select(kRunway));
}

TEST(Snapshot, KeepsItsTableAfterARepublishAndAfterTheRouter) {
  auto router = std::make_unique<Router>();
  ASSERT_TRUE(router->Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  const Snapshot held = router->TakeSnapshot();
  ASSERT_TRUE(router->Publish(MustCompile(RowsOf(Channel(1, "default", "other"))).table).ok());
  router.reset();
  EXPECT_TRUE(held.table->HasModel("runway"));
  EXPECT_EQ(held.generation, 1u);
}

TEST(Selection, NamesItsGroupEvenAfterTheTableIsGone) {
  Router router;
  const std::string group = "a group with a name too long for any small-string buffer";
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, group, "m"))).table).ok());
  const Selection selection = router.Select({.group = group, .model = "m"});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  EXPECT_EQ(selection.group(), group);
}

TEST(Threads, ReadersSeeWholeTablesWhileTheyAreReplaced) {
  // Each table serves one channel whose id, cookie and priority agree: a mix of two tables would accuse itself.
  Router router;
  const auto stamped = [](std::int64_t stamp) {
    ChannelRow row = Channel(stamp, "g", "m", stamp, stamp);
    row.cookie = static_cast<std::uint64_t>(stamp);
    return MustCompile(RowsOf(row)).table;
  };
  ASSERT_TRUE(router.Publish(stamped(1)).ok());
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::atomic<int> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        const Selection s = router.Select({.group = "g", .model = "m"});
        const bool whole = s.cookie() == static_cast<std::uint64_t>(s.channel_id()) && s.priority() == s.channel_id();
        if (!whole || s.generation() < last) ++torn;
        last = s.generation();
        reads.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  std::int64_t stamp = 2;
  for (; stamp <= 500 || reads.load() < 10'000; ++stamp) ASSERT_TRUE(router.Publish(stamped(stamp)).ok());
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
}

TEST(Explain, NamesTheGenerationThatItSpeaksOf) {
  Router router;
  EXPECT_EQ(router.Explain(kRunway).generation, 0u);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Bltcy())).table).ok());
  EXPECT_EQ(router.Explain(kRunway).generation, 1u);
}

}  // namespace
}  // namespace pointsman::testing
