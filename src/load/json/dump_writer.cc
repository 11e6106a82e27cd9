#include <string>
#include <type_traits>

#include "load/json/decision_json.h"
#include "load/json/json_line.h"
#include "pointsman/load/dump.h"
#include "pointsman/load/json.h"
#include "pointsman/version.h"
#include "rows/channel_info.h"

namespace pointsman::inline v0 {
namespace {

// Columns that a row does not have are left out; NULL is null.
template <class Field>
void Put(JsonLine& line, std::string_view column, const Field& field) {
  if (field.is_absent()) return;
  line.Key(column);
  if (field.is_null()) {
    line.Raw("null");
  } else if constexpr (std::is_same_v<Field, TextField>) {
    line.Text(field.value());
  } else {
    line.Number(field.value());
  }
}

void WriteRow(const ChannelRow& row, JsonLine& line) {
  line.Begin('{').Key("id").Number(row.id);
  Put(line, "name", row.name);
  Put(line, "type", row.type);
  Put(line, "status", row.status);
  Put(line, "tag", row.tag);
  line.Key("cookie").Number(row.cookie);
  Put(line, "group", row.groups);
  Put(line, "models", row.models);
  Put(line, "priority", row.priority);
  Put(line, "weight", row.weight);
  if (row.keys.count != 0) line.Key("channel_info").Raw(ChannelInfoText(row.keys));
  line.End('}');
}

void WriteRow(const AbilityRow& row, JsonLine& line) {
  line.Begin('{');
  Put(line, "group", row.group);
  Put(line, "model", row.model);
  line.Key("channel_id").Number(row.channel_id);
  Put(line, "enabled", row.enabled);
  Put(line, "priority", row.priority);
  Put(line, "weight", row.weight);
  line.End('}');
}

// One item a line, so that two dumps can be compared line by line.
template <class Items, class Write>
void WriteList(std::string_view key, const Items& items, JsonLine& line, const Write& write) {
  line.Break().Key(key).Begin('[');
  for (const auto& item : items) {
    line.Break();
    write(item, line);
  }
  line.End(']');
}

template <class Rows>
void WriteTable(std::string_view name, const Rows& rows, JsonLine& line) {
  WriteList(name, rows, line, [](const auto& row, JsonLine& l) { WriteRow(row, l); });
}

}  // namespace

std::string DumpToJson(const RouterDump& dump) {
  const RouteTable& table = *dump.table;
  const Rows rows = TableRows(table);
  std::string json;
  JsonLine line(json);
  line.Begin('{').Key("pointsman_dump").Number(1).Key("library").Text(POINTSMAN_VERSION);
  line.Key("generation").Number(dump.generation).Break();
  line.Key("content_hash").Text(table.content_hash()).Break();
  line.Key("policy").Raw(PolicyToJson(TextOfBytes(table.policy())));
  WriteList("groups", rows.known_groups(), line, [](std::string_view group, JsonLine& l) { l.Text(group); });
  line.Break().Key("believed").Text(RowSourceName(table.believed()));
  line.Break().Key("tables").Begin('{');
  WriteTable("channels", rows.channels(), line);
  WriteTable("abilities", rows.abilities(), line);
  line.End('}');
  WriteList("out", dump.out, line, WriteOut);
  WriteList("decisions", dump.decisions, line,
            [](const DecisionRecord& record, JsonLine& l) { l.Raw(DecisionToJson(record)); });
  line.End('}');
  json += '\n';
  return json;
}

}  // namespace pointsman::inline v0
