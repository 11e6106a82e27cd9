#include "load/json/row_reader.h"

#include <algorithm>
#include <chrono>

#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::uint32_t kEventsPerLookAtTheClock = 1024;

std::string_view NestName(JsonNest nest) { return nest == JsonNest::kList ? "a list" : "an object"; }

}  // namespace

absl::Status RowReader::OnBegin(JsonNest nest, JsonCursor& at) {
  if (absl::Status status = CheckClock(); !status.ok()) return status;
  const JsonNest fitting = depth_ == kTables ? JsonNest::kList : JsonNest::kObject;
  if (depth_ < kColumns && nest != fitting) return Misplaced(NestName(nest), at);
  const std::size_t depth = depth_++;
  if (depth == kTables) index_ = 0;
  if (depth == kRows) return BeginRow(at);
  if (depth == kColumns) nested_begin_ = at.end() - 1;
  return absl::OkStatus();
}

absl::Status RowReader::OnKey(std::string_view key, JsonCursor& at) {
  if (depth_ == kTables) return BeginTable(key, at);
  if (depth_ == kColumns && wanted_.Includes(table_)) column_ = row_.Find(key);
  return absl::OkStatus();
}

absl::Status RowReader::OnScalar(const JsonScalar& value, JsonCursor& at) {
  if (absl::Status status = CheckClock(); !status.ok()) return status;
  if (depth_ < kColumns) return Misplaced(value.KindName(), at);
  if (depth_ == kColumns && column_.has_value()) row_.Put(*column_, value);
  return absl::OkStatus();
}

absl::Status RowReader::OnEnd(JsonNest nest, JsonCursor& at) {
  --depth_;
  if (depth_ == kColumns && column_.has_value()) row_.PutNested(*column_, nest, at.Since(nested_begin_));
  return depth_ == kRows ? EndRow() : absl::OkStatus();
}

absl::Status RowReader::BeginTable(std::string_view name, JsonCursor& at) {
  const std::optional<SourceTable> table = FindTable(name);
  if (!table.has_value()) {
    return at.Error("unknown table " + Quoted(name) + DidYouMean(name, TableNames()) + "; the tables are " +
                    JoinNames(TableNames()));
  }
  if (std::find(seen_.begin(), seen_.end(), *table) != seen_.end()) {
    return at.Error("table " + Quoted(name) + " stands in the document twice; put its rows into one list");
  }
  seen_.push_back(*table);
  table_ = *table;
  return absl::OkStatus();
}

absl::Status RowReader::BeginRow(JsonCursor& at) {
  column_.reset();
  if (wanted_.Includes(table_)) row_.Begin(table_, {.line = at.Line(), .index = index_});
  return absl::OkStatus();
}

absl::Status RowReader::EndRow() {
  ++index_;
  if (!wanted_.Includes(table_) || row_.Deliver(sink_)) return absl::OkStatus();
  return absl::CancelledError(source_ + ": the sink of the rows asked to stop");
}

absl::Status RowReader::CheckClock() {
  if (events_++ % kEventsPerLookAtTheClock != 0) return absl::OkStatus();
  if (std::chrono::steady_clock::now() < wanted_.deadline) return absl::OkStatus();
  return absl::DeadlineExceededError(source_ + ": not read before the deadline; allow more time");
}

absl::Status RowReader::Misplaced(std::string_view found, const JsonCursor& at) const {
  const std::string is = " is " + std::string(found) + ", not ";
  if (depth_ == kOutside) {
    return at.Error("the document" + is + "an object of tables; write {\"channels\": [{\"id\": 8}]}");
  }
  const std::string table = "$." + std::string(TableName(table_));
  if (depth_ == kTables) return at.Error(table + is + "a list of rows; write [] for an empty table, or leave it out");
  return at.Error(table + "[" + std::to_string(index_) + "]" + is + "a row; write an object such as {\"id\": 8}");
}

}  // namespace pointsman::inline v0
