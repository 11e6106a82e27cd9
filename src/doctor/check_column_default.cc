// token-group-default: the cause behind the incident: a column that gives new tokens no group.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "doctor/checks.h"
#include "doctor/sql_text.h"
#include "doctor/wording.h"
#include "rows/comma_list.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

std::string_view WithoutParentheses(std::string_view sql) {
  sql = Trim(sql);
  while (sql.size() >= 2 && sql.front() == '(' && sql.back() == ')') sql = Trim(sql.substr(1, sql.size() - 2));
  return sql;
}

bool StartsWithNull(std::string_view sql) {
  constexpr std::string_view kNull = "NULL";
  if (sql.size() < kNull.size()) return false;
  for (std::size_t i = 0; i < kNull.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(sql[i])) != kNull[i]) return false;
  }
  return true;
}

// Whether nothing, or nothing but a cast, follows a value.
bool IsTail(std::string_view sql) {
  sql = Trim(sql);
  return sql.empty() || sql.substr(0, 2) == "::";
}

// The text of a literal such as 'x', "x", E'x' or 'x'::text; nothing for any other expression.
std::optional<std::string_view> LiteralText(std::string_view sql) {
  const std::size_t open = sql.find_first_of("'\"");
  if (open == std::string_view::npos ||
      (open != 0 && sql.substr(0, open) != "E" && sql.substr(0, open) != "N" && sql.substr(0, open) != "_utf8mb4")) {
    return std::nullopt;
  }
  const std::size_t close = sql.find(sql[open], open + 1);
  if (close == std::string_view::npos || !IsTail(sql.substr(close + 1))) return std::nullopt;
  return sql.substr(open + 1, close - open - 1);
}

// How a default that gives a token no group is called; nothing for one that does. A bare empty text is how MySQL's
// catalogue spells ''.
std::optional<std::string> EmptyDefault(const TextField& default_sql) {
  if (default_sql.is_null()) return "no default";
  const std::string_view sql = WithoutParentheses(default_sql.value());
  if (sql.empty()) return "the default ''";
  if (StartsWithNull(sql) && IsTail(sql.substr(4))) return "the default NULL";
  const std::optional<std::string_view> text = LiteralText(sql);
  return text.has_value() && IsBlank(*text) ? std::optional<std::string>("the default ''") : std::nullopt;
}

std::string Trigger(const std::string& literal) {
  return "CREATE TRIGGER tokens_group_default AFTER INSERT ON tokens WHEN NEW.\"group\" IS NULL OR "
         "trim(NEW.\"group\") = '' BEGIN UPDATE tokens SET \"group\" = " +
         literal + " WHERE id = NEW.id; END";
}

constexpr char kCaution[] =
    "the gateway's ORM declares a default of its own, and its next migration may undo this; tokens that are there "
    "already keep their group, and gateways cache token rows for a while";
constexpr char kColumnOnly[] = "; an ORM that writes the empty group itself never asks for the column's default";

// Users whose tokens would be given the wrong group by a default.
std::size_t UsersElsewhere(const Evidence& evidence) {
  const std::string_view default_group = evidence.policy().groups.default_group;
  const auto users = evidence.rows().users();
  return static_cast<std::size_t>(std::count_if(users.begin(), users.end(), [&](const UserRow& row) {
    const std::string_view group = row.group.value_or({});
    return !IsBlank(group) && group != default_group;
  }));
}

std::string AlterDefault(Dialect dialect, const std::string& action) {
  return "ALTER TABLE tokens ALTER COLUMN " + SqlName("group", dialect) + " " + action;
}

void Prescribe(const Evidence& evidence, Finding& finding) {
  const Dialect dialect = evidence.options().dialect;
  const absl::StatusOr<std::string> literal = SqlText(evidence.policy().groups.default_group, dialect);
  finding.cure = CureClass::kAdvice;
  if (const std::size_t users = UsersElsewhere(evidence); users > 0) {
    finding.advice =
        "let the gateway write the owner's group into each new token; a default of the column would give " +
        Quoted(evidence.policy().groups.default_group) + " to tokens of " +
        Amount(users, "user who is", "users who are") + " in another group";
  } else if (!literal.ok()) {
    finding.advice = "give the column a default; " + std::string(kCaution) + kColumnOnly;
  } else if (dialect == Dialect::kSqlite) {
    finding.advice =
        "SQLite cannot alter a column's default; a trigger does the same, if you want one: " + Trigger(*literal) +
        ". Mind that " + kCaution;
  } else {
    finding.cure = CureClass::kReview;
    finding.advice = std::string(kCaution) + kColumnOnly;
    finding.statements = {AlterDefault(dialect, "SET DEFAULT " + *literal)};
    const TextField& old = evidence.rows().FindColumn(SourceTable::kTokens, "group")->default_sql;
    const std::string undo = old.has_value() && !old.value().empty() ? "SET DEFAULT " + Printable(old.value(), 200)
                                                                     : std::string("DROP DEFAULT");
    finding.undo_statements = {AlterDefault(dialect, undo)};
  }
}

}  // namespace

void CheckTokenGroupDefault(const Evidence& evidence, Findings& findings) {
  const ColumnFact* fact = evidence.rows().FindColumn(SourceTable::kTokens, "group");
  if (fact == nullptr || !fact->present || fact->default_sql.is_absent()) return;
  const std::optional<std::string> empty = EmptyDefault(fact->default_sql);
  if (!empty.has_value()) return;

  Growing growing("token-group-default", evidence);
  FindingRow where{.table = SourceTable::kTokens, .column = "group", .detail = "column group: " + *empty};
  if (fact->default_sql.has_value()) where.value = std::string(fact->default_sql.value());
  growing.Add(std::move(where));
  Finding& finding = growing.finding();
  finding.severity = Severity::kWarning;
  finding.message = "the column tokens.\"group\" has " + *empty;
  finding.why = "no request fails because of it yet, but each token that is inserted without a group gets none";
  Prescribe(evidence, finding);
  findings.push_back(std::move(finding));
}

}  // namespace pointsman::inline v0
