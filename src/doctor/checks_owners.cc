// token-owner-gone, token-group-not-usable, user-group-unserved and group-not-in-ratio: tokens, their owners, and what
// the gateway's own options say about their groups.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "doctor/checks.h"
#include "doctor/saved_options.h"
#include "doctor/token_requests.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

std::string FailingTokens(std::size_t pairs) {
  return Amount(pairs, "(token, model) pair", "(token, model) pairs") + " that the rows serve";
}

// Whether users were loaded at all: without any, every token would seem to be an orphan.
bool KnowsUsers(const Rows& rows) {
  return !rows.users().empty() || rows.FindColumn(SourceTable::kUsers, "id") != nullptr;
}

// "vip" (2 tokens), ...
std::string GroupCounts(const std::map<std::string_view, std::size_t>& counts, std::string_view one,
                        std::string_view many) {
  BoundedList texts(kShown);
  for (const auto& [group, count] : counts) texts.Add(Quoted(group) + " (" + Amount(count, one, many) + ")");
  return texts.Text();
}

bool IsNamed(const SavedOptions::Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A group that is looked up as it is written: not empty, and no name for several.
bool IsPlainGroup(const Evidence& evidence, const TextField& group) {
  const std::string_view name = group.value_or({});
  return !IsBlank(name) && name != "auto" && !evidence.policy().groups.automatic.contains(name);
}

// Tokens whose group the options do not know.
void CheckTokensInRatio(const Evidence& evidence, const SavedOptions::Names& ratio, Findings& findings) {
  TokenRequests requests(evidence);
  Growing growing("group-not-in-ratio", evidence);
  std::map<std::string_view, std::size_t> groups;
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (!IsEnabled(row) || !IsPlainGroup(evidence, row.group) || IsNamed(ratio, row.group.value())) continue;
    growing.Add(TokenWhere(row));
    ++groups[row.group.value()];
    if (const auto asker = requests.AskerOf(row)) {
      growing.finding().failing_routes += requests.CountServed(row, *asker);
    }
  }
  if (growing.empty()) return;
  const Finding& finding = growing.finding();
  Conclude(growing,
           {.severity = finding.failing_routes > 0 ? Severity::kError : Severity::kWarning,
            .message = Amount(finding.count, "enabled token is", "enabled tokens are") +
                       " in groups that the option GroupRatio does not know: " + GroupCounts(groups, "token", "tokens"),
            .why = "gateways refuse the requests of tokens in such a group: " + FailingTokens(finding.failing_routes),
            .advice = "add the group to GroupRatio, or give the tokens another one"},
           findings);
}

void CheckUsersInRatio(const Evidence& evidence, const SavedOptions::Names& ratio, Findings& findings) {
  Growing growing("group-not-in-ratio", evidence);
  std::map<std::string_view, std::size_t> groups;
  for (const UserRow& row : evidence.rows().users()) {
    if (!IsEnabled(row) || !IsPlainGroup(evidence, row.group) || IsNamed(ratio, row.group.value())) continue;
    growing.Add(UserWhere(row, "group"));
    ++groups[row.group.value()];
  }
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = growing.Amount("enabled user is", "enabled users are") +
                       " in groups that the option GroupRatio does not know: " + GroupCounts(groups, "user", "users"),
            .why = "no request fails because of it here; gateways fall back to a ratio of 1, or refuse such a group",
            .advice = "add the group to GroupRatio, or give the users another one"},
           findings);
}

}  // namespace

void CheckTokenOwnerGone(const Evidence& evidence, Findings& findings) {
  if (!KnowsUsers(evidence.rows())) return;
  TokenRequests requests(evidence);
  Growing growing("token-owner-gone", evidence);
  Finding& finding = growing.finding();
  std::size_t gone = 0;
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (!IsEnabled(row) || !row.user_id.has_value() || requests.OwnerIsUnread(row)) continue;
    const UserRow* const owner = requests.Owner(row);
    if (owner != nullptr && IsEnabled(*owner)) continue;
    FindingRow where = TokenWhere(row, "user_id");
    where.detail = "its user " + std::to_string(row.user_id.value()) +
                   (owner == nullptr ? " is deleted or was never there" : " is disabled");
    growing.Add(std::move(where));
    if (owner == nullptr) ++gone;
    if (const auto asker = requests.AskerOf(row)) finding.failing_routes += requests.CountServed(row, *asker);
    if (row.status.is_absent()) continue;
    finding.changes.push_back(
        UpdateOf(SourceTable::kTokens, {{"id", row.id}}, "status", ToSql(row.status), std::int64_t{2}));
  }
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kWarning,
            .message = Amount(finding.count, "enabled token belongs", "enabled tokens belong") +
                       " to users who are deleted or disabled (" + std::to_string(gone) + " deleted, " +
                       std::to_string(finding.count - gone) + " disabled)",
            .why = "gateways refuse their requests: " + FailingTokens(finding.failing_routes),
            .cure = finding.changes.empty() ? CureClass::kAdvice : CureClass::kReview,
            .advice = "the cure disables the tokens; if the user was deleted or disabled by mistake, restore the user"},
           findings);
}

void CheckTokenGroupNotUsable(const Evidence& evidence, Findings& findings) {
  const SavedOptions saved = SavedOptions::Read(evidence.rows());
  const bool by_policy = evidence.policy().groups.usable.has_value();
  if (!by_policy && !saved.usable_groups.has_value()) return;
  TokenRequests requests(evidence);
  Growing growing("token-group-not-usable", evidence);
  BoundedList examples(kShown);
  for (const TokenRow& row : evidence.rows().tokens()) {
    const UserRow* const owner = requests.Owner(row);
    if (!IsEnabled(row) || owner == nullptr || !IsPlainGroup(evidence, row.group)) continue;
    const std::string_view group = row.group.value();
    const std::string_view user_group = requests.OwnerGroup(row);
    const Asker asker{.group = group, .user_group = user_group};
    const bool refused = by_policy ? requests.ServesAny(Asker::Of(group)) && !requests.ServesAny(asker)
                                   : !saved.MayUse(user_group, group);
    if (!refused) continue;
    FindingRow where = TokenWhere(row);
    where.detail =
        "its user " + std::to_string(owner->id) + " of group " + Quoted(user_group) + " may not use " + Quoted(group);
    examples.Add("token " + std::to_string(row.id) + ", " + where.detail);
    growing.Add(std::move(where));
    growing.finding().failing_routes += requests.CountServed(row, Asker::Of(group));
  }
  if (growing.empty()) return;
  const Finding& finding = growing.finding();
  Conclude(growing,
           {.severity = finding.failing_routes > 0 ? Severity::kError : Severity::kWarning,
            .message = Amount(finding.count, "enabled token is", "enabled tokens are") +
                       " in a group that the owner may not use: " + examples.Text(),
            .why = std::string(by_policy ? "the policy refuses" : "gateways refuse, by the option UserUsableGroups,") +
                   " their requests: " + FailingTokens(finding.failing_routes),
            .advice = "give the token a group that its owner may use, or let the owner's group use this one"},
           findings);
}

void CheckUserGroupUnserved(const Evidence& evidence, Findings& findings) {
  TokenRequests requests(evidence);
  std::map<std::int64_t, std::vector<const TokenRow*>> heirs;  // tokens in the group of their user, by user
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (IsEnabled(row) && row.user_id.has_value() && IsBlank(row.group.value_or({}))) {
      heirs[row.user_id.value()].push_back(&row);
    }
  }
  Growing growing("user-group-unserved", evidence);
  Finding& finding = growing.finding();
  std::map<std::string_view, std::size_t> groups;
  std::size_t tokens = 0;
  const std::string_view fallback = evidence.policy().groups.default_group;
  for (const UserRow& row : evidence.rows().users()) {
    const std::string_view group = row.group.value_or({});
    if (!IsEnabled(row) || IsBlank(group) || requests.ServesAny(Asker::Of(group))) continue;
    growing.Add(UserWhere(row, "group"));
    ++groups[group];
    const auto found = heirs.find(row.id);
    if (found == heirs.end()) continue;
    tokens += found->second.size();
    for (const TokenRow* token : found->second) finding.failing_routes += requests.CountLost(*token, fallback, group);
  }
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = tokens > 0 ? Severity::kError : Severity::kWarning,
            .message = Amount(finding.count, "enabled user is", "enabled users are") +
                       " in groups that no enabled channel serves: " + GroupCounts(groups, "user", "users"),
            .why = tokens == 0 ? "no request fails because of it now, but tokens that these users make without a group "
                                 "will have no route"
                               : Tokens(tokens) + " without a group of their own " + (tokens == 1 ? "has" : "have") +
                                     " no route because of it; " +
                                     Amount(finding.failing_routes, "(token, model) pair", "(token, model) pairs") +
                                     " would in group " + Quoted(fallback),
            .advice = "give the users a group that is served, or enable a channel for theirs"},
           findings);
}

void CheckGroupNotInRatio(const Evidence& evidence, Findings& findings) {
  const SavedOptions saved = SavedOptions::Read(evidence.rows());
  if (!saved.group_ratio.has_value()) return;
  CheckTokensInRatio(evidence, *saved.group_ratio, findings);
  CheckUsersInRatio(evidence, *saved.group_ratio, findings);
}

}  // namespace pointsman::inline v0
