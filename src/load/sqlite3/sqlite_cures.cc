#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "doctor/cure_run.h"
#include "load/sqlite3/connection.h"
#include "load/sqlite3/read_schema.h"
#include "load/sqlite3/read_tables.h"
#include "pointsman/load/sqlite3.h"

namespace pointsman::inline v0 {
namespace {

class SqliteTarget final : public CureTarget {
 public:
  explicit SqliteTarget(Connection& connection) : connection_(connection) {}

  const std::string& name() const override { return connection_.name(); }
  Dialect dialect() const override { return Dialect::kSqlite; }
  UndoForm undo_form() const override {
    return {.path_prefix = connection_.path(), .run = "sqlite3 -bail DATABASE < THIS_FILE", .begin = "BEGIN IMMEDIATE"};
  }
  absl::Status Begin(Access access) override {
    transaction_.emplace(connection_);
    return transaction_->Begin(access == Access::kRead ? Transaction::Lock::kRead : Transaction::Lock::kWrite);
  }
  // All is locked from the beginning.
  absl::Status Lock(const std::vector<RowChange>&, Locked) override { return absl::OkStatus(); }
  absl::Status Read(RowSink& sink) override { return ReadTables(connection_, sink, Wanted::Everything()); }
  absl::StatusOr<Schema> ReadSchema() override { return v0::ReadSchema(connection_); }
  absl::StatusOr<std::int64_t> Execute(const std::string& statement) override {
    if (absl::Status executed = connection_.Execute(statement); !executed.ok()) return executed;
    return connection_.changed_rows();
  }
  absl::Status Commit() override {
    absl::Status committed = transaction_->Commit();
    if (committed.ok() || absl::IsUnavailable(committed)) return committed;
    return absl::UnknownError(std::string(committed.message().data(), committed.message().size()));
  }
  void RollBack() override { transaction_.reset(); }
  bool was_taken_back() const override { return false; }

 private:
  Connection& connection_;
  std::optional<Transaction> transaction_;
};

}  // namespace

absl::StatusOr<CureResult> ApplySafeCures(const std::string& path, const CureOptions& options) {
  if (absl::Status asked = CheckConfirms(options, "ApplySafeCures"); !asked.ok()) return asked;
  absl::StatusOr<std::unique_ptr<Connection>> connection =
      Connection::Open(path, Connection::Access::kReadWrite, Deadline::max());
  if (!connection.ok()) return connection.status();
  SqliteTarget target(**connection);
  return RunCure(target, options);
}

}  // namespace pointsman::inline v0
