#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "load/postgresql/catalog.h"
#include "load/sql/selected_columns.h"
#include "load/sql/table_columns.h"
#include "pointsman/load/postgresql_changes.h"

namespace pointsman::inline v0 {
namespace {

// No trigger may name a column: PostgreSQL would then refuse to change the column's type, and a gateway that changes it
// when it starts would not start. So rows are compared as JSON, in which a column that is not there is merely absent.

constexpr SourceTable kWatched[] = {SourceTable::kChannels, SourceTable::kAbilities, SourceTable::kOptions};

// Where things are: names as SQL.
struct Places {
  std::string schema;              // of the functions
  std::vector<std::string> names;  // of the watched tables, in the order of kWatched; empty: not there
  std::string tokens;              // empty: not there
  std::string users;
};

std::string Drop(std::string_view trigger, const std::string& table) {
  return "DROP TRIGGER IF EXISTS " + std::string(trigger) + " ON " + table;
}

std::string Literal(std::string_view name) { return "'" + std::string(name) + "'"; }

std::string HasRoutingKey(const std::string& row) {
  return "pg_catalog.to_jsonb(" + row + ") ->> 'key' IN (" + RoutingOptionLiterals() + ")";
}

// An option that is renamed is looked at under both names.
std::string WhenChanged(SourceTable table, const std::string& schema) {
  std::string call = schema + "pointsman_differs(OLD, NEW";
  for (const std::string_view column : ColumnsRead(table)) call += ", " + Literal(column);
  call += ")";
  if (table != SourceTable::kOptions) return call;
  return "(" + HasRoutingKey("OLD") + "\n    OR " + HasRoutingKey("NEW") + ")\n    AND " + call;
}

// EXECUTE PROCEDURE: servers before 11 do not know EXECUTE FUNCTION, and the later ones know both.
void AddNotifying(SourceTable table, const std::string& name, const std::string& schema,
                  std::vector<std::string>& statements) {
  statements.push_back(Drop("pointsman_rows", name));
  statements.push_back("CREATE TRIGGER pointsman_rows AFTER INSERT OR DELETE OR TRUNCATE ON " + name +
                       "\n  FOR EACH STATEMENT EXECUTE PROCEDURE " + schema + "pointsman_notify()");
  statements.push_back(Drop("pointsman_update", name));
  statements.push_back("CREATE TRIGGER pointsman_update AFTER UPDATE ON " + name + "\n  FOR EACH ROW WHEN (" +
                       WhenChanged(table, schema) + ")\n  EXECUTE PROCEDURE " + schema + "pointsman_notify()");
}

// Whoever writes owes us nothing: what goes wrong here is a warning, never the end of the writer's statement.
std::string Guarded(const std::string& otherwise) {
  return "EXCEPTION WHEN OTHERS THEN\n"
         "  RAISE WARNING 'pointsman: %', SQLERRM;\n"
         "  RETURN " +
         otherwise +
         ";\n"
         "END $$";
}

// Default privileges may have taken EXECUTE away, and a WHEN is evaluated as whoever writes.
std::string GrantExecute(const std::string& function) { return "GRANT EXECUTE ON FUNCTION " + function + " TO PUBLIC"; }

// Equal notifications of one transaction are one to PostgreSQL.
void AddNotifyFunction(const std::string& schema, std::vector<std::string>& statements) {
  statements.push_back("CREATE OR REPLACE FUNCTION " + schema +
                       "pointsman_notify() RETURNS trigger LANGUAGE plpgsql AS $$\n"
                       "BEGIN\n"
                       "  PERFORM pg_catalog.pg_notify('pointsman', '');\n"
                       "  RETURN NULL;\n" +
                       Guarded("NULL"));
  statements.push_back(GrantExecute(schema + "pointsman_notify()"));
}

// Rows become JSON inside, since that can fail: of a column of type json with a \u0000 in it. Rows that cannot be
// compared count as different. Of a channel's keys the one whose turn is next is no matter: gateways count it up with
// every request.
void AddDiffersFunction(const std::string& schema, std::vector<std::string>& statements) {
  statements.push_back("CREATE OR REPLACE FUNCTION " + schema +
                       "pointsman_differs(before anyelement, after anyelement, VARIADIC columns text[])\n"
                       "  RETURNS boolean LANGUAGE plpgsql STABLE AS $$\n"
                       "DECLARE\n"
                       "  turn text[] := '{channel_info,multi_key_polling_index}';\n"
                       "  was jsonb;\n"
                       "  is_now jsonb;\n"
                       "  name text;\n"
                       "BEGIN\n"
                       "  was := pg_catalog.to_jsonb(before) #- turn;\n"
                       "  is_now := pg_catalog.to_jsonb(after) #- turn;\n"
                       "  FOREACH name IN ARRAY columns LOOP\n"
                       "    IF was -> name IS DISTINCT FROM is_now -> name THEN RETURN true; END IF;\n"
                       "  END LOOP;\n"
                       "  RETURN false;\n" +
                       Guarded("true"));
  statements.push_back(GrantExecute(schema + "pointsman_differs(anyelement, anyelement, text[])"));
}

// PostgreSQL knows no \v: it would be the letter.
std::string Trimmed(const std::string& what) {
  return "pg_catalog.btrim(COALESCE(" + what + ", ''), E' \\t\\n\\x0b\\f\\r')";
}

std::string NormalizeFunction(const Places& places) {
  const std::string owners =
      "(SELECT " + Trimmed("u.\"group\"") + " FROM " + places.users + " u WHERE u.id = NEW.user_id)";
  const std::string group = places.users.empty() ? "'default'" : "COALESCE(NULLIF(" + owners + ", ''), 'default')";
  return "CREATE OR REPLACE FUNCTION " + places.schema +
         "pointsman_normalize() RETURNS trigger LANGUAGE plpgsql AS $$\n"
         "BEGIN\n"
         "  IF " +
         Trimmed("NEW.\"group\"") +
         " <> '' THEN RETURN NEW; END IF;\n"
         "  IF TG_OP = 'UPDATE' AND NEW.\"group\" IS NOT DISTINCT FROM OLD.\"group\" THEN RETURN NEW; END IF;\n"
         "  NEW.\"group\" := " +
         group +
         ";\n"
         "  RETURN NEW;\n" +
         Guarded("NEW");
}

std::vector<std::string> TriggersAt(const Places& places, const PostgresqlTriggersOptions& what) {
  std::vector<std::string> statements;
  AddNotifyFunction(places.schema, statements);
  AddDiffersFunction(places.schema, statements);
  for (std::size_t i = 0; i < std::size(kWatched); ++i) {
    if (!places.names[i].empty()) AddNotifying(kWatched[i], places.names[i], places.schema, statements);
  }
  if (what.normalize && !places.tokens.empty()) {
    statements.push_back(NormalizeFunction(places));
    statements.push_back(GrantExecute(places.schema + "pointsman_normalize()"));
    statements.push_back(Drop("pointsman_group", places.tokens));
    statements.push_back("CREATE TRIGGER pointsman_group BEFORE INSERT OR UPDATE ON " + places.tokens +
                         "\n  FOR EACH ROW EXECUTE PROCEDURE " + places.schema + "pointsman_normalize()");
  }
  return statements;
}

std::string NameIn(const Catalog& catalog, SourceTable table) {
  const PgTable* const found = catalog.Find(table);
  return found == nullptr ? "" : found->sql_name();
}

bool HasColumn(const Catalog& catalog, SourceTable table, std::string_view column) {
  const PgTable* const found = catalog.Find(table);
  return found != nullptr && found->Find(column) != nullptr;
}

// The functions live beside the channels, whose owner is to make them.
Places PlacesIn(const Catalog& catalog) {
  Places places{.schema = PgName(catalog.Find(SourceTable::kChannels)->schema) + "."};
  for (const SourceTable table : kWatched) places.names.push_back(NameIn(catalog, table));
  if (!HasColumn(catalog, SourceTable::kTokens, "group")) return places;
  places.tokens = NameIn(catalog, SourceTable::kTokens);
  const bool has_owners =
      HasColumn(catalog, SourceTable::kTokens, "user_id") && HasColumn(catalog, SourceTable::kUsers, "group");
  if (has_owners) places.users = NameIn(catalog, SourceTable::kUsers);
  return places;
}

}  // namespace

std::vector<std::string> PostgresqlTriggers(std::string_view schema, const PostgresqlTriggersOptions& what) {
  Places places{.schema = PgName(schema) + "."};
  for (const SourceTable table : kWatched) places.names.push_back(places.schema + PgName(TableName(table)));
  places.tokens = places.schema + "\"tokens\"";
  places.users = places.schema + "\"users\"";
  return TriggersAt(places, what);
}

absl::StatusOr<std::vector<std::string>> ReadPostgresqlTriggers(const std::string& connection,
                                                                const PostgresqlTriggersOptions& what,
                                                                const PostgresqlOptions& options) {
  const absl::StatusOr<Catalog> catalog = ReadCatalogOf(connection, options);
  if (!catalog.ok()) return catalog.status();
  return TriggersAt(PlacesIn(*catalog), what);
}

std::vector<std::string> PostgresqlDropTriggers(std::string_view schema) {
  std::vector<std::string> statements;
  for (const std::string_view function :
       {"pointsman_notify()", "pointsman_normalize()", "pointsman_differs(anyelement, anyelement, text[])"}) {
    statements.push_back("DROP FUNCTION IF EXISTS " + PgName(schema) + "." + std::string(function) + " CASCADE");
  }
  return statements;
}

}  // namespace pointsman::inline v0
