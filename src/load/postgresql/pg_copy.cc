#include "load/postgresql/pg_copy.h"

#include <cstring>
#include <string_view>
#include <utility>

namespace pointsman::inline v0 {
namespace {

constexpr std::uint64_t kRowsBetweenClockReads = 1024;

// What stands behind a backslash in the text format of COPY. The server writes these and no octal or hexadecimal ones.
char Unescaped(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return letter;
  }
}

// In place; the new end.
char* Unescape(char* begin, char* end) {
  auto* escape = static_cast<char*>(std::memchr(begin, '\\', static_cast<std::size_t>(end - begin)));
  if (escape == nullptr) return end;
  char* out = escape;
  for (const char* in = escape; in < end; ++in) *out++ = *in == '\\' && in + 1 < end ? Unescaped(*++in) : *in;
  return out;
}

}  // namespace

PgCopy::PgCopy(PgConnection& connection, const std::string& select) : connection_(connection) {
  status_ = Describe(select);
  status_.Update(status_.ok() ? Begin(select) : absl::OkStatus());
}

// COPY does not say which types the columns have.
absl::Status PgCopy::Describe(const std::string& select) {
  if (absl::Status sent = connection_.Send(select + " LIMIT 0"); !sent.ok()) return sent;
  for (;;) {
    const absl::StatusOr<PgConnection::Result> result = connection_.NextResult();
    if (!result.ok()) return result.status();
    if (*result == nullptr) return absl::OkStatus();
    for (int i = 0; i < PQnfields(result->get()); ++i) cells_.push_back({.kind = PgKindOf(PQftype(result->get(), i))});
    bytes_.resize(cells_.size());
  }
}

absl::Status PgCopy::Begin(const std::string& select) {
  if (absl::Status sent = connection_.Send("COPY (" + select + ") TO STDOUT"); !sent.ok()) return sent;
  return connection_.NextResult().status();
}

bool PgCopy::Next() {
  if (!status_.ok()) return false;
  if (++count_ % kRowsBetweenClockReads == 0) status_ = connection_.CheckDeadline();
  if (!status_.ok()) return false;
  char* line = nullptr;
  const absl::StatusOr<std::size_t> size = connection_.NextCopyLine(line);
  line_.reset(line);
  if (!size.ok()) status_ = size.status();
  if (line == nullptr) return false;
  Split(*size);
  return status_.ok();
}

void PgCopy::Split(std::size_t size) {
  char* begin = line_.get();
  char* const end = begin + (size > 0 && begin[size - 1] == '\n' ? size - 1 : size);
  for (std::size_t column = 0; column < cells_.size(); ++column) {
    auto* tab = static_cast<char*>(std::memchr(begin, '\t', static_cast<std::size_t>(end - begin)));
    if ((tab == nullptr) != (column + 1 == cells_.size())) {
      status_ =
          absl::InternalError(connection_.name() + ": a line of COPY has another number of columns than its table");
      return;
    }
    Take(column, begin, tab == nullptr ? end : tab);
    begin = tab == nullptr ? end : tab + 1;
  }
}

void PgCopy::Take(std::size_t column, char* begin, char* end) {
  PgCell& cell = cells_[column];
  cell.is_null = std::string_view(begin, static_cast<std::size_t>(end - begin)) == "\\N";
  if (cell.is_null) {
    cell.text = {};
    return;
  }
  cell.text = {begin, static_cast<std::size_t>(Unescape(begin, end) - begin)};
  if (cell.kind != PgKind::kBytes) return;
  bytes_[column] = BytesOf(std::string(cell.text).c_str());
  cell.text = bytes_[column];
}

}  // namespace pointsman::inline v0
