#include <libpq-fe.h>

#include <chrono>
#include <semaphore>
#include <utility>

#include "absl/status/status.h"
#include "database.h"
#include "kept.h"
#include "pointsman/load/postgresql.h"
#include "token_query.h"

namespace gateway {
namespace {

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What is added to the administrator's own connection string: no caller waits for a database longer than that.
constexpr std::chrono::seconds kPatience{5};
constexpr std::ptrdiff_t kConnections = 16;  // a server has a hundred, for everybody
constexpr const char* kTimeouts[] = {"connect_timeout", "options", "tcp_user_timeout", "application_name"};
constexpr const char* kValues[] = {"5", "-c statement_timeout=5000 -c default_transaction_read_only=on", "5000",
                                   "pointsman gateway"};

class Connection {
 public:
  explicit Connection(const std::string& url) {
    const char* const names[] = {kTimeouts[0], kTimeouts[1], kTimeouts[2], kTimeouts[3], "dbname", nullptr};
    const char* const values[] = {kValues[0], kValues[1], kValues[2], kValues[3], url.c_str(), nullptr};
    handle_ = PQconnectdbParams(names, values, 1);
  }
  ~Connection() { PQfinish(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  PGconn* handle() const { return handle_; }

 private:
  PGconn* handle_ = nullptr;
};

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Cell ReadCell(const Result& rows, int row, int column) {
  if (PQgetisnull(rows.get(), row, column)) return std::nullopt;
  return std::string(PQgetvalue(rows.get(), row, column),
                     static_cast<std::size_t>(PQgetlength(rows.get(), row, column)));
}

class PostgresqlDatabase final : public Database {
 public:
  PostgresqlDatabase(std::string url, const pointsman::Schema& schema)
      : url_(std::move(url)), query_(schema, "$1", "$2") {}

  absl::StatusOr<std::optional<pointsman::Caller>> FindCaller(std::string_view key) override {
    // A NUL byte would end the parameter early, and make another key of it.
    if (key.find('\0') != std::string_view::npos) return std::optional<pointsman::Caller>();
    const std::string keys[] = {std::string(key), std::string(WithoutPrefix(key))};
    const absl::StatusOr<Result> rows = Ask(query_.sql(), {keys[0].c_str(), keys[1].c_str()});
    if (!rows.ok()) return rows.status();
    if (PQntuples(rows->get()) == 0) return std::optional<pointsman::Caller>();
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < query_.columns(); ++i) cells.push_back(ReadCell(*rows, 0, static_cast<int>(i)));
    return std::optional<pointsman::Caller>(query_.Read(cells, Now()));
  }

  absl::StatusOr<std::vector<UpstreamRow>> ReadUpstreams() override {
    const absl::StatusOr<Result> rows = Ask("SELECT id, base_url, \"key\", model_mapping FROM channels", {});
    if (!rows.ok()) return rows.status();
    std::vector<UpstreamRow> all;
    for (int row = 0; row < PQntuples(rows->get()); ++row) {
      all.push_back({.channel_id = std::stoll(ReadCell(*rows, row, 0).value_or("0")),
                     .base_url = ReadCell(*rows, row, 1).value_or(""),
                     .keys = ReadCell(*rows, row, 2).value_or(""),
                     .model_mapping = ReadCell(*rows, row, 3).value_or("")});
    }
    return all;
  }

  std::unique_ptr<pointsman::Loader> MakeLoader() override {
    return std::make_unique<pointsman::PostgresqlLoader>(url_);
  }

 private:
  // A connection that was kept may have died meanwhile, with all the others: so once more, with a new one.
  absl::StatusOr<Result> Ask(const std::string& sql, const std::vector<const char*>& values) {
    const auto connect = [this] { return std::make_unique<Connection>(url_); };
    if (!free_.try_acquire_for(kPatience)) return absl::UnavailableError("PostgreSQL is busy");
    Result rows = AskOn(connections_.Borrow(connect), sql, values);
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) rows = AskOn(connections_.Lend(connect()), sql, values);
    free_.release();
    // Its own words may quote the connection string.
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) return absl::UnavailableError("PostgreSQL does not answer");
    return rows;
  }

  static Result AskOn(Kept<Connection>::Loan connection, const std::string& sql,
                      const std::vector<const char*>& values) {
    Result rows(PQexecParams(connection->handle(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                             nullptr, nullptr, 0),
                &PQclear);
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) connection.Discard();
    return rows;
  }

  std::string url_;
  TokenQuery query_;
  std::counting_semaphore<kConnections> free_{kConnections};
  Kept<Connection> connections_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgresql(const std::string& url) {
  const absl::StatusOr<pointsman::Schema> schema = pointsman::ReadPostgresqlSchema(url);
  if (!schema.ok()) return schema.status();
  return std::unique_ptr<Database>(std::make_unique<PostgresqlDatabase>(url, *schema));
}

}  // namespace gateway
