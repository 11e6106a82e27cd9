// How much slower a load is than the least that could be done: the same rows of a database copied to a client that
// looks at nothing. 100,000 channels and a million abilities from a PostgreSQL of its own and from a SQLite file, ours
// and theirs in turns, medians and ratios printed. --small: a hundredth of that, to see that it runs.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "load/sql/table_columns.h"
#include "pointsman/load/postgresql.h"
#include "pointsman/load/sqlite3.h"
#include "support/postgres_server.h"
#include "support/scratch_database.h"

namespace pointsman::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 7;

struct Size {
  long channels = 100'000;
  long abilities = 1'000'000;
  long rows() const { return channels + abilities; }
};

// Ten models a channel, in one of fifty groups; names as long as real ones.
std::string Tables(std::string_view boolean) {
  return "CREATE TABLE channels (id bigint PRIMARY KEY, name text, type bigint, key text, status bigint, \"group\" "
         "varchar(64), models text, priority bigint, weight bigint, tag text, model_mapping text, channel_info text, "
         "other_info text);"
         "CREATE TABLE abilities (\"group\" varchar(64), model varchar(255), channel_id bigint, enabled " +
         std::string(boolean) +
         ", priority bigint, weight bigint, tag text, PRIMARY KEY (\"group\", model, channel_id));";
}
std::string Fill(const Size& size, const std::string& series, const std::string& yes) {
  const std::string channels =
      "INSERT INTO channels SELECT i, 'channel-' || i, 1, 'sk-' || i, 1, 'customers-' || i % 50, "
      "'claude-sonnet-model-' || i % 100, i % 3, i % 20, NULL, '', NULL, NULL FROM ";
  const std::string abilities =
      "INSERT INTO abilities SELECT 'customers-' || (i / 10) % 50, 'claude-sonnet-model-' || (i % 10 + 10 * ((i / 10) "
      "% "
      "100)), i / 10 + 1, " +
      yes + ", i % 3, i % 20, NULL FROM ";
  const auto from = [&](long count) {
    std::string text = series;
    return text.replace(text.find("LAST"), 4, std::to_string(count - 1));
  };
  return channels + from(size.channels) + ";" + abilities + from(size.abilities) + ";";
}

std::string Select(SourceTable table) {
  std::string columns;
  for (const std::string_view column : ColumnsRead(table)) {
    columns += (columns.empty() ? "\"" : ", \"") + std::string(column) + "\"";
  }
  return "SELECT " + columns + " FROM " + std::string(TableName(table));
}

double Seconds(const std::function<void()>& work) {
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Ours and theirs in turns, after one of each that nobody counts.
void Compare(const char* source, const Size& size, const std::function<void()>& ours, const char* their_name,
             const std::function<void()>& theirs) {
  std::vector<double> our_times, their_times, ratios;
  ours();
  theirs();
  for (int i = 0; i < kRounds; ++i) {
    our_times.push_back(Seconds(ours));
    their_times.push_back(Seconds(theirs));
    ratios.push_back(our_times.back() / their_times.back());
  }
  std::sort(ratios.begin(), ratios.end());
  const double rows = static_cast<double>(size.rows());
  std::printf("%-10s Load %.0f ms, %.2f million rows/s; %s %.0f ms, %.2f million rows/s; ratio %.2f (%.2f to %.2f)\n",
              source, Median(our_times) * 1e3, rows / Median(our_times) / 1e6, their_name, Median(their_times) * 1e3,
              rows / Median(their_times) / 1e6, Median(ratios), ratios.front(), ratios.back());
}

void LoadAll(Loader& loader, const Size& size) {
  Rows rows;
  const absl::Status loaded = loader.Load(rows, {});
  EXPECT_TRUE(loaded.ok()) << loaded;
  EXPECT_EQ(rows.channels().size() + rows.abilities().size(), static_cast<std::size_t>(size.rows()));
}

// Everything to the client, as text, and thrown away.
void CopyAll(const std::string& uri, const Size& size) {
  PGconn* const connection = PQconnectdb(uri.c_str());
  long rows = 0;
  for (const SourceTable table : {SourceTable::kChannels, SourceTable::kAbilities}) {
    PQclear(PQexec(connection, ("COPY (" + Select(table) + ") TO STDOUT").c_str()));
    char* line = nullptr;
    while (PQgetCopyData(connection, &line, 0) > 0) {
      PQfreemem(line);
      ++rows;
    }
    while (PGresult* const result = PQgetResult(connection)) PQclear(result);
  }
  PQfinish(connection);
  EXPECT_EQ(rows, size.rows());
}

// Every value asked for, and thrown away.
void StepAll(const std::string& path, const Size& size) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  long rows = 0;
  for (const SourceTable table : {SourceTable::kChannels, SourceTable::kAbilities}) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db, Select(table).c_str(), -1, &statement, nullptr), SQLITE_OK);
    const int columns = sqlite3_column_count(statement);
    for (; sqlite3_step(statement) == SQLITE_ROW; ++rows) {
      for (int i = 0; i < columns; ++i) {
        if (sqlite3_column_type(statement, i) == SQLITE_INTEGER) {
          (void)sqlite3_column_int64(statement, i);
        } else {
          (void)sqlite3_column_text(statement, i);
        }
      }
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  EXPECT_EQ(rows, size.rows());
}

void FromPostgresql(const Size& size) {
  if (!PostgresServer::IsInstalled()) {
    std::printf("PostgreSQL %s\n", PostgresServer::WhyNone().c_str());
    return;
  }
  PostgresDatabase db(*PostgresServer::Shared());
  db.Run(Tables("boolean") + Fill(size, "generate_series(0, LAST) AS i", "true"));
  db.Run("VACUUM ANALYZE");
  PostgresqlLoader loader(db.uri());
  Compare("PostgreSQL", size, [&] { LoadAll(loader, size); }, "COPY", [&] { CopyAll(db.uri(), size); });
}

void FromSqlite(const Size& size) {
  const ScratchFolder folder;
  const std::string path = folder / "one-api.db";
  const std::string series =
      "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < LAST) SELECT i FROM n)";
  RunSql(path, "BEGIN;" + Tables("numeric") + Fill(size, series, "1") + "COMMIT");
  SqliteLoader loader(path);
  Compare("SQLite", size, [&] { LoadAll(loader, size); }, "SELECT", [&] { StepAll(path, size); });
}

}  // namespace
}  // namespace pointsman::bench

int main(int argc, char** argv) {
  using namespace pointsman::bench;
  ::testing::InitGoogleTest(&argc, argv);  // whose checks it uses
  Size size;
  if (argc > 1 && std::string_view(argv[1]) == "--small") size = {1'000, 10'000};
  std::printf("%ld channels, %ld abilities, medians of %d rounds\n", size.channels, size.abilities, kRounds);
  FromPostgresql(size);
  FromSqlite(size);
  return ::testing::UnitTest::GetInstance()->Passed() && !::testing::Test::HasFailure() ? 0 : 1;
}
