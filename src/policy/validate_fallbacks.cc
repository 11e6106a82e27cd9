#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/group_names.h"
#include "policy/validate.h"
#include "text/field_path.h"

namespace pointsman::inline v0 {
namespace {

// Walks the fallbacks depth first, each group once, without recursion: a chain may be as long as the policy.
class FallbackWalk {
 public:
  explicit FallbackWalk(const GroupPolicy& policy) : policy_(policy), names_(policy) {}

  absl::Status Run() {
    for (const auto& [group, rule] : policy_.groups) {
      if (absl::Status s = WalkFrom(group); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

 private:
  struct Visit {
    bool open = true;       // its fallbacks are being walked
    std::size_t steps = 1;  // of its plan, as far as it is known
  };
  struct Frame {
    std::string_view group;
    const GroupRule* rule;
    std::size_t next = 0;  // fallback
  };

  absl::Status WalkFrom(std::string_view group) {
    if (!Enter(group)) return absl::OkStatus();
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      if (top.next == top.rule->fallback.size()) {
        if (absl::Status s = Leave(); !s.ok()) return s;
        continue;
      }
      const std::string_view target = names_.Canonical(top.rule->fallback[top.next++].group);
      const auto visited = visits_.find(target);
      if (visited == visits_.end()) {
        if (!Enter(target)) Count(1);
      } else if (visited->second.open) {
        return Cycle(target);
      } else {
        Count(visited->second.steps);
      }
    }
    return absl::OkStatus();
  }

  // False for a group that has been walked or has no rule.
  bool Enter(std::string_view group) {
    const auto rule = policy_.groups.find(group);
    if (rule == policy_.groups.end() || !visits_.try_emplace(group).second) return false;
    stack_.push_back({.group = group, .rule = &rule->second});
    return true;
  }

  absl::Status Leave() {
    const std::string_view group = stack_.back().group;
    Visit& visit = visits_.at(group);
    if (visit.steps > kMaxPlanSteps) {
      return PolicyError(MemberPath("groups", group) + ".fallback",
                         "makes a plan of more than " + std::to_string(kMaxPlanSteps) +
                             " steps, the fallbacks of its fallbacks included; shorten it");
    }
    visit.open = false;
    stack_.pop_back();
    steps_ += visit.steps;
    if (!stack_.empty()) Count(visit.steps);
    if (steps_ <= kMaxPolicySteps) return absl::OkStatus();
    return PolicyError("groups", "make plans of more than " + std::to_string(kMaxPolicySteps) +
                                     " steps together; shorten their fallbacks");
  }

  void Count(std::size_t steps) { visits_.at(stack_.back().group).steps += steps; }

  absl::Status Cycle(std::string_view target) const {
    auto frame = std::find_if(stack_.begin(), stack_.end(), [&](const Frame& f) { return f.group == target; });
    std::vector<std::string_view> cycle;
    for (; frame != stack_.end(); ++frame) cycle.push_back(frame->group);
    cycle.push_back(target);
    const Frame& last = stack_.back();
    return PolicyError(ItemPath(MemberPath("groups", last.group) + ".fallback", last.next - 1),
                       "closes the cycle " + ShownPath(cycle) + "; remove one of these fallbacks");
  }

  const GroupPolicy& policy_;
  const GroupNames names_;
  std::map<std::string_view, Visit> visits_;
  std::vector<Frame> stack_;
  std::size_t steps_ = 0;  // of all plans
};

}  // namespace

absl::Status ValidateFallbacks(const GroupPolicy& groups) { return FallbackWalk(groups).Run(); }

}  // namespace pointsman::inline v0
