// SelectedColumns: which of a table's columns a load asks a database for, and how the answer becomes rows. The one way
// for all databases that quote names with double quotes.
//
//   SelectedColumns<TokenRow> columns(SourceTable::kTokens, kTokenColumns, [&](std::string_view name) { … });
//   columns.Describe(sink);
//   if (!columns.missing_key().empty()) return Foreign(columns.missing_key());
//   for (auto& cells : Query(columns.Select("\"tokens\""))) {
//     TokenRow row;
//     if (columns.Fill(cells, source, sink, row)) sink.Add(row);
//   }
//
// Thread safety: thread-compatible. Cost: Fill copies nothing unless it rejects.
#ifndef POINTSMAN_SRC_LOAD_SQL_SELECTED_COLUMNS_H_
#define POINTSMAN_SRC_LOAD_SQL_SELECTED_COLUMNS_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "load/sql/read_cell.h"
#include "load/sql/table_columns.h"
#include "pointsman/loader.h"
#include "pointsman/rows.h"
#include "rows/routing_options.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

// A column as a database declares it.
struct DeclaredColumn {
  std::string name;
  Field<std::string> default_sql;  // NULL: none; absent: not known (the columns of a view)
};

// The keys of the options that concern routing, quoted, for an IN (…).
inline std::string RoutingOptionLiterals() {
  std::string literals;
  for (const std::string_view key : kRoutingOptions) {
    literals += (literals.empty() ? "'" : ", '") + std::string(key) + "'";
  }
  return literals;
}

template <class Row>
class SelectedColumns {
 public:
  // `find` gives the DeclaredColumn of a name, or null. It is asked here and not kept.
  template <class Find>
  SelectedColumns(SourceTable table, std::span<const Column<Row>> all, const Find& find) : table_(table), all_(all) {
    for (const Column<Row>& column : all_) {
      found_.push_back(find(column.name));
      if (found_.back() != nullptr) {
        chosen_.push_back(&column);
      } else if (column.is_required() && missing_key_.empty()) {
        missing_key_ = column.name;
      }
    }
    skips_deleted_ = MayBeSoftDeleted(table) && find(kDeletedAt) != nullptr;
  }

  // A column without which the table is not a gateway's; empty where nothing is missing.
  std::string_view missing_key() const { return missing_key_; }

  void Describe(RowSink& sink) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const DeclaredColumn* const found = found_[i];
      ColumnFact fact{.table = table_, .column = all_[i].name, .present = found != nullptr};
      if (found != nullptr && found->default_sql.is_null()) fact.default_sql = nullptr;
      if (found != nullptr && found->default_sql.has_value()) {
        fact.default_sql = std::string_view(found->default_sql.value());
      }
      sink.Describe(fact);
    }
  }

  // Every column by name and quoted: `group` and `key` are reserved words, and `*` would fetch secrets.
  std::string Select(const std::string& from) const {
    std::string sql;
    for (const Column<Row>* column : chosen_) {
      sql += sql.empty() ? "SELECT \"" : ", \"";
      sql += std::string(column->name) + "\"";
    }
    sql += " FROM " + from;
    if (skips_deleted_) sql += " WHERE \"" + std::string(kDeletedAt) + "\" IS NULL";
    if (table_ == SourceTable::kOptions) sql += " WHERE \"key\" IN (" + RoutingOptionLiterals() + ")";
    return sql;
  }

  // Fills `row` from the values of one row in the order of Select; cells.cell(i) is the i-th. False where a value does
  // not fit: the sink is then told, and the row is not to be used.
  template <class Cells>
  bool Fill(const Cells& cells, const std::string& source, RowSink& sink, Row& row) const {
    std::string problem;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const Column<Row>& column = *chosen_[i];
      const auto cell = cells.cell(static_cast<int>(i));
      const bool fits =
          std::visit([&](auto member) { return ReadCell(cell, column.kind, row.*member, problem); }, column.member);
      if (fits) continue;
      Rejection rejection;
      rejection.place = {.source = source, .table = table_, .key = KeyText(cells), .column = std::string(column.name)};
      rejection.problem = std::move(problem);
      rejection.cure = CureFor(cell, column.kind, column.is_required());
      sink.Reject(std::move(rejection));
      return false;
    }
    return true;
  }

 private:
  // "id 8", or "(default, runway, 8)" for a key of several columns.
  template <class Cells>
  std::string KeyText(const Cells& cells) const {
    std::string values;
    std::string_view name;
    int count = 0;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (!chosen_[i]->in_key) continue;
      if (count++ != 0) values += ", ";
      const auto cell = cells.cell(static_cast<int>(i));
      values += IsNull(cell) ? "NULL" : Printable(TextIn(cell).value_or("?"));
      name = chosen_[i]->name;
    }
    return count == 1 ? std::string(name) + " " + values : "(" + values + ")";
  }

  SourceTable table_;
  std::span<const Column<Row>> all_;
  std::vector<const DeclaredColumn*> found_;  // by column of all_
  std::vector<const Column<Row>*> chosen_;    // those that were found
  std::string_view missing_key_;
  bool skips_deleted_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQL_SELECTED_COLUMNS_H_
