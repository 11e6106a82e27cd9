// Connection: one SQLite connection to a file that somebody else owns, and errors that say what to do.
//
//   absl::StatusOr<std::unique_ptr<Connection>> db = Connection::Open(path, Connection::Access::kRead, deadline);
//   Transaction transaction(**db);
//   if (absl::Status begun = transaction.Begin(Transaction::Lock::kRead); !begun.ok()) return begun;
//   Statement names = (*db)->Prepare("SELECT name FROM channels");
//   while (names.Next()) Use(names.cell(0).Text());
//   return names.status();
//
// The file is not trusted: its schema may call no function with side effects, its pages are checked as they are read,
// and a double-quoted name that is no column is an error instead of a text.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_LOAD_SQLITE3_CONNECTION_H_
#define POINTSMAN_SRC_LOAD_SQLITE3_CONNECTION_H_

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "load/sqlite3/database_file.h"

namespace pointsman::inline v0 {

using Deadline = std::chrono::steady_clock::time_point;

// One value of the row that a statement stands on. Views are valid until the statement's next step.
class Cell {
 public:
  // The type is asked for once: that costs as much as a value, and every reader wants it several times.
  Cell(sqlite3_stmt* statement, int column)
      : statement_(statement), column_(column), type_(sqlite3_column_type(statement, column)) {}

  int type() const { return type_; }  // SQLITE_INTEGER and so on
  std::int64_t Int() const { return sqlite3_column_int64(statement_, column_); }
  double Real() const { return sqlite3_column_double(statement_, column_); }
  // The bytes of text or a blob, NULs included; numbers as SQLite spells them; NULL is empty.
  std::string_view Text() const;

 private:
  sqlite3_stmt* statement_;
  int column_;
  int type_;
};

class Connection;

class Statement {
 public:
  Statement(Connection& connection, const std::string& sql);

  // Steps to the next row. False at the end and on failure, which status() tells apart.
  bool Next();
  const absl::Status& status() const { return status_; }
  Cell cell(int column) const { return {handle_.get(), column}; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  Connection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  absl::Status status_;
};

class Connection {
 public:
  enum class Access { kRead, kReadWrite };

  // Never creates a database. Waits for locks for 5 seconds, or until the deadline if that is sooner; a statement that
  // runs when the deadline passes is interrupted.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Access access, Deadline deadline);

  Statement Prepare(const std::string& sql) { return {*this, sql}; }
  absl::Status Execute(const std::string& sql);
  int changed_rows() const { return sqlite3_changes(handle_.get()); }  // by the last statement that changes rows

  absl::Status CheckDeadline() const;
  // DataLoss where the file ends too early. SQLite reads what is missing of its last page as zeros, and so as rows of
  // NULLs or as no rows. REQUIRES: a transaction has read, so that nobody is writing the file.
  absl::Status CheckWhole() const;
  // Unavailable where SQLite was promised that nobody writes the file, and somebody did.
  absl::Status CheckUnchanged() const;

  const std::string& path() const { return path_; }
  // The file, as messages show it.
  const std::string& name() const { return name_; }
  // The last error of the connection as a status.
  absl::Status Failure() const;

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  Connection(const std::string& path, Deadline deadline) : path_(path), name_(ShownPath(path)), deadline_(deadline) {}
  absl::Status OpenAs(const std::string& file_name, int flags);
  absl::Status OpenToRead();
  absl::Status OpenToWrite();
  void Distrust();
  std::string CutOffAsSqliteSeesIt() const;
  bool IsDeadlineOver() const { return std::chrono::steady_clock::now() >= deadline_; }

  std::string path_;
  std::string name_;
  Deadline deadline_;
  std::optional<FileStamp> immutable_since_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// Rolls back unless it was committed.
class Transaction {
 public:
  enum class Lock { kRead, kWrite };

  explicit Transaction(Connection& connection) : connection_(connection) {}
  ~Transaction() { RollBack(); }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  absl::Status Begin(Lock lock);
  absl::Status Commit();
  void RollBack();

 private:
  Connection& connection_;
  bool open_ = false;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_SQLITE3_CONNECTION_H_
