// ModelRules: how the model that a request asks for finds one that channels list.
//
//   policy.models.normalizer = pointsman::NewApiNormalizer();
//   policy.models.aliases["gpt-4-latest"] = "gpt-4o";
//
// Inside each group of a plan the name itself comes first. Only where that has no candidate, in this order:
//
//   normalized   what the normaliser makes of the name, as a literal name
//   prefix       listed models that end in "*", the longest that fits first: "gpt-4*", then "*"
//   alias        what the name is an alias of, and what that is an alias of, as literal names
//
// Case matters everywhere.
//
// Thread safety: thread-compatible (plain values).
// Limits: kMaxModelAliases; an alias may lead over at most kMaxAliasHops names.
#ifndef POINTSMAN_MODEL_RULES_H_
#define POINTSMAN_MODEL_RULES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "pointsman/export.h"

namespace pointsman::inline v0 {

inline constexpr std::size_t kMaxModelAliases = 65'536;
inline constexpr std::size_t kMaxAliasHops = 16;

// Which rule led from the requested name to a listed one.
enum class MatchRule : std::uint8_t { kExact, kNormalized, kPrefix, kAlias };

// "exact", "normalized", "prefix", "alias".
POINTSMAN_EXPORT std::string_view MatchRuleName(MatchRule rule);

// A function of the host that gives a requested name its usual form.
//
//   std::size_t Lower(void*, std::string_view model, std::span<char> out) noexcept {
//     if (model.size() > out.size()) return 0;
//     std::transform(model.begin(), model.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
//     return model.size();
//   }
//   policy.models.normalizer = {.name = "lower", .normalize = &Lower};
//
// The function is called by any thread that selects, with names of strangers: any bytes, at most kMaxNameBytes of
// them. It writes into `out`, which has kMaxNameBytes, and returns how many bytes it wrote; 0, or more than fit, means
// that there is no other name. The context must outlive every table that was compiled with it.
//
// The name is what is compared, hashed and dumped: give another function another name.
struct ModelNormalizer {
  using Function = std::size_t (*)(void* context, std::string_view model, std::span<char> out) noexcept;

  std::string name{};  // empty: none. "none" and "new_api" are taken
  Function normalize = nullptr;
  void* context = nullptr;

  friend bool operator==(const ModelNormalizer& a, const ModelNormalizer& b) { return a.name == b.name; }
};

// "new_api", the rules of that gateway:
//
//   gemini-2.5-flash-lite…, gemini-2.5-flash…, gemini-2.5-pro…, each with "-thinking-" anywhere in the name
//                           -> gemini-2.5-flash-lite-thinking-*, and so on
//   gpt-4-gizmo…            -> gpt-4-gizmo-*
//   gpt-4o-gizmo…           -> gpt-4o-gizmo-*
POINTSMAN_EXPORT ModelNormalizer NewApiNormalizer();

struct ModelRules {
  ModelNormalizer normalizer{};
  bool prefixes = true;  // false: a listed model that ends in "*" is a name like any other
  std::map<std::string, std::string, std::less<>> aliases{};

  friend bool operator==(const ModelRules&, const ModelRules&) = default;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_MODEL_RULES_H_
