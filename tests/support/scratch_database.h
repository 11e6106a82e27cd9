// Databases that live as long as a test: a folder of their own, SQL in, text out.
//
//   ScratchFolder folder;
//   RunSql(folder / "a.db", "CREATE TABLE channels (id integer)");
//   EXPECT_EQ(Ask(folder / "a.db", "SELECT count(*) FROM channels"), "0");
#ifndef POINTSMAN_TESTS_SUPPORT_SCRATCH_DATABASE_H_
#define POINTSMAN_TESTS_SUPPORT_SCRATCH_DATABASE_H_

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace pointsman {

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pointsman-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no scratch folder";
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A connection of somebody else, such as the gateway.
class Writer {
 public:
  explicit Writer(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &db_), SQLITE_OK) << path;
    sqlite3_busy_timeout(db_, 0);
  }
  ~Writer() { sqlite3_close(db_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void Run(const std::string& sql) { EXPECT_EQ(TryRun(sql), SQLITE_OK) << sqlite3_errmsg(db_) << " in " << sql; }
  int TryRun(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); }
  // All values, separated by '|', rows by ' '.
  std::string Ask(const std::string& sql) {
    std::string out;
    const auto append = [](void* text, int count, char** values, char**) {
      std::string& all = *static_cast<std::string*>(text);
      if (!all.empty()) all += ' ';
      for (int i = 0; i < count; ++i) all += std::string(i == 0 ? "" : "|") + (values[i] ? values[i] : "NULL");
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), append, &out, nullptr), SQLITE_OK) << sqlite3_errmsg(db_) << " in " << sql;
    return out;
  }
  sqlite3* db() { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// Waits for others who write.
inline void RunSql(const std::string& path, const std::string& sql) {
  Writer writer(path);
  sqlite3_busy_timeout(writer.db(), 10'000);
  writer.Run(sql);
}
inline std::string Ask(const std::string& path, const std::string& sql) { return Writer(path).Ask(sql); }

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// File permissions bind nobody who is root: a test about them steps down for a while.
class AsNobody {
 public:
  AsNobody() : stepped_down_(geteuid() == 0 && seteuid(65534) == 0) {}
  ~AsNobody() {
    if (stepped_down_ && seteuid(0) != 0) ADD_FAILURE() << "cannot become root again";
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool stepped_down_;
};

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_SCRATCH_DATABASE_H_
