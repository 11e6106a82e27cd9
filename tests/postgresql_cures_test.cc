// Cures on a PostgreSQL database: all or nothing, never a row that was not shown, always a way back; DDL last, apart,
// and only by name.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"
#include "support/move_database.h"
#include "support/postgres_loader_fixture.h"
#include "support/scratch_database.h"

namespace pointsman {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kEmptyTokens[] =
    R"(SELECT count(*) FROM tokens WHERE status = 1 AND deleted_at IS NULL AND ("group" = '' OR "group" IS NULL))";
constexpr char kAllTokens[] =
    R"(SELECT string_agg(id || ':' || coalesce('<' || "group" || '>', 'NULL'), ' ' ORDER BY id) FROM tokens)";

class PostgresqlCuresTest : public PostgresLoaderTest {
 protected:
  void SetUp() override {
    PostgresLoaderTest::SetUp();
    if (db_ == nullptr) return;
    RunSql(folder_ / "one-api.db", ReadFile(POINTSMAN_INCIDENT_SQL));
    Sql(kPostgresSchema);
    MoveDatabase(folder_ / "one-api.db", *db_);
    options_.undo_file = undo();
    options_.confirm = [this](const PlannedCure& plan) {
      offered_ = plan.changes;
      return meanwhile_();
    };
  }

  std::string undo() const { return folder_ / "undo.sql"; }
  absl::StatusOr<CureResult> Apply(const std::string& user = "postgres") {
    return ApplyPostgresqlCures(db_->uri(user), options_, {.lock_timeout = std::chrono::milliseconds(300)});
  }

  // Applies, expects `code`, and nothing changed by it.
  std::string MustFail(absl::StatusCode code) {
    const std::string before = db_->Ask(kAllTokens);
    const absl::Status failed = Apply().status();
    EXPECT_EQ(failed.code(), code) << failed;
    EXPECT_EQ(db_->Ask(kAllTokens), before) << "rolled back";
    return std::string(failed.message().data(), failed.message().size());
  }

  // What the server does when a change of tokens is committed.
  void AtCommit(const std::string& statement) {
    Sql("CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN " + statement + "; RETURN NULL; END';" +
        "CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON tokens DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION at_commit()");
  }

  ScratchFolder folder_;
  CureOptions options_;
  std::function<bool()> meanwhile_ = [] { return true; };
  std::vector<RowChange> offered_;
};

TEST_F(PostgresqlCuresTest, TheTwelveTokensGetTheirOwnersGroupAndNothingElse) {
  ASSERT_EQ(db_->Ask(kEmptyTokens), "12");
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 12U);
  EXPECT_EQ(cured->before.summary.empty_group_tokens, 12U);
  EXPECT_EQ(cured->after.summary.empty_group_tokens, 0U);
  EXPECT_EQ(db_->Ask(kEmptyTokens), "0");
  EXPECT_THAT(cured->ran_statements, IsEmpty()) << "DDL runs by name only";
  ASSERT_THAT(offered_, SizeIs(12));
  EXPECT_EQ(*RenderSql(offered_[0], Dialect::kPostgresql),
            R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 3 AND "group" = '')");
}

TEST_F(PostgresqlCuresTest, TheUndoFileTakesBackWhatWasNotChangedSince) {
  const std::string before = db_->Ask(kAllTokens);
  ASSERT_TRUE(Apply().ok());
  ASSERT_NE(db_->Ask(kAllTokens), before);
  Sql(R"(UPDATE tokens SET "group" = 'vip' WHERE id = 3)");
  const std::string script = ReadFile(undo());
  EXPECT_THAT(script, AllOf(StartsWith("-- Takes back what pointsman changed in postgresql://"),
                            HasSubstr("-- Run it with:  psql -v ON_ERROR_STOP=1 -f THIS_FILE DATABASE\n"),
                            EndsWith("COMMIT;\n")));
  Sql(script);
  EXPECT_EQ(db_->Ask(R"(SELECT "group" FROM tokens WHERE id = 3)"), "vip");
  Sql(R"(UPDATE tokens SET "group" = '' WHERE id = 3)");
  EXPECT_EQ(db_->Ask(kAllTokens), before) << "'' is '' again, and NULL is NULL";
}

TEST_F(PostgresqlCuresTest, RowsThatChangeWhileBeingConfirmedAbort) {
  meanwhile_ = [&] {
    Sql(R"(UPDATE tokens SET "group" = 'default' WHERE id = 3)");
    return true;
  };
  const absl::Status failed = Apply().status();
  EXPECT_EQ(failed.code(), absl::StatusCode::kAborted) << failed;
  EXPECT_EQ(db_->Ask(kEmptyTokens), "11");
  EXPECT_FALSE(std::filesystem::exists(undo()));
}

// Catches: rows that are compared in the order in which they are read, which each update of a quota changes.
TEST_F(PostgresqlCuresTest, QuotasThatAreCountedWhileBeingConfirmedAreNoChange) {
  meanwhile_ = [&] {
    Sql("UPDATE tokens SET used_quota = used_quota + 1 WHERE id IN (3, 35)");
    return true;
  };
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 12U);
}

// Catches: a transaction that is taken back by each request that a gateway serves meanwhile.
TEST_F(PostgresqlCuresTest, AGatewayThatCountsQuotasMeanwhileStopsNothing) {
  std::atomic<bool> done = false;
  std::thread gateway([&] {
    PostgresSession session(db_->uri());
    while (!done) {
      session.Run("UPDATE tokens SET used_quota = used_quota + 1 WHERE id = 3");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  const absl::StatusOr<CureResult> cured = Apply();
  done = true;
  gateway.join();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(db_->Ask(kEmptyTokens), "0");
}

TEST_F(PostgresqlCuresTest, ADeclinedCureChangesNothing) {
  meanwhile_ = [] { return false; };
  EXPECT_THAT(MustFail(absl::StatusCode::kCancelled), HasSubstr("nothing was changed: the changes were not confirmed"));
  EXPECT_FALSE(std::filesystem::exists(undo()));
}

TEST_F(PostgresqlCuresTest, ARowThatSomebodyHasLockedIsWaitedForOnlySoLong) {
  PostgresSession other(db_->uri());
  meanwhile_ = [&] {
    other.Run("BEGIN; SELECT id FROM tokens WHERE id = 44 FOR UPDATE");
    return true;
  };
  EXPECT_THAT(MustFail(absl::StatusCode::kUnavailable), HasSubstr("lock_timeout"));
  EXPECT_FALSE(std::filesystem::exists(undo()));
}

TEST_F(PostgresqlCuresTest, AStatementThatTouchesNoRowAborts) {
  Sql(R"(CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         CREATE TRIGGER stubborn BEFORE UPDATE ON tokens FOR EACH ROW WHEN (old.id = 44) EXECUTE FUNCTION stubborn())");
  EXPECT_THAT(MustFail(absl::StatusCode::kAborted), HasSubstr("a statement touched 0 rows instead of one"));
  EXPECT_FALSE(std::filesystem::exists(undo()));
}

TEST_F(PostgresqlCuresTest, ACureThatDoesNotLastAborts) {
  Sql(R"(CREATE FUNCTION reset() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new."group" := ''''; RETURN new; END';
         CREATE TRIGGER reset BEFORE UPDATE ON tokens FOR EACH ROW WHEN (old.id = 3) EXECUTE FUNCTION reset())");
  EXPECT_THAT(MustFail(absl::StatusCode::kAborted), HasSubstr("token-empty-group was found 1 times instead of 0"));
}

TEST_F(PostgresqlCuresTest, ACommitThatTheServerRefusesHasChangedNothing) {
  AtCommit("RAISE EXCEPTION ''no''");
  EXPECT_THAT(MustFail(absl::StatusCode::kFailedPrecondition),
              HasSubstr(": nothing was changed: a trigger or function of the database refuses it (no); "));
  EXPECT_FALSE(std::filesystem::exists(undo()));
}

TEST_F(PostgresqlCuresTest, OfACommitWithoutAnAnswerNobodyKnowsWhatBecameAndTheUndoFileStays) {
  AtCommit("PERFORM pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())");
  const std::string said = MustFail(absl::StatusCode::kUnknown);
  EXPECT_THAT(said, AllOf(HasSubstr("it is not known whether the changes were made: run doctor again"),
                          HasSubstr(undo() + " takes the changes back if they were made, and does nothing if not"),
                          Not(HasSubstr("nothing was changed"))));
  EXPECT_THAT(ReadFile(undo()), EndsWith("COMMIT;\n"));
}

TEST_F(PostgresqlCuresTest, WhoMayOnlyReadChangesNothing) {
  const std::string role = db_->name();
  Sql("CREATE ROLE " + role + " LOGIN");
  const absl::StatusOr<std::vector<std::string>> grants = ReadPostgresqlGrants(db_->uri(), role);
  ASSERT_TRUE(grants.ok()) << grants.status();
  for (const std::string& grant : *grants) Sql(grant);
  const absl::Status failed = Apply(role).status();
  EXPECT_EQ(failed.code(), absl::StatusCode::kPermissionDenied) << failed;
  EXPECT_THAT(failed.ToString(), HasSubstr("this user may not write what the cure changes"));
  EXPECT_EQ(db_->Ask(kEmptyTokens), "12");
  EXPECT_FALSE(std::filesystem::exists(undo()));
  Sql("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST_F(PostgresqlCuresTest, ADefaultIsSetWhereItIsNamedAndToldHowToTakeBack) {
  Sql("UPDATE users SET \"group\" = 'default'");  // a default is offered where it is right for everybody
  options_.doctor.only = {"token-group-default"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_TRUE(cured->statements.ok()) << cured->statements;
  EXPECT_THAT(cured->ran_statements, ElementsAre(R"(ALTER TABLE tokens ALTER COLUMN "group" SET DEFAULT 'default')"));
  EXPECT_THAT(cured->after.findings, IsEmpty());
  EXPECT_EQ(cured->changed_rows, 0U);
  Sql("INSERT INTO tokens (id, key, name) VALUES (9000, 'k', 'new')");
  EXPECT_EQ(db_->Ask(R"(SELECT "group" FROM tokens WHERE id = 9000)"), "default");
  EXPECT_THAT(ReadFile(undo()), EndsWith("-- What was changed beside rows is taken back by hand:\n"
                                         "--   ALTER TABLE tokens ALTER COLUMN \"group\" DROP DEFAULT;\n"));
}

TEST_F(PostgresqlCuresTest, AStatementThatFailsAfterTheRowsIsToldBesideThem) {
  Sql("UPDATE users SET \"group\" = 'default'");
  options_.doctor.only = {"token-group-default", "token-empty-group"};
  PostgresSession other(db_->uri());
  meanwhile_ = [&] {
    other.Run("BEGIN; LOCK TABLE tokens IN ROW EXCLUSIVE MODE");  // rows may be changed, the table may not
    return true;
  };
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 12U);
  EXPECT_EQ(db_->Ask(kEmptyTokens), "0");
  EXPECT_EQ(cured->statements.code(), absl::StatusCode::kUnavailable) << cured->statements;
  EXPECT_THAT(cured->ran_statements, IsEmpty());
}

TEST_F(PostgresqlCuresTest, WhatAHumanHasToReviewIsDoneByNameOnly) {
  Sql(R"(INSERT INTO abilities ("group", model, channel_id, enabled, priority, weight) VALUES ('default', 'o3', 999, true, 0, 0))");
  options_.doctor.only = {"token-empty-group"};
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(db_->Ask("SELECT count(*) FROM abilities WHERE channel_id = 999"), "1");
  std::filesystem::remove(undo());
  options_.doctor.only = {"ability-orphan"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 1U);
  EXPECT_EQ(db_->Ask("SELECT count(*) FROM abilities WHERE channel_id = 999"), "0");
  Sql(ReadFile(undo()));
  Sql(ReadFile(undo()));
  EXPECT_EQ(db_->Ask("SELECT enabled FROM abilities WHERE channel_id = 999"), "t") << "a boolean again, and once";
}

// Catches: true, which PostgreSQL refuses for a column that a move has made an integer.
TEST_F(PostgresqlCuresTest, AFlagMayBeAnIntegerToo) {
  Sql(R"(ALTER TABLE abilities ALTER enabled TYPE integer USING enabled::integer;
         INSERT INTO abilities ("group", model, channel_id, enabled, priority, weight) VALUES ('default', 'o3', 999, 1, 0, 0))");
  options_.doctor.only = {"ability-orphan"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  Sql(ReadFile(undo()));
  EXPECT_EQ(db_->Ask("SELECT enabled FROM abilities WHERE channel_id = 999"), "1");
}

TEST_F(PostgresqlCuresTest, AStatementThatFailsSaysThatNothingWasChanged) {
  Sql(R"(CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
         CREATE TRIGGER never BEFORE UPDATE ON tokens FOR EACH ROW WHEN (old.id = 44) EXECUTE FUNCTION never())");
  EXPECT_THAT(MustFail(absl::StatusCode::kFailedPrecondition),
              HasSubstr(": nothing was changed: a trigger or function of the database refuses it (no); "));
}

TEST_F(PostgresqlCuresTest, ASequenceThatAMoveLeftBehindIsFoundAndMended) {
  absl::StatusOr<Schema> schema = ReadPostgresqlSchema(db_->uri());
  ASSERT_TRUE(schema.ok()) << schema.status();
  options_.doctor.schema = *schema;
  options_.doctor.only = {"sequence-behind"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_TRUE(cured->statements.ok()) << cured->statements;
  EXPECT_THAT(cured->ran_statements, SizeIs(3)) << "channels, tokens, users";
  EXPECT_THAT(cured->after.findings, IsEmpty()) << "the declarations are read again";
  Sql("INSERT INTO tokens (key, name) VALUES ('k', 'new')");  // fails the test where the id is taken
}

TEST_F(PostgresqlCuresTest, APrimaryKeyThatAMoveLostIsAddedAndToldHowToTakeBack) {
  Sql("ALTER TABLE tokens DROP CONSTRAINT tokens_pkey");
  absl::StatusOr<Schema> schema = ReadPostgresqlSchema(db_->uri());
  ASSERT_TRUE(schema.ok()) << schema.status();
  options_.doctor.schema = *schema;
  options_.doctor.only = {"primary-key-missing"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_TRUE(cured->statements.ok()) << cured->statements;
  EXPECT_THAT(cured->after.findings, IsEmpty());
  EXPECT_THAT(ReadFile(undo()), EndsWith("--   ALTER TABLE tokens DROP CONSTRAINT tokens_pkey;\n"));
  Sql("ALTER TABLE tokens DROP CONSTRAINT tokens_pkey");
}

TEST_F(PostgresqlCuresTest, UndoneTwiceARowIsThereOnceAlsoWithoutAPrimaryKey) {
  Sql(R"(ALTER TABLE abilities DROP CONSTRAINT abilities_pkey;
         INSERT INTO abilities ("group", model, channel_id, enabled, priority, weight, tag)
           VALUES (E'it''s\n', 'o3', 999, false, NULL, 0, NULL))");
  options_.doctor.only = {"ability-orphan"};
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(db_->Ask("SELECT count(*) FROM abilities WHERE channel_id = 999"), "0");
  Sql(ReadFile(undo()));
  Sql(ReadFile(undo()));
  EXPECT_EQ(db_->Ask(R"(SELECT "group" = E'it''s\n', enabled, priority IS NULL FROM abilities WHERE channel_id = 999)"),
            "t|f|t");
}

// Catches: a sequence that is set back below what was taken from it while the rows were not committed yet, and one of
// the same name that comes first in the search path.
TEST_F(PostgresqlCuresTest, ASequenceIsNeverSetBackAndNoneElsewhereIsTouched) {
  absl::StatusOr<Schema> schema = ReadPostgresqlSchema(db_->uri());
  ASSERT_TRUE(schema.ok()) << schema.status();
  options_.doctor.schema = *schema;
  options_.doctor.only = {"sequence-behind"};
  Sql("SELECT setval('tokens_id_seq', 5000); CREATE SCHEMA other; CREATE SEQUENCE other.tokens_id_seq; "
      "ALTER DATABASE " +
      db_->name() + " SET search_path = other, public");
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(db_->Ask("SELECT nextval('public.tokens_id_seq')"), "5001");
  EXPECT_EQ(db_->Ask("SELECT nextval('other.tokens_id_seq')"), "1");
}

TEST(PostgresqlCures, WithoutConfirmNothingIsEvenConnectedTo) {
  EXPECT_EQ(ApplyPostgresqlCures("postgresql://nobody@/none", {}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace pointsman
