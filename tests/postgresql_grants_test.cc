// The grants that are printed are enough for a load, and no more than it needs.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"
#include "support/postgres_loader_fixture.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class PostgresqlGrantsTest : public PostgresLoaderTest {
 protected:
  // A role of this test's own: roles belong to the whole server.
  void SetUp() override {
    PostgresLoaderTest::SetUp();
    if (db_ == nullptr) return;
    role_ = db_->name() + " \"reader\"";
    Sql("CREATE ROLE " + quoted() + " LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC");
  }
  void TearDown() override {
    if (db_ != nullptr) Sql("DROP OWNED BY " + quoted() + "; DROP ROLE " + quoted());
  }

  std::string quoted() const { return "\"" + db_->name() + " \"\"reader\"\"\""; }
  std::string reader_uri() const { return db_->uri(db_->name() + "%20%22reader%22"); }

  void Grant(const std::vector<std::string>& statements) {
    for (const std::string& statement : statements) Sql(statement);
  }

  std::string role_;
};

TEST_F(PostgresqlGrantsTest, TheyAreEnoughForALoadAndForNothingElse) {
  Sql(kPostgresSchema);
  EXPECT_EQ(LoadError(reader_uri()).code(), absl::StatusCode::kPermissionDenied);
  Grant(PostgresqlGrants(role_));
  EXPECT_TRUE(LoadError(reader_uri()).ok()) << LoadError(reader_uri());

  PostgresSession reader(reader_uri());
  for (const char* const secret : {"key FROM channels", "base_url FROM channels", "setting FROM channels",
                                   "param_override FROM channels", "key FROM tokens", "password FROM users"}) {
    EXPECT_EQ(reader.TryRun("SELECT " + std::string(secret)), "42501") << secret;
  }
  EXPECT_EQ(reader.TryRun("UPDATE tokens SET name = ''"), "42501");
}

TEST_F(PostgresqlGrantsTest, AskedOfADatabaseTheyNameWhatIsThere) {
  Sql(R"(CREATE SCHEMA gw; CREATE TABLE gw.channels (id bigint, key text, "group" text);
         CREATE TABLE tokens (id bigint, deleted_at timestamptz);
         ALTER DATABASE )" +
      db_->name() + " SET search_path = gw, public");
  const absl::StatusOr<std::vector<std::string>> grants = ReadPostgresqlGrants(db_->uri(), role_);
  ASSERT_TRUE(grants.ok()) << grants.status();
  EXPECT_THAT(*grants, ElementsAre("GRANT USAGE ON SCHEMA \"gw\" TO " + quoted(),
                                   "GRANT USAGE ON SCHEMA \"public\" TO " + quoted(),
                                   "GRANT SELECT (\"id\", \"group\") ON \"gw\".\"channels\" TO " + quoted(),
                                   "GRANT SELECT (\"id\", \"deleted_at\") ON \"public\".\"tokens\" TO " + quoted()));
  Grant(*grants);
  EXPECT_TRUE(LoadError(reader_uri()).ok()) << LoadError(reader_uri());
}

// Whoever may not read a table may still ask what would have to be granted.
TEST_F(PostgresqlGrantsTest, AskingNeedsNoRightToRead) {
  Sql("CREATE TABLE channels (id bigint); GRANT USAGE ON SCHEMA public TO " + quoted());
  const absl::StatusOr<std::vector<std::string>> grants = ReadPostgresqlGrants(reader_uri(), role_);
  ASSERT_TRUE(grants.ok()) << grants.status();
  EXPECT_THAT(*grants, SizeIs(2));
}

TEST_F(PostgresqlGrantsTest, AForeignDatabaseHasNothingToGrant) {
  EXPECT_EQ(ReadPostgresqlGrants(db_->uri(), role_).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace pointsman
