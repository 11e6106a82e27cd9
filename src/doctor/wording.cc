#include "doctor/wording.h"

#include <utility>

#include "rows/comma_list.h"
#include "table/word_hasher.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

std::optional<std::string> ValueText(const TextField& field) {
  return field.has_value() ? std::optional<std::string>(field.value()) : std::nullopt;
}

std::optional<std::string> ValueText(const IntField& field) {
  return field.has_value() ? std::optional<std::string>(std::to_string(field.value())) : std::nullopt;
}

std::optional<std::string> AbilityValue(const AbilityRow& row, std::string_view column) {
  if (column == "enabled") return ValueText(row.enabled);
  if (column == "priority") return ValueText(row.priority);
  if (column == "weight") return ValueText(row.weight);
  if (column == "tag") return ValueText(row.tag);
  if (column == "group") return ValueText(row.group);
  if (column == "model") return ValueText(row.model);
  if (column == "channel_id") return std::to_string(row.channel_id);
  return std::nullopt;
}

std::optional<std::string> ChannelValue(const ChannelRow& row, std::string_view column) {
  if (column == "group") return ValueText(row.groups);
  if (column == "models") return ValueText(row.models);
  if (column == "status") return ValueText(row.status);
  if (column == "priority") return ValueText(row.priority);
  if (column == "weight") return ValueText(row.weight);
  if (column == "model_mapping") return ValueText(row.model_mapping);
  return std::nullopt;
}

std::optional<std::string> TokenValue(const TokenRow& row, std::string_view column) {
  if (column == "group") return ValueText(row.group);
  if (column == "model_limits") return ValueText(row.model_limits);
  if (column == "user_id") return ValueText(row.user_id);
  return std::nullopt;
}

}  // namespace

std::string Amount(std::size_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + " " + std::string(n == 1 ? one : many);
}

std::string PairText(std::string_view group, std::string_view model) {
  return "(" + Quoted(group) + ", " + Quoted(model) + ")";
}

std::string ChannelText(std::int64_t id, std::string_view name) {
  return "channel " + std::to_string(id) + (name.empty() ? "" : " (" + Quoted(name) + ")");
}

std::string IdKey(std::int64_t id) { return "id " + std::to_string(id); }

std::string AbilityKey(const AbilityRow& row) {
  return "(" + Printable(row.group.value_or("NULL")) + ", " + Printable(row.model.value_or("NULL")) + ", " +
         std::to_string(row.channel_id) + ")";
}

std::string Folded(std::string_view name) {
  std::string folded(Trim(name));
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

void Conclude(Growing& growing, Conclusion conclusion, std::vector<Finding>& findings) {
  Finding& finding = growing.finding();
  finding.severity = conclusion.severity;
  finding.message = std::move(conclusion.message);
  finding.why = std::move(conclusion.why);
  finding.cure = conclusion.cure;
  finding.advice = std::move(conclusion.advice);
  findings.push_back(std::move(finding));
}

void BoundedList::Add(std::string_view item) {
  if (has_room()) {
    if (!text_.empty()) text_ += ", ";
    text_ += item;
  }
  ++total_;
}

std::string BoundedList::Text() const {
  return total_ <= max_items_ ? text_ : text_ + " and " + std::to_string(total_ - max_items_) + " more";
}

SqlValue ToSql(const TextField& field) { return field.has_value() ? SqlValue(std::string(field.value())) : SqlValue(); }
SqlValue ToSql(const IntField& field) { return field.has_value() ? SqlValue(field.value()) : SqlValue(); }

std::vector<ColumnValue> AbilityKeyColumns(std::string_view group, std::string_view model, std::int64_t channel_id) {
  return {{"group", std::string(group)}, {"model", std::string(model)}, {"channel_id", channel_id}};
}

RowChange UpdateOf(SourceTable table, std::vector<ColumnValue> key, std::string_view column, SqlValue before,
                   SqlValue after) {
  return {.kind = RowChange::Kind::kUpdate,
          .table = table,
          .key = std::move(key),
          .before = {{std::string(column), std::move(before)}},
          .after = {{std::string(column), std::move(after)}}};
}

FindingRow TokenWhere(const TokenRow& row, std::string_view column) {
  return {.table = SourceTable::kTokens,
          .id = row.id,
          .key = IdKey(row.id),
          .name = std::string(row.name.value_or({})),
          .column = std::string(column),
          .value = TokenValue(row, column)};
}

FindingRow UserWhere(const UserRow& row, std::string_view column) {
  return {.table = SourceTable::kUsers,
          .id = row.id,
          .key = IdKey(row.id),
          .name = std::string(row.username.value_or({})),
          .column = std::string(column),
          .value = column == "group" ? ValueText(row.group) : ValueText(row.status)};
}

FindingRow ChannelWhere(const ChannelRow& row, std::string_view column) {
  return {.table = SourceTable::kChannels,
          .id = row.id,
          .key = IdKey(row.id),
          .name = std::string(row.name.value_or({})),
          .column = std::string(column),
          .value = ChannelValue(row, column)};
}

FindingRow AbilityWhere(const AbilityRow& row, const ChannelRow* channel, std::string_view column) {
  return {.table = SourceTable::kAbilities,
          .key = AbilityKey(row),
          .name = channel == nullptr ? std::string() : std::string(channel->name.value_or({})),
          .column = std::string(column),
          .value = AbilityValue(row, column)};
}

std::uint64_t Fingerprint(const FindingRow& row) {
  WordHasher hash;
  for (const std::string_view part : {TableName(row.table), std::string_view(row.key), std::string_view(row.column)}) {
    hash.Add(part);
  }
  if (row.table == SourceTable::kOptions) hash.Add(row.name);
  return hash.Finish().first;
}

}  // namespace pointsman::inline v0
