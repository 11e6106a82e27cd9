#include "load/postgresql/catalog.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

#include "load/postgresql/pg_error.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr SourceTable kAll[] = {SourceTable::kChannels, SourceTable::kAbilities, SourceTable::kTokens,
                                SourceTable::kUsers, SourceTable::kOptions};
constexpr std::size_t kShownColumns = 5;

// Functions are qualified, so that nothing in the database's own schemas stands in for them.
constexpr char kSession[] = "SELECT CURRENT_USER::text, pg_catalog.current_setting('search_path')";

// One row for each column of each table that search_path leads to. A view's columns have no defaults of their own.
constexpr char kColumns[] = R"sql(
  SELECT c.relname::text, n.nspname::text, a.attname::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid),
         c.relkind IN ('r', 'p'), a.attnotnull, pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'), c.oid
  FROM (VALUES ('channels'), ('abilities'), ('tokens'), ('users'), ('options')) AS w (name)
  JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(w.name) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  ORDER BY c.oid, a.attnum)sql";

// The sequences that the ids of those tables own, be they serial or identity.
constexpr char kSequences[] = R"sql(
  SELECT t.relname::text, n.nspname::text, s.relname::text, s.oid,
         pg_catalog.has_sequence_privilege(s.oid, 'SELECT, USAGE')
  FROM (VALUES ('channels'), ('tokens'), ('users')) AS w (name)
  JOIN pg_catalog.pg_class t ON t.oid = pg_catalog.to_regclass(w.name)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attname = 'id' AND NOT a.attisdropped
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = t.oid
       AND d.refobjsubid = a.attnum AND d.classid = d.refclassid AND d.deptype IN ('a', 'i')
  JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace)sql";

// Tables of those names anywhere. PostgreSQL leaves schemas that a user may not use out of the search path without a
// word, so the path is taken apart here: names in double quotes are as they are, others in lower case.
constexpr char kElsewhere[] = R"sql(
  SELECT c.relname::text, n.nspname::text, pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
         n.nspname::text IN (
           SELECT CASE WHEN COALESCE(m[1], m[2]) = '$user' THEN CURRENT_USER::text
                       WHEN m[1] IS NOT NULL THEN pg_catalog.replace(m[1], '""', '"')
                       ELSE pg_catalog.lower(m[2]) END
           FROM pg_catalog.regexp_matches(pg_catalog.current_setting('search_path'),
                                          '"((?:[^"]|"")+)"|([^,"[:space:]]+)', 'g') AS m)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname IN ('channels', 'abilities', 'tokens', 'users', 'options') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  ORDER BY 1, 2)sql";

std::string Text(const PgRows& rows, int column) { return std::string(rows.cell(column).text); }
bool IsTrue(const PgRows& rows, int column) { return rows.cell(column).text == "t"; }

// Of a name that the statements above ask for.
SourceTable TableOf(std::string_view name) {
  for (const SourceTable table : kAll) {
    if (TableName(table) == name) return table;
  }
  return SourceTable::kChannels;
}

template <class Visit>
absl::Status ForEachRow(PgConnection& connection, const char* sql, const Visit& visit) {
  PgRows rows(connection, sql);
  while (rows.Next()) visit(rows);
  return rows.status();
}

void TakeSession(const PgRows& rows, Catalog& catalog) {
  catalog.user = Text(rows, 0);
  catalog.search_path = Text(rows, 1);
}

void TakeColumn(const PgRows& rows, Catalog& catalog) {
  const SourceTable table = TableOf(Text(rows, 0));
  if (catalog.tables.empty() || catalog.tables.back().table != table) {
    catalog.tables.push_back({.table = table, .schema = Text(rows, 1), .oid = Text(rows, 7)});
  }
  PgColumn& column = catalog.tables.back().columns.emplace_back();
  column.name = Text(rows, 2);
  if (IsTrue(rows, 4)) column.default_sql = nullptr;
  if (!rows.cell(3).is_null) column.default_sql = Text(rows, 3);
  column.not_null = IsTrue(rows, 5);
  column.may_select = IsTrue(rows, 6);
}

void TakeSequence(const PgRows& rows, Catalog& catalog) {
  const SourceTable wanted = TableOf(Text(rows, 0));
  for (PgTable& table : catalog.tables) {
    if (table.table != wanted) continue;
    table.sequence = PgName(Text(rows, 1)) + "." + PgName(Text(rows, 2));
    table.sequence_oid = Text(rows, 3);
    table.may_read_sequence = IsTrue(rows, 4);
  }
}

void TakeElsewhere(const PgRows& rows, Catalog& catalog) {
  const SourceTable table = TableOf(Text(rows, 0));
  if (catalog.Find(table) != nullptr) return;
  catalog.hidden.push_back(
      {.table = table, .schema = Text(rows, 1), .in_search_path = IsTrue(rows, 3), .may_use_schema = IsTrue(rows, 2)});
}

// The table that the search path would lead to, if this user might use its schema.
const HiddenTable* FindForbidden(const Catalog& catalog, SourceTable table) {
  for (const HiddenTable& hidden : catalog.hidden) {
    if (hidden.table == table && hidden.in_search_path && !hidden.may_use_schema) return &hidden;
  }
  return nullptr;
}

absl::Status CheckSchemas(const Catalog& catalog, const std::string& source, const Wanted& wanted) {
  for (const SourceTable table : kAll) {
    if (!wanted.Includes(table) && table != SourceTable::kChannels) continue;
    const HiddenTable* const hidden = FindForbidden(catalog, table);
    if (hidden == nullptr) continue;
    return absl::PermissionDeniedError(source + ": the table " + std::string(TableName(table)) + " is in the schema " +
                                       Quoted(hidden->schema) + ", which the user " + Quoted(catalog.user) +
                                       " may not use; run: " + GrantUsage(hidden->schema, catalog.user));
  }
  return absl::OkStatus();
}

absl::Status CheckIsGateways(const Catalog& catalog, const std::string& source) {
  if (catalog.Find(SourceTable::kChannels) != nullptr) return absl::OkStatus();
  const std::string missing = source + ": no table channels in the search path (" + Said(catalog.search_path) + ")";
  for (const HiddenTable& hidden : catalog.hidden) {
    if (hidden.table != SourceTable::kChannels) continue;
    return absl::InvalidArgumentError(missing + ", but there is one in the schema " + Quoted(hidden.schema) +
                                      "; run: ALTER ROLE " + PgName(catalog.user) +
                                      " SET search_path = " + PgName(hidden.schema));
  }
  return absl::InvalidArgumentError(missing +
                                    ", so this is not a gateway's database; name the one that the gateway uses");
}

std::vector<std::string_view> ForbiddenColumns(const PgTable& table) {
  std::vector<std::string_view> forbidden;
  for (const std::string_view name : ColumnsRead(table.table)) {
    const PgColumn* const column = table.Find(name);
    if (column != nullptr && !column->may_select) forbidden.push_back(name);
  }
  return forbidden;
}

// Every missing grant in one message, so that curing one does not only reveal the next.
absl::Status CheckColumns(const Catalog& catalog, const std::string& source, const Wanted& wanted) {
  std::string names;
  std::string cure;
  std::size_t count = 0;
  for (const PgTable& table : catalog.tables) {
    if (!wanted.Includes(table.table)) continue;
    const std::vector<std::string_view> forbidden = ForbiddenColumns(table);
    if (forbidden.empty()) continue;
    for (const std::string_view column : forbidden) {
      if (++count > kShownColumns) continue;
      names += (names.empty() ? "" : ", ") + std::string(TableName(table.table)) + "." + std::string(column);
    }
    cure += (cure.empty() ? "" : "; ") + GrantSelect(forbidden, table.sql_name(), catalog.user);
  }
  if (count == 0) return absl::OkStatus();
  if (count > kShownColumns) names += " and " + std::to_string(count - kShownColumns) + " more";
  return absl::PermissionDeniedError(source + ": the user " + Quoted(catalog.user) + " may not read " + names +
                                     "; run: " + cure);
}

}  // namespace

const PgColumn* PgTable::Find(std::string_view column) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const PgColumn& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::string PgTable::sql_name() const { return PgName(schema) + "." + PgName(TableName(table)); }

const PgTable* Catalog::Find(SourceTable table) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const PgTable& t) { return t.table == table; });
  return found == tables.end() ? nullptr : &*found;
}

absl::Status Catalog::CheckUsable(const std::string& source, const Wanted& wanted) const {
  if (absl::Status usable = CheckSchemas(*this, source, wanted); !usable.ok()) return usable;
  if (absl::Status gateways = CheckIsGateways(*this, source); !gateways.ok()) return gateways;
  return CheckColumns(*this, source, wanted);
}

absl::StatusOr<Catalog> ReadCatalog(PgConnection& connection) {
  Catalog catalog;
  const auto take = [&](const char* sql, void (*row)(const PgRows&, Catalog&)) {
    return ForEachRow(connection, sql, [&](const PgRows& rows) { row(rows, catalog); });
  };
  absl::Status read = take(kSession, TakeSession);
  if (read.ok()) read = take(kColumns, TakeColumn);
  if (read.ok() && catalog.tables.size() < std::size(kAll)) read = take(kElsewhere, TakeElsewhere);
  if (!read.ok()) return read;
  return catalog;
}

absl::Status ReadSequences(PgConnection& connection, Catalog& catalog) {
  return ForEachRow(connection, kSequences, [&](const PgRows& rows) { TakeSequence(rows, catalog); });
}

absl::StatusOr<Catalog> ReadCatalogOf(const std::string& connection, const PostgresqlOptions& options) {
  absl::StatusOr<std::unique_ptr<PgConnection>> opened =
      PgConnection::Open(connection, options, PgConnection::Clock::time_point::max());
  if (!opened.ok()) return opened.status();
  if (absl::Status begun = (*opened)->Begin(); !begun.ok()) return begun;
  absl::StatusOr<Catalog> catalog = ReadCatalog(**opened);
  if (!catalog.ok()) return catalog;
  const Wanted names_only{.channels = false, .abilities = false};
  if (absl::Status usable = catalog->CheckUsable((*opened)->name(), names_only); !usable.ok()) return usable;
  if (absl::Status read = ReadSequences(**opened, *catalog); !read.ok()) return read;
  if (absl::Status ended = (*opened)->Commit(); !ended.ok()) return ended;
  return catalog;
}

std::string PgName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string(2, c) : std::string(1, c);
  return quoted + "\"";
}

std::string GrantUsage(std::string_view schema, std::string_view role) {
  return "GRANT USAGE ON SCHEMA " + PgName(schema) + " TO " + PgName(role);
}

std::string GrantSelect(const std::vector<std::string_view>& columns, const std::string& sql_name,
                        std::string_view role) {
  std::string list;
  for (const std::string_view column : columns) list += (list.empty() ? "" : ", ") + PgName(column);
  return "GRANT SELECT (" + list + ") ON " + sql_name + " TO " + PgName(role);
}

std::string GrantSequence(std::string_view sql_name, std::string_view role) {
  return "GRANT SELECT ON SEQUENCE " + std::string(sql_name) + " TO " + PgName(role);
}

}  // namespace pointsman::inline v0
