#include "doctor/changed_rows.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "load/sql/table_columns.h"

namespace pointsman::inline v0 {
namespace {

using Id = std::tuple<std::int64_t, std::string, std::string>;

Id IdOf(const AbilityRow& row) {
  return {row.channel_id, std::string(row.group.value_or("")), std::string(row.model.value_or(""))};
}
Id IdOf(const OptionRow& row) { return {0, std::string(row.key), {}}; }
template <class Row>
Id IdOf(const Row& row) {
  return {row.id, {}, {}};
}

void Put(const SqlValue& value, std::int64_t& out) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) out = *number;
}
void Put(const SqlValue& value, std::string_view& out) {
  if (const auto* text = std::get_if<std::string>(&value)) out = *text;
}
template <class T>
void Put(const SqlValue& value, Field<T>& out) {
  if (std::holds_alternative<std::monostate>(value)) {
    out = nullptr;
    return;
  }
  T content{};
  Put(value, content);
  out = content;
}

// The row then points into the values.
template <class Row>
void Write(const std::vector<ColumnValue>& values, std::span<const Column<Row>> columns, Row& row) {
  for (const ColumnValue& value : values) {
    for (const Column<Row>& column : columns) {
      if (column.name == value.column) std::visit([&](auto member) { Put(value.value, row.*member); }, column.member);
    }
  }
}

template <class Row>
Row KeyRow(const RowChange& change, std::span<const Column<Row>> columns) {
  Row row;
  Write(change.key, columns, row);
  return row;
}

template <class Row>
void Copy(std::span<const Row> rows, SourceTable table, std::span<const Column<Row>> columns,
          const std::vector<RowChange>& changes, Rows& out) {
  std::multimap<Id, const RowChange*> by_id;
  for (const RowChange& change : changes) {
    if (change.table == table) by_id.emplace(IdOf(KeyRow(change, columns)), &change);
  }
  for (Row row : rows) {
    bool deleted = false;
    const auto [first, last] = by_id.empty() ? std::pair(by_id.end(), by_id.end()) : by_id.equal_range(IdOf(row));
    for (auto at = first; at != last; ++at) {
      deleted = deleted || at->second->kind == RowChange::Kind::kDelete;
      if (at->second->kind == RowChange::Kind::kUpdate) Write(at->second->after, columns, row);
    }
    if (!deleted) (void)out.Add(row);
  }
  for (const RowChange& change : changes) {
    if (change.table != table || change.kind != RowChange::Kind::kInsert) continue;
    Row row = KeyRow(change, columns);
    Write(change.after, columns, row);
    (void)out.Add(row);
  }
}

// What a change is about: its table and row.
using Target = std::pair<SourceTable, std::vector<SqlValue>>;

Target TargetOf(const RowChange& change) {
  Target target{change.table, {}};
  for (const ColumnValue& column : change.key) target.second.push_back(column.value);
  return target;
}

template <class Row>
void MarkRepeats(std::span<const Row> rows, SourceTable table, std::span<const Column<Row>> columns,
                 const std::vector<RowChange>& changes, std::vector<bool>& repeats) {
  std::map<Id, std::size_t> found;  // rows, by the keys that changes name
  std::vector<std::pair<std::size_t, Id>> named;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].table != table || changes[i].kind == RowChange::Kind::kInsert) continue;
    named.emplace_back(i, IdOf(KeyRow(changes[i], columns)));
    found.emplace(named.back().second, 0);
  }
  if (found.empty()) return;
  for (const Row& row : rows) {
    if (const auto at = found.find(IdOf(row)); at != found.end()) ++at->second;
  }
  for (const auto& [change, id] : named) repeats[change] = found.at(id) > 1;
}

}  // namespace

Rows ChangedRows(const Rows& rows, const std::vector<RowChange>& changes) {
  Rows out(rows.source());
  Copy<ChannelRow>(rows.channels(), SourceTable::kChannels, kChannelColumns, changes, out);
  Copy<AbilityRow>(rows.abilities(), SourceTable::kAbilities, kAbilityColumns, changes, out);
  Copy<TokenRow>(rows.tokens(), SourceTable::kTokens, kTokenColumns, changes, out);
  Copy<UserRow>(rows.users(), SourceTable::kUsers, kUserColumns, changes, out);
  Copy<OptionRow>(rows.options(), SourceTable::kOptions, kOptionColumns, changes, out);
  for (const Rejection& rejection : rows.rejections()) out.Reject(rejection);
  for (const ColumnFact& fact : rows.columns()) out.Describe(fact);
  for (const std::string_view group : rows.known_groups()) out.KnowGroup(group);
  if (rows.abilities_believed()) out.BelieveAbilities();
  return out;
}

std::vector<RowChange> WithoutLostChanges(std::vector<RowChange> changes) {
  std::set<Target> deleted;
  for (const RowChange& change : changes) {
    if (change.kind == RowChange::Kind::kDelete) deleted.insert(TargetOf(change));
  }
  std::set<Target> done;                             // deletions
  std::set<std::pair<Target, std::string>> written;  // columns
  std::erase_if(changes, [&](const RowChange& change) {
    if (change.kind == RowChange::Kind::kInsert) return false;
    const Target target = TargetOf(change);
    if (change.kind == RowChange::Kind::kDelete) return !done.insert(target).second;
    if (deleted.contains(target)) return true;
    const auto is_written = [&](const ColumnValue& value) { return written.contains({target, value.column}); };
    if (std::any_of(change.after.begin(), change.after.end(), is_written)) return true;
    for (const ColumnValue& value : change.after) written.emplace(target, value.column);
    return false;
  });
  return changes;
}

std::vector<bool> OfRepeatedRows(const Rows& rows, const std::vector<RowChange>& changes) {
  std::vector<bool> repeats(changes.size(), false);
  MarkRepeats<ChannelRow>(rows.channels(), SourceTable::kChannels, kChannelColumns, changes, repeats);
  MarkRepeats<AbilityRow>(rows.abilities(), SourceTable::kAbilities, kAbilityColumns, changes, repeats);
  MarkRepeats<TokenRow>(rows.tokens(), SourceTable::kTokens, kTokenColumns, changes, repeats);
  MarkRepeats<UserRow>(rows.users(), SourceTable::kUsers, kUserColumns, changes, repeats);
  MarkRepeats<OptionRow>(rows.options(), SourceTable::kOptions, kOptionColumns, changes, repeats);
  return repeats;
}

}  // namespace pointsman::inline v0
