// The commands. Each takes its options and returns an exit code; what cannot be done is thrown as Failure.
#ifndef POINTSMAN_SRC_CLI_COMMANDS_H_
#define POINTSMAN_SRC_CLI_COMMANDS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/source.h"

namespace pointsman::cli {

struct SelectOptions {
  CommonOptions common;
  RequestOptions request;
  std::uint64_t count = 1;
  std::uint64_t seed = 1;
};
int RunSelect(const SelectOptions& options);

struct ExplainOptions {
  CommonOptions common;
  RequestOptions request;
  std::string audience = "operator";
};
int RunExplain(const ExplainOptions& options);

struct ShowOptions {
  CommonOptions common;
  std::optional<std::string> group;
  std::optional<std::string> model;
  std::string html_file;  // empty: no page
};
int RunShow(const ShowOptions& options);

struct ReplayOptions {
  CommonOptions common;
  std::string record;
};
int RunReplay(const ReplayOptions& options);

struct DoctorCommandOptions {
  CommonOptions common;
  bool fix = false;
  bool apply = false;
  bool yes = false;
  bool assume_default = false;
  std::vector<std::string> only;
  std::string dialect;  // empty: the source's own
  std::string undo_file;
  std::string fail_on = "info";
  std::string baseline_file;  // empty: none
  std::string html_file;      // empty: no page
};
int RunDoctor(const DoctorCommandOptions& options);

struct DiffCommandOptions {
  std::string before;
  std::string after;
  std::string policy_file;  // empty: the default policy
  std::string profile;
  std::string policy_after;  // empty: the same as before
  std::string html_file;     // empty: no page
  bool schema = false;
  bool json = false;
  std::string language = "en";
};
int RunDiff(const DiffCommandOptions& options);
int RunSchemaDiff(const DiffCommandOptions& options);  // --schema

struct GrantsOptions {
  std::string from;
  std::string dialect;  // instead of a source
  std::string role = "pointsman";
};
int RunGrants(const GrantsOptions& options);

struct ExportSqlOptions {
  std::string dialect;
  std::vector<std::string> without;  // tables, or columns as "table.column"
};
int RunExportSql(const ExportSqlOptions& options);

struct TriggersOptions {
  std::string from;
  std::string dialect;  // instead of a source
  bool normalize = false;
  bool drop = false;
};
int RunTriggers(const TriggersOptions& options);

struct WatchOptions {
  CommonOptions common;
  std::string listen;  // empty: the source itself, if it notifies
  std::chrono::milliseconds interval{2000};
  std::uint64_t changes = 0;  // to end after; 0: never
};
int RunWatch(const WatchOptions& options);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_COMMANDS_H_
