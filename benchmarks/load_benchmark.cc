// From a file to rows, and from a file to a published table. The files are made in the temporary folder and removed.
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "harness/cases.h"
#include "pointsman/load/json.h"
#include "pointsman/load/sqlite3.h"
#include "pointsman/router.h"

namespace pointsman::bench {
namespace {

std::string Json(const Workload& w) {
  std::string text = "{\"channels\": [";
  const char* comma = "";
  for (const ChannelRow& row : w.rows().channels()) {
    text += comma + ("{\"id\":" + std::to_string(row.id)) +
            ",\"status\":1,\"priority\":" + std::to_string(row.priority.value_or(0)) +
            ",\"weight\":" + std::to_string(row.weight.value_or(0)) + "}";
    comma = ",\n";
  }
  text += "], \"abilities\": [";
  comma = "";
  for (const AbilityRow& row : w.rows().abilities()) {
    text += comma + ("{\"group\":\"" + std::string(row.group.value())) + "\",\"model\":\"" +
            std::string(row.model.value()) + "\",\"channel_id\":" + std::to_string(row.channel_id) +
            ",\"enabled\":true,\"priority\":" + std::to_string(row.priority.value_or(0)) +
            ",\"weight\":" + std::to_string(row.weight.value_or(0)) + "}";
    comma = ",\n";
  }
  return text + "]}";
}

// A gateway's file with the columns that routing reads, removed when this ends.
class SqliteFile {
 public:
  explicit SqliteFile(const Workload& w)
      : path_(std::filesystem::temp_directory_path() / ("pointsman-load-" + std::to_string(getpid()) + ".db")) {
    std::string sql =
        "CREATE TABLE channels(id INTEGER PRIMARY KEY, status INTEGER, priority INTEGER, weight INTEGER, models TEXT, "
        "\"group\" TEXT);"
        "CREATE TABLE abilities(\"group\" TEXT, model TEXT, channel_id INTEGER, enabled NUMERIC, priority INTEGER, "
        "weight INTEGER, PRIMARY KEY(\"group\", model, channel_id)); BEGIN;";
    for (const ChannelRow& row : w.rows().channels()) {
      sql += "INSERT INTO channels VALUES(" + std::to_string(row.id) + ",1," +
             std::to_string(row.priority.value_or(0)) + "," + std::to_string(row.weight.value_or(0)) + ",'','');";
    }
    for (const AbilityRow& row : w.rows().abilities()) {
      sql += "INSERT INTO abilities VALUES('" + std::string(row.group.value()) + "','" +
             std::string(row.model.value()) + "'," + std::to_string(row.channel_id) + ",1," +
             std::to_string(row.priority.value_or(0)) + "," + std::to_string(row.weight.value_or(0)) + ");";
    }
    sql += "COMMIT;";
    sqlite3* db = nullptr;
    ok_ = sqlite3_open(path_.c_str(), &db) == SQLITE_OK &&
          sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(db);
  }
  ~SqliteFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::string& path() const { return path_.native(); }
  bool ok() const { return ok_; }

 private:
  std::filesystem::path path_;
  bool ok_ = false;
};

void LoadInto(benchmark::State& state, Loader& loader, const Workload& w) {
  for (auto _ : state) {
    Rows rows;
    if (!loader.Load(rows, {}).ok() || rows.abilities().size() != w.shape().abilities())
      return state.SkipWithError("load");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(w.shape().abilities()));
}

void BM_LoadJson(benchmark::State& state, Size size) {
  const Workload& w = WorkloadOf(size);
  JsonLoader loader = JsonLoader::Text(Json(w));
  LoadInto(state, loader, w);
}
BENCHMARK_CAPTURE(BM_LoadJson, tiny, Size::kTiny)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_LoadJson, small, Size::kSmall)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_LoadJson, typical_shared, Size::kTypical)->Unit(benchmark::kMillisecond);

void BM_LoadSqlite(benchmark::State& state, Size size) {
  const Workload& w = WorkloadOf(size);
  const SqliteFile file(w);
  if (!file.ok()) return state.SkipWithError("cannot make the file");
  SqliteLoader loader(file.path());
  LoadInto(state, loader, w);
}
BENCHMARK_CAPTURE(BM_LoadSqlite, tiny, Size::kTiny)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_LoadSqlite, small, Size::kSmall)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_LoadSqlite, typical_shared, Size::kTypical)->Unit(benchmark::kMillisecond);

void BM_ReloadFromRows(benchmark::State& state, Size size) {
  const Workload& w = WorkloadOf(size);
  Router router;
  RowsLoader loader(w.rows());
  for (auto _ : state) {
    if (!router.Reload(loader).ok()) return state.SkipWithError("reload");
  }
}
BENCHMARK_CAPTURE(BM_ReloadFromRows, small, Size::kSmall)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_ReloadFromRows, typical_shared, Size::kTypical)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pointsman::bench
