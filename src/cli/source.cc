#include "cli/source.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "cli/terminal.h"
#include "pointsman/load/json.h"
#ifdef POINTSMAN_WITH_POSTGRESQL
#include "pointsman/load/postgresql.h"
#endif
#include "pointsman/load/sqlite3.h"
#include "rows/comma_list.h"
#include "rows/passing_sink.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::string_view kSqliteMagic = "SQLite format 3";
constexpr std::string_view kDumpMagic = "\"pointsman_dump\"";

bool CutPrefix(std::string_view prefix, std::string& text) {
  if (text.rfind(prefix, 0) != 0) return false;
  text.erase(0, prefix.size());
  return true;
}

Source SqliteSource(std::string path) {
  auto loader = std::make_unique<SqliteLoader>(path);
  return {.kind = Source::Kind::kSqlite, .path = std::move(path), .loader = std::move(loader), .dump = nullptr};
}

Source JsonSource(std::string path) {
  auto loader = std::make_unique<JsonLoader>(JsonLoader::File(path));
  return {.kind = Source::Kind::kJson, .path = std::move(path), .loader = std::move(loader), .dump = nullptr};
}

Source DumpSource(std::string path) {
  absl::StatusOr<LoadedDump> loaded =
      path == "-" ? ParseDump(ReadText(path, "dump"), "standard input") : ReadDumpFile(path);
  if (!loaded.ok()) Fail(loaded.status());
  auto dump = std::make_shared<const LoadedDump>(*std::move(loaded));
  auto loader = std::make_unique<RowsLoader>(dump->rows);
  return {.kind = Source::Kind::kDump, .path = std::move(path), .loader = std::move(loader), .dump = std::move(dump)};
}

#ifdef POINTSMAN_WITH_POSTGRESQL
Source PostgresqlSource(const std::string& from) {
  auto loader = std::make_unique<PostgresqlLoader>(from);
  std::string path = loader->source();
  return {.kind = Source::Kind::kPostgresql, .path = std::move(path), .loader = std::move(loader), .dump = nullptr};
}
#else
Source PostgresqlSource(const std::string&) { FailWithoutPostgresql(); }
#endif

// A file that cannot be opened goes to the SQLite loader, which knows how to say why.
Source RecogniseFile(std::string path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(64, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (head.rfind(kSqliteMagic, 0) == 0 || head.empty()) return SqliteSource(std::move(path));
  if (head.find(kDumpMagic) != std::string::npos) return DumpSource(std::move(path));
  const std::size_t first = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first != std::string::npos && (head[first] == '{' || head[first] == '/')) return JsonSource(std::move(path));
  Fail(path + ": neither a SQLite database nor a JSON object; say sqlite:PATH or json:PATH if it is one");
}

// Counts the rows that pass on their way into Rows.
class CountingSink final : public PassingSink {
 public:
  using PassingSink::PassingSink;

 private:
  bool MayPass() override {
    progress_.Step();
    return true;
  }

  Progress progress_;
};

bool IsNumber(const std::string& text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

const TokenRow& FindToken(const Rows& rows, const std::string& token) {
  if (rows.tokens().empty()) {
    Fail(rows.source() + ": it holds no tokens; name who asks with --group and --user-group");
  }
  std::vector<const TokenRow*> found;
  for (const TokenRow& row : rows.tokens()) {
    if (IsNumber(token) ? row.id == std::stoll(token) : row.name.value_or({}) == token) found.push_back(&row);
  }
  if (found.empty() && IsNumber(token)) {
    for (const TokenRow& row : rows.tokens()) {
      if (row.name.value_or({}) == token) found.push_back(&row);
    }
  }
  if (found.empty())
    Fail(rows.source() + ": no token has the id or name " + Quoted(token) + "; deleted tokens do not count");
  if (found.size() > 1) {
    std::string ids;
    for (std::size_t i = 0; i < found.size() && i < 10; ++i) ids += (i == 0 ? "" : ", ") + std::to_string(found[i]->id);
    Fail("several tokens are named " + Quoted(token) + "; name one by id: " + ids + (found.size() > 10 ? " …" : ""));
  }
  return *found.front();
}

const UserRow* FindOwner(const Rows& rows, const TokenRow& token) {
  const auto owner = std::find_if(rows.users().begin(), rows.users().end(), [&](const UserRow& user) {
    return token.user_id.has_value() && user.id == token.user_id.value();
  });
  return owner == rows.users().end() ? nullptr : &*owner;
}

Profile ProfileNamed(const std::string& name) {
  if (const std::optional<Profile> profile = FindProfile(name)) return *profile;
  std::vector<std::string_view> names;
  for (const ProfileInfo& info : Profiles()) names.push_back(info.name);
  Fail("there is no profile " + Quoted(name) + DidYouMean(name, names) + "; there are: " + JoinNames(names));
}

// "host=db dbname=one_api": libpq's other form. What names a password is never taken for a file, whose name would be
// shown.
bool HasConnectionKeywords(std::string_view from) {
  constexpr std::string_view kFirst[] = {"host",    "hostaddr", "port",     "dbname",  "user",           "password",
                                         "service", "sslmode",  "passfile", "options", "connect_timeout"};
  const std::size_t equals = from.find('=');
  if (equals == std::string_view::npos) return false;
  for (const std::string_view prefix : {"sqlite:", "json:", "dump:"}) {
    if (from.substr(0, prefix.size()) == prefix) return false;
  }
  const std::string_view first = from.substr(0, equals);
  const std::size_t begin = std::min(first.find_first_not_of(" \t\n"), first.size());
  const std::string_view word = first.substr(begin, first.find_last_not_of(" \t\n") + 1 - begin);
  return std::find(std::begin(kFirst), std::end(kFirst), word) != std::end(kFirst) ||
         from.find("password") != std::string_view::npos;
}

}  // namespace

std::string ReadText(const std::string& path, const std::string& what) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open() || std::filesystem::is_directory(path)) {
    Fail(path + ": cannot be read; name an existing " + what + " file");
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

bool IsPostgresql(const std::string& from) {
  return from.rfind("postgresql:", 0) == 0 || from.rfind("postgres:", 0) == 0 || HasConnectionKeywords(from);
}

void FailWithoutPostgresql() {
  Fail("PostgreSQL was left out of this build of pointsman; build it with -DPOINTSMAN_POSTGRESQL=ON (needs libpq)");
}

void RequireDatabaseOrDialect(const std::string& from, const std::string& dialect, const std::string& what) {
  if (from.empty() && dialect.empty()) {
    Fail("name a database to make " + what + " for, --from postgresql://…, or --dialect postgresql");
  }
  if (!from.empty() && !IsPostgresql(from)) {
    Fail(from + ": only a database server knows " + what + "; name a postgresql:// source");
  }
}

Source OpenSource(const std::string& from) {
  if (IsPostgresql(from)) return PostgresqlSource(from);
  std::string rest = from;
  if (CutPrefix("sqlite:", rest)) return SqliteSource(std::move(rest));
  if (CutPrefix("json:", rest)) return JsonSource(std::move(rest));
  if (CutPrefix("dump:", rest)) return DumpSource(std::move(rest));
  return RecogniseFile(std::move(rest));
}

Rows LoadRows(const Source& source, const Wanted& wanted) {
  Rows rows(source.loader->source());
  CountingSink sink(rows);
  if (const absl::Status loaded = source.loader->Load(sink, wanted); !loaded.ok()) Fail(loaded);
  return rows;
}

AskedRules::AskedRules(const CommonOptions& common) : file_(common.policy_file) {
  if (!common.profile.empty()) profile_ = ProfileNamed(common.profile);
  if (!file_.empty()) text_ = ReadText(file_, "policy");
}

absl::StatusOr<Policy> AskedRules::With(std::span<const OptionRow> options, const std::string& source,
                                        std::vector<Rejection>& rejections) const {
  Policy policy = profile_.has_value() ? ProfilePolicy(*profile_) : Policy();
  if (follows_options()) {
    PolicyOfOptions said = PolicyFromOptions(options, std::move(policy), source);
    policy = std::move(said.policy);
    rejections = std::move(said.rejections);
  }
  if (file_.empty()) return policy;
  return ParsePolicy(text_, file_, {}, policy);
}

std::optional<Policy> AskedPolicy(const CommonOptions& common, const Source& source) {
  return AskedPolicy(AskedRules(common), source);
}

std::optional<Policy> AskedPolicy(const AskedRules& rules, const Source& source) {
  if (rules.empty()) {
    return source.dump == nullptr ? std::nullopt : std::optional(source.dump->dump.table->policy());
  }
  const Rows rows = rules.follows_options() ? LoadRows(source, {.channels = false, .abilities = false, .options = true})
                                            : Rows(source.loader->source());
  std::vector<Rejection> rejections;
  absl::StatusOr<Policy> policy = rules.With(rows.options(), rows.source(), rejections);
  for (const Rejection& rejection : rejections) std::cerr << "rejected: " << rejection.Text() << "\n";
  if (!policy.ok()) Fail(policy.status());
  return *std::move(policy);
}

Compiled CompileRows(const Rows& rows, const Policy& policy) {
  absl::StatusOr<Compiled> compiled = Compile(rows, policy);
  if (!compiled.ok()) Fail(compiled.status());
  const auto& rejections = compiled->report.rejections;
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < rejections.size() && i < kShown; ++i)
    std::cerr << "rejected: " << rejections[i].Text() << "\n";
  if (rejections.size() > kShown) {
    std::cerr << "rejected: " << rejections.size() - kShown << " more; pointsman doctor --from SOURCE lists them\n";
  }
  return *std::move(compiled);
}

Wanted WantedFor(const RequestOptions& options) {
  Wanted wanted;
  wanted.tokens = wanted.users = !options.token.empty();
  return wanted;
}

AskedRequest::AskedRequest(const RequestOptions& options, const Rows& rows) : options_(options) {
  if (!options_.token.empty()) {
    const TokenRow& token = FindToken(rows, options_.token);
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    caller_ = ResolveCaller(token, FindOwner(rows, token), now.count());
  }
  if (options_.allow) {
    for (const std::string_view group : SplitList(*options_.allow)) allowed_.push_back(group);
  }
}

Request AskedRequest::request() const {
  Request request = caller_ ? caller_->MakeRequest(options_.model) : Request{.model = options_.model};
  if (!caller_) {
    if (options_.group) request.group = *options_.group;
    request.user_group = options_.user_group;
  }
  if (options_.allow) request.allowed_groups = allowed_;
  if (options_.affinity) request.affinity = AffinityKey(*options_.affinity);
  return request;
}

}  // namespace pointsman::cli
