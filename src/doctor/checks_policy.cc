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

// Names of the policy, each with its place.
class PolicyNames {
 public:
  PolicyNames(std::string_view code, const Evidence& evidence) : growing_(code, evidence) {}

  void Add(std::string_view name, const std::string& place) {
    growing_.Add({.table = SourceTable::kOptions, .key = "policy", .name = std::string(name), .detail = place});
    texts_.Add(Quoted(name) + " (" + place + ")");
  }
  bool empty() const { return growing_.empty(); }
  Growing& growing() { return growing_; }
  std::size_t count() { return growing_.finding().count; }
  std::string Text() const { return texts_.Text(); }

 private:
  Growing growing_;
  BoundedList texts_{kShown};
};

// A plan may name a group by an alias.
std::string_view Meant(const Evidence& evidence, std::string_view name) {
  const std::span<const PlanStep> plan = evidence.table().data().plans->Find(name);
  return plan.empty() ? name : plan.front().name;
}

}  // namespace

void CheckPolicyGroupUnknown(const Evidence& evidence, Findings& findings) {
  PolicyNames unknown("policy-group-unknown", evidence);
  const auto take = [&](std::string_view name, const std::string& place) {
    if (!evidence.table().HasGroup(Meant(evidence, name))) unknown.Add(name, place);
  };
  const GroupPolicy& policy = evidence.policy().groups;
  for (const auto& [name, rule] : policy.groups) {
    for (const Fallback& fallback : rule.fallback) take(fallback.group, "fallback of group " + Quoted(name));
  }
  for (const auto& [name, groups] : policy.automatic) {
    for (const std::string& group : groups) take(group, "listed for the automatic name " + Quoted(name));
  }
  if (unknown.empty()) return;
  Conclude(unknown.growing(),
           {.severity = Severity::kWarning,
            .message = "the policy names " + Amount(unknown.count(), "group", "groups") +
                       " in its plans that no row of channels or abilities names: " + unknown.Text(),
            .why = "nothing is served there, so the plans that count on it go on to the next group or fail",
            .advice = "mend the name in the policy, or give a channel that group"},
           findings);
}

void CheckPolicyNameHidesGroup(const Evidence& evidence, Findings& findings) {
  PolicyNames hiding("policy-name-hides-group", evidence);
  const auto take = [&](std::string_view name, const std::string& place) {
    const std::string_view names[] = {name};
    if (evidence.table().HasGroup(name) && evidence.AnyOfInterestLists(names)) hiding.Add(name, place);
  };
  const GroupPolicy& policy = evidence.policy().groups;
  for (const auto& [group, rule] : policy.groups) {
    for (const std::string& alias : rule.aliases) take(alias, "an alias of group " + Quoted(group));
  }
  for (const auto& [name, groups] : policy.automatic) take(name, "an automatic name");
  if (hiding.empty()) return;
  Conclude(hiding.growing(),
           {.severity = Severity::kWarning,
            .message = Amount(hiding.count(), "name", "names") + " of the policy " +
                       (hiding.count() == 1 ? "is" : "are") + " a group in the rows too: " + hiding.Text(),
            .why = "the policy's meaning comes first: a request for the name is never served by those rows' channels",
            .advice = "rename one of the two, or list the channels in the group that is meant"},
           findings);
}

}  // namespace pointsman::inline v0
