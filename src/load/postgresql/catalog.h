// Catalog: which of the gateway's tables a PostgreSQL database has, where, with which columns, and what this user may
// read of them. Nothing is tried out: the server's catalogue knows all of it, forbidden tables included.
//
//   absl::StatusOr<Catalog> catalog = ReadCatalog(connection);
//   if (absl::Status usable = catalog->CheckUsable(connection.name(), wanted); !usable.ok()) return usable;
//   if (const PgTable* tokens = catalog->Find(SourceTable::kTokens)) …
//
// Thread safety: thread-compatible (plain values). Cost: one or two statements over a few rows.
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_CATALOG_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_CATALOG_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/postgresql/pg_connection.h"
#include "load/sql/selected_columns.h"
#include "pointsman/loader.h"

namespace pointsman::inline v0 {

struct PgColumn : DeclaredColumn {
  bool not_null = false;
  bool may_select = false;
};

struct PgTable {
  SourceTable table = SourceTable::kChannels;
  std::string schema;
  std::string oid;
  std::vector<PgColumn> columns;
  // Where its ids come from: "public"."channels_id_seq", quoted. Empty: from nowhere, or ReadSequences was not asked.
  std::string sequence;
  std::string sequence_oid;
  bool may_read_sequence = false;

  // PostgreSQL's own rule for quoted names: case matters.
  const PgColumn* Find(std::string_view column) const;
  std::string sql_name() const;  // "public"."channels", quoted
};

// A table that search_path does not lead to: in another schema, or in one that this user may not use.
struct HiddenTable {
  SourceTable table = SourceTable::kChannels;
  std::string schema;
  bool in_search_path = false;
  bool may_use_schema = false;
};

struct Catalog {
  std::string user;         // whom grants have to name
  std::string search_path;  // as the server spells it
  std::vector<PgTable> tables;
  std::vector<HiddenTable> hidden;

  const PgTable* Find(SourceTable table) const;

  // PermissionDenied with every missing grant of the wanted tables; InvalidArgument without a table `channels`.
  absl::Status CheckUsable(const std::string& source, const Wanted& wanted) const;
};

absl::StatusOr<Catalog> ReadCatalog(PgConnection& connection);
// The sequences as well, which a load has no use for: one statement more.
absl::Status ReadSequences(PgConnection& connection, Catalog& catalog);
// Both over a connection of its own, of a database that has a table `channels`. What may be read of it is no
// matter.
absl::StatusOr<Catalog> ReadCatalogOf(const std::string& connection, const PostgresqlOptions& options);

// A quoted identifier.
std::string PgName(std::string_view name);
std::string GrantUsage(std::string_view schema, std::string_view role);
std::string GrantSelect(const std::vector<std::string_view>& columns, const std::string& sql_name,
                        std::string_view role);
std::string GrantSequence(std::string_view sql_name, std::string_view role);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_CATALOG_H_
