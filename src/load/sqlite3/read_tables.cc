#include "load/sqlite3/read_tables.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "load/sqlite3/read_cell.h"
#include "load/sqlite3/table_columns.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr int kShownTables = 8;

// A column as the schema declares it.
struct Declared {
  std::string name;
  std::optional<std::string> default_sql;
};

// The columns of a table or view; none where there is no such table.
absl::StatusOr<std::vector<Declared>> DeclaredColumns(Connection& connection, SourceTable table) {
  std::vector<Declared> columns;
  Statement info = connection.Prepare("PRAGMA table_info(\"" + std::string(TableName(table)) + "\")");
  while (info.Next()) {
    Declared& column = columns.emplace_back(Declared{.name = std::string(info.cell(1).Text())});
    if (info.cell(4).type() != SQLITE_NULL) column.default_sql = std::string(info.cell(4).Text());
  }
  if (!info.status().ok()) return info.status();
  return columns;
}

// SQLite's own rule: names of columns differ by more than case.
const Declared* Find(const std::vector<Declared>& columns, std::string_view name) {
  const std::string wanted(name);
  for (const Declared& column : columns) {
    if (absl::EqualsIgnoreCase(column.name, wanted)) return &column;
  }
  return nullptr;
}

// One table of one load. The columns it selects are those of `all` that the database has, in order.
template <class Row>
class TableReader {
 public:
  TableReader(Connection& connection, SourceTable table, std::span<const Column<Row>> all, RowSink& sink)
      : connection_(connection), table_(table), all_(all), sink_(sink) {}

  absl::Status Read() {
    absl::StatusOr<std::vector<Declared>> declared = DeclaredColumns(connection_, table_);
    if (!declared.ok()) return declared.status();
    if (declared->empty()) return absl::OkStatus();
    Describe(*declared);
    if (absl::Status usable = Choose(*declared); !usable.ok()) return usable;
    return ReadRows(Select(*declared));
  }

 private:
  void Describe(const std::vector<Declared>& declared) {
    for (const Column<Row>& column : all_) {
      const Declared* const found = Find(declared, column.name);
      ColumnFact fact{.table = table_, .column = column.name, .present = found != nullptr};
      if (found != nullptr) fact.default_sql = nullptr;
      if (found != nullptr && found->default_sql.has_value()) fact.default_sql = std::string_view(*found->default_sql);
      sink_.Describe(fact);
    }
  }

  absl::Status Choose(const std::vector<Declared>& declared) {
    for (const Column<Row>& column : all_) {
      if (Find(declared, column.name) != nullptr) {
        chosen_.push_back(&column);
      } else if (column.is_required()) {
        return absl::InvalidArgumentError(connection_.name() + ": table " + std::string(TableName(table_)) +
                                          " has no column " + std::string(column.name) +
                                          ", so this is not a gateway's database; name the gateway's SQLite file");
      }
    }
    return absl::OkStatus();
  }

  // Every column by name and quoted: `group` and `key` are reserved words, and `*` would fetch secrets.
  std::string Select(const std::vector<Declared>& declared) const {
    std::string sql;
    for (const Column<Row>* column : chosen_) {
      sql += sql.empty() ? "SELECT \"" : ", \"";
      sql += std::string(column->name) + "\"";
    }
    sql += " FROM \"" + std::string(TableName(table_)) + "\"";
    const bool is_soft_deleted = table_ == SourceTable::kTokens || table_ == SourceTable::kUsers;
    if (is_soft_deleted && Find(declared, "deleted_at") != nullptr) sql += " WHERE \"deleted_at\" IS NULL";
    return sql;
  }

  absl::Status ReadRows(const std::string& sql) {
    Statement rows = connection_.Prepare(sql);
    while (rows.Next()) {
      Row row;
      if (!Fill(rows, row)) continue;
      if (!sink_.Add(row)) return absl::CancelledError(connection_.name() + ": the sink of the rows asked to stop");
    }
    return rows.status();
  }

  bool Fill(const Statement& rows, Row& row) {
    std::string problem;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const Column<Row>& column = *chosen_[i];
      const bool fits = std::visit(
          [&](auto member) { return ReadCell(rows.cell(static_cast<int>(i)), column.kind, row.*member, problem); },
          column.member);
      if (fits) continue;
      Reject(rows, column, std::move(problem));
      return false;
    }
    return true;
  }

  void Reject(const Statement& rows, const Column<Row>& column, std::string problem) {
    Rejection rejection;
    rejection.place = {
        .source = connection_.name(), .table = table_, .key = KeyText(rows), .column = std::string(column.name)};
    rejection.problem = std::move(problem);
    rejection.cure = CureFor(column.kind, column.is_required());
    sink_.Reject(std::move(rejection));
  }

  // "id 8", or "(default, runway, 8)" for a key of several columns.
  std::string KeyText(const Statement& rows) const {
    std::string values;
    std::string_view name;
    int count = 0;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (!chosen_[i]->in_key) continue;
      if (count++ != 0) values += ", ";
      const Cell cell = rows.cell(static_cast<int>(i));
      values += cell.type() == SQLITE_NULL ? "NULL" : Printable(cell.Text());
      name = chosen_[i]->name;
    }
    return count == 1 ? std::string(name) + " " + values : "(" + values + ")";
  }

  Connection& connection_;
  SourceTable table_;
  std::span<const Column<Row>> all_;
  RowSink& sink_;
  std::vector<const Column<Row>*> chosen_;
};

absl::Status ForeignDatabase(Connection& connection) {
  std::string names;
  int count = 0;
  Statement tables = connection.Prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
  while (tables.Next()) {
    if (++count <= kShownTables) names += (names.empty() ? "" : ", ") + Quoted(tables.cell(0).Text());
  }
  if (!tables.status().ok()) return tables.status();
  if (count == 0) {
    return absl::InvalidArgumentError(connection.name() +
                                      ": an empty database, without any table; name the file that the gateway uses, or "
                                      "start the gateway on this one first");
  }
  if (count > kShownTables) names += " and " + std::to_string(count - kShownTables) + " more";
  return absl::InvalidArgumentError(connection.name() +
                                    ": no table \"channels\", so this is not a gateway's database (it has " + names +
                                    "); name the gateway's SQLite file");
}

absl::Status CheckIsGateways(Connection& connection) {
  const absl::StatusOr<std::vector<Declared>> channels = DeclaredColumns(connection, SourceTable::kChannels);
  if (!channels.ok()) return channels.status();
  return channels->empty() ? ForeignDatabase(connection) : absl::OkStatus();
}

template <class Row>
absl::Status ReadTable(Connection& connection, SourceTable table, std::span<const Column<Row>> columns, RowSink& sink,
                       const Wanted& wanted) {
  if (!wanted.Includes(table)) return absl::OkStatus();
  if (absl::Status in_time = connection.CheckDeadline(); !in_time.ok()) return in_time;
  return TableReader<Row>(connection, table, columns, sink).Read();
}

}  // namespace

absl::Status ReadTables(Connection& connection, RowSink& sink, const Wanted& wanted) {
  absl::Status read = CheckIsGateways(connection);
  const auto then = [&]<class Row>(SourceTable table, std::span<const Column<Row>> columns) {
    if (read.ok()) read = ReadTable(connection, table, columns, sink, wanted);
  };
  then(SourceTable::kChannels, std::span<const Column<ChannelRow>>(kChannelColumns));
  then(SourceTable::kAbilities, std::span<const Column<AbilityRow>>(kAbilityColumns));
  then(SourceTable::kTokens, std::span<const Column<TokenRow>>(kTokenColumns));
  then(SourceTable::kUsers, std::span<const Column<UserRow>>(kUserColumns));
  then(SourceTable::kOptions, std::span<const Column<OptionRow>>(kOptionColumns));
  return read;
}

}  // namespace pointsman::inline v0
