#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "load/postgresql/catalog.h"
#include "load/postgresql/connection_string.h"
#include "load/postgresql/pg_connection.h"
#include "load/postgresql/pg_copy.h"
#include "load/postgresql/read_tables.h"
#include "load/sql/selected_columns.h"
#include "pointsman/load/postgresql.h"

namespace pointsman::inline v0 {
namespace {

template <class Row>
absl::Status ReadTable(PgConnection& connection, const PgTable& declared, std::span<const Column<Row>> all,
                       RowSink& sink) {
  const SelectedColumns<Row> columns(declared.table, all,
                                     [&](std::string_view column) { return declared.Find(column); });
  columns.Describe(sink);
  if (!columns.missing_key().empty()) {
    return absl::InvalidArgumentError(connection.name() + ": table " + std::string(TableName(declared.table)) +
                                      " has no column " + std::string(columns.missing_key()) +
                                      ", so this is not a gateway's database; name the one that the gateway uses");
  }
  PgCopy rows(connection, columns.Select(declared.sql_name()));
  while (rows.Next()) {
    Row row;
    if (!columns.Fill(rows, connection.name(), sink, row)) continue;
    if (!sink.Add(row)) return absl::CancelledError(connection.name() + ": the sink of the rows asked to stop");
  }
  return rows.status();
}

}  // namespace

absl::Status ReadTables(PgConnection& connection, RowSink& sink, const Wanted& wanted) {
  const absl::StatusOr<Catalog> catalog = ReadCatalog(connection);
  if (!catalog.ok()) return catalog.status();
  absl::Status read = catalog->CheckUsable(connection.name(), wanted);
  ForEachTable([&](SourceTable table, auto columns) {
    const PgTable* const declared = catalog->Find(table);
    if (read.ok() && declared != nullptr && wanted.Includes(table)) {
      read = ReadTable(connection, *declared, columns, sink);
    }
  });
  return read;
}

PostgresqlLoader::PostgresqlLoader(std::string connection, PostgresqlOptions options)
    : connection_(std::move(connection)), source_(ShownSource(connection_)), options_(options) {}

absl::Status PostgresqlLoader::Load(RowSink& sink, const Wanted& wanted) {
  absl::StatusOr<std::unique_ptr<PgConnection>> connection = PgConnection::Open(connection_, options_, wanted.deadline);
  if (!connection.ok()) return connection.status();
  if (absl::Status begun = (*connection)->Begin(); !begun.ok()) return begun;
  if (absl::Status read = ReadTables(**connection, sink, wanted); !read.ok()) return read;
  return (*connection)->Commit();
}

}  // namespace pointsman::inline v0
