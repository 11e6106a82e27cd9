// What Patch promises: the table that Compile would make of the changed rows, content hash included; the old table as
// it was; what did not change shared; and a bound on what is wasted.
#include "pointsman/patch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pointsman/compile.h"
#include "pointsman/random.h"
#include "support/rows_builder.h"
#include "support/sweep.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;

using TablePtr = std::shared_ptr<const RouteTable>;

TablePtr MustPatch(const RouteTable& table, std::vector<ChannelChange> changes) {
  return Patch(table, changes).value();
}

// Everything that a table says of its routes, and the swept share of every draw.
std::string Told(const RouteTable& table) {
  std::string told;
  table.ForEachRoute([&](const RouteInfo& route) {
    told += std::string(route.group) + "/" + std::string(route.model) + ":";
    for (const TierInfo& tier : route.tiers) {
      told += " p" + std::to_string(tier.priority);
      for (const CandidateInfo& c : tier.candidates) {
        told += " " + std::to_string(c.channel_id) + "=" + std::to_string(c.weight) + "@" + std::to_string(c.priority) +
                "(" + c.share.Text() + "," + std::string(CandidateStatusName(c.status)) + ")";
      }
    }
    if (route.top() != nullptr && TopTier(table, route.group, route.model).tickets() < 100) {
      for (const auto& [id, weight] : SweptWeights(table, route.group, route.model)) {
        told += " " + std::to_string(id) + "x" + std::to_string(weight);
      }
    }
    told += "\n";
  });
  return told;
}

void ExpectEqualTables(const RouteTable& patched, const RouteTable& compiled) {
  EXPECT_EQ(Told(patched), Told(compiled));
  EXPECT_EQ(patched.content_hash(), compiled.content_hash());
  EXPECT_EQ(patched.groups(), compiled.groups());
  EXPECT_EQ(patched.models(), compiled.models());
  EXPECT_EQ(patched.channel_count(), compiled.channel_count());
  EXPECT_EQ(patched.route_count(), compiled.route_count());
  EXPECT_EQ(patched.serving_route_count(), compiled.serving_route_count());
}

// Rows that can be changed as a database can. A channel that is never removed names all groups.
struct Database {
  struct Serves {
    std::string group;
    std::string model;
    std::int64_t channel = 0;
    std::int64_t weight = 0;
    IntField priority = 0;
    bool enabled = true;
  };
  std::string groups = "g0,g1,g2,g3";
  std::vector<ChannelRow> channels;
  std::vector<Serves> abilities;
  Policy policy = {.source = RowSource::kAbilities};

  TablePtr Compiled() const {
    Rows rows("test");
    for (const ChannelRow& row : channels) rows.Add(row);
    rows.Add(ChannelRow{.id = 1000, .status = 1, .groups = groups, .models = "x"});
    for (const Serves& s : abilities) {
      rows.Add(AbilityRow{.group = s.group,
                          .model = s.model,
                          .channel_id = s.channel,
                          .enabled = s.enabled ? 1 : 0,
                          .priority = s.priority,
                          .weight = s.weight});
    }
    return MustCompile(rows, policy).table;
  }

  void Apply(const ChannelChange& change) {
    if (change.weight.has_value()) {
      for (Serves& s : abilities) {
        if (s.channel == change.channel_id) s.weight = *change.weight;
      }
      return;
    }
    std::erase_if(channels, [&](const ChannelRow& row) { return row.id == change.channel_id; });
    std::erase_if(abilities, [&](const Serves& s) { return s.channel == change.channel_id; });
  }
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  std::uint64_t Below(std::uint64_t n) { return bits_() % n; }
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }

 private:
  SplitMix64 bits_;
};

std::uint32_t AnyWeight(Dice& dice) {
  if (dice.OneIn(10)) return 4'000'000'000u - static_cast<std::uint32_t>(dice.Below(3));  // makes the tier wide
  return static_cast<std::uint32_t>(dice.Below(4));
}

IntField AnyPriority(Dice& dice) {
  if (dice.OneIn(6)) return nullptr;
  return static_cast<std::int64_t>(dice.Below(4)) - 2;
}

// Few models a group of many: rows of both forms. Some channels and abilities are disabled.
Database AnyDatabase(Dice& dice) {
  Database db;
  const std::uint64_t channels = 1 + dice.Below(8);
  for (std::uint64_t id = 1; id <= channels; ++id) {
    db.channels.push_back({.id = static_cast<std::int64_t>(id), .status = dice.OneIn(6) ? 2 : 1});
  }
  const std::uint64_t models = dice.OneIn(3) ? 60 : 3;
  for (std::uint64_t n = dice.Below(40); n > 0; --n) {
    Database::Serves s{.group = "g" + std::to_string(dice.Below(4)),
                       .model = "m" + std::to_string(dice.Below(models)),
                       .channel = static_cast<std::int64_t>(1 + dice.Below(channels)),
                       .weight = AnyWeight(dice),
                       .priority = AnyPriority(dice),
                       .enabled = !dice.OneIn(8)};
    const bool there = std::any_of(db.abilities.begin(), db.abilities.end(), [&](const Database::Serves& other) {
      return other.group == s.group && other.model == s.model && other.channel == s.channel;
    });
    if (!there) db.abilities.push_back(s);
  }
  return db;
}

std::vector<ChannelChange> AnyChanges(Dice& dice, const Database& db) {
  std::vector<ChannelChange> changes;
  for (const ChannelRow& row : db.channels) {
    if (!dice.OneIn(3)) continue;
    const bool removal = dice.OneIn(4);
    changes.push_back(removal ? ChannelChange::Remove(row.id) : ChannelChange::SetWeight(row.id, AnyWeight(dice)));
  }
  return changes;
}

// `rules` numbers the ways in which weights become shares and priorities tiers.
void PatchAtRandom(std::uint64_t seed, std::uint64_t rules) {
  Dice dice(seed);
  Database db = AnyDatabase(dice);
  db.policy.shares = static_cast<ShareRule>(rules % 4);
  db.policy.priorities.tiers = static_cast<PriorityTiers>(rules / 4 % 2);
  db.policy.priorities.null_priority = static_cast<NullPriority>(seed % 2);
  TablePtr table = db.Compiled();
  for (int step = 0; step < 5; ++step) {
    const std::vector<ChannelChange> changes = AnyChanges(dice, db);
    const std::string before = Told(*table);
    const TablePtr old = table;
    table = MustPatch(*old, changes);
    for (const ChannelChange& change : changes) db.Apply(change);
    ExpectEqualTables(*table, *db.Compiled());
    EXPECT_EQ(Told(*old), before) << "the old table is as it was";
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Patch, EqualsACompileOfTheChangedRowsOverChainsOfRandomChanges) {
  for (std::uint64_t seed = 1; seed <= 800; ++seed) {
    SCOPED_TRACE(seed);
    PatchAtRandom(seed, 0);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Patch, EqualsACompileUnderEveryRuleForSharesAndTiers) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(seed);
    PatchAtRandom(seed, seed % 8);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Patch, WhereTheChannelsListsAreBelievedTheirWeightIsWhatChanges) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a,b", 1), Channel(2, "g", "b", 1))).table;
  const TablePtr patched = MustPatch(*table, {ChannelChange::SetWeight(2, 3)});
  ExpectEqualTables(*patched, *MustCompile(RowsOf(Channel(1, "g", "a,b", 1), Channel(2, "g", "b", 3))).table);
}

// Lists make a channel a candidate of every pair of theirs, so that routes and tiers are shared more than abilities
// are.
TEST(Patch, EqualsACompileOfTheChangedListsOverChainsOfRandomChanges) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    std::vector<ChannelRow> channels = {Channel(1000, "g0,g1,g2", "m0,m1,m2,m3", 1)};
    for (std::uint64_t id = 1 + dice.Below(20); id > 0; --id) {
      channels.push_back({.id = static_cast<std::int64_t>(id),
                          .status = dice.OneIn(6) ? 2 : 1,
                          .groups = dice.OneIn(2) ? "g0,g1,g2" : "g1",
                          .models = dice.OneIn(2) ? "m0,m1,m2" : "m2,m3",
                          .priority = AnyPriority(dice),
                          .weight = std::int64_t{AnyWeight(dice)}});
    }
    const auto compiled = [&] {
      Rows rows("test");
      for (const ChannelRow& row : channels) rows.Add(row);
      return MustCompile(rows, {.priorities = {.null_priority = static_cast<NullPriority>(seed % 2)}}).table;
    };
    TablePtr table = compiled();
    for (int step = 0; step < 5; ++step) {
      const std::size_t at = dice.Below(channels.size());
      const std::int64_t id = channels[at].id;
      if (id != 1000 && dice.OneIn(2)) {
        table = MustPatch(*table, {ChannelChange::Remove(id)});
        channels.erase(channels.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        const std::uint32_t weight = AnyWeight(dice);
        table = MustPatch(*table, {ChannelChange::SetWeight(id, weight)});
        channels[at].weight = std::int64_t{weight};
      }
      ExpectEqualTables(*table, *compiled());
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Patch, ATierMayBecomeWideAndCompactAgain) {
  Rows rows("test");
  for (std::int64_t id = 1; id <= 16; ++id) rows.Add(Channel(id, "g", "m", id));
  const TablePtr wide = MustCompile(rows).table;
  ASSERT_TRUE(TopTier(*wide, "g", "m").wide());
  const TablePtr compact = MustPatch(*wide, {ChannelChange::Remove(3)});
  ASSERT_FALSE(TopTier(*compact, "g", "m").wide());
  const TablePtr heavy = MustPatch(*compact, {ChannelChange::SetWeight(5, 4'000'000'001u)});
  ASSERT_TRUE(TopTier(*heavy, "g", "m").wide());
  Rows changed("test");
  for (std::int64_t id = 1; id <= 16; ++id) {
    if (id != 3) changed.Add(Channel(id, "g", "m", id == 5 ? 4'000'000'001 : id));
  }
  ExpectEqualTables(*heavy, *MustCompile(changed).table);
}

TEST(Patch, OfTwoChangesOfAChannelTheLaterOneCounts) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "g", "a", 1))).table;
  const TablePtr patched = MustPatch(*table, {ChannelChange::SetWeight(2, 9), ChannelChange::SetWeight(2, 3)});
  ExpectEqualTables(*patched, *MustPatch(*table, {ChannelChange::SetWeight(2, 3)}));
}

TEST(Patch, NoChangesGiveAnEqualTable) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1))).table;
  ExpectEqualTables(*MustPatch(*table, {}), *table);
}

TEST(Patch, AGroupStaysKnownUntilTheNextCompile) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "h", "a", 1))).table;
  const TablePtr patched = MustPatch(*table, {ChannelChange::Remove(2)});
  EXPECT_TRUE(patched->HasGroup("h"));
  EXPECT_FALSE(patched->Describe("h", "a").has_value());
  EXPECT_EQ(Told(*patched), Told(*MustCompile(RowsOf(Channel(1, "g", "a", 1))).table));
}

TEST(Patch, AModelThatNobodyListsAnyMoreIsUnknown) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "g", "b", 1))).table;
  const TablePtr patched = MustPatch(*table, {ChannelChange::Remove(2)});
  EXPECT_FALSE(patched->HasModel("b"));
  ExpectEqualTables(*patched, *MustCompile(RowsOf(Channel(1, "g", "a", 1))).table);
}

TEST(Patch, AChannelThatIsNotThereIsNamed) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1))).table;
  const std::array unknown = {ChannelChange::SetWeight(1, 3), ChannelChange::SetWeight(7, 3)};
  EXPECT_EQ(Patch(*table, unknown).status(),
            absl::NotFoundError("Patch: channel 7 is not in the table; compile the rows anew to add it"));
  const std::array twice = {ChannelChange::Remove(1), ChannelChange::SetWeight(1, 3)};
  EXPECT_EQ(Patch(*table, twice).status().code(), absl::StatusCode::kNotFound) << "it was removed just before";
  const TablePtr removed = MustPatch(*table, {ChannelChange::Remove(1)});
  EXPECT_EQ(Patch(*removed, twice).status().code(), absl::StatusCode::kNotFound);
}

TEST(Patch, ARemovedChannelIsNotToldOf) {
  const TablePtr table = MustCompile(RowsOf(Channel(1, "g", "a", 1), Channel(2, "g", "a", 1))).table;
  const TablePtr patched = MustPatch(*table, {ChannelChange::Remove(2)});
  EXPECT_FALSE(patched->FindChannel(2).has_value());
  EXPECT_TRUE(table->FindChannel(2).has_value());
}

// Many routes, each with candidates of its own.
Database Large() {
  Database db{.groups = "g0"};
  for (std::int64_t id = 1; id <= 100; ++id) db.channels.push_back({.id = id, .status = 1});
  for (int r = 0; r < 2000; ++r) {
    for (int c = 0; c < 5; ++c) {
      db.abilities.push_back({.group = "g" + std::to_string(r % 20),
                              .model = "m" + std::to_string(r / 20),
                              .channel = 1 + (r + 17 * c) % 100,
                              .weight = 1 + (r * 31 + c * 7) % 50,
                              .priority = c % 2});
    }
  }
  return db;
}

TEST(Patch, SharesTheBlocksOfWhatDidNotChange) {
  Database db = Large();
  const TablePtr first = MustPatch(*db.Compiled(), {ChannelChange::SetWeight(1, 60)});
  const TablePtr second = MustPatch(*first, {ChannelChange::SetWeight(1, 61)});
  EXPECT_EQ(first->data().blocks.data(), second->data().blocks.data());
  EXPECT_EQ(first->data().routes_of_channel, second->data().routes_of_channel);
  std::size_t moved = 0;
  for (std::uint32_t g = 0; g < first->groups().size(); ++g) {
    for (const ListedRoute& route : first->data().rows.RoutesOf(g)) {
      moved += second->data().rows.Find(g, route.model) != route.first ? 1u : 0u;
    }
  }
  EXPECT_EQ(moved, 100u) << "the routes of channel 1, and no others";
}

TEST(PatchThreads, PatchesOfOneTableDisturbNeitherEachOtherNorItsReaders) {
  Database db = Large();
  const TablePtr base = MustPatch(*db.Compiled(), {ChannelChange::SetWeight(1, 60)});
  const std::string before = Told(*base);
  std::vector<TablePtr> patched(4);
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] { patched[t] = MustPatch(*base, {ChannelChange::SetWeight(2 + t, 70 + t)}); });
    threads.emplace_back([&] { EXPECT_EQ(MustPatch(*base, {})->data().blocks.data(), base->data().blocks.data()); });
  }
  threads.emplace_back([&] { EXPECT_EQ(Told(*base), before); });
  for (std::thread& thread : threads) thread.join();
  db.Apply(ChannelChange::SetWeight(1, 60));
  for (std::uint32_t t = 0; t < 4; ++t) {
    Database changed = db;
    changed.Apply(ChannelChange::SetWeight(2 + t, 70 + t));
    ExpectEqualTables(*patched[t], *changed.Compiled());
  }
}

TEST(Patch, WhatIsWastedIsBoundedHoweverManyPatchesThereAre) {
  Database db = Large();
  const TablePtr compiled = db.Compiled();
  TablePtr table = compiled;
  std::size_t most = 0;
  for (std::uint32_t i = 0; i < 500; ++i) {
    const ChannelChange change = ChannelChange::SetWeight(1 + i % 100, 1 + i % 97);
    table = MustPatch(*table, {change});
    db.Apply(change);
    most = std::max(most, table->memory_bytes());
  }
  EXPECT_LE(most, 2 * compiled->memory_bytes());
  ExpectEqualTables(*table, *db.Compiled());
}

}  // namespace
}  // namespace pointsman::testing
