// Where a command reads from: SOURCE, policy, and the caller that it asks for.
//
//   --from sqlite:PATH | postgresql://USER@HOST/DATABASE | "host=HOST dbname=DATABASE user=USER" | json:PATH |
//   dump:PATH | dump:- (standard input)
//          | PATH (recognised by its first bytes)
#ifndef POINTSMAN_SRC_CLI_SOURCE_H_
#define POINTSMAN_SRC_CLI_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pointsman/caller.h"
#include "pointsman/compile.h"
#include "pointsman/explain.h"
#include "pointsman/load/dump.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "pointsman/profile.h"
#include "pointsman/request.h"

namespace pointsman::cli {

// What every command takes.
struct CommonOptions {
  std::string from;
  std::string policy_file;  // empty: the profile's policy, or a dump's own
  std::string profile;      // empty: pointsman
  std::string language = "en";
  bool json = false;

  Language lang() const { return language == "zh" ? Language::kChinese : Language::kEnglish; }
};

struct Source {
  enum class Kind { kSqlite, kPostgresql, kJson, kDump };
  Kind kind = Kind::kSqlite;
  std::string path;  // of a database server: its source() and nothing that could hold a password
  std::unique_ptr<Loader> loader;
  std::shared_ptr<const LoadedDump> dump;  // of a dump; null for others
};

// Fails with kBadUsage for a kind that does not exist or was left out of this build.
Source OpenSource(const std::string& from);

// Whether SOURCE is a PostgreSQL database, built or not.
bool IsPostgresql(const std::string& from);
[[noreturn]] void FailWithoutPostgresql();
// Fails unless one of them is given, and a SOURCE that is given is a PostgreSQL database. `what` only these have.
void RequireDatabaseOrDialect(const std::string& from, const std::string& dialect, const std::string& what);

// All rows of the wanted tables, with progress on a terminal.
Rows LoadRows(const Source& source, const Wanted& wanted);

// The rules that a command was asked to follow, apart from the gateway's saved options, which change while it runs.
class AskedRules {
 public:
  // Fails for a profile that there is not, and for a file that cannot be read.
  explicit AskedRules(const CommonOptions& common);

  bool empty() const { return file_.empty() && !profile_.has_value(); }
  // A profile's gateway goes by its options; our own rules are given whole.
  bool follows_options() const { return profile_.has_value() && *profile_ != Profile::kPointsman; }

  // The policy that they come to with these options. An error is the policy file's.
  absl::StatusOr<Policy> With(std::span<const OptionRow> options, const std::string& source,
                              std::vector<Rejection>& rejections) const;

 private:
  std::optional<Profile> profile_;
  std::string file_;  // empty: none
  std::string text_;
};

// The policy that the command was asked to follow: the profile's, then what the gateway's saved options say (rejected
// ones are told on stderr) unless the profile is our own, then the file's keys. Where neither is given: a dump's own,
// else nothing.
std::optional<Policy> AskedPolicy(const CommonOptions& common, const Source& source);
std::optional<Policy> AskedPolicy(const AskedRules& rules, const Source& source);

// A whole file; "-" is standard input. `what` names the kind of file in messages.
std::string ReadText(const std::string& path, const std::string& what);

// Compiles, and says on stderr if rows were rejected.
Compiled CompileRows(const Rows& rows, const Policy& policy);

// The options that name a request: a group or a token, and a model.
struct RequestOptions {
  std::optional<std::string> group;
  std::string user_group;
  std::string token;  // id or name; empty: none
  std::string model;
  std::optional<std::string> allow;  // comma list
  std::optional<std::string> affinity;
  std::uint64_t attempts = 0;  // of a walk; 0: a selection on its own
};

// A request and what it points into.
class AskedRequest {
 public:
  AskedRequest(const RequestOptions& options, const Rows& rows);
  Request request() const;
  const Caller* caller() const { return caller_ ? &*caller_ : nullptr; }

 private:
  RequestOptions options_;
  std::optional<Caller> caller_;
  std::vector<std::string_view> allowed_;
};

// What must be loaded to answer it.
Wanted WantedFor(const RequestOptions& options);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_SOURCE_H_
