// A file that claims to be a gateway's SQLite database.
#include <unistd.h>

#include <cstdlib>

#include "fuzz/loaded.h"
#include "pointsman/load/sqlite3.h"

namespace pointsman::fuzz {
namespace {

// One file for the process, gone with it.
class ScratchFile {
 public:
  ScratchFile() : number_(mkstemp(path_.data())) { Demand(number_ >= 0, "there is room for a file"); }
  ~ScratchFile() {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) unlink((path_ + suffix).c_str());
    close(number_);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void Fill(std::string_view bytes) const {
    Demand(ftruncate(number_, 0) == 0, "the file can be emptied");
    Demand(pwrite(number_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "it can be filled");
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/pointsman-fuzz-XXXXXX";
  int number_;
};

}  // namespace

bool SqliteFile(std::string_view bytes) {
  static const ScratchFile file;
  file.Fill(bytes);
  SqliteLoader loader(file.path());
  Rows rows("file.db");
  const absl::StatusOr<Schema> schema = ReadSqliteSchema(file.path());
  if (!schema.ok()) DemandPlain(std::string(schema.status().message()), "an error can be shown");
  if (!LoadOrTell(loader, rows)) return false;
  DemandGoodTable(rows, {});
  DemandGoodExamination(rows);
  return true;
}

}  // namespace pointsman::fuzz
