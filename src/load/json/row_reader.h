// RowReader: the events of a document of tables, made into rows for a sink.
//
//   RowReader reader("routes.json", wanted, sink);
//   absl::Status status = ReadJson(text, "routes.json", reader);
//
// The shape is fixed, {"table": [{"column": value, …}, …], …}: another shape is an error, a wrong value rejects its
// row. Tables that are not wanted are held to the same shape, but nothing in them is judged.
//
// Thread safety: thread-compatible. Cost: one row in memory.
#ifndef POINTSMAN_SRC_LOAD_JSON_ROW_READER_H_
#define POINTSMAN_SRC_LOAD_JSON_ROW_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "load/json/json_reader.h"
#include "load/json/row_cells.h"
#include "pointsman/loader.h"
#include "pointsman/rows.h"

namespace pointsman::inline v0 {

class RowReader final : public JsonEvents {
 public:
  // `sink` must outlive the reader.
  RowReader(const std::string& source, const Wanted& wanted, RowSink& sink)
      : source_(source), wanted_(wanted), sink_(sink), row_(source) {}

  absl::Status OnBegin(JsonNest nest, JsonCursor& at) override;
  absl::Status OnKey(std::string_view key, JsonCursor& at) override;
  absl::Status OnScalar(const JsonScalar& value, JsonCursor& at) override;
  absl::Status OnEnd(JsonNest nest, JsonCursor& at) override;

 private:
  // How many brackets are open in front of what is read next.
  enum Depth : std::size_t { kOutside = 0, kTables = 1, kRows = 2, kColumns = 3, kInsideColumn = 4 };

  absl::Status BeginTable(std::string_view name, JsonCursor& at);
  absl::Status BeginRow(JsonCursor& at);
  absl::Status EndRow();
  absl::Status CheckClock();
  // The error for something that stands where the shape wants something else.
  absl::Status Misplaced(std::string_view found, const JsonCursor& at) const;

  std::string source_;
  Wanted wanted_;
  RowSink& sink_;
  RowCells row_;
  std::size_t depth_ = kOutside;
  std::vector<SourceTable> seen_;
  SourceTable table_ = SourceTable::kChannels;
  std::uint32_t index_ = 0;            // of the row in its table
  std::optional<std::size_t> column_;  // of the value that comes next; nothing: skipped
  std::size_t nested_begin_ = 0;       // offset of a column's own list or object
  std::uint32_t events_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_ROW_READER_H_
