// policy-group-unknown and policy-name-hides-group: where the names of a policy and those of the rows do not meet.
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "doctor/checks.h"
#include "doctor/wording.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShown = 5;

class UnknownGroups {
 public:
  explicit UnknownGroups(const Evidence& evidence) : evidence_(evidence), growing_("policy-group-unknown", evidence) {}

  void Run(Findings& findings) {
    const GroupPolicy& policy = evidence_.policy().groups;
    for (const auto& [name, rule] : policy.groups) {
      for (const Fallback& fallback : rule.fallback) Take(fallback.group, "fallback of group " + Quoted(name));
    }
    for (const auto& [name, groups] : policy.automatic) {
      for (const std::string& group : groups) Take(group, "listed for the automatic name " + Quoted(name));
    }
    if (growing_.empty()) return;
    Finding& finding = growing_.finding();
    finding.severity = Severity::kWarning;
    finding.message = "the policy names " + Amount(finding.count, "group", "groups") +
                      " in its plans that no row of channels or abilities names: " + texts_.Text();
    finding.why = "nothing is served there, so the plans that count on it go on to the next group or fail";
    finding.cure = CureClass::kAdvice;
    finding.advice = "mend the name in the policy, or give a channel that group";
    findings.push_back(std::move(finding));
  }

 private:
  void Take(std::string_view name, const std::string& place) {
    const std::string_view group = Meant(name);
    if (evidence_.table().HasGroup(group)) return;
    growing_.Add({.table = SourceTable::kOptions, .key = "policy", .name = std::string(name), .detail = place});
    texts_.Add(Quoted(name) + " (" + place + ")");
  }

  // A plan may name a group by an alias.
  std::string_view Meant(std::string_view name) const {
    const std::span<const PlanStep> plan = evidence_.table().data().plans->Find(name);
    return plan.empty() ? name : plan.front().name;
  }

  const Evidence& evidence_;
  Growing growing_;
  BoundedList texts_{kShown};
};

class HiddenGroups {
 public:
  explicit HiddenGroups(const Evidence& evidence)
      : evidence_(evidence), growing_("policy-name-hides-group", evidence) {}

  void Run(Findings& findings) {
    const GroupPolicy& policy = evidence_.policy().groups;
    for (const auto& [group, rule] : policy.groups) {
      for (const std::string& alias : rule.aliases) Take(alias, "an alias of group " + Quoted(group));
    }
    for (const auto& [name, groups] : policy.automatic) Take(name, "an automatic name");
    if (growing_.empty()) return;
    Finding& finding = growing_.finding();
    finding.severity = Severity::kWarning;
    finding.message = Amount(finding.count, "name", "names") + " of the policy " + (finding.count == 1 ? "is" : "are") +
                      " a group in the rows too: " + texts_.Text();
    finding.why = "the policy's meaning comes first: a request for the name is never served by those rows' channels";
    finding.cure = CureClass::kAdvice;
    finding.advice = "rename one of the two, or list the channels in the group that is meant";
    findings.push_back(std::move(finding));
  }

 private:
  void Take(std::string_view name, const std::string& place) {
    if (!evidence_.table().HasGroup(name)) return;
    growing_.Add({.table = SourceTable::kOptions, .key = "policy", .name = std::string(name), .detail = place});
    texts_.Add(Quoted(name) + " (" + place + ")");
  }

  const Evidence& evidence_;
  Growing growing_;
  BoundedList texts_{kShown};
};

}  // namespace

void CheckPolicyGroupUnknown(const Evidence& evidence, Findings& findings) { UnknownGroups(evidence).Run(findings); }

void CheckPolicyNameHidesGroup(const Evidence& evidence, Findings& findings) { HiddenGroups(evidence).Run(findings); }

}  // namespace pointsman::inline v0
