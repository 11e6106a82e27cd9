#include <libpq-fe.h>

#include <chrono>
#include <iterator>
#include <semaphore>
#include <utility>
#include <vector>

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
constexpr KeptLimits kKept = {.most = kConnections, .idle = std::chrono::minutes(10)};  // a new one takes its time
constexpr const char* kNames[] = {"connect_timeout",  "options",         "tcp_user_timeout",
                                  "application_name", "client_encoding", "dbname"};
constexpr const char* kValues[] = {"5", "-c statement_timeout=5000 -c default_transaction_read_only=on", "5000",
                                   "pointsman gateway", "UTF8"};

class Connection {
 public:
  explicit Connection(const std::string& url) {
    std::vector<const char*> names(std::begin(kNames), std::end(kNames));
    std::vector<const char*> values(std::begin(kValues), std::end(kValues));
    names.push_back(nullptr);
    values.insert(values.end(), {url.c_str(), nullptr});
    handle_ = PQconnectdbParams(names.data(), values.data(), 1);
  }
  ~Connection() { PQfinish(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  PGconn* handle() const { return handle_; }
  bool is_lost() const { return PQstatus(handle_) != CONNECTION_OK; }

 private:
  PGconn* handle_ = nullptr;
};

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

bool IsAnswer(const Result& result) { return PQresultStatus(result.get()) == PGRES_TUPLES_OK; }

std::string Field(const Result& result, int field) {
  const char* const text = PQresultErrorField(result.get(), field);
  return text == nullptr ? std::string() : std::string(text);
}

// Class 22, of values that it cannot take.
bool IsRefusalOfValues(const Result& result) { return Field(result, PG_DIAG_SQLSTATE).starts_with("22"); }

// What the server said, for operators. Where it said nothing there is only libpq's text, which may quote the connection
// string; and a text about values quotes them, keys included.
absl::Status ErrorOf(const Result& result) {
  const std::string state = Field(result, PG_DIAG_SQLSTATE);
  if (state.empty()) return absl::UnavailableError("PostgreSQL does not answer");
  if (IsRefusalOfValues(result)) return absl::InvalidArgumentError("PostgreSQL: " + state);
  const std::string text = "PostgreSQL: " + state + ": " + Field(result, PG_DIAG_MESSAGE_PRIMARY);
  return state == "42501" ? absl::PermissionDeniedError(text) : absl::UnavailableError(text);
}

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
    // A NUL byte would end the parameter early, and make another key of it. What is no UTF-8 is in no column.
    if (key.find('\0') != std::string_view::npos || !IsUtf8(key)) return std::optional<pointsman::Caller>();
    const std::string keys[] = {std::string(key), std::string(WithoutPrefix(key))};
    const absl::StatusOr<Result> rows = Ask(query_.sql(), {keys[0].c_str(), keys[1].c_str()});
    // Another encoding than UTF-8 may lack some of its characters.
    if (absl::IsInvalidArgument(rows.status())) return std::optional<pointsman::Caller>();
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
  // A connection that was kept may have died meanwhile, with all the others: so once more, with a new one. An error
  // that the server itself reports is its answer, and would be again.
  absl::StatusOr<Result> Ask(const std::string& sql, const std::vector<const char*>& values) {
    const auto connect = [this] { return std::make_unique<Connection>(url_); };
    if (!free_.try_acquire_for(kPatience)) return absl::UnavailableError("PostgreSQL is busy");
    bool is_lost = false;
    Result rows = AskOn(connections_.Borrow(connect), sql, values, is_lost);
    if (is_lost) rows = AskOn(connections_.Lend(connect()), sql, values, is_lost);
    free_.release();
    if (!IsAnswer(rows)) return ErrorOf(rows);
    return rows;
  }

  static Result AskOn(Kept<Connection>::Loan connection, const std::string& sql, const std::vector<const char*>& values,
                      bool& is_lost) {
    Result rows(PQexecParams(connection->handle(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                             nullptr, nullptr, 0),
                &PQclear);
    is_lost = connection->is_lost();
    if (is_lost) connection.Discard();
    return rows;
  }

  std::string url_;
  TokenQuery query_;
  std::counting_semaphore<kConnections> free_{kConnections};
  Kept<Connection> connections_{kKept};
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgresql(const std::string& url) {
  const absl::StatusOr<pointsman::Schema> schema = pointsman::ReadPostgresqlSchema(url);
  if (!schema.ok()) return schema.status();
  return std::unique_ptr<Database>(std::make_unique<PostgresqlDatabase>(url, *schema));
}

}  // namespace gateway
