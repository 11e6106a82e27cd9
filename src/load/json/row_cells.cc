#include "load/json/row_cells.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "load/json/json_text.h"
#include "rows/routing_options.h"
#include "text/printable.h"

namespace pointsman::inline v0 {

void RowCells::Begin(SourceTable table, Origin origin) {
  table_ = table;
  origin_ = origin;
  columns_ = ColumnsOf(table);
  assert(columns_.size() <= cells_.size());
  for (Cell& cell : cells_) cell.state = Cell::State::kAbsent;
  rejections_.clear();
}

std::optional<std::size_t> RowCells::Find(std::string_view name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const Column& c) { return c.name == name; });
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

void RowCells::Put(std::size_t column, const JsonScalar& value) {
  if (!Open(column)) return;
  if (value.kind == JsonScalar::Kind::kNull) {
    Settle(column, JudgeNull(columns_[column]), Cell::State::kNull);
    return;
  }
  Cell& cell = cells_[column];
  cell.text = value.text;
  Settle(column, JudgeScalar(columns_[column], value, cell.integer), Cell::State::kValue);
}

void RowCells::PutNested(std::size_t column, JsonNest nest, std::string_view json) {
  if (!Open(column)) return;
  Complaint complaint = JudgeNested(columns_[column], nest);
  if (complaint.empty()) cells_[column].text = CompactJson(json);
  Settle(column, std::move(complaint), Cell::State::kValue);
}

bool RowCells::Open(std::size_t column) {
  if (cells_[column].state == Cell::State::kAbsent) return true;
  const std::string_view name = columns_[column].name;
  Complain(name, {.problem = std::string(name) + " stands in the row more than once", .cure = "keep one of them"});
  return false;
}

void RowCells::Settle(std::size_t column, Complaint complaint, Cell::State state) {
  cells_[column].state = complaint.empty() ? state : Cell::State::kWrong;
  if (!complaint.empty()) Complain(columns_[column].name, std::move(complaint));
}

void RowCells::Complain(std::string_view column, Complaint complaint) {
  rejections_.push_back(
      {.place = {.source = source_, .table = table_, .key = {}, .column = std::string(column), .origin = origin_},
       .problem = std::move(complaint.problem),
       .cure = std::move(complaint.cure)});
}

void RowCells::ComplainOfMissing() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool needed = columns_[i].kind == ColumnKind::kId || columns_[i].kind == ColumnKind::kName;
    if (needed && cells_[i].state == Cell::State::kAbsent) Complain(columns_[i].name, MissingColumn(columns_[i]));
  }
}

bool RowCells::IsDeleted() const {
  const auto deleted = Find("deleted_at");
  return deleted.has_value() && cells_[*deleted].state == Cell::State::kValue;
}

// As far as it is known: a key with a hole in it would name another row.
std::string RowCells::Key() const {
  const auto known = [&](std::string_view name) { return At(name).state == Cell::State::kValue; };
  if (table_ == SourceTable::kAbilities) {
    if (!known("group") || !known("model") || !known("channel_id")) return {};
    return "(" + Printable(At("group").text) + ", " + Printable(At("model").text) + ", " +
           std::to_string(Id("channel_id")) + ")";
  }
  if (table_ == SourceTable::kOptions) return known("key") ? "key " + Printable(At("key").text) : std::string();
  return known("id") ? "id " + std::to_string(Id("id")) : std::string();
}

// An option that has nothing to do with routing is as if it were not there, whatever is wrong with it.
bool RowCells::IsForeignOption() const {
  return table_ == SourceTable::kOptions && At("key").state == Cell::State::kValue && !IsRoutingOption(At("key").text);
}

bool RowCells::Deliver(RowSink& sink) {
  if (IsDeleted() || IsForeignOption()) return true;
  ComplainOfMissing();
  if (rejections_.empty()) return DeliverRow(sink);
  const std::string key = Key();
  for (Rejection& rejection : rejections_) {
    rejection.place.key = key;
    sink.Reject(std::move(rejection));
  }
  return true;
}

// REQUIRES: the table has the column.
const RowCells::Cell& RowCells::At(std::string_view name) const {
  const auto column = Find(name);
  assert(column.has_value());
  return cells_[*column];
}

IntField RowCells::Integer(std::string_view name) const {
  const Cell& cell = At(name);
  if (cell.state == Cell::State::kAbsent) return {};
  if (cell.state == Cell::State::kNull) return nullptr;
  return cell.integer;
}

TextField RowCells::Text(std::string_view name) const {
  const Cell& cell = At(name);
  if (cell.state == Cell::State::kAbsent) return {};
  if (cell.state == Cell::State::kNull) return nullptr;
  return std::string_view(cell.text);
}

bool RowCells::DeliverRow(RowSink& sink) const {
  switch (table_) {
    case SourceTable::kChannels: return DeliverChannel(sink);
    case SourceTable::kAbilities:
      return sink.Add(AbilityRow{.group = Text("group"),
                                 .model = Text("model"),
                                 .channel_id = Id("channel_id"),
                                 .enabled = Integer("enabled"),
                                 .priority = Integer("priority"),
                                 .weight = Integer("weight"),
                                 .tag = Text("tag"),
                                 .origin = origin_});
    case SourceTable::kTokens: return DeliverToken(sink);
    case SourceTable::kUsers:
      return sink.Add(UserRow{.id = Id("id"),
                              .username = Text("username"),
                              .status = Integer("status"),
                              .group = Text("group"),
                              .origin = origin_});
    case SourceTable::kOptions:
      return sink.Add(OptionRow{.key = At("key").text, .value = Text("value"), .origin = origin_});
  }
  return true;
}

bool RowCells::DeliverChannel(RowSink& sink) const {
  return sink.Add(ChannelRow{.id = Id("id"),
                             .name = Text("name"),
                             .type = Integer("type"),
                             .status = Integer("status"),
                             .groups = Text("group"),
                             .models = Text("models"),
                             .priority = Integer("priority"),
                             .weight = Integer("weight"),
                             .tag = Text("tag"),
                             .model_mapping = Text("model_mapping"),
                             .channel_info = Text("channel_info"),
                             .other_info = Text("other_info"),
                             .origin = origin_});
}

bool RowCells::DeliverToken(RowSink& sink) const {
  return sink.Add(TokenRow{.id = Id("id"),
                           .user_id = Integer("user_id"),
                           .name = Text("name"),
                           .status = Integer("status"),
                           .group = Text("group"),
                           .expired_time = Integer("expired_time"),
                           .model_limits_enabled = Integer("model_limits_enabled"),
                           .model_limits = Text("model_limits"),
                           .cross_group_retry = Integer("cross_group_retry"),
                           .auto_groups = Text("auto_groups"),
                           .origin = origin_});
}

}  // namespace pointsman::inline v0
