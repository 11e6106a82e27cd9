// Safe cures on a SQLite file: all or nothing, never a row that was not shown, and always a way back.
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "doctor/undo_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "load/sqlite3/database_file.h"
#include "pointsman/load/sqlite3.h"
#include "support/scratch_database.h"

namespace pointsman {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kEmptyTokens[] =
    R"(SELECT count(*) FROM tokens WHERE status = 1 AND deleted_at IS NULL AND ("group" = '' OR "group" IS NULL))";
// Everything that a cure or its undo may touch, and what it must leave alone.
constexpr char kAllTokens[] = R"(SELECT id, status, quote("group"), deleted_at FROM tokens ORDER BY id)";

class SqliteCuresTest : public ::testing::Test {
 protected:
  SqliteCuresTest() { RunSql(path(), ReadFile(POINTSMAN_INCIDENT_SQL)); }

  std::string path() const { return folder_ / "incident.db"; }
  std::string undo() const { return folder_ / "undo.sql"; }
  void Sql(const std::string& sql) { RunSql(path(), sql); }

  // Applies with `meanwhile` run while the changes are being confirmed.
  absl::StatusOr<CureResult> Apply(const std::function<bool()>& meanwhile = [] { return true; }) {
    CureOptions options{.doctor = {.only = only_}, .undo_file = undo()};
    options.confirm = [&](const PlannedCure& plan) {
      ++asked_;
      shown_ = plan;
      return meanwhile();
    };
    return ApplySafeCures(path(), options);
  }

  // Applies, expects `code`, and nothing changed by it; returns the message without the folder's name.
  std::string MustFail(absl::StatusCode code, const std::function<bool()>& meanwhile = [] { return true; }) {
    std::string before;
    const absl::StatusOr<CureResult> result = Apply([&] {
      const bool confirmed = meanwhile();
      before = Ask(path(), kAllTokens);
      return confirmed;
    });
    EXPECT_EQ(result.status().code(), code) << result.status();
    if (asked_ > 0) {
      EXPECT_EQ(Ask(path(), kAllTokens), before) << "rolled back";
      EXPECT_FALSE(std::filesystem::exists(undo())) << "nothing to take back";
    }
    std::string message(result.status().message());
    if (const std::size_t at = message.find(folder_.path() + "/"); at != std::string::npos) {
      message.erase(at, folder_.path().size() + 1);
    }
    return message;
  }

  ScratchFolder folder_;
  int asked_ = 0;
  std::vector<std::string> only_;
  PlannedCure shown_;
};

TEST_F(SqliteCuresTest, TheTwelveTokensGetTheirOwnersGroup) {
  ASSERT_EQ(Ask(path(), kEmptyTokens), "12");
  const std::string others = R"(SELECT id, "group" FROM tokens WHERE id IN (12, 20, 33, 57, 66, 70, 1, 5, 9))";
  const std::string others_before = Ask(path(), others);
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 12U);
  EXPECT_EQ(cured->undo_file, undo());
  EXPECT_EQ(cured->before.summary.tokens, 63U);
  EXPECT_EQ(cured->before.summary.empty_group_tokens, 12U);
  EXPECT_EQ(cured->after.summary.tokens, 63U);
  EXPECT_EQ(cured->after.summary.empty_group_tokens, 0U);
  EXPECT_EQ(Ask(path(), kEmptyTokens), "0");
  EXPECT_EQ(Ask(path(), R"(SELECT "group" FROM tokens WHERE id IN (3, 35, 63))"), "default default default");
  EXPECT_EQ(Ask(path(), others), others_before) << "tokens that are deleted, disabled or in a group are left alone";
}

TEST_F(SqliteCuresTest, OfTheIncidentsFindingsTheSafeOneIsCured) {
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  ASSERT_THAT(cured->before.findings, SizeIs(3));
  EXPECT_EQ(cured->before.findings[0].code, "token-empty-group");
  EXPECT_EQ(cured->before.findings[0].count, 12U);
  EXPECT_EQ(cured->before.findings[1].code, "model-unserved");
  EXPECT_EQ(cured->before.findings[2].code, "token-group-default");
  ASSERT_THAT(cured->after.findings, SizeIs(2)) << "which channel to enable is for a human";
  EXPECT_EQ(cured->after.findings[1].code, "token-group-default")
      << "the default of a column is not a row: it needs a human";
}

TEST_F(SqliteCuresTest, ConfirmIsShownWhatWillBeDone) {
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(shown_.before.summary.empty_group_tokens, 12U);
  ASSERT_THAT(shown_.changes, SizeIs(12));
  EXPECT_EQ(*RenderSql(shown_.changes[0], Dialect::kSqlite),
            R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 3 AND "group" = '')");
}

TEST_F(SqliteCuresTest, WithoutConfirmNothingHappens) {
  const absl::StatusOr<CureResult> result = ApplySafeCures(path(), {});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Ask(path(), kEmptyTokens), "12");
}

TEST_F(SqliteCuresTest, ADeclinedCureLeavesTheFileAsItWas) {
  const std::string bytes = ReadFile(path());
  EXPECT_EQ(MustFail(absl::StatusCode::kCancelled, [] { return false; }),
            "incident.db: nothing was changed: the changes were not confirmed");
  EXPECT_EQ(ReadFile(path()), bytes);
}

TEST_F(SqliteCuresTest, NothingToChangeIsNotAskedAbout) {
  ASSERT_TRUE(Apply().ok());
  std::filesystem::remove(undo());
  const absl::StatusOr<CureResult> again = Apply();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(asked_, 1) << "only the first time";
  EXPECT_EQ(again->changed_rows, 0U);
  EXPECT_THAT(again->undo_file, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(undo()));
}

TEST_F(SqliteCuresTest, OnlyWhatIsAskedForIsCured) {
  CureOptions options{.undo_file = undo(), .confirm = [](const auto&) { return true; }};
  options.doctor.only = {"ability-orphan"};
  const absl::StatusOr<CureResult> result = ApplySafeCures(path(), options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->changed_rows, 0U);
  options.doctor.only = {"ability-orphans"};
  EXPECT_EQ(ApplySafeCures(path(), options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SqliteCuresTest, ATokenThatCannotBeCuredDoesNotStopTheOthers) {
  Sql("UPDATE tokens SET user_id = 999 WHERE id = 3");
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 11U);
  EXPECT_EQ(cured->after.summary.empty_group_tokens, 1U);
}

TEST_F(SqliteCuresTest, TheUndoFileTakesEverythingBack) {
  const std::string before = Ask(path(), kAllTokens);
  ASSERT_TRUE(Apply().ok());
  ASSERT_NE(Ask(path(), kAllTokens), before);
  Sql(ReadFile(undo()));
  EXPECT_EQ(Ask(path(), kAllTokens), before) << "'' is '' again, and NULL is NULL";
}

TEST_F(SqliteCuresTest, UndoSkipsRowsThatWereChangedSince) {
  ASSERT_TRUE(Apply().ok());
  Sql(R"(UPDATE tokens SET "group" = 'vip' WHERE id = 3)");
  Sql(ReadFile(undo()));
  EXPECT_EQ(Ask(path(), R"(SELECT quote("group") FROM tokens WHERE id IN (3, 7, 35))"), "'vip' '' NULL");
}

TEST_F(SqliteCuresTest, TheUndoFileIsPrivateAndSaysHowToRunIt) {
  ASSERT_TRUE(Apply().ok());
  struct stat info{};
  ASSERT_EQ(stat(undo().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_THAT(
      ReadFile(undo()),
      AllOf(StartsWith("-- Takes back what pointsman changed in " + path() + ".\n"),
            HasSubstr("-- Run it with:  sqlite3 -bail DATABASE < THIS_FILE\n"), HasSubstr("\nBEGIN IMMEDIATE;\n"),
            EndsWith(R"(UPDATE tokens SET "group" = '' WHERE "id" = 3 AND "group" = 'default';)"
                     "\nCOMMIT;\n")));
}

TEST_F(SqliteCuresTest, TheUndoFileIsNamedAfterTheDatabaseAndTheTime) {
  CureOptions options{.confirm = [](const auto&) { return true; }};
  const absl::StatusOr<CureResult> cured = ApplySafeCures(path(), options);
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_THAT(cured->undo_file, MatchesRegex(".*/incident\\.db\\.undo-20[0-9]{6}T[0-9]{6}Z\\.sql"));
  EXPECT_TRUE(std::filesystem::exists(cured->undo_file));
}

TEST_F(SqliteCuresTest, AnExistingFileIsNeverOverwritten) {
  WriteFile(undo(), "precious");
  const absl::StatusOr<CureResult> result = Apply();
  EXPECT_EQ(result.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(undo()), "precious");
  EXPECT_EQ(Ask(path(), kEmptyTokens), "12");
}

TEST_F(SqliteCuresTest, AnUndoFileThatCannotBeWrittenStopsTheCure) {
  CureOptions options{.undo_file = folder_ / "no/such/folder.sql", .confirm = [](const auto&) { return true; }};
  const absl::StatusOr<CureResult> result = ApplySafeCures(path(), options);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(result.status().message()),
              EndsWith("no folder for the undo file; make it, or name another"));
  EXPECT_EQ(Ask(path(), kEmptyTokens), "12");
}

// A statement of its own must not fit into the comment that names the database.
TEST(UndoScript, ADatabasesNameCannotLeaveItsComment) {
  EXPECT_THAT(UndoScript(ShownPath("a\nDROP TABLE tokens;"), {}, {}, {}), Not(HasSubstr("\nDROP")));
}

TEST_F(SqliteCuresTest, OthersMayWriteWhileTheChangesAreConfirmed) {
  const absl::StatusOr<CureResult> cured = Apply([&] {
    Sql("UPDATE tokens SET used_quota = 5 WHERE id = 3");  // fails the test at once if the database is locked
    return true;
  });
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(Ask(path(), R"(SELECT used_quota, "group" FROM tokens WHERE id = 3)"), "5|default");
}

TEST_F(SqliteCuresTest, RowsThatChangeWhileBeingConfirmedAbort) {
  EXPECT_EQ(
      MustFail(absl::StatusCode::kAborted,
               [&] {
                 Sql(R"(UPDATE tokens SET "group" = 'vip' WHERE id = 3)");
                 return true;
               }),
      "incident.db: nothing was changed: the rows were changed while the changes were being confirmed; look again "
      "and confirm again");
}

TEST_F(SqliteCuresTest, AStatementThatTouchesNoRowAborts) {
  Sql("CREATE TRIGGER stubborn BEFORE UPDATE ON tokens WHEN old.id = 44 BEGIN SELECT RAISE(IGNORE); END");
  EXPECT_EQ(MustFail(absl::StatusCode::kAborted),
            "incident.db: nothing was changed: a statement touched 0 rows instead of one: "
            "UPDATE tokens SET \"group\" = 'default' WHERE \"id\" = 44 AND \"group\" IS NULL");
}

TEST_F(SqliteCuresTest, AStatementThatFailsRollsBack) {
  Sql("CREATE TRIGGER never BEFORE UPDATE ON tokens WHEN old.id = 44 BEGIN SELECT RAISE(ABORT, 'no'); END");
  EXPECT_EQ(
      MustFail(absl::StatusCode::kFailedPrecondition),
      "incident.db: nothing was changed: a constraint or trigger of the database refuses it (no); look at what it "
      "demands");
}

TEST_F(SqliteCuresTest, ACureThatDoesNotLastAborts) {
  Sql(R"(CREATE TRIGGER reset AFTER UPDATE ON tokens WHEN new.id = 3 AND new."group" <> ''
         BEGIN UPDATE tokens SET "group" = '' WHERE id = 3; END)");
  EXPECT_EQ(
      MustFail(absl::StatusCode::kAborted),
      "incident.db: nothing was changed: after the changes token-empty-group was found 1 times instead of 0; look at "
      "the rows with doctor, without applying");
}

TEST_F(SqliteCuresTest, ACureThatBreaksSomethingElseAborts) {
  Sql(R"(CREATE TRIGGER havoc AFTER UPDATE ON tokens WHEN new.id = 3
         BEGIN INSERT INTO abilities VALUES ('default', 'o3', 999, 1, 0, 0, NULL); END)");
  EXPECT_THAT(MustFail(absl::StatusCode::kAborted),
              HasSubstr("after the changes ability-orphan was found 1 times instead of 0"));
  EXPECT_EQ(Ask(path(), "SELECT count(*) FROM abilities WHERE channel_id = 999"), "0");
}

// Catches: a last look at the codes that were named, and no others.
TEST_F(SqliteCuresTest, ANamedCureThatBreaksSomethingElseAbortsToo) {
  Sql(R"(CREATE TRIGGER havoc AFTER UPDATE ON tokens WHEN new.id = 3
         BEGIN INSERT INTO abilities VALUES ('default', 'o3', 999, 1, 0, 0, NULL); END)");
  only_ = {"token-empty-group"};
  EXPECT_THAT(MustFail(absl::StatusCode::kAborted),
              HasSubstr("after the changes ability-orphan was found 1 times instead of 0"));
}

// Catches: twelve tokens that stay as they are because of a thirteenth fault, which nobody could see before.
TEST_F(SqliteCuresTest, AFaultThatTheCureRevealsIsShownAndStopsNothing) {
  Sql("UPDATE tokens SET model_limits_enabled = 1, model_limits = 'no-such-model' WHERE id = 3");
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 12U);
  EXPECT_EQ(cured->after.summary.empty_group_tokens, 0U);
  ASSERT_THAT(shown_.revealed, SizeIs(1));
  EXPECT_EQ(shown_.revealed[0].code, "token-limits-unserved");
  ASSERT_THAT(shown_.revealed[0].where, SizeIs(1));
  EXPECT_EQ(shown_.revealed[0].where[0].id, 3);
}

TEST_F(SqliteCuresTest, WhatWasFoundBeforeIsNotRevealed) {
  Sql("UPDATE tokens SET model_limits_enabled = 1, model_limits = 'no-such-model' WHERE id IN (1, 3)");
  ASSERT_TRUE(Apply().ok());
  ASSERT_THAT(shown_.revealed, SizeIs(1));
  EXPECT_EQ(shown_.revealed[0].count, 1U) << "token 1 has a group, and its limits were seen";
  ASSERT_THAT(shown_.revealed[0].where, SizeIs(1));
  EXPECT_EQ(shown_.revealed[0].where[0].id, 3);
}

// Catches: a row that is changed and then not found any more as it was, or deleted twice.
TEST_F(SqliteCuresTest, ARowThatIsDeletedIsNotChangedBefore) {
  Sql("INSERT INTO abilities VALUES ('default', 'o3', 999, 1, NULL, 0, NULL)");
  only_ = {"ability-orphan", "priority-null"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 1U);
  EXPECT_EQ(Ask(path(), "SELECT count(*) FROM abilities WHERE channel_id = 999"), "0");
  Sql(ReadFile(undo()));
  Sql(ReadFile(undo()));
  EXPECT_EQ(Ask(path(), "SELECT quote(priority) FROM abilities WHERE channel_id = 999"), "NULL") << "once";
}

// Catches: two changes of one column, of which the second does not find the value that it expects.
TEST_F(SqliteCuresTest, AColumnThatTwoFindingsWouldChangeIsChangedOnce) {
  Sql("UPDATE channels SET priority = 5 WHERE id = 8; UPDATE abilities SET priority = NULL WHERE channel_id = 8");
  only_ = {"ability-disagrees", "priority-null"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(Ask(path(), "SELECT DISTINCT priority FROM abilities WHERE channel_id = 8"), "5");
  EXPECT_THAT(cured->after.findings, IsEmpty());
  Sql(ReadFile(undo()));
  EXPECT_EQ(Ask(path(), "SELECT DISTINCT quote(priority) FROM abilities WHERE channel_id = 8"), "NULL");
}

// Catches: eleven tokens that stay as they are because the twelfth is there twice, and a change that touches both.
TEST_F(SqliteCuresTest, RowsOfOneKeyAreLeftToAHumanAndStopNoOther) {
  Sql("CREATE TABLE t AS SELECT * FROM tokens; DROP TABLE tokens; ALTER TABLE t RENAME TO tokens; "
      "INSERT INTO tokens SELECT * FROM tokens WHERE id = 3");
  only_ = {"token-empty-group"};
  const absl::StatusOr<CureResult> cured = Apply();
  ASSERT_TRUE(cured.ok()) << cured.status();
  EXPECT_EQ(cured->changed_rows, 11U);
  EXPECT_EQ(Ask(path(), R"(SELECT quote("group") FROM tokens WHERE id = 3)"), "'' ''");
  EXPECT_THAT(cured->before.findings[0].advice,
              HasSubstr("2 changes are left out, since the key of the row is there more than once"));
}

// Catches: an undo that counts on a primary key, which a move may have lost.
TEST_F(SqliteCuresTest, UndoneTwiceARowIsThereOnceAlsoWithoutAPrimaryKey) {
  Sql("CREATE TABLE a AS SELECT * FROM abilities; DROP TABLE abilities; ALTER TABLE a RENAME TO abilities; "
      "INSERT INTO abilities VALUES ('default', 'o3', 999, 1, NULL, 0, NULL)");
  only_ = {"ability-orphan"};
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(Ask(path(), "SELECT count(*) FROM abilities WHERE channel_id = 999"), "0");
  Sql(ReadFile(undo()));
  Sql(ReadFile(undo()));
  EXPECT_EQ(Ask(path(), "SELECT count(*) FROM abilities WHERE channel_id = 999"), "1");
}

TEST_F(SqliteCuresTest, AFileThatMayNotBeWrittenIsRefusedBeforeAnybodyIsAsked) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(path().c_str(), 0444), 0);
  const AsNobody nobody;
  EXPECT_EQ(MustFail(absl::StatusCode::kPermissionDenied),
            "incident.db: may be read but not written; run as its owner, or give this user write "
            "permission");
  EXPECT_EQ(asked_, 0);
}

TEST_F(SqliteCuresTest, AMissingDatabaseIsNotCreated) {
  std::filesystem::remove(path());
  EXPECT_THAT(MustFail(absl::StatusCode::kNotFound), StartsWith("incident.db: no such file"));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

// Takes the five seconds that a lock is waited for.
TEST_F(SqliteCuresTest, ADatabaseThatStaysLockedIsLeftAlone) {
  Writer gateway(path());
  EXPECT_THAT(MustFail(absl::StatusCode::kUnavailable,
                       [&] {
                         gateway.Run("BEGIN IMMEDIATE");
                         return true;
                       }),
              StartsWith("incident.db: nothing was changed: locked by another process"));
}

TEST_F(SqliteCuresTest, AWalDatabaseIsCuredBesideItsReaders) {
  Sql("PRAGMA journal_mode = wal");
  Writer gateway(path());
  gateway.Run("BEGIN");
  ASSERT_EQ(gateway.Ask(kEmptyTokens), "12");
  ASSERT_TRUE(Apply().ok());
  EXPECT_EQ(gateway.Ask(kEmptyTokens), "12") << "its transaction is of the moment before";
  gateway.Run("COMMIT");
  EXPECT_EQ(gateway.Ask(kEmptyTokens), "0");
}

// What a commit of any connection of this process finds, as SQLite's hook sees it; `refuse_commit` turns it down.
std::string watched_file;
std::string found_at_commit;
bool refuse_commit = false;

int OnCommit(void*) {
  found_at_commit = ReadFile(watched_file);
  return refuse_commit ? 1 : 0;
}

int HookConnection(sqlite3* db, char**, const sqlite3_api_routines*) {
  sqlite3_commit_hook(db, OnCommit, nullptr);
  return SQLITE_OK;
}

class CommitHookTest : public SqliteCuresTest {
 protected:
  CommitHookTest() {
    watched_file = undo();
    found_at_commit.clear();
    refuse_commit = false;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(HookConnection));
  }
  ~CommitHookTest() override { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(HookConnection)); }
};

TEST_F(CommitHookTest, TheUndoFileIsCompleteBeforeTheCommit) {
  ASSERT_TRUE(Apply().ok());
  EXPECT_THAT(found_at_commit, EndsWith("COMMIT;\n"));
}

TEST_F(CommitHookTest, ACommitThatFailsKeepsTheUndoFileForWhatItMayHaveDone) {
  refuse_commit = true;
  const absl::Status failed = Apply().status();
  EXPECT_EQ(failed.code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(std::string(failed.message()), HasSubstr("it is not known whether the changes were made: run doctor"));
  refuse_commit = false;
  EXPECT_EQ(Ask(path(), kEmptyTokens), "12");
  const std::string script = ReadFile(undo());
  EXPECT_THAT(script, EndsWith("COMMIT;\n"));
  Sql(script);
  EXPECT_EQ(Ask(path(), kEmptyTokens), "12") << "run for nothing, it does nothing";
}

}  // namespace
}  // namespace pointsman
