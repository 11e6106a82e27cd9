// ModelMatcher: the models to try for a requested name after the name itself, in order: its normalised form, patterns
// from the longest that fits to the shortest, then what it is an alias of.
//
//   const ModelMatcher matcher = ModelMatcher::Build(table.models, policy.models);
//   matcher.ForEachAfterExact("gpt-4o-2024-08-06", [&](std::uint32_t model, MatchRule rule) {
//     return HasCandidates(group, model);       // true: stop
//   });
//
// A pattern is a listed model whose name ends in "*"; it fits every name that begins with what stands before the star,
// "*" alone every name. The requested name itself is never given again, though a model may be given by two rules. An
// alias of an alias gives both names, the nearer one first. Models that nobody lists are not given.
//
// Finding the longest pattern: patterns are sorted by their bytes. Every one that fits a name is a beginning of the
// last one that does not come after the name, so a chain of links from each pattern to the next shorter one that is its
// beginning holds all that fit, longest first.
//
// Thread safety: immutable. Nothing throws or allocates, whatever the name; names beyond kMaxNameBytes match nothing.
// Cost: nothing without rules. Else a lookup among the aliases, a binary search among the patterns and a step for each
// pattern that is a beginning of the found one (never a scan over all); a normaliser costs itself and a binary search
// among the models.
// Limits: the models' names, the list of them and the normaliser's context must outlive the matcher.
#ifndef POINTSMAN_SRC_POLICY_MODEL_MATCHER_H_
#define POINTSMAN_SRC_POLICY_MODEL_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "pointsman/model_rules.h"
#include "pointsman/request.h"
#include "table/name_table.h"

namespace pointsman::inline v0 {

class ModelMatcher {
 public:
  // Of a table without models.
  ModelMatcher() = default;
  // `models` are sorted by bytes and without repeats. REQUIRES: the rules are valid (Policy::Validate).
  static ModelMatcher Build(std::span<const std::string_view> models, const ModelRules& rules);

  ModelMatcher(ModelMatcher&&) noexcept = default;
  ModelMatcher& operator=(ModelMatcher&&) noexcept = default;
  ModelMatcher(const ModelMatcher&) = delete;  // aliases are views into texts_
  ModelMatcher& operator=(const ModelMatcher&) = delete;

  // Whether no name whatever is given another model.
  bool empty() const noexcept { return normalizer_.normalize == nullptr && patterns_.empty() && targets_.empty(); }

  // Calls try_model(number, rule) until it returns true; whether it did. REQUIRES: it does not throw.
  template <class Try>
  bool ForEachAfterExact(std::string_view name, Try&& try_model) const noexcept {
    if (name.size() > kMaxNameBytes) return false;
    if (normalizer_.normalize != nullptr) {
      const std::uint32_t model = Normalized(name);
      if (model != kNoIndex && try_model(model, MatchRule::kNormalized)) return true;
    }
    for (std::uint32_t p = LongestPattern(name); p != kNoIndex; p = patterns_[p].shorter) {
      const std::uint32_t model = patterns_[p].model;
      if (models_[model] != name && try_model(model, MatchRule::kPrefix)) return true;
    }
    for (const std::uint32_t model : TargetsOf(name)) {
      if (try_model(model, MatchRule::kAlias)) return true;
    }
    return false;
  }

  std::size_t memory_bytes() const {
    return patterns_.capacity() * sizeof(Pattern) + texts_.capacity() + ranges_.capacity() * sizeof(Range) +
           targets_.capacity() * sizeof(std::uint32_t) + aliases_.memory_bytes();
  }

 private:
  struct Pattern {
    std::string_view beginning;  // without the star
    std::uint32_t model = 0;
    std::uint32_t shorter = kNoIndex;  // the longest other pattern that this one begins with
  };
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  void AddPatterns();
  void AddAliases(const ModelRules& rules);
  std::uint32_t NumberOf(std::string_view model) const noexcept;
  std::uint32_t Normalized(std::string_view name) const noexcept;
  std::uint32_t LongestPattern(std::string_view name) const noexcept;
  std::span<const std::uint32_t> TargetsOf(std::string_view name) const noexcept {
    if (targets_.empty()) return {};
    const std::uint32_t alias = aliases_.Find(name);
    if (alias == kNoIndex) return {};
    return {targets_.data() + ranges_[alias].begin, targets_.data() + ranges_[alias].end};
  }

  std::span<const std::string_view> models_;
  ModelNormalizer normalizer_;
  std::vector<Pattern> patterns_;  // sorted by beginning
  std::vector<char> texts_;        // the aliases' own
  NameTable aliases_;
  std::vector<Range> ranges_;           // by alias, of targets_
  std::vector<std::uint32_t> targets_;  // models, nearer ones first
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_POLICY_MODEL_MATCHER_H_
