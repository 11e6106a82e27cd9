#include "policy/model_matcher.h"

#include <algorithm>
#include <array>
#include <string>

namespace pointsman::inline v0 {

ModelMatcher ModelMatcher::Build(std::span<const std::string_view> models, const ModelRules& rules) {
  ModelMatcher matcher;
  matcher.models_ = models;
  matcher.normalizer_ = rules.normalizer;
  if (rules.prefixes) matcher.AddPatterns();
  matcher.AddAliases(rules);
  return matcher;
}

void ModelMatcher::AddPatterns() {
  for (std::uint32_t model = 0; model < models_.size(); ++model) {
    if (!models_[model].ends_with('*')) continue;
    patterns_.push_back({.beginning = models_[model].substr(0, models_[model].size() - 1), .model = model});
  }
  std::sort(patterns_.begin(), patterns_.end(),
            [](const Pattern& a, const Pattern& b) { return a.beginning < b.beginning; });
  // Whatever begins a pattern stands before it, and is the pattern right before it or begins that one too.
  for (std::uint32_t p = 1; p < patterns_.size(); ++p) {
    std::uint32_t shorter = p - 1;
    while (shorter != kNoIndex && !patterns_[p].beginning.starts_with(patterns_[shorter].beginning)) {
      shorter = patterns_[shorter].shorter;
    }
    patterns_[p].shorter = shorter;
  }
}

void ModelMatcher::AddAliases(const ModelRules& rules) {
  std::vector<std::string_view> names;
  std::size_t bytes = 0;
  for (const auto& [alias, target] : rules.aliases) {
    const auto begin = static_cast<std::uint32_t>(targets_.size());
    for (auto hop = rules.aliases.find(alias); hop != rules.aliases.end(); hop = rules.aliases.find(hop->second)) {
      if (const std::uint32_t model = NumberOf(hop->second); model != kNoIndex) targets_.push_back(model);
    }
    if (targets_.size() == begin) continue;
    ranges_.push_back({.begin = begin, .end = static_cast<std::uint32_t>(targets_.size())});
    names.push_back(alias);
    bytes += alias.size();
  }
  texts_.reserve(bytes);
  for (std::string_view& name : names) {
    const char* const kept = texts_.data() + texts_.size();
    texts_.insert(texts_.end(), name.begin(), name.end());
    name = {kept, name.size()};
  }
  aliases_.Build(names, ProcessSeed());
}

std::uint32_t ModelMatcher::NumberOf(std::string_view model) const noexcept {
  const auto found = std::lower_bound(models_.begin(), models_.end(), model);
  if (found == models_.end() || *found != model) return kNoIndex;
  return static_cast<std::uint32_t>(found - models_.begin());
}

std::uint32_t ModelMatcher::Normalized(std::string_view name) const noexcept {
  std::array<char, kMaxNameBytes> text;
  const std::size_t length = normalizer_.normalize(normalizer_.context, name, text);
  if (length == 0 || length > text.size()) return kNoIndex;
  const std::string_view normalized(text.data(), length);
  return normalized == name ? kNoIndex : NumberOf(normalized);
}

std::uint32_t ModelMatcher::LongestPattern(std::string_view name) const noexcept {
  const auto after =
      std::upper_bound(patterns_.begin(), patterns_.end(), name,
                       [](std::string_view text, const Pattern& pattern) { return text < pattern.beginning; });
  if (after == patterns_.begin()) return kNoIndex;
  auto p = static_cast<std::uint32_t>(after - patterns_.begin() - 1);
  const std::string_view last = patterns_[p].beginning;
  const auto shared =
      static_cast<std::size_t>(std::mismatch(last.begin(), last.end(), name.begin(), name.end()).first - last.begin());
  while (p != kNoIndex && patterns_[p].beginning.size() > shared) p = patterns_[p].shorter;
  return p;
}

}  // namespace pointsman::inline v0
