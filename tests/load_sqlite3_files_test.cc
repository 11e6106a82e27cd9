// The SQLite loader and files that are missing, forbidden, foreign, locked, damaged or slow: one clear error each, in
// time.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/sqlite3.h"
#include "support/sqlite_loader_fixture.h"

namespace pointsman {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SqliteFileTest : public SqliteLoaderTest {};

TEST_F(SqliteFileTest, PathsAreNamesOfFilesAndNothingElse) {
  const std::string odd = folder_ / "a?mode=memory#b%41 c.db";
  RunSql(odd, std::string(kSchema) + "INSERT INTO channels (id) VALUES (7)");
  Rows rows(odd);
  EXPECT_TRUE(SqliteLoader(odd).Load(rows, {}).ok());
  EXPECT_THAT(rows.channels(), SizeIs(1));

  EXPECT_EQ(LoadError(":memory:").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadError("file::memory:").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LoadError("").message(),
            "\"\": no such file; name the gateway's SQLite file (one-api.db unless configured otherwise)");
  EXPECT_EQ(LoadError(std::string("a\0b", 3)).message(), "a\\x00b: a file name cannot hold a NUL byte");
}

TEST_F(SqliteFileTest, AMissingFileIsNamedAndNotCreated) {
  const absl::Status error = LoadError();
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(error.message(),
            "one-api.db: no such file; name the gateway's SQLite file (one-api.db unless configured otherwise)");
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(SqliteFileTest, AFolderIsNoDatabase) {
  std::filesystem::create_directory(path());
  EXPECT_EQ(LoadError().message(), "one-api.db: is a folder; name the SQLite file in it");
}

TEST_F(SqliteFileTest, APipeIsRefusedInsteadOfWaitedFor) {
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  EXPECT_EQ(LoadError().message(), "one-api.db: not a regular file; name the gateway's SQLite file");
}

TEST_F(SqliteFileTest, ATextFileIsNoDatabase) {
  WriteFile(path(), std::string(2000, 'x'));
  const absl::Status error = LoadError();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.message(), "one-api.db: not a SQLite database, or an encrypted one; name the gateway's SQLite file");
}

TEST_F(SqliteFileTest, AnEmptyFileIsAnEmptyDatabase) {
  WriteFile(path(), "");
  const absl::Status error = LoadError();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      error.message(),
      "one-api.db: an empty database, without any table; name the file that the gateway uses, or start the gateway "
      "on this one first");
}

TEST_F(SqliteFileTest, AForeignDatabaseIsRefusedWithTheTablesItHas) {
  Sql("CREATE TABLE songs (id); CREATE TABLE \"bad\nname\" (id)");
  EXPECT_EQ(
      LoadError().message(),
      "one-api.db: no table \"channels\", so this is not a gateway's database (it has \"bad\\x0aname\", \"songs\"); "
      "name the gateway's SQLite file");
  for (int i = 0; i < 30; ++i) Sql("CREATE TABLE t" + std::to_string(i) + " (id)");
  EXPECT_THAT(LoadError().message(), AllOf(HasSubstr("\"t11\""), HasSubstr(" and 24 more)")));
}

TEST_F(SqliteFileTest, ATableWithoutItsKeyIsForeign) {
  Sql("CREATE TABLE channels (number integer)");
  const absl::Status error = LoadError();
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.message(),
            "one-api.db: table channels has no column id, so this is not a gateway's database; name the gateway's "
            "SQLite file");
}

TEST_F(SqliteFileTest, AFileThatMayNotBeReadSaysSo) {
  Sql(kSchema);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(path().c_str(), 0000), 0);
  const AsNobody nobody;
  const absl::Status error = LoadError();
  EXPECT_EQ(error.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(error.message(), "one-api.db: may not be read; run as its owner, or give this user read permission");
}

TEST_F(SqliteFileTest, AWalDatabaseInAReadOnlyFolderIsReadWhenNobodyHasItOpen) {
  Sql(std::string("PRAGMA journal_mode = wal;") + kSchema + "INSERT INTO channels (id) VALUES (1)");
  ASSERT_FALSE(std::filesystem::exists(path() + "-wal"));
  ASSERT_EQ(chmod(path().c_str(), 0444), 0);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  {
    const AsNobody nobody;
    EXPECT_THAT(MustLoad().channels(), SizeIs(1));
  }
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  WriteFile(path() + "-wal", "");
  ASSERT_EQ(chmod(folder_.path().c_str(), 0555), 0);
  const AsNobody nobody;
  EXPECT_EQ(LoadError().code(), absl::StatusCode::kPermissionDenied)
      << "a -wal file may hold what is not in the database";
}

TEST_F(SqliteFileTest, ALockedDatabaseIsUnavailableByTheDeadline) {
  Sql(kSchema);
  Writer gateway(path());
  gateway.Run("BEGIN EXCLUSIVE");
  const auto begin = std::chrono::steady_clock::now();
  const absl::Status error = LoadError(path(), {.deadline = begin + std::chrono::milliseconds(80)});
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(error.message(),
            "one-api.db: locked by another process (database is locked); try again when its write is over");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST_F(SqliteFileTest, AShortLockIsWaitedFor) {
  Sql(kSchema);
  Writer gateway(path());
  gateway.Run("BEGIN EXCLUSIVE");
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    gateway.Run("COMMIT");
  });
  MustLoad();
  later.join();
}

TEST_F(SqliteFileTest, AnInterruptedWriteIsLeftToWhoMayWrite) {
  Sql(kSchema);
  Sql(R"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO channels (id, name) SELECT i, hex(zeroblob(500)) FROM n)");
  // So small a cache writes pages into the database before the transaction ends: a copy of it needs its journal.
  Writer gateway(path());
  gateway.Run("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE channels SET name = hex(zeroblob(501))");
  const std::string copy = folder_ / "copy.db";
  WriteFile(copy, ReadFile(path()));
  WriteFile(copy + "-journal", ReadFile(path() + "-journal"));
  gateway.Run("ROLLBACK");
  ASSERT_EQ(chmod(copy.c_str(), 0444), 0);
  ASSERT_EQ(chmod((copy + "-journal").c_str(), 0444), 0);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  const AsNobody nobody;
  const absl::Status error = LoadError(copy);
  EXPECT_EQ(error.code(), absl::StatusCode::kFailedPrecondition) << error;
  EXPECT_THAT(std::string(error.message()), StartsWith("copy.db: an interrupted write has to be finished first"));
}

TEST_F(SqliteFileTest, ADeadlineThatHasPassedStopsBeforeAnythingIsRead) {
  Sql(kSchema);
  ActingSink sink;
  const absl::Status error = Shortened(
      SqliteLoader(path()).Load(sink, {.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1)}));
  EXPECT_EQ(error.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(error.message(), "one-api.db: the deadline passed before everything was read; allow more time");
}

TEST_F(SqliteFileTest, ADeadlineInterruptsALongTable) {
  Sql(kSchema);
  Sql(R"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
         INSERT INTO abilities SELECT 'default', 'm' || i, i, 1, 0, 0, NULL FROM n)");
  ActingSink sink;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  sink.on_first_ability = [&] {
    std::this_thread::sleep_until(deadline);
    return true;
  };
  EXPECT_EQ(SqliteLoader(path()).Load(sink, {.deadline = deadline}).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_GT(sink.abilities, 0);
  EXPECT_LT(sink.abilities, 1000);
}

TEST_F(SqliteFileTest, AHostileViewIsStoppedByTheDeadline) {
  Sql(R"(CREATE VIEW channels AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i AS id FROM n WHERE i > 1)");
  const absl::Status error =
      LoadError(path(), {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50)});
  EXPECT_EQ(error.code(), absl::StatusCode::kDeadlineExceeded) << error;
}

// Whether another process would find SQLite's lock of a writer there.
bool IsHeldByAWriter(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(path.c_str(), O_RDWR);
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000001;  // SQLite's RESERVED byte
    lock.l_len = 1;
    _exit(file >= 0 && fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

// Would catch: a look into the file beside SQLite, whose end drops all locks that this process holds on it, the host's
// own included: another process then writes in the middle of a transaction, and one of the two loses its commit.
TEST_F(SqliteFileTest, ALoadLeavesTheLocksOfThisProcessAlone) {
  RunSql(path(), ReadFile(POINTSMAN_INCIDENT_SQL));
  sqlite3* host = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &host), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(host, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_TRUE(IsHeldByAWriter(path()));
  Rows rows(path());
  EXPECT_TRUE(SqliteLoader(path()).Load(rows, {}).ok());
  EXPECT_TRUE(IsHeldByAWriter(path()));
  EXPECT_EQ(sqlite3_exec(host, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_FALSE(IsHeldByAWriter(path()));
  sqlite3_close(host);
}

TEST_F(SqliteFileTest, AFileThatIsCutOffSaysSoAndWhere) {
  RunSql(path(), ReadFile(POINTSMAN_INCIDENT_SQL));
  const std::string whole = ReadFile(path());
  const std::string cut = folder_ / "cut.db";
  const auto error_of = [&](std::size_t size) {
    WriteFile(cut, whole.substr(0, size));
    const absl::Status error = LoadError(cut);
    EXPECT_EQ(error.code(), absl::StatusCode::kDataLoss) << error;
    return std::string(error.message());
  };
  const std::string full = std::to_string(whole.size());
  EXPECT_EQ(error_of(whole.size() - 100),
            "cut.db: is cut off: it ends after " + std::to_string(whole.size() - 100) + " of " + full +
                " bytes, inside a page, as where a copy was interrupted or a disk was full; copy it again, or restore "
                "an older copy");
  EXPECT_THAT(error_of(8192), StartsWith("cut.db: is cut off: it ends after 8192 of " + full + " bytes, as where"));
  EXPECT_THAT(error_of(50), StartsWith("cut.db: is cut off: it ends after 50 bytes, as where"));
}

// Catches: the missing part of a page that SQLite reads as zeros, without an error.
TEST_F(SqliteFileTest, AFileThatEndsInsideAPageIsNeverRows) {
  Sql(std::string(kSchema) +
      "INSERT INTO channels (id, models) VALUES (1, 'm'); INSERT INTO options VALUES ('RetryTimes', '3')");
  const std::string whole = ReadFile(path());
  const std::string cut = folder_ / "cut.db";
  for (std::size_t missing = 1; missing < 4096; missing += 137) {
    WriteFile(cut, whole.substr(0, whole.size() - missing));
    EXPECT_EQ(LoadError(cut).code(), absl::StatusCode::kDataLoss) << missing;
  }
}

// Catches: a database in WAL mode taken for one that is cut off, whose last pages are in the other file.
TEST_F(SqliteFileTest, ADatabaseWhosePagesAreInItsWalIsWhole) {
  Sql(std::string(kSchema) + "PRAGMA journal_mode = wal");
  Writer gateway(path());
  gateway.Run("PRAGMA wal_autocheckpoint = 0");
  for (int i = 0; i < 40; ++i) gateway.Run("INSERT INTO channels (models) VALUES (hex(randomblob(500)))");
  EXPECT_THAT(MustLoad().channels(), SizeIs(40));
  gateway.Run("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_THAT(MustLoad().channels(), SizeIs(40));
}

// Nothing that a damaged or forged file holds may crash the reader or make it loop: it is rows or an error.
TEST_F(SqliteFileTest, DamagedFilesAreRowsOrAnError) {
  RunSql(path(), ReadFile(POINTSMAN_INCIDENT_SQL));
  const std::string whole = ReadFile(path());
  ASSERT_GT(whole.size(), 10000U);
  const std::string damaged = folder_ / "damaged.db";
  std::uint64_t random = 88172645463325252;
  const auto below = [&](std::size_t bound) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    return static_cast<std::size_t>(random % bound);
  };
  int errors = 0;
  int loads = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = whole;
    if (round % 3 == 0) bytes.resize(below(whole.size()));
    // Half of the damage goes where structure lives: the file's header and the schema.
    for (std::size_t i = below(8); i > 0 && !bytes.empty(); --i) {
      const std::size_t span = round % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 600);
      bytes[below(span)] = static_cast<char>(below(256));
    }
    WriteFile(damaged, bytes);
    ActingSink sink;
    Wanted wanted = Wanted::Everything();
    wanted.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const absl::Status status = SqliteLoader(damaged).Load(sink, wanted);
    ++(status.ok() ? loads : errors);
    EXPECT_NE(status.code(), absl::StatusCode::kDeadlineExceeded) << "round " << round;
    if (status.ok()) continue;
    EXPECT_THAT(std::string(status.message()), HasSubstr("damaged.db: ")) << "round " << round;
  }
  EXPECT_GT(errors, 50);
  EXPECT_GT(loads, 50);
}

}  // namespace
}  // namespace pointsman
