#include "load/postgresql/read_schema.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/postgresql/catalog.h"
#include "load/postgresql/pg_connection.h"
#include "pointsman/load/postgresql.h"

namespace pointsman::inline v0 {
namespace {

// Where a literal or name that `sql` begins with ends.
std::size_t EndOfValue(std::string_view sql) {
  if (sql.empty() || sql[0] != '\'') return std::min(sql.find_first_of(":'("), sql.size());
  std::size_t end = sql.find('\'', 1);
  while (end != std::string_view::npos && sql.substr(end, 2) == "''") end = sql.find('\'', end + 2);
  return end == std::string_view::npos ? sql.size() : end + 1;
}

// "'default'::character varying" -> "'default'" and "'-1'::integer" -> "-1", as other databases spell them; what is no
// value with a cast stays as it is.
std::string WithoutCast(const std::string& sql) {
  const std::size_t end = EndOfValue(sql);
  if (sql.substr(end, 2) != "::") return sql;
  const std::string type = sql.substr(end + 2);
  const bool number = type == "integer" || type == "bigint" || type == "smallint" || type == "numeric";
  return number && sql[0] == '\'' ? sql.substr(1, end - 2) : sql.substr(0, end);
}

// One row for each column of each unique index of whole rows, the primary key's first.
absl::Status ReadKeys(PgConnection& connection, const PgTable& table, SchemaTable& out) {
  PgRows rows(connection,
              "SELECT i.indexrelid, i.indisprimary, a.attname::text "
              "FROM pg_catalog.pg_index i, pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k (number, place), "
              "pg_catalog.pg_attribute a WHERE i.indrelid = " +
                  table.oid +
                  " AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND a.attrelid = i.indrelid AND "
                  "a.attnum = k.number ORDER BY i.indisprimary DESC, i.indexrelid, k.place");
  std::string index;
  while (rows.Next()) {
    const bool is_primary = rows.cell(1).text == "t";
    if (!is_primary && rows.cell(0).text != index) out.unique_keys.emplace_back();
    index = rows.cell(0).text;
    (is_primary ? out.primary_key : out.unique_keys.back()).emplace_back(rows.cell(2).text);
  }
  return rows.status();
}

absl::Status CountRows(PgConnection& connection, const PgTable& table, SchemaTable& out) {
  PgRows rows(connection, "SELECT pg_catalog.count(*) FROM " + table.sql_name());
  while (rows.Next()) {
    out.rows = static_cast<std::uint64_t>(NumberIn(rows.cell(0), ColumnKind::kNumber).value_or(0));
  }
  return rows.status();
}

void AddColumns(const PgTable& table, SchemaTable& out) {
  for (const PgColumn& declared : table.columns) {
    SchemaColumn& column = out.columns.emplace_back();
    column.name = declared.name;
    column.not_null = declared.not_null;
    const std::string sql = declared.default_sql.has_value() ? declared.default_sql.value() : "";
    if (!sql.empty() && sql.rfind("nextval(", 0) != 0) column.default_sql = WithoutCast(sql);
  }
}

// What comes next where ids are taken from a sequence, or the grant that it takes to look.
absl::Status ReadNumbering(PgConnection& connection, const PgTable& table, std::string_view user, SchemaTable& out) {
  constexpr int kFirstWithCatalogue = 100000;  // versions before 10 tell it nowhere but in the sequence itself
  const PgColumn* const id = table.Find("id");
  const bool has_numbers = id != nullptr && id->may_select && !table.sequence.empty();
  if (!has_numbers || connection.server_version() < kFirstWithCatalogue) return absl::OkStatus();
  if (!table.may_read_sequence) {
    out.missing_grant = GrantSequence(table.sequence, user);
    return absl::OkStatus();
  }
  PgRows rows(connection,
              "SELECT coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid) + s.seqincrement, s.seqstart), "
              "(SELECT coalesce(pg_catalog.max(id), 0) FROM " +
                  table.sql_name() + ") FROM pg_catalog.pg_sequence s WHERE s.seqrelid = " + table.sequence_oid);
  while (rows.Next()) {
    out.numbering = {.sequence = table.sequence,
                     .table = table.sql_name(),
                     .next = NumberIn(rows.cell(0), ColumnKind::kNumber).value_or(0),
                     .highest = NumberIn(rows.cell(1), ColumnKind::kNumber).value_or(0)};
  }
  return rows.status();
}

}  // namespace

absl::StatusOr<Schema> ReadSchema(PgConnection& connection) {
  absl::StatusOr<Catalog> catalog = ReadCatalog(connection);
  if (!catalog.ok()) return catalog.status();
  const Wanted names_only{.channels = false, .abilities = false};
  if (absl::Status usable = catalog->CheckUsable(connection.name(), names_only); !usable.ok()) return usable;
  if (absl::Status read = ReadSequences(connection, *catalog); !read.ok()) return read;
  Schema schema{.source = connection.name()};
  for (const PgTable& table : catalog->tables) {
    SchemaTable& out = schema.tables.emplace_back(SchemaTable{.name = std::string(TableName(table.table))});
    AddColumns(table, out);
    if (absl::Status read = ReadKeys(connection, table, out); !read.ok()) return read;
    if (absl::Status read = CountRows(connection, table, out); !read.ok()) return read;
    if (absl::Status read = ReadNumbering(connection, table, catalog->user, out); !read.ok()) return read;
  }
  return schema;
}

absl::StatusOr<Schema> ReadPostgresqlSchema(const std::string& connection, const PostgresqlOptions& options) {
  absl::StatusOr<std::unique_ptr<PgConnection>> opened =
      PgConnection::Open(connection, options, PgConnection::Clock::time_point::max());
  if (!opened.ok()) return opened.status();
  if (absl::Status begun = (*opened)->Begin(); !begun.ok()) return begun;
  absl::StatusOr<Schema> schema = ReadSchema(**opened);
  if (!schema.ok()) return schema;
  if (absl::Status ended = (*opened)->Commit(); !ended.ok()) return ended;
  return schema;
}

}  // namespace pointsman::inline v0
