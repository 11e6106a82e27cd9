#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/cure_run.h"
#include "doctor/sql_text.h"
#include "load/postgresql/catalog.h"
#include "load/postgresql/pg_connection.h"
#include "load/postgresql/read_schema.h"
#include "load/postgresql/read_tables.h"
#include "pointsman/load/postgresql.h"

namespace pointsman::inline v0 {
namespace {

// "postgresql://root@db/one_api" -> "pointsman-one_api"; in the working directory, since a server has no folder here.
std::string UndoPrefix(std::string_view source) {
  std::string prefix = "pointsman-";
  for (const char c : source.substr(source.rfind('/') + 1)) {
    prefix += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return prefix;
}

constexpr std::size_t kMostLocked = 50'000;  // rows, by one statement

// "(E'…', 'gpt-4o', 8)"; nothing for a key with a NULL in it, which no comparison finds.
absl::StatusOr<std::string> KeyTuple(const std::vector<ColumnValue>& key) {
  std::string tuple;
  for (const ColumnValue& column : key) {
    if (std::holds_alternative<std::monostate>(column.value)) return std::string();
    tuple += tuple.empty() ? "(" : ", ";
    if (const auto* const number = std::get_if<std::int64_t>(&column.value)) {
      tuple += std::to_string(*number);
      continue;
    }
    const absl::StatusOr<std::string> text = SqlText(std::get<std::string>(column.value), Dialect::kPostgresql);
    if (!text.ok()) return text.status();
    tuple += *text;
  }
  return tuple + ")";
}

std::string KeyNames(const std::vector<ColumnValue>& key) {
  std::string names;
  for (const ColumnValue& column : key) names += (names.empty() ? "" : ", ") + PgName(column.column);
  return names;
}

// In one statement, so that next to no time passes between the moment that the transaction sees and the locks.
std::string LockSql(SourceTable table, const std::string& names, const std::string& tuples) {
  return "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM " + std::string(TableName(table)) + " WHERE (" + names +
         ") IN (VALUES " + tuples + ") FOR UPDATE) AS locked";
}

// Others may read the table and not write to it. The transaction has not seen its moment yet.
std::string LockTableSql(SourceTable table) {
  return "LOCK TABLE " + std::string(TableName(table)) + " IN SHARE ROW EXCLUSIVE MODE";
}

class PostgresqlTarget final : public CureTarget {
 public:
  explicit PostgresqlTarget(PgConnection& connection) : connection_(connection) {}

  const std::string& name() const override { return connection_.name(); }
  Dialect dialect() const override { return Dialect::kPostgresql; }
  UndoForm undo_form() const override {
    return {
        .path_prefix = UndoPrefix(name()), .run = "psql -v ON_ERROR_STOP=1 -f THIS_FILE DATABASE", .begin = "BEGIN"};
  }
  absl::Status Begin(Access access) override {
    open_ = true;
    return connection_.Begin(access == Access::kRead ? PgConnection::Access::kRead : PgConnection::Access::kWrite);
  }
  // A row that somebody updates after this transaction's moment would take it back: on a gateway at work there is
  // always one, since quotas are in the same rows.
  absl::Status Lock(const std::vector<RowChange>& changes, Locked what) override {
    std::map<SourceTable, std::vector<std::string>> tuples;
    std::map<SourceTable, std::string> names;
    for (const RowChange& change : changes) {
      if (change.kind == RowChange::Kind::kInsert) continue;
      absl::StatusOr<std::string> tuple = KeyTuple(change.key);
      if (!tuple.ok()) return tuple.status();
      if (tuple->empty()) continue;
      tuples[change.table].push_back(*std::move(tuple));
      names.try_emplace(change.table, KeyNames(change.key));
    }
    for (const auto& [table, of_table] : tuples) {
      absl::Status locked =
          what == Locked::kRows ? LockRows(table, names[table], of_table) : Execute(LockTableSql(table)).status();
      if (!locked.ok()) return locked;
    }
    return absl::OkStatus();
  }
  absl::Status Read(RowSink& sink) override { return ReadTables(connection_, sink, Wanted::Everything()); }
  absl::StatusOr<Schema> ReadSchema() override { return v0::ReadSchema(connection_); }
  absl::StatusOr<std::int64_t> Execute(const std::string& statement) override {
    absl::StatusOr<std::int64_t> rows = connection_.ExecuteCounting(statement);
    if (!absl::IsPermissionDenied(rows.status())) return rows;
    return absl::PermissionDeniedError(
        name() +
        ": this user may not write what the cure changes; run it as the gateway's own user, or print the SQL with "
        "--fix");
  }
  // A server that answers with an error has rolled back.
  absl::Status Commit() override {
    absl::Status committed = connection_.Commit();
    open_ = false;
    if (committed.ok() || connection_.is_idle()) return committed;
    return absl::UnknownError(std::string(committed.message().data(), committed.message().size()));
  }
  void RollBack() override {
    if (open_ && !connection_.is_idle())
      (void)connection_.Execute("ROLLBACK");  // one that is lost has done it by itself
    open_ = false;
  }
  bool was_taken_back() const override { return connection_.was_taken_back(); }

 private:
  absl::Status LockRows(SourceTable table, const std::string& names, const std::vector<std::string>& tuples) {
    for (std::size_t begin = 0; begin < tuples.size(); begin += kMostLocked) {
      std::string some;
      for (std::size_t i = begin; i < std::min(tuples.size(), begin + kMostLocked); ++i) {
        some += (some.empty() ? "" : ", ") + tuples[i];
      }
      if (absl::Status locked = Execute(LockSql(table, names, some)).status(); !locked.ok()) return locked;
    }
    return absl::OkStatus();
  }

  PgConnection& connection_;
  bool open_ = false;
};

}  // namespace

absl::StatusOr<CureResult> ApplyPostgresqlCures(const std::string& connection, const CureOptions& options,
                                                const PostgresqlOptions& postgresql) {
  if (absl::Status asked = CheckConfirms(options, "ApplyPostgresqlCures"); !asked.ok()) return asked;
  absl::StatusOr<std::unique_ptr<PgConnection>> opened =
      PgConnection::Open(connection, postgresql, PgConnection::Clock::time_point::max());
  if (!opened.ok()) return opened.status();
  PostgresqlTarget target(**opened);
  return RunCure(target, options);
}

}  // namespace pointsman::inline v0
