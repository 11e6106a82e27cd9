// primary-key-missing, primary-key-repeated and sequence-behind: what a move from one database to another loses.
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "doctor/checks.h"
#include "doctor/sql_text.h"
#include "doctor/wording.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;
constexpr SourceTable kTables[] = {SourceTable::kChannels, SourceTable::kAbilities, SourceTable::kTokens,
                                   SourceTable::kUsers, SourceTable::kOptions};

using Columns = std::vector<std::string>;

// In the gateways' own order, which makes the index one that finds the abilities of a request.
Columns KeyOf(SourceTable table) {
  if (table == SourceTable::kAbilities) return {"group", "model", "channel_id"};
  return {table == SourceTable::kOptions ? "key" : "id"};
}

bool IsKey(Columns columns, const Columns& wanted) {
  for (std::string& column : columns) column = absl::AsciiStrToLower(column);
  return std::is_permutation(columns.begin(), columns.end(), wanted.begin(), wanted.end());
}

bool HasKey(const SchemaTable& table, const Columns& wanted) {
  return IsKey(table.primary_key, wanted) ||
         std::any_of(table.unique_keys.begin(), table.unique_keys.end(),
                     [&](const Columns& columns) { return IsKey(columns, wanted); });
}

std::string ColumnList(const Columns& columns, Dialect dialect) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + SqlName(column, dialect);
  return list;
}

SourceTable TableOf(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kTables), std::end(kTables), [&](SourceTable table) { return TableName(table) == name; });
  return found == std::end(kTables) ? SourceTable::kChannels : *found;
}

// Never back, whatever was taken from the sequence meanwhile.
absl::StatusOr<std::string> CatchUp(const Numbering& numbering, const std::string& table) {
  absl::StatusOr<std::string> sequence = SqlText(numbering.sequence, Dialect::kPostgresql);
  if (!sequence.ok()) return sequence;
  return "SELECT pg_catalog.setval(" + *sequence + ", GREATEST((SELECT pg_catalog.max(id) FROM " +
         (numbering.table.empty() ? table : numbering.table) + "), last_value)) FROM " + numbering.sequence;
}

template <class Row>
void FindRepeats(std::span<const Row> rows, SourceTable table, Growing& growing) {
  absl::flat_hash_set<std::int64_t> seen;
  for (const Row& row : rows) {
    if (seen.insert(row.id).second) continue;
    growing.Add({.table = table,
                 .id = row.id,
                 .key = IdKey(row.id),
                 .column = "id",
                 .value = std::to_string(row.id),
                 .detail = "is there more than once"});
  }
}

}  // namespace

void CheckPrimaryKeyMissing(const Evidence& evidence, Findings& findings) {
  if (!evidence.options().schema.has_value()) return;
  const Dialect dialect = evidence.options().dialect;
  Growing growing("primary-key-missing", evidence);
  BoundedList names(kShown);
  std::vector<std::string> statements;
  std::vector<std::string> undo;
  for (const SchemaTable& table : evidence.options().schema->tables) {
    const Columns wanted = KeyOf(TableOf(table.name));
    if (HasKey(table, wanted)) continue;
    const std::string columns = ColumnList(wanted, dialect);
    growing.Add({.table = TableOf(table.name), .column = wanted.front(), .detail = "no primary key (" + columns + ")"});
    names.Add(table.name + " (" + columns + ")");
    statements.push_back("ALTER TABLE " + table.name + " ADD PRIMARY KEY (" + columns + ")");
    undo.push_back("ALTER TABLE " + table.name + " DROP " +
                   (dialect == Dialect::kMysql ? "PRIMARY KEY" : "CONSTRAINT " + table.name + "_pkey"));
  }
  if (growing.empty()) return;
  const bool by_hand = dialect == Dialect::kSqlite;
  if (!by_hand) {
    growing.finding().statements = std::move(statements);
    growing.finding().undo_statements = std::move(undo);
  }
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = growing.Amount("table has", "tables have") + " no primary key: " + names.Text(),
            .why = "no request fails because of it now, but rows can be there twice, a change meant for one may touch "
                   "several, and each look-up reads the whole table",
            .cure = by_hand ? CureClass::kAdvice : CureClass::kReview,
            .advice = by_hand ? "SQLite cannot add one: make the table anew with its key and copy the rows"
                              : "remove rows that are there twice first; adding the key locks the table meanwhile"},
           findings);
}

void CheckPrimaryKeyRepeated(const Evidence& evidence, Findings& findings) {
  Growing growing("primary-key-repeated", evidence);
  FindRepeats(evidence.rows().tokens(), SourceTable::kTokens, growing);
  FindRepeats(evidence.rows().users(), SourceTable::kUsers, growing);
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kError,
            .message = growing.Amount("row of tokens or users repeats", "rows of tokens or users repeat") +
                       " the id of another",
            .why = "which of them a request is judged by is chance; here the first one counts",
            .advice = "delete all but one of them, then give the table its primary key"},
           findings);
}

void CheckSequenceBehind(const Evidence& evidence, Findings& findings) {
  if (!evidence.options().schema.has_value()) return;
  Growing growing("sequence-behind", evidence);
  BoundedList names(kShown);
  for (const SchemaTable& table : evidence.options().schema->tables) {
    if (!table.numbering.has_value() || table.numbering->next > table.numbering->highest) continue;
    const Numbering& numbering = *table.numbering;
    const std::string detail = "the next id is " + std::to_string(numbering.next) + ", the highest one is " +
                               std::to_string(numbering.highest);
    growing.Add({.table = TableOf(table.name), .column = "id", .detail = detail});
    names.Add(table.name + ": " + detail);
    const absl::StatusOr<std::string> sql = CatchUp(numbering, table.name);
    if (sql.ok()) growing.finding().statements.push_back(*sql);
  }
  if (growing.empty()) return;
  const bool has_sql = !growing.finding().statements.empty();
  Conclude(growing,
           {.severity = Severity::kError,
            .message =
                growing.Amount("table numbers", "tables number") + " new rows with ids that are taken: " + names.Text(),
            .why = "no request fails because of it, but adding a row does, with a duplicate key, until the numbers are "
                   "past the highest",
            .cure = has_sql ? CureClass::kReview : CureClass::kAdvice,
            .advice = "set the sequence to the highest id"},
           findings);
}

}  // namespace pointsman::inline v0
