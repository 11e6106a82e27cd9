// RowCells: one row while it is read, column by column, and what is wrong with it.
//
//   cells.Begin(SourceTable::kTokens, {.line = 41, .index = 3});
//   cells.Put(*cells.Find("id"), value);
//   if (!cells.Deliver(sink)) return absl::CancelledError(…);
//
// A row with problems is rejected with all of them, each with its place; a deleted row is nothing at all.
//
// Thread safety: thread-compatible. Cost: reused from row to row, so that ordinary rows allocate nothing.
#ifndef POINTSMAN_SRC_LOAD_JSON_ROW_CELLS_H_
#define POINTSMAN_SRC_LOAD_JSON_ROW_CELLS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/json/row_columns.h"
#include "pointsman/loader.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

class RowCells {
 public:
  // `source` names where the rows come from, in messages.
  explicit RowCells(std::string source) : source_(std::move(source)) {}

  void Begin(SourceTable table, Origin origin);

  // The number of the column in ColumnsOf; nothing for a column that is skipped.
  std::optional<std::size_t> Find(std::string_view name) const;

  void Put(std::size_t column, const JsonScalar& value);
  // A list or an object, as it is written.
  void PutNested(std::size_t column, JsonNest nest, std::string_view json);

  // Hands the row, or its rejections, to `sink`. False if the sink cancels.
  bool Deliver(RowSink& sink);

 private:
  struct Cell {
    enum class State : std::uint8_t { kAbsent, kNull, kValue, kWrong };
    State state = State::kAbsent;
    std::int64_t integer = 0;
    std::string text;
  };

  bool Open(std::size_t column);  // false, with a complaint, if the column has been read already
  void Settle(std::size_t column, Complaint complaint, Cell::State state);
  void Complain(std::string_view column, Complaint complaint);
  void ComplainOfMissing();
  bool IsDeleted() const;
  bool IsForeignOption() const;
  std::string Key() const;

  const Cell& At(std::string_view name) const;
  std::int64_t Id(std::string_view name) const { return At(name).integer; }
  IntField Integer(std::string_view name) const;
  TextField Text(std::string_view name) const;
  bool DeliverRow(RowSink& sink) const;
  bool DeliverChannel(RowSink& sink) const;
  bool DeliverToken(RowSink& sink) const;

  std::string source_;
  SourceTable table_ = SourceTable::kChannels;
  Origin origin_;
  std::span<const Column> columns_;
  std::array<Cell, 12> cells_;  // the widest table has so many columns
  std::vector<Rejection> rejections_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_ROW_CELLS_H_
