// Names close to what was asked for that would have been found: first those that are the same but for the group, the
// case or blanks, then those with a slip of the pen.
#include <algorithm>
#include <string>
#include <string_view>

#include "explain/explain_steps.h"
#include "rows/comma_list.h"
#include "select/model_match.h"
#include "table/table_data.h"
#include "text/nearest.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kMostEdits = 2;
constexpr std::size_t kLongestCompared = 64;  // by EditDistance

bool SameButForCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  a = Trim(a);
  b = Trim(b);
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

// At most two edits away, and shorter names at most a third of their length. Long names are not compared.
bool IsSimilar(std::string_view name, std::string_view asked) {
  const std::size_t length = std::min(name.size(), asked.size());
  const std::size_t most = std::min(kMostEdits, length / 3);
  const std::size_t longer = std::max(name.size(), asked.size()) - length;
  return most > 0 && length <= kLongestCompared - kMostEdits && longer <= most && name != asked &&
         !SameButForCase(name, asked) && EditDistance(name, asked) <= most;
}

class NearMisses {
 public:
  NearMisses(const RouteTable& table, Explanation& e)
      : data_(table.data()), e_(e), resolved_(e.resolved_group ? *e.resolved_group : std::string()) {
    // Where it is an alias, its group.
    const auto plan = data_.plans->Find(resolved_);
    if (!plan.empty() && !data_.plans->IsAutomatic(resolved_)) resolved_ = plan.front().name;
  }

  void FindGroups(NearMiss::Kind kind, bool (*alike)(std::string_view, std::string_view)) {
    if (resolved_.empty()) return;
    for (const std::string_view group : data_.groups) {
      if (group != resolved_ && alike(group, resolved_)) Add(kind, group, e_.requested_model);
    }
  }

  // The same model in other groups, and others that are the same but for their case in any.
  void FindModels() {
    for (std::uint32_t m = 0; m < data_.models.size(); ++m) {
      const bool same = data_.models[m] == e_.requested_model;
      if (!same && !SameButForCase(data_.models[m], e_.requested_model)) continue;
      for (std::uint32_t g = 0; g < data_.groups.size(); ++g) {
        if (Serves(g, m) && !(same && WasLookedAt(data_.groups[g]))) {
          Add(same ? NearMiss::Kind::kModelInOtherGroup : NearMiss::Kind::kModelOtherCase, data_.groups[g],
              data_.models[m]);
        }
      }
    }
  }

  // Groups that serve the name by a rule: a pattern, an alias, its normalised form.
  void FindMatches() {
    for (std::uint32_t g = 0; g < data_.groups.size(); ++g) {
      const ModelMatch match = MatchModel(data_, g, e_.requested_model);
      if (match.reason != Reason::kNone || match.rule == MatchRule::kExact || WasLookedAt(data_.groups[g])) continue;
      Add(NearMiss::Kind::kModelInOtherGroup, data_.groups[g], data_.models[match.model]);
    }
  }

  // Groups that list the name, by itself or by a rule, but where all that list it is disabled.
  void FindDisabled() {
    for (std::uint32_t g = 0; g < data_.groups.size(); ++g) {
      const ModelMatch match = MatchModel(data_, g, e_.requested_model);
      if (match.reason != Reason::kAllDisabled || WasLookedAt(data_.groups[g])) continue;
      Add(NearMiss::Kind::kModelDisabledInOtherGroup, data_.groups[g], data_.models[match.model]);
    }
  }

  void FindSimilarModels() {
    const std::uint32_t g = data_.group_table.Find(resolved_);
    if (g == kNoIndex) return;
    for (std::uint32_t m = 0; m < data_.models.size(); ++m) {
      if (Serves(g, m) && IsSimilar(data_.models[m], e_.requested_model)) {
        Add(NearMiss::Kind::kModelSimilar, resolved_, data_.models[m]);
      }
    }
  }

 private:
  // The request's own group, or another of its plan that had its turn: what it has is explained with the tiers.
  bool WasLookedAt(std::string_view group) const {
    return group == resolved_ || std::any_of(e_.groups.begin(), e_.groups.end(), [&](const ExplainedGroup& noted) {
             return noted.reached && noted.group == group;
           });
  }
  bool Serves(std::uint32_t group, std::uint32_t model) const { return data_.rows.Find(group, model) >= kFirstBlock; }
  void Add(NearMiss::Kind kind, std::string_view group, std::string_view model) {
    if (e_.near_misses.size() == kMostNearMisses) return;
    e_.near_misses.push_back({.kind = kind, .group = std::string(group), .model = std::string(model)});
  }

  const TableData& data_;
  Explanation& e_;
  std::string resolved_;
};

}  // namespace

void FindNearMisses(const RouteTable& table, Explanation& e) {
  NearMisses misses(table, e);
  misses.FindGroups(NearMiss::Kind::kGroupOtherCase, SameButForCase);
  misses.FindModels();
  misses.FindMatches();
  misses.FindDisabled();
  if (!table.HasModel(e.requested_model)) misses.FindSimilarModels();
  if (!e.group_known) misses.FindGroups(NearMiss::Kind::kGroupSimilar, IsSimilar);
}

}  // namespace pointsman::inline v0
