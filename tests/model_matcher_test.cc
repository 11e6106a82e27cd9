// ModelMatcher: which models are tried after the exact one, against a scan over all of them.
#include "policy/model_matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pointsman/policy.h"

namespace pointsman::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Match = std::pair<std::string, MatchRule>;

class Matcher {
 public:
  explicit Matcher(std::set<std::string> models, const ModelRules& rules = {}) : models_(std::move(models)) {
    const absl::Status valid = Policy{.models = rules}.Validate();
    EXPECT_TRUE(valid.ok()) << valid;
    names_.assign(models_.begin(), models_.end());
    matcher_ = ModelMatcher::Build(names_, rules);
  }

  std::vector<Match> All(std::string_view name) const {
    std::vector<Match> all;
    matcher_.ForEachAfterExact(name, [&](std::uint32_t model, MatchRule rule) {
      all.emplace_back(names_[model], rule);
      return false;
    });
    return all;
  }
  const ModelMatcher& get() const { return matcher_; }

 private:
  std::set<std::string> models_;
  std::vector<std::string_view> names_;
  ModelMatcher matcher_;
};

std::string NewApi(std::string_view model) {
  std::array<char, kMaxNameBytes> out;
  const ModelNormalizer normalizer = NewApiNormalizer();
  return {out.data(), normalizer.normalize(normalizer.context, model, out)};
}

std::size_t Lower(void*, std::string_view model, std::span<char> out) noexcept {
  if (model.size() > out.size()) return 0;
  std::transform(model.begin(), model.end(), out.begin(),
                 [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return model.size();
}

TEST(NewApiNormalizer, KnowsTheGatewaysFiveRules) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"gemini-2.5-flash-lite-thinking-128", "gemini-2.5-flash-lite-thinking-*"},
      {"gemini-2.5-flash-thinking-8192", "gemini-2.5-flash-thinking-*"},
      {"gemini-2.5-flash-preview-04-17-thinking-0", "gemini-2.5-flash-thinking-*"},
      {"gemini-2.5-pro-thinking-1", "gemini-2.5-pro-thinking-*"},
      {"gemini-2.5-pro-thinking-", "gemini-2.5-pro-thinking-*"},
      {"gemini-2.5-pro-thinking", ""},
      {"gemini-2.5-flash-lite", ""},
      {"gemini-2.5-flash", ""},
      {"gemini-2.0-flash-thinking-1", ""},
      {"gpt-4-gizmo", "gpt-4-gizmo-*"},
      {"gpt-4-gizmo-g-abc", "gpt-4-gizmo-*"},
      {"gpt-4-gizmos", "gpt-4-gizmo-*"},
      {"gpt-4o-gizmo-g-abc", "gpt-4o-gizmo-*"},
      {"gpt-4o", ""},
      {"GPT-4-gizmo", ""},
      {"", ""},
  };
  for (const auto& [model, normalized] : cases) EXPECT_EQ(NewApi(model), normalized) << model;
}

TEST(ModelMatcher, WithoutRulesOrPatternsGivesNothing) {
  const Matcher matcher({"gpt-4o", "o3"});
  EXPECT_TRUE(matcher.get().empty());
  EXPECT_THAT(matcher.All("gpt-4"), IsEmpty());
  EXPECT_TRUE(ModelMatcher().empty());
}

TEST(ModelMatcher, GivesPatternsFromTheLongestToTheShortest) {
  const Matcher matcher({"*", "gpt-*", "gpt-4*", "gpt-4o-*", "gpt-4!*", "o3"});
  EXPECT_THAT(matcher.All("gpt-4o-mini"),
              ElementsAre(Match("gpt-4o-*", MatchRule::kPrefix), Match("gpt-4*", MatchRule::kPrefix),
                          Match("gpt-*", MatchRule::kPrefix), Match("*", MatchRule::kPrefix)));
  EXPECT_THAT(matcher.All("claude"), ElementsAre(Match("*", MatchRule::kPrefix)));
  EXPECT_THAT(matcher.All("gpt-"), ElementsAre(Match("gpt-*", MatchRule::kPrefix), Match("*", MatchRule::kPrefix)));
}

TEST(ModelMatcher, NeverGivesTheRequestedNameAgain) {
  const Matcher matcher({"gpt-*", "*"}, {.normalizer = {.name = "lower", .normalize = &Lower}});
  EXPECT_THAT(matcher.All("gpt-*"), ElementsAre(Match("*", MatchRule::kPrefix)));
}

TEST(ModelMatcher, StopsWhereItIsTold) {
  const Matcher matcher({"*", "gpt-*"});
  int calls = 0;
  EXPECT_TRUE(matcher.get().ForEachAfterExact("gpt-4", [&](std::uint32_t, MatchRule) { return ++calls == 1; }));
  EXPECT_EQ(calls, 1);
}

TEST(ModelMatcher, PrefixesCanBeSwitchedOff) {
  EXPECT_THAT(Matcher({"gpt-*", "*"}, {.prefixes = false}).All("gpt-4"), IsEmpty());
}

TEST(ModelMatcher, OrdersNormalizedThenPrefixesThenAliases) {
  ModelRules rules{.normalizer = NewApiNormalizer(), .aliases = {{"gpt-4-gizmo-1", "o3"}}};
  const Matcher matcher({"gpt-4-gizmo-*", "gpt-4*", "o3"}, rules);
  EXPECT_THAT(matcher.All("gpt-4-gizmo-1"),
              ElementsAre(Match("gpt-4-gizmo-*", MatchRule::kNormalized), Match("gpt-4-gizmo-*", MatchRule::kPrefix),
                          Match("gpt-4*", MatchRule::kPrefix), Match("o3", MatchRule::kAlias)));
}

TEST(ModelMatcher, NormalizedNameMustBeListedLiterally) {
  EXPECT_THAT(Matcher({"gpt-4*"}, {.normalizer = NewApiNormalizer(), .prefixes = false}).All("gpt-4-gizmo-1"),
              IsEmpty());
}

TEST(ModelMatcher, AliasOfAnAliasGivesBothNearerFirst) {
  const Matcher matcher({"b", "d"}, {.aliases = {{"a", "b"}, {"b", "c"}, {"c", "d"}, {"x", "nobody lists it"}}});
  EXPECT_THAT(matcher.All("a"), ElementsAre(Match("b", MatchRule::kAlias), Match("d", MatchRule::kAlias)));
  EXPECT_THAT(matcher.All("b"), ElementsAre(Match("d", MatchRule::kAlias)));
  EXPECT_THAT(matcher.All("x"), IsEmpty());
}

TEST(ModelMatcher, NormalizerOfTheHostIsHeldToItsBuffer) {
  const ModelNormalizer::Function too_long = [](void*, std::string_view, std::span<char> out) noexcept {
    return out.size() + 1;
  };
  EXPECT_THAT(Matcher({"m"}, {.normalizer = {.name = "wild", .normalize = too_long}}).All("M"), IsEmpty());
  EXPECT_THAT(Matcher({"gpt-4o"}, {.normalizer = {.name = "lower", .normalize = &Lower}}).All("GPT-4o"),
              ElementsAre(Match("gpt-4o", MatchRule::kNormalized)));
}

TEST(ModelMatcher, NormalizerGetsItsContext) {
  std::string context = "target";
  const ModelNormalizer::Function copy = [](void* text, std::string_view, std::span<char> out) noexcept {
    const auto& target = *static_cast<const std::string*>(text);
    std::memcpy(out.data(), target.data(), target.size());
    return target.size();
  };
  EXPECT_THAT(Matcher({"target"}, {.normalizer = {.name = "fixed", .normalize = copy, .context = &context}}).All("x"),
              ElementsAre(Match("target", MatchRule::kNormalized)));
}

TEST(ModelMatcher, NamesBeyondTheLimitMatchNothing) {
  const Matcher matcher({"*"});
  EXPECT_THAT(matcher.All(std::string(kMaxNameBytes, 'x')), ElementsAre(Match("*", MatchRule::kPrefix)));
  EXPECT_THAT(matcher.All(std::string(kMaxNameBytes + 1, 'x')), IsEmpty());
}

// Obviously right: every pattern is compared.
std::vector<Match> Scan(const std::set<std::string>& models, const ModelRules& rules, const std::string& name) {
  std::vector<Match> all;
  if (const std::string normalized = NewApi(name);
      !rules.normalizer.name.empty() && normalized != name && models.contains(normalized)) {
    all.emplace_back(normalized, MatchRule::kNormalized);
  }
  std::vector<std::string> fitting;
  for (const std::string& model : models) {
    if (rules.prefixes && model.ends_with('*') && model != name && name.starts_with(model.substr(0, model.size() - 1)))
      fitting.push_back(model);
  }
  std::sort(fitting.begin(), fitting.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const std::string& model : fitting) all.emplace_back(model, MatchRule::kPrefix);
  for (auto hop = rules.aliases.find(name); hop != rules.aliases.end(); hop = rules.aliases.find(hop->second)) {
    if (models.contains(hop->second)) all.emplace_back(hop->second, MatchRule::kAlias);
  }
  return all;
}

TEST(ModelMatcherOracle, AgreesWithAScanOverRandomNamesAndPatterns) {
  std::mt19937 bits(11);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(bits); };
  const auto name = [&](std::size_t longest) {
    std::string text = below(8) == 0 ? "gpt-4-gizmo" : "";
    for (std::size_t n = below(longest + 1); n > 0; --n) text += "aab*!\xff"[below(6)];
    return text;
  };
  std::size_t most = 0;
  for (int i = 0; i < 4000; ++i) {
    std::set<std::string> models;
    for (std::size_t n = below(60); n > 0; --n) models.insert(name(5) + (below(3) == 0 ? "" : "*"));
    models.erase("");
    ModelRules rules{.prefixes = below(8) != 0};
    if (below(2) == 0) rules.normalizer = NewApiNormalizer();
    for (std::size_t n = below(4); n > 0; --n) rules.aliases["a" + name(2)] = "a" + name(2);
    if (!Policy{.models = rules}.Validate().ok()) continue;
    const Matcher matcher(models, rules);
    for (int j = 0; j < 20; ++j) {
      const std::string asked = below(4) == 0 ? "a" + name(2) : name(8);
      EXPECT_EQ(matcher.All(asked), Scan(models, rules, asked)) << asked;
      most = std::max(most, matcher.All(asked).size());
    }
  }
  EXPECT_GE(most, 4u);
}

}  // namespace
}  // namespace pointsman::testing
