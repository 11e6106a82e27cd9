// The structure of a PostgreSQL database, and how it differs from the SQLite file that was moved into it.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"
#include "pointsman/load/sqlite3.h"
#include "pointsman/schema.h"
#include "support/postgres_loader_fixture.h"
#include "support/scratch_database.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using PostgresqlSchema = PostgresLoaderTest;

TEST_F(PostgresqlSchema, ColumnsDefaultsKeysAndNumbersOfRowsAreRead) {
  Sql(R"(CREATE TABLE channels (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE, "group" varchar(64) DEFAULT 'it''s',
           weight bigint DEFAULT -1, at timestamptz DEFAULT now(), tag text, UNIQUE (tag, weight));
         CREATE UNIQUE INDEX heavy ON channels (tag) WHERE weight > 0;
         INSERT INTO channels (name) VALUES ('a'), ('b'))");
  const absl::StatusOr<Schema> schema = ReadPostgresqlSchema(db_->uri());
  ASSERT_TRUE(schema.ok()) << schema.status();
  ASSERT_THAT(schema->tables, SizeIs(1));
  const SchemaTable& channels = schema->tables[0];
  EXPECT_EQ(channels.name, "channels");
  EXPECT_EQ(channels.rows, 2U);
  EXPECT_THAT(channels.primary_key, ElementsAre("id"));
  EXPECT_THAT(channels.unique_keys, ElementsAre(ElementsAre("name"), ElementsAre("tag", "weight")));
  ASSERT_THAT(channels.columns, SizeIs(6));
  EXPECT_TRUE(channels.columns[0].not_null);
  EXPECT_FALSE(channels.columns[0].default_sql.has_value()) << "a key's sequence";
  EXPECT_TRUE(channels.columns[1].not_null);
  EXPECT_EQ(channels.columns[2].default_sql, "'it''s'");
  EXPECT_EQ(channels.columns[3].default_sql, "-1") << "PostgreSQL spells it '-1'::integer";
  EXPECT_EQ(channels.columns[4].default_sql, "now()");
}

// The incident in one line: what a move from one database to the other has lost.
TEST_F(PostgresqlSchema, ALostDefaultShowsBesideTheOldFile) {
  const ScratchFolder folder;
  RunSql(folder / "old.db", R"(CREATE TABLE channels (id integer PRIMARY KEY);
      CREATE TABLE tokens (id integer PRIMARY KEY, "group" text DEFAULT 'default'))");
  Sql(R"(CREATE TABLE channels (id bigserial PRIMARY KEY); CREATE TABLE tokens (id bigserial PRIMARY KEY, "group" text))");
  const absl::StatusOr<Schema> before = ReadSqliteSchema(folder / "old.db");
  const absl::StatusOr<Schema> after = ReadPostgresqlSchema(db_->uri());
  ASSERT_TRUE(before.ok() && after.ok()) << before.status() << after.status();
  std::vector<std::string> texts;
  for (const SchemaDifference& difference : CompareSchemas(*before, *after)) texts.push_back(difference.Text());
  EXPECT_THAT(texts, ElementsAre("tokens.group: default was 'default', is none"));
}

TEST_F(PostgresqlSchema, AForeignDatabaseHasNone) {
  EXPECT_EQ(ReadPostgresqlSchema(db_->uri()).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pointsman
