#include "pointsman/model_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/validate.h"
#include "text/field_path.h"
#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kNewApi = "new_api";

std::size_t NormalizeAsNewApi(void*, std::string_view model, std::span<char> out) noexcept {
  struct Rule {
    std::string_view prefix;
    std::string_view contained;
    std::string_view result;
  };
  static constexpr std::array kRules = {
      Rule{"gemini-2.5-flash-lite", "-thinking-", "gemini-2.5-flash-lite-thinking-*"},
      Rule{"gemini-2.5-flash", "-thinking-", "gemini-2.5-flash-thinking-*"},
      Rule{"gemini-2.5-pro", "-thinking-", "gemini-2.5-pro-thinking-*"},
      Rule{"gpt-4-gizmo", "", "gpt-4-gizmo-*"},
      Rule{"gpt-4o-gizmo", "", "gpt-4o-gizmo-*"},
  };
  for (const Rule& rule : kRules) {
    if (!model.starts_with(rule.prefix)) continue;
    const bool applies = model.find(rule.contained) != std::string_view::npos && rule.result.size() <= out.size();
    if (!applies) return 0;
    std::copy(rule.result.begin(), rule.result.end(), out.begin());
    return rule.result.size();
  }
  return 0;
}

absl::Status ValidateNormalizer(const ModelNormalizer& normalizer) {
  constexpr std::string_view kField = "models.normalizer";
  const std::string shown = Quoted(normalizer.name);
  if (normalizer.name.empty() && normalizer.normalize == nullptr) return absl::OkStatus();
  if (absl::Status s = CheckName(kField, normalizer.name, "normalizers"); !s.ok()) return s;
  if (normalizer.normalize == nullptr) return PolicyError(kField, shown + " has no function; give it one, or no name");
  const bool is_ours = normalizer.name == kNewApi && normalizer.normalize == &NormalizeAsNewApi;
  if (!is_ours && (normalizer.name == kNewApi || normalizer.name == "none")) {
    return PolicyError(kField, shown + " is the library's own name; give your function another one");
  }
  return absl::OkStatus();
}

// Follows every alias to its end, each once.
class AliasWalk {
 public:
  explicit AliasWalk(const std::map<std::string, std::string, std::less<>>& aliases) : aliases_(aliases) {}

  absl::Status Run() {
    for (const auto& [alias, target] : aliases_) {
      if (absl::Status s = Follow(alias); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Follow(std::string_view alias) {
    std::vector<std::string_view> path;
    while (aliases_.find(alias) != aliases_.end() && names_after_.try_emplace(alias, kOpen).second) {
      path.push_back(alias);
      alias = aliases_.find(alias)->second;
    }
    const auto end = names_after_.find(alias);
    if (end != names_after_.end() && end->second == kOpen) return Cycle(path, alias);
    std::size_t names = end == names_after_.end() ? 0 : end->second;
    for (auto back = path.rbegin(); back != path.rend(); ++back) {
      names_after_.at(*back) = ++names;
      if (names > kMaxAliasHops) return TooFar(*back);
    }
    return absl::OkStatus();
  }

  static absl::Status Cycle(std::vector<std::string_view> path, std::string_view begin) {
    path.erase(path.begin(), std::find(path.begin(), path.end(), begin));
    const std::string field = MemberPath("models.aliases", path.back());
    path.push_back(begin);
    return PolicyError(field, "closes the cycle " + ShownPath(path) + "; remove one of these aliases");
  }

  static absl::Status TooFar(std::string_view alias) {
    return PolicyError(MemberPath("models.aliases", alias), "leads from alias to alias over more than " +
                                                                std::to_string(kMaxAliasHops) +
                                                                " names; let it name the last of them");
  }

  static constexpr std::size_t kOpen = 0;
  const std::map<std::string, std::string, std::less<>>& aliases_;
  std::map<std::string_view, std::size_t> names_after_;  // how many names an alias leads to; kOpen while it is followed
};

}  // namespace

std::string_view MatchRuleName(MatchRule rule) {
  switch (rule) {
    case MatchRule::kExact: return "exact";
    case MatchRule::kNormalized: return "normalized";
    case MatchRule::kPrefix: return "prefix";
    case MatchRule::kAlias: return "alias";
  }
  return "unknown";
}

ModelNormalizer NewApiNormalizer() { return {.name = std::string(kNewApi), .normalize = &NormalizeAsNewApi}; }

absl::Status ValidateModels(const ModelRules& models) {
  if (absl::Status s = ValidateNormalizer(models.normalizer); !s.ok()) return s;
  if (models.aliases.size() > kMaxModelAliases) {
    return PolicyError("models.aliases", "holds more than " + std::to_string(kMaxModelAliases) +
                                             " aliases; list the models in the channels instead");
  }
  for (const auto& [alias, target] : models.aliases) {
    if (absl::Status s = CheckName("models.aliases: the name", alias, "models"); !s.ok()) return s;
    if (absl::Status s = CheckName(MemberPath("models.aliases", alias), target, "models"); !s.ok()) return s;
  }
  return AliasWalk(models.aliases).Run();
}

}  // namespace pointsman::inline v0
