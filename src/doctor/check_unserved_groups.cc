// token-group-unserved: tokens with a group that nobody serves, and what it was probably meant to be.
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "doctor/checks.h"
#include "doctor/token_requests.h"
#include "doctor/wording.h"
#include "rows/comma_list.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShownGroups = 5;

// Served groups by what is left of them without case and surrounding blanks.
class NearMisses {
 public:
  explicit NearMisses(const Evidence& evidence) {
    for (const std::string_view group : evidence.table().groups()) {
      if (evidence.ServesGroup(group)) served_.try_emplace(Folded(group), group);
    }
  }

  // Empty where there is none.
  std::string_view Find(std::string_view group) const {
    const auto found = served_.find(Folded(group));
    return found == served_.end() ? std::string_view() : found->second;
  }

 private:
  absl::flat_hash_map<std::string, std::string_view> served_;
};

struct UnservedGroup {
  std::size_t tokens = 0;
  std::string_view near_miss;
};

class UnservedGroupCheck {
 public:
  explicit UnservedGroupCheck(const Evidence& evidence)
      : evidence_(evidence), requests_(evidence), near_misses_(evidence), growing_("token-group-unserved", evidence) {}

  void Run(Findings& findings) {
    for (const TokenRow& row : evidence_.rows().tokens()) {
      if (IsEnabled(row) && row.group.has_value() && !IsBlank(row.group.value())) Take(row, row.group.value());
    }
    if (growing_.empty()) return;
    Conclude(growing_.finding());
    findings.push_back(std::move(growing_.finding()));
  }

 private:
  void Take(const TokenRow& row, std::string_view group) {
    if (requests_.IsLeftToTheGateway(group) || TokenRequests::HasAListOfItsOwn(row) ||
        requests_.ServesAny({.group = group, .user_group = requests_.OwnerGroup(row)})) {
      return;
    }
    growing_.Add(TokenWhere(row));
    const auto [entry, added] = groups_.try_emplace(group);
    if (added) entry->second.near_miss = near_misses_.Find(group);
    ++entry->second.tokens;
    const std::string_view near_miss = entry->second.near_miss;
    growing_.finding().failing_routes +=
        requests_.CountLost(row, near_miss.empty() ? requests_.MeantGroup(row) : near_miss, group);
  }

  void Conclude(Finding& finding) const {
    finding.severity = Severity::kError;
    finding.message = Amount(finding.count, "enabled token is", "enabled tokens are") + " in " +
                      Amount(groups_.size(), "group", "groups") + " that no enabled channel serves: " + GroupTexts();
    finding.why = "every request of " +
                  (finding.count == 1 ? std::string("this token") : "these " + Tokens(finding.count)) + " fails: " +
                  (evidence_.is_plain() ? "a group is looked up exactly as it is written"
                                        : "nothing that the policy makes of the group serves a model");
    finding.cure = CureClass::kAdvice;
    finding.advice = "give the tokens a group that is served, or enable a channel for theirs";
  }

  std::string GroupTexts() const {
    BoundedList texts(kShownGroups);
    for (const auto& [group, unserved] : groups_) texts.Add(GroupText(group, unserved));
    return texts.Text();
  }

  std::string GroupText(std::string_view group, const UnservedGroup& unserved) const {
    std::string text = Quoted(group) + " (" + Tokens(unserved.tokens);
    if (!unserved.near_miss.empty()) {
      text += "; " + Quoted(unserved.near_miss) + " is served and differs only in case or blanks";
    } else if (evidence_.table().HasGroup(group)) {
      text += "; every channel of it is disabled or without a route";
    }
    return text + ")";
  }

  const Evidence& evidence_;
  TokenRequests requests_;
  NearMisses near_misses_;
  Growing growing_;
  std::map<std::string_view, UnservedGroup> groups_;
};

}  // namespace

void CheckTokenGroupUnserved(const Evidence& evidence, Findings& findings) {
  UnservedGroupCheck(evidence).Run(findings);
}

}  // namespace pointsman::inline v0
