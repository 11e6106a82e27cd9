#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "database.h"
#include "kept.h"
#include "pointsman/load/sqlite3.h"
#include "token_query.h"

namespace gateway {
namespace {

constexpr int kBusyMs = 2000;
constexpr KeptLimits kConnections = {.most = 32, .idle = std::chrono::seconds(60)};

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Which file a path leads to: a database that was put in the place of another has its own. Asked without opening it: to
// close such a file again would end SQLite's locks on it.
struct FileId {
  dev_t device = 0;
  ino_t number = 0;

  bool operator==(const FileId&) const = default;
};

FileId FileAt(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return {};
  return {.device = found.st_dev, .number = found.st_ino};
}

// A connection and the statement for tokens, prepared once.
class Connection {
 public:
  Connection(const std::string& path, const FileId& file) : file_(file) {
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) return;
    sqlite3_busy_timeout(db_, kBusyMs);
  }
  ~Connection() {
    sqlite3_finalize(find_);
    sqlite3_close(db_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const FileId& file() const { return file_; }
  sqlite3_stmt* Prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
    return statement;
  }
  sqlite3_stmt* Find(const std::string& sql) {
    if (find_ == nullptr) find_ = Prepare(sql);
    return find_;
  }
  // SQLite's words name tables and files, never values.
  absl::Status Error() const { return absl::UnavailableError(std::string("SQLite: ") + sqlite3_errmsg(db_)); }

 private:
  const FileId file_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* find_ = nullptr;
};

Cell ReadCell(sqlite3_stmt* row, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  if (text == nullptr) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

void Bind(sqlite3_stmt* statement, int at, std::string_view text) {
  sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, const pointsman::Schema& schema)
      : path_(std::move(path)), query_(schema, "?1", "?2") {}

  absl::StatusOr<std::optional<pointsman::Caller>> FindCaller(std::string_view key) override {
    auto connection = Borrow();
    sqlite3_stmt* const find = connection->Find(query_.sql());
    if (find == nullptr) return Broken(connection);
    Bind(find, 1, key);
    Bind(find, 2, WithoutPrefix(key));
    const int step = sqlite3_step(find);
    if (step != SQLITE_ROW && step != SQLITE_DONE) return Broken(connection);
    std::optional<pointsman::Caller> caller;
    if (step == SQLITE_ROW) {
      std::vector<Cell> cells;
      for (std::size_t i = 0; i < query_.columns(); ++i) cells.push_back(ReadCell(find, static_cast<int>(i)));
      caller = query_.Read(cells, Now());
    }
    sqlite3_reset(find);
    sqlite3_clear_bindings(find);  // the key does not stay
    return caller;
  }

  absl::StatusOr<std::vector<UpstreamRow>> ReadUpstreams() override {
    auto connection = Borrow();
    sqlite3_stmt* const rows = connection->Prepare("SELECT id, base_url, \"key\", model_mapping FROM channels");
    if (rows == nullptr) return Broken(connection);
    std::vector<UpstreamRow> all;
    int step = SQLITE_DONE;
    while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
      all.push_back({.channel_id = sqlite3_column_int64(rows, 0),
                     .base_url = ReadCell(rows, 1).value_or(""),
                     .keys = ReadCell(rows, 2).value_or(""),
                     .model_mapping = ReadCell(rows, 3).value_or("")});
    }
    sqlite3_finalize(rows);
    if (step != SQLITE_DONE) return Broken(connection);
    return all;
  }

  std::unique_ptr<pointsman::Loader> MakeLoader() override { return std::make_unique<pointsman::SqliteLoader>(path_); }

 private:
  // One of the file that is there now, which may have been put in the place of another.
  Kept<Connection>::Loan Borrow() {
    const FileId file = FileAt(path_);
    return connections_.Borrow([&] { return std::make_unique<Connection>(path_, file); },
                               [&](const Connection& kept) { return kept.file() == file; });
  }
  static absl::Status Broken(Kept<Connection>::Loan& connection) {
    const absl::Status error = connection->Error();
    connection.Discard();
    return error;
  }

  std::string path_;
  TokenQuery query_;
  Kept<Connection> connections_{kConnections};
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path) {
  const absl::StatusOr<pointsman::Schema> schema = pointsman::ReadSqliteSchema(path);
  if (!schema.ok()) return schema.status();
  return std::unique_ptr<Database>(std::make_unique<SqliteDatabase>(path, *schema));
}

}  // namespace gateway
