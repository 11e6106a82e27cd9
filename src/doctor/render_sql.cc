#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/sql_text.h"
#include "pointsman/doctor.h"

namespace pointsman::inline v0 {
namespace {

// The columns that most PostgreSQL databases declare as boolean, and those that were moved from elsewhere as integer:
// an untyped literal fits both.
constexpr std::array<std::pair<SourceTable, std::string_view>, 3> kBooleans = {{
    {SourceTable::kAbilities, "enabled"},
    {SourceTable::kTokens, "model_limits_enabled"},
    {SourceTable::kTokens, "cross_group_retry"},
}};

bool IsBoolean(SourceTable table, std::string_view column) {
  for (const auto& [of, name] : kBooleans) {
    if (of == table && name == column) return true;
  }
  return false;
}

// Writes the parts of one statement and keeps the first error, so that the callers read like the SQL.
class Writer {
 public:
  Writer(SourceTable table, Dialect dialect) : table_(table), dialect_(dialect) {}

  void Word(std::string_view text) { sql_ += text; }

  void Names(const std::vector<ColumnValue>& columns, bool& first) {
    for (const ColumnValue& column : columns) {
      if (!std::exchange(first, false)) sql_ += ", ";
      sql_ += SqlName(column.column, dialect_);
    }
  }

  void Values(const std::vector<ColumnValue>& columns, bool& first) {
    for (const ColumnValue& column : columns) {
      if (!std::exchange(first, false)) sql_ += ", ";
      Value(column);
    }
  }

  void Assignments(const std::vector<ColumnValue>& columns) {
    bool first = true;
    for (const ColumnValue& column : columns) {
      if (!std::exchange(first, false)) sql_ += ", ";
      sql_ += SqlName(column.column, dialect_) + " = ";
      Value(column);
    }
  }

  void Conditions(const std::vector<ColumnValue>& columns, bool& first) {
    for (const ColumnValue& column : columns) {
      if (!std::exchange(first, false)) sql_ += " AND ";
      sql_ += SqlName(column.column, dialect_);
      if (std::holds_alternative<std::monostate>(column.value)) {
        sql_ += " IS NULL";
      } else {
        sql_ += " = ";
        Value(column);
      }
    }
  }

  absl::StatusOr<std::string> Finish() && {
    if (!status_.ok()) return status_;
    return std::move(sql_);
  }

 private:
  void Value(const ColumnValue& column) {
    if (const auto* text = std::get_if<std::string>(&column.value)) {
      absl::StatusOr<std::string> literal = SqlText(*text, dialect_);
      if (literal.ok()) {
        sql_ += *literal;
      } else if (status_.ok()) {
        status_ = literal.status();
      }
    } else if (const auto* number = std::get_if<std::int64_t>(&column.value)) {
      const bool boolean = dialect_ == Dialect::kPostgresql && IsBoolean(table_, column.column);
      sql_ += boolean ? (*number != 0 ? "'1'" : "'0'") : std::to_string(*number);
    } else {
      sql_ += "NULL";
    }
  }

  SourceTable table_;
  Dialect dialect_;
  std::string sql_;
  absl::Status status_;
};

void WriteWhere(const RowChange& change, Writer& writer) {
  writer.Word(" WHERE ");
  bool first = true;
  writer.Conditions(change.key, first);
  writer.Conditions(change.before, first);
}

void WriteInsert(const RowChange& change, Writer& writer) {
  writer.Word("INSERT INTO " + std::string(TableName(change.table)) + " (");
  bool first = true;
  writer.Names(change.key, first);
  writer.Names(change.after, first);
  writer.Word(") ");
}

void WriteValues(const RowChange& change, Writer& writer) {
  bool first = true;
  writer.Values(change.key, first);
  writer.Values(change.after, first);
}

// Asks for the key itself: a table that has lost its primary key in a move takes a row twice without a word.
void WriteInsertIfAbsent(const RowChange& change, Dialect dialect, Writer& writer) {
  WriteInsert(change, writer);
  writer.Word("SELECT ");
  WriteValues(change, writer);
  writer.Word(dialect == Dialect::kMysql ? " FROM DUAL" : "");
  writer.Word(" WHERE NOT EXISTS (SELECT 1 FROM " + std::string(TableName(change.table)) + " WHERE ");
  bool first = true;
  writer.Conditions(change.key, first);
  writer.Word(")");
}

}  // namespace

absl::StatusOr<std::string> RenderUndo(const RowChange& change, Dialect dialect) {
  const RowChange undo = change.Undo();
  if (undo.kind != RowChange::Kind::kInsert || undo.key.empty()) return RenderSql(undo, dialect);
  Writer writer(undo.table, dialect);
  WriteInsertIfAbsent(undo, dialect, writer);
  return std::move(writer).Finish();
}

absl::StatusOr<std::string> RenderSql(const RowChange& change, Dialect dialect) {
  if (change.key.empty()) return absl::InvalidArgumentError("a row change without a key would touch every row");
  const std::string_view table = TableName(change.table);
  Writer writer(change.table, dialect);
  switch (change.kind) {
    case RowChange::Kind::kUpdate:
      if (change.after.empty()) return absl::InvalidArgumentError("an update without new values changes nothing");
      writer.Word("UPDATE " + std::string(table) + " SET ");
      writer.Assignments(change.after);
      WriteWhere(change, writer);
      break;
    case RowChange::Kind::kInsert:
      WriteInsert(change, writer);
      writer.Word("VALUES (");
      WriteValues(change, writer);
      writer.Word(")");
      break;
    case RowChange::Kind::kDelete:
      writer.Word("DELETE FROM " + std::string(table));
      WriteWhere(change, writer);
      break;
  }
  return std::move(writer).Finish();
}

}  // namespace pointsman::inline v0
