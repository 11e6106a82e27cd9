// make_incident PATH [--force]: writes the SQLite database of the incident, the same bytes every time.
//
// What is in it, and what is wrong with it: incident.sql beside this file.
// Exit code 0, or 2 with a message on stderr; an existing file is only replaced with --force.
#include <sqlite3.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "incident_sql.h"

namespace {

constexpr int kRefused = 2;

int Refuse(const std::string& message) {
  std::cerr << "make_incident: " << message << "\n";
  return kRefused;
}

// What SQLite may have left beside a database belongs to it: another database must not find it there.
bool Remove(const std::string& path) {
  std::error_code error;
  for (const char* suffix : {"-wal", "-shm", "-journal", ""}) std::filesystem::remove(path + suffix, error);
  return !std::filesystem::exists(path, error);
}

// Empty, or what SQLite says.
std::string Write(const std::string& path) {
  sqlite3* db = nullptr;
  std::string problem;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) != SQLITE_OK ||
      sqlite3_exec(db, kIncidentSql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    problem = sqlite3_errmsg(db);
  }
  sqlite3_close(db);
  return problem;
}

int Run(const std::string& path, bool force) {
  std::error_code error;
  const std::filesystem::file_status found = std::filesystem::symlink_status(path, error);
  if (std::filesystem::exists(found)) {
    if (!force) return Refuse(path + " exists already; name another file, or replace it with --force");
    if (!std::filesystem::is_regular_file(found)) return Refuse(path + " is not a regular file; it stays as it is");
    if (!Remove(path)) return Refuse(path + " cannot be replaced");
  }
  const std::string problem = Write(path);
  if (problem.empty()) return 0;
  Remove(path);
  return Refuse(path + ": " + problem);
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  bool force = false;
  bool usable = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--force") {
      force = true;
    } else if (path.empty() && !argument.empty() && argument[0] != '-') {
      path = argument;
    } else {
      usable = false;
    }
  }
  if (!usable || path.empty()) return Refuse("usage: make_incident PATH [--force]");
  return Run(path, force);
}
