// What a naive writing of routing calls a candidate, which other names serve a model, and what a tier's weights are
// worth. It shares no code with the library beyond the policy's types.
#ifndef POINTSMAN_TESTS_SUPPORT_NAIVE_CANDIDATE_H_
#define POINTSMAN_TESTS_SUPPORT_NAIVE_CANDIDATE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pointsman/policy.h"

namespace pointsman::testing {

struct NaiveCandidate {
  std::string group;
  std::string model;
  std::int64_t channel = 0;
  std::int64_t priority = 0;
  std::uint64_t weight = 0;
  bool enabled = true;
};

// Which listed names may serve a model, after the exact one, in the order of the rules.
inline std::vector<std::string> NaiveOtherNames(const ModelRules& rules, const std::vector<NaiveCandidate>& candidates,
                                                const std::string& model) {
  std::vector<std::string> names;
  if (rules.normalizer.name == "new_api" && model.starts_with("gpt-4-gizmo")) {
    names.push_back("gpt-4-gizmo-*");
  }
  std::set<std::string> patterns;
  for (const NaiveCandidate& c : candidates) {
    if (rules.prefixes && c.model.ends_with("*") && c.model != model &&
        model.starts_with(c.model.substr(0, c.model.size() - 1))) {
      patterns.insert(c.model);
    }
  }
  std::vector<std::string> sorted(patterns.begin(), patterns.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  names.insert(names.end(), sorted.begin(), sorted.end());
  for (auto alias = rules.aliases.find(model); alias != rules.aliases.end();
       alias = rules.aliases.find(alias->second)) {
    names.push_back(alias->second);
  }
  return names;
}

// What a rule for shares makes of the weights of a tier, by channel.
inline std::map<std::int64_t, std::uint64_t> NaiveTickets(ShareRule shares, std::vector<NaiveCandidate> tier) {
  std::sort(tier.begin(), tier.end(), [](const auto& a, const auto& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.channel < b.channel;
  });
  const bool all_zero = tier.front().weight == 0;
  std::map<std::int64_t, std::uint64_t> tickets;
  for (const NaiveCandidate& c : tier) {
    switch (shares) {
      case ShareRule::kWeight: tickets[c.channel] = all_zero ? 1 : c.weight; break;
      case ShareRule::kUniform: tickets[c.channel] = 1; break;
      case ShareRule::kPlusTen:
      case ShareRule::kPlusTenInclusive: tickets[c.channel] = c.weight + 10; break;
    }
  }
  if (shares == ShareRule::kPlusTenInclusive) {
    ++tickets[tier.front().channel];
    --tickets[tier.back().channel];
  }
  return tickets;
}

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_NAIVE_CANDIDATE_H_
