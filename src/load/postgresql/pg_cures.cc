#include <cctype>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/cure_run.h"
#include "load/postgresql/pg_connection.h"
#include "load/postgresql/read_tables.h"
#include "pointsman/load/postgresql.h"

namespace pointsman::inline v0 {
namespace {

// "postgresql://root@db/one_api" -> "pointsman-one_api"; in the working directory, since a server has no folder here.
std::string UndoPrefix(std::string_view source) {
  std::string prefix = "pointsman-";
  for (const char c : source.substr(source.rfind('/') + 1)) {
    prefix += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return prefix;
}

class PostgresqlTarget final : public CureTarget {
 public:
  explicit PostgresqlTarget(PgConnection& connection) : connection_(connection) {}

  const std::string& name() const override { return connection_.name(); }
  Dialect dialect() const override { return Dialect::kPostgresql; }
  UndoForm undo_form() const override {
    return {
        .path_prefix = UndoPrefix(name()), .run = "psql -v ON_ERROR_STOP=1 -f THIS_FILE DATABASE", .begin = "BEGIN"};
  }
  absl::Status Begin(Access access) override {
    open_ = true;
    return connection_.Begin(access == Access::kRead ? PgConnection::Access::kRead : PgConnection::Access::kWrite);
  }
  absl::Status Read(RowSink& sink) override { return ReadTables(connection_, sink, Wanted::Everything()); }
  absl::StatusOr<std::int64_t> Execute(const std::string& statement) override {
    absl::StatusOr<std::int64_t> rows = connection_.ExecuteCounting(statement);
    if (!absl::IsPermissionDenied(rows.status())) return rows;
    return absl::PermissionDeniedError(
        name() +
        ": this user may not write what the cure changes; run it as the gateway's own user, or print the SQL with "
        "--fix");
  }
  // A server that answers with an error has rolled back.
  absl::Status Commit() override {
    const absl::Status committed = connection_.Commit();
    open_ = false;
    if (committed.ok() || connection_.is_idle()) return committed;
    return absl::UnknownError(std::string(committed.message().data(), committed.message().size()));
  }
  void RollBack() override {
    if (open_) (void)connection_.Execute("ROLLBACK");  // a connection that is lost has rolled back by itself
    open_ = false;
  }

 private:
  PgConnection& connection_;
  bool open_ = false;
};

}  // namespace

absl::StatusOr<CureResult> ApplyPostgresqlCures(const std::string& connection, const CureOptions& options,
                                                const PostgresqlOptions& postgresql) {
  if (absl::Status asked = CheckConfirms(options, "ApplyPostgresqlCures"); !asked.ok()) return asked;
  absl::StatusOr<std::unique_ptr<PgConnection>> opened =
      PgConnection::Open(connection, postgresql, PgConnection::Clock::time_point::max());
  if (!opened.ok()) return opened.status();
  PostgresqlTarget target(**opened);
  return RunCure(target, options);
}

}  // namespace pointsman::inline v0
