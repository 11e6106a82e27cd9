// The PostgreSQL loader over the gateways' tables: what it reads, what it leaves alone, and what it says about rows
// that are not as they should be.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"
#include "support/acting_sink.h"
#include "support/postgres_loader_fixture.h"
#include "support/row_text.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using PostgresqlLoad = PostgresLoaderTest;

TEST_F(PostgresqlLoad, EveryColumnArrivesInItsField) {
  Sql(kPostgresSchema);
  Sql(R"(INSERT INTO channels (id, name, type, status, "group", models, priority, weight, tag, model_mapping, channel_info)
           VALUES (8, 'Bltcy', 55, 2, 'default,vip', 'runway, pika', -3, 7, 'video', '{"a":"b"}', '{"x": 1}');
         INSERT INTO abilities VALUES ('default', 'runway', 8, true, -4, 9, 'clips');
         INSERT INTO tokens (id, user_id, name, status, "group", expired_time, model_limits_enabled, model_limits,
                             cross_group_retry, auto_groups) VALUES (3, 2, 'app', 3, 'vip', 77, true, 'pika', false, '["vip"]');
         INSERT INTO users (id, username, status, "group") VALUES (2, 'root', 2, 'svip');
         INSERT INTO options VALUES ('RetryTimes', '3');)");
  const Rows rows = MustLoad();
  EXPECT_THAT(
      RowTexts(rows),
      ElementsAre(
          "channel 8 'Bltcy' 55 2 'default,vip' 'runway, pika' -3 7 'video' '{\"a\":\"b\"}' '{\"x\": 1}' absent "
          "0 keys",
          "ability 'default' 'runway' 8 1 -4 9 'clips'", "token 3 2 'app' 3 'vip' 77 1 'pika' 0 '[\"vip\"]'",
          "user 2 'root' 2 'svip'", "option 'RetryTimes' '3'"));
  EXPECT_THAT(rows.rejections(), IsEmpty());
}

TEST_F(PostgresqlLoad, NullIsNeitherAnEmptyTextNorAbsent) {
  Sql(R"(CREATE TABLE channels (id bigint); CREATE TABLE tokens (id bigint, "group" text, status bigint);
         INSERT INTO tokens VALUES (1, NULL, NULL), (2, '', 1))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.tokens(), SizeIs(2));
  EXPECT_TRUE(rows.tokens()[0].group.is_null());
  EXPECT_TRUE(rows.tokens()[0].status.is_null());
  EXPECT_EQ(rows.tokens()[1].group, TextField(""));
  EXPECT_TRUE(rows.tokens()[0].name.is_absent());
}

TEST_F(PostgresqlLoad, TablesAndColumnsThatAreMissingAreAbsent) {
  Sql(R"(CREATE TABLE channels (id bigint PRIMARY KEY, models text);
         CREATE TABLE abilities ("group" text, model text, channel_id bigint, enabled boolean, priority bigint);
         CREATE TABLE tokens (id bigint PRIMARY KEY, models text, "Group" text);
         INSERT INTO channels VALUES (1, 'o3');
         INSERT INTO abilities VALUES ('default', 'o3', 1, true, NULL);
         INSERT INTO tokens VALUES (1, 'o3', 'vip'))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.abilities(), SizeIs(1));
  EXPECT_TRUE(rows.abilities()[0].weight.is_absent());
  EXPECT_TRUE(rows.abilities()[0].priority.is_null());
  ASSERT_THAT(rows.tokens(), SizeIs(1));
  EXPECT_TRUE(rows.tokens()[0].group.is_absent()) << "\"Group\" is another column in PostgreSQL";
  EXPECT_TRUE(rows.channels()[0].groups.is_absent());
  EXPECT_THAT(rows.users(), IsEmpty());
}

TEST_F(PostgresqlLoad, DroppedColumnsAreAbsent) {
  Sql("CREATE TABLE channels (id bigint, weight bigint, tag text); ALTER TABLE channels DROP weight; "
      "INSERT INTO channels VALUES (1, 'a')");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_TRUE(rows.channels()[0].weight.is_absent());
  EXPECT_EQ(rows.channels()[0].tag, TextField("a"));
}

// A view has no defaults of its own, and to say that it lacks one would be a false finding.
TEST_F(PostgresqlLoad, ColumnsAreDescribedWithTheirDefaults) {
  Sql(R"(CREATE TABLE channels (id bigint PRIMARY KEY, "group" varchar(64) DEFAULT 'default');
         CREATE TABLE tokens (id bigint PRIMARY KEY, "group" text DEFAULT NULL, name text, status bigint DEFAULT 1);
         CREATE TABLE people (id bigint, "group" text DEFAULT 'default');
         CREATE VIEW users AS SELECT * FROM people)");
  const Rows rows = MustLoad();
  const auto fact = [&](SourceTable table, std::string_view column) {
    const ColumnFact* found = rows.FindColumn(table, column);
    return found == nullptr ? ColumnFact{.column = "not described"} : *found;
  };
  EXPECT_EQ(fact(SourceTable::kChannels, "group").default_sql, TextField("'default'::character varying"));
  EXPECT_TRUE(fact(SourceTable::kTokens, "group").default_sql.is_null()) << "PostgreSQL keeps no default of NULL";
  EXPECT_EQ(fact(SourceTable::kTokens, "status").default_sql, TextField("1"));
  EXPECT_TRUE(fact(SourceTable::kTokens, "name").present);
  EXPECT_TRUE(fact(SourceTable::kTokens, "name").default_sql.is_null());
  EXPECT_FALSE(fact(SourceTable::kTokens, "auto_groups").present);
  EXPECT_TRUE(fact(SourceTable::kTokens, "auto_groups").default_sql.is_absent());
  EXPECT_TRUE(fact(SourceTable::kUsers, "group").present);
  EXPECT_TRUE(fact(SourceTable::kUsers, "group").default_sql.is_absent());
  EXPECT_EQ(rows.FindColumn(SourceTable::kAbilities, "group"), nullptr) << "an absent table has no columns to describe";
  EXPECT_EQ(rows.FindColumn(SourceTable::kTokens, "key"), nullptr);
}

TEST_F(PostgresqlLoad, OnlyWantedTablesAreRead) {
  Sql(kPostgresSchema);
  Sql(R"(INSERT INTO channels (id) VALUES (1); INSERT INTO tokens (id) VALUES (1); INSERT INTO users (id) VALUES (1);
         INSERT INTO options VALUES ('RetryTimes', '1'); INSERT INTO abilities VALUES ('default', 'o3', 1, true))");
  const Rows routing = MustLoad(Wanted());
  EXPECT_THAT(RowTexts(routing), SizeIs(2));
  EXPECT_EQ(routing.FindColumn(SourceTable::kTokens, "group"), nullptr);
  EXPECT_THAT(RowTexts(MustLoad({.channels = false, .abilities = false, .tokens = true})), SizeIs(1));
}

TEST_F(PostgresqlLoad, SoftDeletedTokensAndUsersAreSkipped) {
  Sql(kPostgresSchema);
  Sql(R"(INSERT INTO tokens (id, deleted_at) VALUES (1, NULL), (2, now()), (3, NULL);
         INSERT INTO users (id, deleted_at) VALUES (1, now()), (2, NULL))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.tokens(), SizeIs(2));
  EXPECT_EQ(rows.tokens()[1].id, 3);
  ASSERT_THAT(rows.users(), SizeIs(1));
  EXPECT_EQ(rows.users()[0].id, 2);
}

TEST_F(PostgresqlLoad, OptionsThatDoNotConcernRoutingAreNotHandedOver) {
  Sql(R"(CREATE TABLE channels (id bigint); CREATE TABLE options (key text, value text);
         INSERT INTO options VALUES ('SMTPToken', 'sk-secret'), (NULL, 'v'), ('AutoGroups', '["default"]'))");
  EXPECT_THAT(RowTexts(MustLoad()), ElementsAre("option 'AutoGroups' '[\"default\"]'"));
}

TEST_F(PostgresqlLoad, EveryTypeThatHoldsAWholeNumberWillDo) {
  Sql(R"(CREATE DOMAIN amount AS integer;
         CREATE TABLE channels (id smallint, status integer, type amount, priority numeric(25, 3), weight double precision);
         CREATE TABLE abilities ("group" "char", model name, channel_id numeric, enabled text, weight real);
         INSERT INTO channels VALUES (1, 1, 55, -9223372036854775808.000, 2);
         INSERT INTO abilities VALUES ('a', 'm', 1, 'true', 3), ('b', 'm', 1, 'FALSE', 1e6), ('c', 'm', 1.0, NULL, NULL))");
  EXPECT_THAT(
      RowTexts(MustLoad()),
      ElementsAre("channel 1 absent 55 1 absent absent -9223372036854775808 2 absent absent absent absent 0 keys",
                  "ability 'a' 'm' 1 1 absent 3 absent", "ability 'b' 'm' 1 0 absent 1000000 absent",
                  "ability 'c' 'm' 1 NULL absent NULL absent"));
}

TEST_F(PostgresqlLoad, AValueOfTheWrongTypeRejectsItsRowAlone) {
  Sql(R"(CREATE TABLE channels (id numeric, weight numeric, priority bytea, type boolean, models text[], status float8);
         CREATE TABLE abilities ("group" text, model text, channel_id bigint, enabled text, weight text);
         INSERT INTO channels (id, weight, priority, type, models, status) VALUES
           (8, 1.5, NULL, NULL, NULL, 1), (9, 1, NULL, NULL, NULL, 1), (10, 'NaN', NULL, NULL, NULL, 1),
           (11, 1, '\x0102', NULL, NULL, 1), (12, 1, NULL, true, NULL, 1), (13, 1, NULL, NULL, '{o3,"gpt 4"}', 1),
           (14, 1, NULL, NULL, NULL, 'infinity'), (NULL, 1, NULL, NULL, NULL, 1), (15, 1e30, NULL, NULL, NULL, 1);
         INSERT INTO abilities VALUES ('default', 'runway', 8, 'perhaps', NULL), (NULL, E'b\n', 8, 'true', 'heavy'),
                                      ('a', 'b', NULL, 'true', NULL))");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].id, 9);
  EXPECT_THAT(rows.abilities(), IsEmpty());
  EXPECT_THAT(
      RejectionTexts(rows),
      ElementsAre("db: channels id 8, column weight: the number 1.5 where a whole number belongs; "
                  "store a whole number or NULL",
                  "db: channels id 10, column weight: the number NaN where a whole number belongs; "
                  "store a whole number or NULL",
                  "db: channels id 11, column priority: a blob of 2 bytes where a whole number belongs; "
                  "make the column a bigint",
                  "db: channels id 12, column type: the boolean true where a whole number belongs; "
                  "make the column a bigint",
                  "db: channels id 13, column models: the array \"{o3,\\\"gpt 4\\\"}\" where a text belongs; "
                  "make the column a text; lists are written with commas",
                  "db: channels id 14, column status: the number Infinity where a whole number belongs; "
                  "store a whole number or NULL",
                  "db: channels id NULL, column id: NULL in a key; give the row a whole number, or delete it",
                  "db: channels id 15, column weight: the number 1000000000000000000000000000000 where a whole number "
                  "belongs; store a whole number or NULL",
                  "db: abilities (default, runway, 8), column enabled: the text \"perhaps\" where 0 or 1 belongs; "
                  "store true, false or NULL, or make the column a boolean",
                  "db: abilities (NULL, b\\x0a, 8), column weight: the text \"heavy\" where a whole number belongs; "
                  "make the column a bigint",
                  "db: abilities (a, b, NULL), column channel_id: NULL in a key; "
                  "give the row a whole number, or delete it"));
}

TEST_F(PostgresqlLoad, NamesArriveByteForByte) {
  Sql(kPostgresSchema);
  Sql(R"(ALTER TABLE channels ALTER channel_info TYPE bytea USING NULL;
         INSERT INTO channels (id, name, models) VALUES (1, E'a"\\\'\n\u202e', repeat('m', 1000000)), (2, '漢字', ',,,,,');
         INSERT INTO channels (id, channel_info) VALUES (3, '\x7b6100ff'), (4, '');
         UPDATE channels SET tag = CASE id WHEN 1 THEN '\N' WHEN 2 THEN '\.' WHEN 3 THEN 'NULL' ELSE E'\t' END)");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(4));
  std::map<std::int64_t, ChannelRow> by_id;
  for (const ChannelRow& channel : rows.channels()) by_id[channel.id] = channel;
  EXPECT_EQ(by_id[1].name, TextField("a\"\\'\n\u202e"));
  EXPECT_EQ(by_id[1].models.value().size(), 1000000U);
  EXPECT_EQ(by_id[2].name, TextField("漢字"));
  EXPECT_EQ(by_id[3].channel_info, TextField(std::string_view("{a\0\xff", 4)));
  EXPECT_EQ(by_id[4].channel_info, TextField(""));
  EXPECT_EQ(by_id[1].tag, TextField("\\N"));
  EXPECT_EQ(by_id[2].tag, TextField("\\."));
  EXPECT_EQ(by_id[3].tag, TextField("NULL"));
  EXPECT_EQ(by_id[4].tag, TextField("\t"));
}

TEST_F(PostgresqlLoad, TextsOfAnotherEncodingArriveAsUtf8) {
  const std::string name = db_->name() + "_latin1";
  Sql("CREATE DATABASE " + name + " ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
  const std::string uri = server_->Uri(name);
  PostgresSession(uri).Run(
      "CREATE TABLE channels (id bigint, name text); INSERT INTO channels VALUES (1, U&'caf\\00e9')");
  Rows rows("db");
  const absl::Status loaded = PostgresqlLoader(uri).Load(rows, {});
  ASSERT_TRUE(loaded.ok()) << loaded;
  EXPECT_EQ(rows.channels()[0].name, TextField("caf\u00e9"));
  Sql("DROP DATABASE " + name);
}

TEST_F(PostgresqlLoad, TablesAreFoundWhereTheSearchPathLeads) {
  Sql(R"(CREATE SCHEMA "Gate way"; CREATE TABLE "Gate way".channels (id bigint); CREATE TABLE channels (id bigint);
         CREATE TABLE users (id bigint); INSERT INTO "Gate way".channels VALUES (7); INSERT INTO users VALUES (1))");
  EXPECT_THAT(RowTexts(MustLoad()), SizeIs(1)) << "the empty table in public, and the user";
  Sql("ALTER DATABASE " + db_->name() + R"( SET search_path = "Gate way", public)");
  const Rows rows = MustLoad();
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].id, 7);
  EXPECT_THAT(rows.users(), SizeIs(1));
}

TEST_F(PostgresqlLoad, AViewStandsInForATable) {
  Sql(kPostgresSchema);
  Sql(R"(CREATE SCHEMA routing; CREATE VIEW routing.options AS SELECT key, value FROM options WHERE key = 'AutoGroups';
         INSERT INTO options VALUES ('AutoGroups', '[]'), ('RetryTimes', '1'))");
  Sql("ALTER DATABASE " + db_->name() + " SET search_path = routing, public");
  EXPECT_THAT(RowTexts(MustLoad()), ElementsAre("option 'AutoGroups' '[]'"));
}

TEST_F(PostgresqlLoad, AGatewayWithoutRowsLoadsAsNothing) {
  Sql(kPostgresSchema);
  EXPECT_THAT(RowTexts(MustLoad()), IsEmpty());
}

TEST_F(PostgresqlLoad, AWriterInTheMiddleIsNotSeen) {
  Sql(kPostgresSchema);
  Sql(R"(INSERT INTO channels (id) VALUES (1), (2); INSERT INTO abilities VALUES ('default', 'o3', 1, true))");
  ActingSink sink;
  sink.on_first_channel = [&] {
    Sql("DELETE FROM abilities; DELETE FROM channels WHERE id = 2; INSERT INTO tokens (id) VALUES (1)");
    return true;
  };
  EXPECT_TRUE(PostgresqlLoader(db_->uri()).Load(sink, Wanted::Everything()).ok());
  EXPECT_EQ(sink.channels, 2);
  EXPECT_EQ(sink.abilities, 1);
  EXPECT_EQ(sink.tokens, 0);
  EXPECT_THAT(MustLoad().channels(), SizeIs(1)) << "the next load sees what was written";
}

TEST_F(PostgresqlLoad, TheTransactionIsReadOnlyAndRepeatableRead) {
  Sql(R"(CREATE TABLE seen (id bigint);
         CREATE FUNCTION level() RETURNS text LANGUAGE sql AS
           $$ SELECT current_setting('transaction_isolation') || ', ' || current_setting('transaction_read_only') $$;
         CREATE FUNCTION note() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (1); RETURN 1; END $$;
         CREATE VIEW channels AS SELECT 1::bigint AS id, level() AS name)");
  EXPECT_EQ(MustLoad().channels()[0].name, TextField("repeatable read, on"));

  Sql("DROP VIEW channels; CREATE VIEW channels AS SELECT note() AS id");
  const absl::Status error = LoadError();
  EXPECT_EQ(error.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error.message(),
            "db: a view or function tried to write while it was read (cannot execute INSERT in a read-only "
            "transaction); give pointsman tables or views that only read");
  EXPECT_EQ(db_->Ask("SELECT count(*) FROM seen"), "0");
}

// A transaction that stayed open while a table is compiled would keep the server from cleaning up.
TEST_F(PostgresqlLoad, TheTransactionHasEndedWhenLoadReturns) {
  Sql(kPostgresSchema);
  Sql("INSERT INTO channels (id) VALUES (1)");
  PostgresSession watcher(db_->uri());
  const std::string busy =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pointsman' AND datname = current_database() AND "
      "state <> 'idle'";
  ActingSink sink;
  sink.on_first_channel = [&] {
    EXPECT_EQ(watcher.Ask(busy), "1") << "the connection is named, so that administrators find it";
    return true;
  };
  ASSERT_TRUE(PostgresqlLoader(db_->uri()).Load(sink, {}).ok());
  EXPECT_EQ(watcher.Ask(busy), "0");
}

TEST_F(PostgresqlLoad, TheSinkCancels) {
  Sql(kPostgresSchema);
  Sql("INSERT INTO channels (id) VALUES (1), (2)");
  ActingSink sink;
  sink.on_first_channel = [] { return false; };
  PostgresqlLoader loader(db_->uri());
  const absl::Status error = loader.Load(sink, {});
  EXPECT_EQ(error.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Short(std::string(error.message()), loader.source()), "db: the sink of the rows asked to stop");
  EXPECT_EQ(sink.channels, 1);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeepsFreedMemory = true;
#elif defined(__has_feature)
constexpr bool kKeepsFreedMemory = __has_feature(address_sanitizer);
#else
constexpr bool kKeepsFreedMemory = false;
#endif

long PeakKilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// The text of all rows together is 120 MB here.
TEST_F(PostgresqlLoad, AMillionAbilitiesTakeNoMemoryOnTheirWay) {
  Sql(R"(CREATE TABLE channels (id bigint); INSERT INTO channels VALUES (1);
         CREATE TABLE abilities ("group" text, model text, channel_id bigint, enabled boolean);
         INSERT INTO abilities SELECT 'default', repeat('m', 100) || i, 1, true FROM generate_series(1, 1000000) AS i)");
  ActingSink sink;
  const long before = PeakKilobytes();
  const absl::Status loaded = PostgresqlLoader(db_->uri()).Load(sink, {});
  ASSERT_TRUE(loaded.ok()) << loaded;
  EXPECT_EQ(sink.abilities, 1000000);
  const long grown = PeakKilobytes() - before;
  EXPECT_TRUE(kKeepsFreedMemory || grown < 8 * 1024) << grown << " kB";
}

// Bytes that are decrypted already do not wake a poll(): a loader that overlooks them stalls between rows.
TEST_F(PostgresqlLoad, TlsIsWhatTheConnectionStringSays) {
  if (access("/usr/bin/openssl", X_OK) != 0) GTEST_SKIP() << "no program to make a certificate with";
  PostgresServer server(PostgresServer::Listen::kTls);
  PostgresDatabase database(server);
  database.Run(R"(CREATE TABLE channels (id bigint, models text);
                  INSERT INTO channels SELECT i, repeat(md5(i::text), i * 7 % 2000) FROM generate_series(1, 3000) AS i;
                  CREATE TABLE tokens (id bigint); CREATE TABLE users (id bigint); CREATE TABLE options (key text);
                  CREATE VIEW abilities AS SELECT usename::text AS "group", ssl::text AS model, s.pid::bigint AS channel_id
                    FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE application_name = 'pointsman')");
  const std::string uri = server.TlsUri(database.name());
  Rows rows("db");
  const absl::Status loaded = PostgresqlLoader(uri + "?sslmode=require").Load(rows, Wanted::Everything());
  ASSERT_TRUE(loaded.ok()) << loaded;
  EXPECT_THAT(rows.channels(), SizeIs(3000));
  ASSERT_THAT(rows.abilities(), SizeIs(1));
  EXPECT_EQ(rows.abilities()[0].model, TextField("true")) << "the connection is encrypted";

  const absl::Status unsafe = PostgresqlLoader(uri + "?sslmode=disable").Load(rows, {});
  EXPECT_EQ(unsafe.code(), absl::StatusCode::kPermissionDenied) << unsafe << ": pg_hba.conf wants encryption";
  const absl::Status unknown = PostgresqlLoader(uri + "?sslmode=verify-full&sslrootcert=/dev/null").Load(rows, {});
  EXPECT_EQ(unknown.code(), absl::StatusCode::kUnavailable) << unknown << ": nobody has signed it";
}

}  // namespace
}  // namespace pointsman
