// PgCopy: the rows of one SELECT by COPY, which costs a client half of what rows one by one cost it: libpq makes an
// object with the columns' description of each of those, and of these a line of text. One line is in memory at a time.
//
//   PgCopy rows(connection, "SELECT \"name\" FROM channels");
//   while (rows.Next()) Use(rows.cell(0));
//   if (!rows.status().ok()) return rows.status();
//
// Thread safety: thread-compatible. REQUIRES: no other statement before the last row was read.
#ifndef POINTSMAN_SRC_LOAD_POSTGRESQL_PG_COPY_H_
#define POINTSMAN_SRC_LOAD_POSTGRESQL_PG_COPY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "load/postgresql/pg_cell.h"
#include "load/postgresql/pg_connection.h"

namespace pointsman::inline v0 {

class PgCopy {
 public:
  PgCopy(PgConnection& connection, const std::string& select);

  // False at the end and on failure, which status() tells apart.
  bool Next();
  const absl::Status& status() const { return status_; }
  // Valid until the next Next.
  PgCell cell(int column) const { return cells_[static_cast<std::size_t>(column)]; }

 private:
  struct FreeLine {
    void operator()(char* line) const { PQfreemem(line); }
  };
  absl::Status Describe(const std::string& select);
  absl::Status Begin(const std::string& select);
  void Split(std::size_t size);
  void Take(std::size_t column, char* begin, char* end);

  PgConnection& connection_;
  std::unique_ptr<char, FreeLine> line_;
  std::vector<PgCell> cells_;  // their kinds are the columns'
  std::vector<std::string> bytes_;
  std::uint64_t count_ = 0;
  absl::Status status_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_POSTGRESQL_PG_COPY_H_
