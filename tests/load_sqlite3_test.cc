// The SQLite loader over the gateways' tables: what it reads, what it leaves alone, and what it says about rows that
// are not as they should be.
#include <sqlite3.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/sqlite3.h"
#include "support/sqlite_loader_fixture.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(SqliteLoaderTest, EveryColumnArrivesInItsField) {
  Sql(kSchema);
  Sql(R"(INSERT INTO channels (id, name, type, status, "group", models, priority, weight, tag, model_mapping, channel_info)
           VALUES (8, 'Bltcy', 55, 2, 'default,vip', 'runway, pika', -3, 7, 'video', '{"a":"b"}', '{"x":1}');
         INSERT INTO abilities VALUES ('default', 'runway', 8, 1, -4, 9, 'clips');
         INSERT INTO tokens (id, user_id, name, status, "group", expired_time, model_limits_enabled, model_limits,
                             cross_group_retry, auto_groups) VALUES (3, 2, 'app', 3, 'vip', 77, 1, 'pika', 0, '["vip"]');
         INSERT INTO users (id, username, status, "group") VALUES (2, 'root', 2, 'svip');
         INSERT INTO options VALUES ('RetryTimes', '3');)");
  const Rows rows = MustLoad();

  ASSERT_THAT(rows.channels(), SizeIs(1));
  const ChannelRow& channel = rows.channels()[0];
  EXPECT_EQ(channel.id, 8);
  EXPECT_EQ(channel.name, TextField("Bltcy"));
  EXPECT_EQ(channel.type, IntField(55));
  EXPECT_EQ(channel.status, IntField(2));
  EXPECT_EQ(channel.groups, TextField("default,vip"));
  EXPECT_EQ(channel.models, TextField("runway, pika"));
  EXPECT_EQ(channel.priority, IntField(-3));
  EXPECT_EQ(channel.weight, IntField(7));
  EXPECT_EQ(channel.tag, TextField("video"));
  EXPECT_EQ(channel.model_mapping, TextField(R"({"a":"b"})"));
  EXPECT_EQ(channel.channel_info, TextField(R"({"x":1})"));

  ASSERT_THAT(rows.abilities(), SizeIs(1));
  const AbilityRow& ability = rows.abilities()[0];
  EXPECT_EQ(ability.group, TextField("default"));
  EXPECT_EQ(ability.model, TextField("runway"));
  EXPECT_EQ(ability.channel_id, 8);
  EXPECT_EQ(ability.enabled, IntField(1));
  EXPECT_EQ(ability.priority, IntField(-4));
  EXPECT_EQ(ability.weight, IntField(9));
  EXPECT_EQ(ability.tag, TextField("clips"));

  ASSERT_THAT(rows.tokens(), SizeIs(1));
  const TokenRow& token = rows.tokens()[0];
  EXPECT_EQ(token.id, 3);
  EXPECT_EQ(token.user_id, IntField(2));
  EXPECT_EQ(token.name, TextField("app"));
  EXPECT_EQ(token.status, IntField(3));
  EXPECT_EQ(token.group, TextField("vip"));
  EXPECT_EQ(token.expired_time, IntField(77));
  EXPECT_EQ(token.model_limits_enabled, IntField(1));
  EXPECT_EQ(token.model_limits, TextField("pika"));
  EXPECT_EQ(token.cross_group_retry, IntField(0));
  EXPECT_EQ(token.auto_groups, TextField(R"(["vip"])"));

  ASSERT_THAT(rows.users(), SizeIs(1));
  EXPECT_EQ(rows.users()[0].id, 2);
  EXPECT_EQ(rows.users()[0].username, TextField("root"));
  EXPECT_EQ(rows.users()[0].status, IntField(2));
  EXPECT_EQ(rows.users()[0].group, TextField("svip"));
  ASSERT_THAT(rows.options(), SizeIs(1));
  EXPECT_EQ(rows.options()[0].key, "RetryTimes");
  EXPECT_EQ(rows.options()[0].value, TextField("3"));
  EXPECT_THAT(rows.rejections(), IsEmpty());
}

TEST_F(SqliteLoaderTest, NullIsNotAnEmptyText) {
  Sql(kSchema);
  Sql(R"(INSERT INTO channels (id) VALUES (1);
         INSERT INTO tokens (id, "group") VALUES (1, NULL), (2, ''), (3, x''))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.tokens(), SizeIs(3));
  EXPECT_TRUE(rows.tokens()[0].group.is_null());
  EXPECT_EQ(rows.tokens()[1].group, TextField(""));
  EXPECT_EQ(rows.tokens()[2].group, TextField("")) << "an empty blob has no address, and is no NULL";
}

TEST_F(SqliteLoaderTest, TablesAndColumnsThatAreMissingAreAbsent) {
  Sql(R"(CREATE TABLE channels (id integer PRIMARY KEY, models text);
         CREATE TABLE abilities ("group" text, model text, channel_id integer, enabled numeric, priority integer);
         CREATE TABLE tokens (id integer PRIMARY KEY, models text);
         INSERT INTO channels VALUES (1, 'o3');
         INSERT INTO abilities VALUES ('default', 'o3', 1, 1, NULL);
         INSERT INTO tokens VALUES (1, 'o3'))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.abilities(), SizeIs(1));
  EXPECT_TRUE(rows.abilities()[0].weight.is_absent());
  EXPECT_TRUE(rows.abilities()[0].priority.is_null());
  ASSERT_THAT(rows.tokens(), SizeIs(1));
  EXPECT_TRUE(rows.tokens()[0].group.is_absent()) << "and not the text \"group\"";
  EXPECT_TRUE(rows.channels()[0].groups.is_absent());
  EXPECT_THAT(rows.users(), IsEmpty());
}

TEST_F(SqliteLoaderTest, ColumnsAreDescribedWithTheirDefaults) {
  Sql(R"(CREATE TABLE channels (id integer PRIMARY KEY, "group" varchar(64) DEFAULT 'default');
         CREATE TABLE tokens (id integer PRIMARY KEY, "Group" text DEFAULT NULL, name text, status integer DEFAULT 1))");
  const Rows rows = MustLoad();
  const auto fact = [&](SourceTable table, std::string_view column) {
    const ColumnFact* found = rows.FindColumn(table, column);
    return found == nullptr ? ColumnFact{.column = "not described"} : *found;
  };
  EXPECT_EQ(fact(SourceTable::kChannels, "group").default_sql, TextField("'default'"));
  EXPECT_EQ(fact(SourceTable::kTokens, "group").default_sql, TextField("NULL")) << "names of columns ignore case";
  EXPECT_EQ(fact(SourceTable::kTokens, "status").default_sql, TextField("1"));
  EXPECT_TRUE(fact(SourceTable::kTokens, "name").present);
  EXPECT_TRUE(fact(SourceTable::kTokens, "name").default_sql.is_null());
  EXPECT_FALSE(fact(SourceTable::kTokens, "auto_groups").present);
  EXPECT_TRUE(fact(SourceTable::kTokens, "auto_groups").default_sql.is_absent());
  EXPECT_EQ(rows.FindColumn(SourceTable::kUsers, "group"), nullptr) << "an absent table has no columns to describe";
  EXPECT_EQ(rows.FindColumn(SourceTable::kTokens, "key"), nullptr);
}

TEST_F(SqliteLoaderTest, OnlyWantedTablesAreRead) {
  Sql(kSchema);
  Sql(R"(INSERT INTO channels (id) VALUES (1); INSERT INTO tokens (id) VALUES (1); INSERT INTO users (id) VALUES (1);
         INSERT INTO options VALUES ('a', 'b'); INSERT INTO abilities VALUES ('default', 'o3', 1, 1, 0, 0, NULL))");
  const Rows routing = MustLoad(Wanted());
  EXPECT_THAT(routing.channels(), SizeIs(1));
  EXPECT_THAT(routing.abilities(), SizeIs(1));
  EXPECT_THAT(routing.tokens(), IsEmpty());
  EXPECT_THAT(routing.users(), IsEmpty());
  EXPECT_THAT(routing.options(), IsEmpty());
  EXPECT_EQ(routing.FindColumn(SourceTable::kTokens, "group"), nullptr);

  const Rows tokens = MustLoad({.channels = false, .abilities = false, .tokens = true});
  EXPECT_THAT(tokens.channels(), IsEmpty());
  EXPECT_THAT(tokens.tokens(), SizeIs(1));
}

TEST_F(SqliteLoaderTest, SoftDeletedTokensAndUsersAreSkipped) {
  Sql(kSchema);
  Sql(R"(INSERT INTO tokens (id, deleted_at) VALUES (1, NULL), (2, '2025-01-31 12:00:00'), (3, NULL);
         INSERT INTO users (id, deleted_at) VALUES (1, '2025-01-31 12:00:00'), (2, NULL))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.tokens(), SizeIs(2));
  EXPECT_EQ(rows.tokens()[1].id, 3);
  ASSERT_THAT(rows.users(), SizeIs(1));
  EXPECT_EQ(rows.users()[0].id, 2);
}

// Every column that any connection of this process reads, as SQLite's authorizer sees it.
std::set<std::string>* seen_columns = nullptr;

int NoteColumn(void*, int action, const char* table, const char* column, const char*, const char*) {
  if (action == SQLITE_READ && seen_columns != nullptr) seen_columns->insert(std::string(table) + "." + column);
  return SQLITE_OK;
}

int WatchConnection(sqlite3* db, char**, const sqlite3_api_routines*) {
  return sqlite3_set_authorizer(db, NoteColumn, nullptr);
}

TEST_F(SqliteLoaderTest, SecretColumnsAreNeverRead) {
  Sql(kSchema);
  Sql("INSERT INTO channels (id) VALUES (1)");
  std::set<std::string> seen;
  seen_columns = &seen;
  const auto hook = reinterpret_cast<void (*)()>(WatchConnection);
  sqlite3_auto_extension(hook);
  MustLoad();
  sqlite3_cancel_auto_extension(hook);
  seen_columns = nullptr;
  EXPECT_THAT(seen, ::testing::IsSupersetOf({"channels.group", "abilities.model", "tokens.deleted_at", "options.key"}));
  for (const char* secret : {"channels.key", "channels.base_url", "channels.setting", "channels.param_override",
                             "channels.header_override", "tokens.key", "users.password"}) {
    EXPECT_EQ(seen.count(secret), 0U) << secret;
  }
}

TEST_F(SqliteLoaderTest, NumbersMayBeRealsWithoutAFractionAndFlagsMayBeWords) {
  Sql(R"(CREATE TABLE channels (id, weight, priority, status);
         CREATE TABLE abilities ("group", model, channel_id, enabled);
         INSERT INTO channels VALUES (1, 2.0, -9223372036854775808.0, 1);
         INSERT INTO abilities VALUES ('a', 'm', 1, 'true'), ('b', 'm', 1, 'FALSE'), ('c', 'm', 1, 1), ('d', 'm', 1, NULL))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].weight, IntField(2));
  EXPECT_EQ(rows.channels()[0].priority, IntField(INT64_MIN));
  ASSERT_THAT(rows.abilities(), SizeIs(4));
  EXPECT_EQ(rows.abilities()[0].enabled, IntField(1));
  EXPECT_EQ(rows.abilities()[1].enabled, IntField(0));
  EXPECT_EQ(rows.abilities()[2].enabled, IntField(1));
  EXPECT_TRUE(rows.abilities()[3].enabled.is_null());
}

TEST_F(SqliteLoaderTest, OptionsThatDoNotConcernRoutingAreNotHandedOver) {
  Sql(R"(CREATE TABLE channels (id); CREATE TABLE options (key, value);
         INSERT INTO options VALUES ('SMTPToken', 'sk-secret'), (NULL, 'v'), ('AutoGroups', '["default"]'))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.options(), SizeIs(1));
  EXPECT_EQ(rows.options()[0].key, "AutoGroups");
}

TEST_F(SqliteLoaderTest, AValueOfTheWrongTypeRejectsItsRowAlone) {
  Sql(R"(CREATE TABLE channels (id, name, weight, priority);
         CREATE TABLE abilities ("group", model, channel_id, enabled, weight);
         INSERT INTO channels VALUES (8, 'a', 'heavy', 0), (9, 'b', 1, 0), (10, 'c', 1.5, 0), (11, 'd', 1, x'0102'),
                                     (NULL, 'e', 1, 0), ('x', 'f', 1, 0), (12, 'g', 9223372036854775808.0, 0);
         INSERT INTO abilities VALUES ('default', 'runway', 8, 'perhaps', 1), (NULL, 'b' || char(10), 8, 1, 'true'))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].id, 9);
  EXPECT_THAT(rows.abilities(), IsEmpty());
  EXPECT_THAT(
      RejectionTexts(rows),
      ElementsAre("one-api.db: channels id 8, column weight: the text \"heavy\" where a whole number belongs; "
                  "store a whole number or NULL",
                  "one-api.db: channels id 10, column weight: the number 1.5 where a whole number belongs; "
                  "store a whole number or NULL",
                  "one-api.db: channels id 11, column priority: a blob of 2 bytes where a whole number belongs; "
                  "store a whole number or NULL",
                  "one-api.db: channels id NULL, column id: NULL in a key; give the row a whole number, or delete it",
                  "one-api.db: channels id x, column id: the text \"x\" where a whole number belongs; "
                  "give the row a whole number, or delete it",
                  "one-api.db: channels id 12, column weight: the number 9.2233720368547758e+18 where a whole "
                  "number belongs; store a whole number or NULL",
                  "one-api.db: abilities (default, runway, 8), column enabled: the text \"perhaps\" where 0 or 1 "
                  "belongs; store 0, 1 or NULL",
                  "one-api.db: abilities (NULL, b\\x0a, 8), column weight: the text \"true\" where a whole number "
                  "belongs; store a whole number or NULL"));
}

TEST_F(SqliteLoaderTest, NamesMayHoldAnyBytesOfAnyLength) {
  Sql(kSchema);
  Sql(R"(INSERT INTO channels (id, name, models) VALUES (1, CAST(x'61006200ff' AS text), replace(hex(zeroblob(5000)), '0', 'm')),
                                                        (2, '漢字', ',,,,,');
         INSERT INTO channels (id, name, channel_info) VALUES (3, x'6100', CAST('{broken' AS blob)))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(3));
  EXPECT_EQ(rows.channels()[0].name, TextField(std::string_view("a\0b\0\xff", 5)));
  EXPECT_EQ(rows.channels()[0].models.value().size(), 10000U);
  EXPECT_EQ(rows.channels()[1].name, TextField("漢字"));
  EXPECT_EQ(rows.channels()[1].models, TextField(",,,,,"));
  EXPECT_EQ(rows.channels()[2].name, TextField(std::string_view("a\0", 2)));
  EXPECT_EQ(rows.channels()[2].channel_info, TextField("{broken"));
}

TEST_F(SqliteLoaderTest, SeveralKeysAreKnownFromABlobATextOrNothing) {
  Sql(kSchema);
  constexpr char kInfo[] = R"('{"is_multi_key":true,"multi_key_size":3,"multi_key_status_list":{"2":3}}')";
  Sql("INSERT INTO channels (id, channel_info) VALUES (1, CAST(" + std::string(kInfo) + " AS blob)), (2, " + kInfo +
      "), (3, NULL), (4, x'ff')");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(4));
  EXPECT_EQ(rows.channels()[0].keys.count, 3U);
  EXPECT_EQ(rows.channels()[0].keys.disabled[0], (KeyStatus{.index = 2, .status = 3}));
  EXPECT_EQ(rows.channels()[1].keys, rows.channels()[0].keys);
  EXPECT_EQ(rows.channels()[2].keys, ChannelKeys());
  EXPECT_TRUE(rows.channels()[3].keys.malformed);
}

TEST_F(SqliteLoaderTest, ADatabaseInUtf16ReadsTheSame) {
  Sql("PRAGMA encoding = 'UTF-16le'");
  RunSql(path(), std::string("PRAGMA encoding = 'UTF-16le';") + kSchema +
                     "INSERT INTO channels (id, name, models) VALUES (1, '漢字', 'a')");
  ASSERT_EQ(Ask(path(), "PRAGMA encoding"), "UTF-16le");
  EXPECT_EQ(MustLoad().channels()[0].name, TextField("漢字"));
}

TEST_F(SqliteLoaderTest, AGatewayWithoutRowsLoadsAsNothing) {
  Sql(kSchema);
  const Rows rows = MustLoad();
  EXPECT_THAT(rows.channels(), IsEmpty());
  EXPECT_THAT(rows.rejections(), IsEmpty());
}

TEST_F(SqliteLoaderTest, AWriterInTheMiddleIsNotSeen) {
  Sql("PRAGMA journal_mode = wal");
  Sql(kSchema);
  Sql(R"(INSERT INTO channels (id) VALUES (1), (2); INSERT INTO abilities VALUES ('default', 'o3', 1, 1, 0, 0, NULL))");
  Writer gateway(path());
  ActingSink sink;
  sink.on_first_channel = [&] {
    gateway.Run(R"(DELETE FROM abilities; DELETE FROM channels WHERE id = 2; INSERT INTO tokens (id) VALUES (1))");
    return true;
  };
  EXPECT_TRUE(SqliteLoader(path()).Load(sink, Wanted::Everything()).ok());
  EXPECT_EQ(sink.channels, 2);
  EXPECT_EQ(sink.abilities, 1);
  EXPECT_EQ(sink.tokens, 0);
  EXPECT_THAT(MustLoad().channels(), SizeIs(1)) << "the next load sees what was written";
}

TEST_F(SqliteLoaderTest, TheSinkCancels) {
  Sql(kSchema);
  Sql("INSERT INTO channels (id) VALUES (1), (2)");
  ActingSink sink;
  sink.on_first_channel = [] { return false; };
  const absl::Status error = Shortened(SqliteLoader(path()).Load(sink, {}));
  EXPECT_EQ(error.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(error.message(), "one-api.db: the sink of the rows asked to stop");
  EXPECT_EQ(sink.channels, 1);
}

TEST_F(SqliteLoaderTest, TheIncidentHasTwelveOfSixtyThreeTokensWithoutAGroup) {
  RunSql(path(), ReadFile(POINTSMAN_INCIDENT_SQL));
  const Rows rows = MustLoad();
  int enabled = 0;
  int empty = 0;
  int null = 0;
  for (const TokenRow& token : rows.tokens()) {
    if (token.status != IntField(1)) continue;
    ++enabled;
    empty += token.group == TextField("") ? 1 : 0;
    null += token.group.is_null() ? 1 : 0;
  }
  EXPECT_EQ(enabled, 63);
  EXPECT_EQ(empty, 6);
  EXPECT_EQ(null, 6);
  int serving = 0;
  for (const ChannelRow& channel : rows.channels()) {
    if (channel.models.value_or("").find("runway") == std::string_view::npos) continue;
    ++serving;
    EXPECT_EQ(channel.id, 8);
    EXPECT_EQ(channel.type, IntField(55));
    EXPECT_EQ(channel.name, TextField("Bltcy"));
    EXPECT_EQ(channel.groups, TextField("default"));
  }
  EXPECT_EQ(serving, 1);
  EXPECT_TRUE(rows.FindColumn(SourceTable::kTokens, "group")->default_sql.is_null());
  EXPECT_THAT(rows.rejections(), IsEmpty());
}

}  // namespace
}  // namespace pointsman
