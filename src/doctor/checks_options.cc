// auto-groups-empty, option-group-unserved and token-auto-groups-unserved: what the gateway's saved options, or a
// token's own list, offer, and nobody serves.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doctor/checks.h"
#include "doctor/saved_options.h"
#include "doctor/token_requests.h"
#include "doctor/wording.h"
#include "pointsman/caller.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;
constexpr std::string_view kAutomatic = "auto";

class UnservedOptions {
 public:
  explicit UnservedOptions(const Evidence& evidence)
      : evidence_(evidence), growing_("option-group-unserved", evidence) {}

  void Run(const SavedOptions& saved, Findings& findings) {
    for (const std::string_view group : saved.auto_groups.value_or(SavedOptions::Names())) Take(group, "AutoGroups");
    for (const std::string_view group : saved.usable_groups.value_or(SavedOptions::Names())) {
      Take(group, "UserUsableGroups");
    }
    for (const auto& [user_group, changes] : saved.special) {
      for (const std::string_view change : changes) {
        if (change.starts_with("-:")) continue;
        Take(change.substr(change.starts_with("+:") ? 2 : 0), "group_ratio_setting.group_special_usable_group");
      }
    }
    if (growing_.empty()) return;
    Conclude(growing_,
             {.severity = Severity::kWarning,
              .message = "saved options offer " + Amount(growing_.finding().count, "group", "groups") +
                         " that no enabled channel serves: " + texts_.Text(),
              .why = "no request fails because of it now, but whoever chooses such a group has no route, and automatic "
                     "groups go on to the next one",
              .advice = "take the group out of the option, or enable a channel for it"},
             findings);
  }

 private:
  void Take(std::string_view group, const std::string& option) {
    if (group == kAutomatic || evidence_.ServesGroup(group)) return;
    growing_.Add({.table = SourceTable::kOptions,
                  .key = "key " + option,
                  .name = std::string(group),
                  .column = "value",
                  .detail = "names " + Quoted(group)});
    texts_.Add(Quoted(group) + " (" + option + ")");
  }

  const Evidence& evidence_;
  Growing growing_;
  BoundedList texts_{kShown};
};

// What is wrong with the list that a token brings; empty where nothing is.
struct ListFault {
  std::string detail;
  bool is_closed = false;  // no group of it is served
};

ListFault FaultOf(const std::vector<std::string_view>& groups, TokenRequests& requests) {
  if (groups.empty())
    return {.detail = "auto_groups is no JSON array of names, and so no group at all", .is_closed = true};
  BoundedList unserved(kShown);
  std::size_t count = 0;
  for (const std::string_view group : groups) {
    if (requests.ServesAny(Asker::Of(group))) continue;
    ++count;
    unserved.Add(Quoted(group));
  }
  if (count == 0) return {};
  return {.detail = "no enabled channel serves " + unserved.Text(), .is_closed = count == groups.size()};
}

}  // namespace

void CheckOptionGroupUnserved(const Evidence& evidence, Findings& findings) {
  UnservedOptions(evidence).Run(SavedOptions::Read(evidence.rows()), findings);
}

void CheckAutoGroupsEmpty(const Evidence& evidence, Findings& findings) {
  const SavedOptions saved = SavedOptions::Read(evidence.rows());
  if (!saved.auto_groups.has_value() || !saved.auto_groups->empty()) return;
  TokenRequests requests(evidence);
  Growing growing("auto-groups-empty", evidence);
  Finding& finding = growing.finding();
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (!IsEnabled(row) || row.group.value_or({}) != kAutomatic || TokenRequests::HasAListOfItsOwn(row)) continue;
    growing.Add(TokenWhere(row));
    finding.failing_routes += requests.CountServed(row, Asker::Of(requests.MeantGroup(row)));
  }
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = Severity::kError,
            .message = Amount(finding.count, "enabled token is", "enabled tokens are") +
                       " in the automatic group, and the option AutoGroups lists none",
            .why = "every request of such a token fails: " +
                   Amount(finding.failing_routes, "(token, model) pair", "(token, model) pairs") +
                   " that its owner's group serves",
            .advice = "list groups in AutoGroups, or give the tokens a group"},
           findings);
}

void CheckTokenAutoGroupsUnserved(const Evidence& evidence, Findings& findings) {
  TokenRequests requests(evidence);
  Growing growing("token-auto-groups-unserved", evidence);
  Finding& finding = growing.finding();
  BoundedList examples(kShown);
  std::size_t closed = 0;
  for (const TokenRow& row : evidence.rows().tokens()) {
    if (!IsEnabled(row)) continue;
    const Caller caller = ResolveCaller(row, nullptr, std::nullopt);
    if (caller.ordered_groups == nullptr) continue;
    const ListFault fault = FaultOf(*caller.ordered_groups, requests);
    if (fault.detail.empty()) continue;
    FindingRow where = TokenWhere(row, "auto_groups");
    where.detail = fault.detail;
    examples.Add("token " + std::to_string(row.id) + ", " + fault.detail);
    growing.Add(std::move(where));
    if (!fault.is_closed) continue;
    ++closed;
    finding.failing_routes += requests.CountServed(row, Asker::Of(requests.MeantGroup(row)));
  }
  if (growing.empty()) return;
  Conclude(growing,
           {.severity = closed > 0 ? Severity::kError : Severity::kWarning,
            .message = Amount(finding.count, "enabled token has", "enabled tokens have") +
                       " a list of automatic groups that is not served as it is written: " + examples.Text(),
            .why = closed == 0 ? "no request fails because of it: the other groups of the list serve"
                               : "every request of " + Tokens(closed) + " fails: " +
                                     Amount(finding.failing_routes, "(token, model) pair", "(token, model) pairs") +
                                     " that the owner's group serves",
            .advice = "name groups that are served, such as [\"default\"], or empty the list: then AutoGroups counts"},
           findings);
}

}  // namespace pointsman::inline v0
