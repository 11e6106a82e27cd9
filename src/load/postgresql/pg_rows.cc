#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <utility>

#include "load/postgresql/pg_connection.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::uint64_t kRowsBetweenClockReads = 1024;

}  // namespace

std::string BytesOf(const char* printed) {
  std::size_t size = 0;
  unsigned char* const bytes = PQunescapeBytea(reinterpret_cast<const unsigned char*>(printed), &size);
  if (bytes == nullptr) throw std::bad_alloc();
  std::string out(reinterpret_cast<const char*>(bytes), size);
  PQfreemem(bytes);
  return out;
}

PgRows::PgRows(PgConnection& connection, const std::string& sql) : connection_(connection) {
  status_ = connection.Send(sql);
  if (status_.ok() && PQsetSingleRowMode(connection.handle_.get()) == 0) status_ = connection.Lost();
}

bool PgRows::Next() {
  if (!status_.ok()) return false;
  if (++count_ % kRowsBetweenClockReads == 0) status_ = connection_.CheckDeadline();
  while (status_.ok()) {
    absl::StatusOr<PgConnection::Result> result = connection_.NextResult();
    if (!result.ok()) {
      status_ = result.status();
    } else if (*result == nullptr) {
      return false;
    } else if (PQresultStatus(result->get()) == PGRES_SINGLE_TUPLE) {
      row_ = *std::move(result);
      DecodeBytes();
      return true;
    }
  }
  return false;
}

void PgRows::DecodeBytes() {
  const int columns = PQnfields(row_.get());
  for (int i = 0; i < columns; ++i) {
    if (PgKindOf(PQftype(row_.get(), i)) != PgKind::kBytes || PQgetisnull(row_.get(), 0, i) != 0) continue;
    bytes_.resize(static_cast<std::size_t>(columns));
    bytes_[static_cast<std::size_t>(i)] = BytesOf(PQgetvalue(row_.get(), 0, i));
  }
}

PgCell PgRows::cell(int column) const {
  PgCell cell{.kind = PgKindOf(PQftype(row_.get(), column)), .is_null = PQgetisnull(row_.get(), 0, column) != 0};
  if (cell.kind == PgKind::kBytes && !cell.is_null) {
    cell.text = bytes_[static_cast<std::size_t>(column)];
  } else {
    cell.text = {PQgetvalue(row_.get(), 0, column), static_cast<std::size_t>(PQgetlength(row_.get(), 0, column))};
  }
  return cell;
}

}  // namespace pointsman::inline v0
