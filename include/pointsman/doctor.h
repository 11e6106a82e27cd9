// Doctor: finds rows that contradict each other or that no request can use, says which requests fail because of them,
// and how to cure them.
//
//   pointsman::Rows rows;
//   loader.Load(rows, pointsman::Wanted::Everything());
//   absl::StatusOr<pointsman::Examination> exam = pointsman::Examine(rows);
//   for (const Finding& f : exam->findings) std::cout << f.code << ": " << f.message << "\n";
//
// A cure is data first (row changes with primary keys and old values) and SQL second (RenderSql). Applying is the
// database component's work: see ApplySafeCures in load/sqlite3.h.
//
// Finding codes are stable. This version looks for:
//
// - ability-disagrees: an ability that differs from its channel; one finding for each of: enabled, priority, weight,
//   tag, unlisted (the channel's lists do not name it), missing (they do, and other pairs of the channel have a row).
//   The cures do what the gateways' own repair does
// - ability-orphan: an ability whose channel does not exist
// - auto-groups-empty: enabled tokens in group "auto", while the option AutoGroups lists none
// - channel-disabled-long: disabled automatically seven days ago or more; only with DoctorOptions::now
// - channel-group-cut: a list of groups of 64 or 32 characters whose last name is the beginning of another group
// - channel-info-malformed: a channel_info that cannot be understood
// - channel-keys-disabled: an enabled channel with several keys, all of them disabled
// - channel-serves-nothing: an enabled channel that lists no groups or no models and has no ability row
// - channel-without-abilities: an enabled channel with groups and models and no ability row, while others have some
// - group-not-in-ratio: enabled tokens, or users, in a group that the option GroupRatio does not know
// - list-untidy: a list of a channel with blanks, repeats or empty items
// - model-mapping-cycle: a channel's mapping that never ends for some model
// - model-mapping-malformed: a mapping that is no JSON object of names
// - model-mapping-unlisted: a mapping of models that the channel does not list
// - model-unserved: a model that only disabled channels list
// - name-near-duplicate: groups, or models, that differ only in case or surrounding blanks
// - nothing-served: no enabled channel serves any model: perhaps the wrong database, or all are disabled
// - option-group-unserved: a group in AutoGroups or among the usable groups that no enabled channel serves
// - policy-group-unknown: a group in the plans of the examined policy that no row names: nothing is served there
// - policy-name-hides-group: an alias or automatic name of that policy that rows name as a group: requests for the
//   name never come to those rows
// - primary-key-missing: a table without its primary key; only with DoctorOptions::schema
// - primary-key-repeated: tokens, or users, of one id
// - priority-null: a channel or ability whose priority is NULL
// - row-rejected: a row that cannot be used as it is; one finding for each table
// - sequence-behind: a table whose next id is taken already; only with DoctorOptions::schema
// - tier-all-zero: a tier of several channels, all of weight 0
// - tier-weight-overflow: a tier whose weights sum up to more than 2^31-1
// - token-auto-groups-unserved: an enabled token in group "auto" whose own list of groups cannot be understood,
//   or that names groups that no enabled channel serves
// - token-empty-group: an enabled token whose group is NULL, '' or blank
// - token-group-default: the column tokens.group whose default is absent, NULL or ''
// - token-group-not-usable: an enabled token in a group that its owner may not use, by the policy or, without a rule
//   there, by the saved options
// - token-group-unserved: an enabled token in whose group nothing is served. "auto" is left to the gateway unless a
//   policy is examined
// - token-limits-empty: an enabled token that is limited to models, and names none
// - token-limits-unserved: an enabled token that is limited to models of which some have no route for it
// - token-owner-gone: an enabled token whose owner is deleted or disabled
// - user-group-unserved: an enabled user in whose group nothing is served
// - weight-zero-beside-others: an enabled channel of weight 0 in a tier where others weigh more
//
// What fails is counted from the table that the rows compile to under the examined lookup, never guessed; fallbacks,
// aliases, model rules and permissions of an examined policy count, and requests are taken to come from a user of the
// group itself where no token says better. For tokens a
// pair fails because of the finding if the token's request for the model has no route, although the group that the
// gateways mean serves it: the owner's, else the default group (for token-group-unserved: the one that differs only in
// case or blanks, where there is one). A token's own model limits are respected. Tokens whose owner's row was rejected
// while loading are not counted: nobody knows the group that was meant. Where only a gateway fails a request, or would
// under another lookup, `why` says so.
//
// Thread safety: thread-safe (a pure function).
// Cost: one compilation and a few passes over the rows, O(n log n) in the abilities; memory for one change a wrong row.
// Limits: of the pairs that channels list and abilities lack, four million are compared; beyond that they are only
// counted.
#ifndef POINTSMAN_DOCTOR_H_
#define POINTSMAN_DOCTOR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "pointsman/export.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "pointsman/route_table.h"
#include "pointsman/schema.h"

namespace pointsman::inline v0 {

enum class Severity : std::uint8_t { kInfo, kWarning, kError };
// "info", "warning", "error".
POINTSMAN_EXPORT std::string_view SeverityName(Severity severity);

enum class Dialect : std::uint8_t { kSqlite, kPostgresql, kMysql };
// "sqlite", "postgresql", "mysql".
POINTSMAN_EXPORT std::string_view DialectName(Dialect dialect);

// How far a cure may go without a human.
enum class CureClass : std::uint8_t {
  kNone,    // nothing to do
  kSafe,    // restores what the gateways mean by the row; --apply runs it
  kReview,  // SQL is offered, a human decides
  kAdvice,  // words only
};
// "none", "safe", "review", "advice".
POINTSMAN_EXPORT std::string_view CureClassName(CureClass cure);

// A value in a row change: NULL, a whole number or text. Booleans are 1 and 0, whatever the dialect.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;

struct ColumnValue {
  std::string column;
  SqlValue value;
};

// One row change that a cure consists of. It touches exactly one row, or none if that row changed meanwhile. Columns of
// the key are not repeated in `before` and `after`.
struct RowChange {
  enum class Kind : std::uint8_t { kUpdate, kInsert, kDelete };
  Kind kind = Kind::kUpdate;
  SourceTable table = SourceTable::kTokens;
  std::vector<ColumnValue> key;     // primary key
  std::vector<ColumnValue> before;  // old values that must still hold; for kDelete all values that an undo restores
  std::vector<ColumnValue> after;   // new values; empty for kDelete

  // The change that takes this one back.
  POINTSMAN_EXPORT RowChange Undo() const;
};

// One statement on one line, without a trailing semicolon; columns and literals are quoted for the dialect, and the
// condition holds the primary key and every old value. Control characters and invisible ones are spelled, so that the
// text is safe to show and means the same under every server setting. Text that a dialect cannot carry (a NUL byte;
// invalid UTF-8 but in SQLite) is InvalidArgument, as is a change without a key or an update without new values.
// MySQL compares by the column's collation: an old value that changed only in case still matches there.
POINTSMAN_EXPORT absl::StatusOr<std::string> RenderSql(const RowChange& change, Dialect dialect);
// The same for change.Undo(), to be run as often as one likes: a row that is there again is not inserted a second time.
POINTSMAN_EXPORT absl::StatusOr<std::string> RenderUndo(const RowChange& change, Dialect dialect);

// A row that a finding is about.
struct FindingRow {
  SourceTable table = SourceTable::kTokens;
  std::optional<std::int64_t> id;  // where the key is one number
  std::string key;                 // the primary key as text, for every table
  std::string name;                // as stored; escape it before showing it
  std::string column;
  std::optional<std::string> value;  // nothing: NULL
  std::string detail;  // what is wrong with this row, fit to print, where the finding's message is too wide
};

struct Finding {
  std::string code;
  Severity severity = Severity::kError;
  std::size_t count = 0;          // rows concerned
  std::vector<FindingRow> where;  // the first DoctorOptions::max_where of them
  // One for each row that was looked at one by one, in the order of `where`: equal for the same table, key and column
  // (of options: and name) at any time and on any machine.
  std::vector<std::uint64_t> fingerprints;
  std::string message;             // what is wrong, one sentence
  std::string why;                 // which requests fail because of it, under the lookup that was examined
  std::size_t failing_routes = 0;  // (group, model) pairs, or for tokens (token, model) pairs, that fail because of it
  CureClass cure = CureClass::kNone;
  std::string advice;                        // what to do or to know, in words; may be empty beside changes
  std::vector<RowChange> changes;            // for kSafe and kReview; one a row
  std::vector<std::string> statements;       // further SQL in the examined dialect that is no row change (DDL)
  std::vector<std::string> undo_statements;  // what takes those back, as far as something does
};

struct ExaminationSummary {
  std::size_t tokens = 0;              // enabled, undeleted
  std::size_t empty_group_tokens = 0;  // of those: group NULL, '' or blank
  std::size_t users = 0;
  std::size_t channels = 0;
  std::size_t enabled_channels = 0;
  std::size_t abilities = 0;
  std::size_t groups = 0;  // that an enabled channel serves
  std::size_t models = 0;  // likewise, in whatever group
};

struct Examination {
  ExaminationSummary summary;
  std::vector<Finding> findings;  // errors first, then by code
  bool ok() const { return findings.empty(); }
};

struct DoctorOptions {
  // The lookup under which failing requests are counted. Nothing: the gateways' exact lookup.
  std::optional<Policy> policy{};
  // Rows of options that could not be used (PolicyFromOptions in load/json.h): shown as row-rejected.
  std::vector<Rejection> rejected_options = {};
  // How the database declares its tables (ReadSqliteSchema, ReadPostgresqlSchema). Nothing: keys and sequences are not
  // looked at.
  std::optional<Schema> schema = std::nullopt;
  // The time, in Unix seconds. Nothing: what is too long ago is not looked for.
  std::optional<std::int64_t> now = std::nullopt;
  Dialect dialect = Dialect::kSqlite;
  // Finding codes to look for; empty: all. An unknown code is InvalidArgument that names the near ones.
  std::vector<std::string> only{};
  // Let the cure of an empty token group fall back to the default group where the owner's group cannot be used. Not
  // where the owner's row was rejected while loading: that row is to be mended first.
  bool assume_default = false;
  std::size_t max_where = 50;
};

// Every finding code, in byte order.
POINTSMAN_EXPORT std::vector<std::string_view> FindingCodes();

POINTSMAN_EXPORT absl::StatusOr<Examination> Examine(const Rows& rows, const DoctorOptions& options = {});

// The same for all tables of a loader: what a gateway's own health check calls. Errors are the loader's and Examine's.
POINTSMAN_EXPORT absl::StatusOr<Examination> Examine(Loader& loader, const DoctorOptions& options = {});

// What is wrong with a row that a host is about to write, before it is written: for handlers that create or update
// tokens and channels. Judged against the table that is served and its policy; errors first, empty where all is well.
//
//   for (const Finding& f : CheckToken(*router.TakeSnapshot().table, row, &owner)) Complain(f.code, f.message);
//
// The codes are a part of those above. A token is judged as if it were enabled; without an owner nothing is said about
// whom its group belongs to. A channel is judged as it will serve among the others, its abilities written as gateways
// do.
// Thread safety: thread-safe. Cost: of a token O(routes); of a channel about a compilation of the table.
POINTSMAN_EXPORT std::vector<Finding> CheckToken(const RouteTable& table, const TokenRow& token,
                                                 const UserRow* owner = nullptr);
POINTSMAN_EXPORT std::vector<Finding> CheckChannel(const RouteTable& table, const ChannelRow& channel);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_DOCTOR_H_
