// Whole explanations, one file a case in golden/: for each reason that there is, for successes of every kind, for what
// is near, and for each refusal; each in both languages and for both audiences, so that they can be read side by side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/profile.h"
#include "pointsman/router.h"
#include "support/golden.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

ChannelRow Named(ChannelRow row, std::string_view name, std::int64_t status = 1) {
  row.name = name;
  row.status = status;
  return row;
}

// A gateway of two paying groups and one that is being set up.
Rows Gateway() {
  return RowsOf(
      Named(Channel(1, "vip", "gpt-4o,claude-*", 7, 5), "east"), Named(Channel(2, "vip", "gpt-4o", 3, 5), "west"),
      Named(Channel(3, "vip,default", "gpt-4o", 1, 0), "spare"), Named(Channel(4, "default", "pika", 0, 0), "films"),
      Named(Channel(5, "default", "sora", 2, 0), "sora by hand", 2),
      Named(Channel(6, "default", "sora", 1, 0), "sora by itself", 3),
      Named(Channel(7, "trial", "kling", 1, 0), "kling", 2));
}

Policy GatewayPolicy() {
  Policy policy;
  policy.groups.groups["vip"] = {.aliases = {"VIP"},
                                 .fallback = {{.group = "default", .when = FallbackWhen::kExhausted}}};
  policy.groups.automatic["auto"] = {"default", "vip"};
  policy.models.aliases["gpt-latest"] = "gpt-4o";
  return policy;
}

// A router that serves, and what happened to a request before it is explained.
class Scene {
 public:
  explicit Scene(const Policy& policy = GatewayPolicy(), const Rows& rows = Gateway()) : router_(policy, Options()) {
    EXPECT_TRUE(router_.Publish(MustCompile(rows, policy).table).ok());
  }
  Scene& SwitchOff(std::int64_t channel) {
    EXPECT_TRUE(router_.SwitchOff(channel));
    return *this;
  }
  Scene& Cools(std::string_view group, std::string_view model, std::int64_t channel) {
    Selection s = router_.Select({.group = group, .model = model, .pin = channel});
    EXPECT_EQ(s.channel_id(), channel);
    router_.Report(s, {.kind = OutcomeKind::kCredentialRefused});
    return *this;
  }
  Scene& IsFull(std::string_view group, std::string_view model, std::int64_t channel) {
    EXPECT_TRUE(router_.SetLimits(channel, {.requests_per_minute = 2}).ok());
    EXPECT_EQ(router_.Select({.group = group, .model = model, .pin = channel}).channel_id(), channel);
    return *this;
  }
  Scene& Tried(std::int64_t channel, std::int64_t priority, std::string_view group) {
    attempts_.Add({.channel_id = channel, .priority = priority, .group = GroupKey(group)});
    return *this;
  }
  Explanation Explain(const Request& request, const Caller* caller = nullptr) const {
    return router_.Explain(request, attempts_, caller);
  }
  Explanation Explain(const TokenRow& token, std::string_view model, const UserRow& owner = kOwner) const {
    const Caller caller = ResolveCaller(token, &owner, 100);
    return Explain(caller.MakeRequest(model), &caller);
  }

  // Time stands still, and group default would rather refuse than try what has just failed.
  static RouterOptions Options() {
    RouterOptions options;
    options.state.clock.now = [](void*) noexcept { return std::chrono::nanoseconds(std::chrono::hours(1)); };
    options.state.cooldown.jitter = 0;
    options.state.all_cooling_in["default"] = AllCooling::kRefuse;
    return options;
  }

  static constexpr UserRow kOwner{.id = 1, .username = "ann", .status = 1, .group = "default"};

 private:
  Router router_;
  Attempts attempts_;
};

Policy Changed(const std::function<void(Policy&)>& change) {
  Policy policy = GatewayPolicy();
  change(policy);
  return policy;
}

TokenRow Token(TextField group) { return {.id = 3, .user_id = 1, .name = "alice", .status = 1, .group = group}; }

template <std::int32_t code>
std::int32_t Says(void*, const FilterCandidate&) noexcept {
  return code;
}

struct Case {
  const char* name;
  Explanation why;
};

std::vector<Case> Successes() {
  const Policy one_per_tier = Changed([](Policy& p) { p.retry.tiers = RetryTiers::kOnePerTier; });
  const Policy one_per_group = Changed([](Policy& p) { p.retry.budget_per_group = 1; });
  const Policy by_number = ProfilePolicy(Profile::kNewApiMemory, {.retry_times = 3});
  return {
      {"serves", Scene().Explain({.group = "vip", .model = "gpt-4o"})},
      {"serves-a-token", Scene().Explain(Token("vip"), "gpt-4o")},
      {"serves-by-alias-and-prefix", Scene().Explain({.group = "VIP", .model = "claude-3"})},
      {"serves-by-model-alias", Scene().Explain({.group = "default", .model = "gpt-latest"})},
      {"serves-by-fallback", Scene().Explain({.group = "vip", .model = "pika"})},
      {"serves-an-automatic-group", Scene().Explain({.group = "auto", .model = "claude-3"})},
      {"serves-an-inherited-group", Scene().Explain(Token(nullptr), "pika")},
      {"serves-a-tokens-own-list", Scene().Explain(TokenRow{.id = 3,
                                                            .user_id = 1,
                                                            .name = "alice",
                                                            .status = 1,
                                                            .group = "auto",
                                                            .cross_group_retry = 0,
                                                            .auto_groups = R"(["vip", "default"])"},
                                                   "pika")},
      {"serves-a-pin", Scene().Explain({.group = "vip", .model = "gpt-4o", .pin = 3})},
      {"serves-what-a-filter-leaves",
       Scene().Explain({.group = "vip",
                        .model = "gpt-4o",
                        .filter = {.judge = [](void*, const FilterCandidate& c) noexcept -> std::int32_t {
                          return c.channel_id == 1 ? 42 : 0;
                        }}})},
      {"serves-while-a-channel-is-off", Scene().SwitchOff(1).Explain({.group = "vip", .model = "gpt-4o"})},
      {"serves-while-a-channel-cools-down",
       Scene().Cools("vip", "gpt-4o", 1).Explain({.group = "vip", .model = "gpt-4o"})},
      {"serves-degraded", Scene().Cools("vip", "claude-3", 1).Explain({.group = "vip", .model = "claude-3"})},
      {"serves-a-second-attempt", Scene().Tried(1, 5, "vip").Explain({.group = "vip", .model = "gpt-4o"})},
      {"serves-another-tier-by-one-per-tier",
       Scene(one_per_tier).Tried(1, 5, "vip").Explain({.group = "vip", .model = "gpt-4o"})},
      {"serves-another-group-by-budget",
       Scene(one_per_group).Tried(1, 5, "vip").Explain({.group = "vip", .model = "gpt-4o"})},
      {"serves-a-later-tier-by-number",
       Scene(by_number).Tried(1, 5, "vip").Explain({.group = "vip", .model = "gpt-4o"})},
  };
}

std::vector<Case> Failures() {
  const std::string_view only_vip[] = {"vip"};
  const Policy exact = {.groups = {.empty_group = EmptyGroup::kExact}};
  const Policy budget_of_one = Changed([](Policy& p) { p.retry.budget = 1; });
  const Policy long_walks = Changed([](Policy& p) { p.retry.budget = 100; });
  const Policy stays = Changed([](Policy& p) { p.groups.groups["vip"].fallback.clear(); });
  const Rows incident = RowsOf(Bltcy(), Ability("default", "runway", 8));
  const Rows null_priority = RowsOf(
      ChannelRow{.id = 8, .name = "Bltcy", .type = 55, .status = 1, .groups = "default", .models = "runway"},
      AbilityRow{
          .group = "default", .model = "runway", .channel_id = 8, .enabled = 1, .priority = nullptr, .weight = 1});
  Scene long_walk(long_walks);
  for (int i = 0; i < 16; ++i) long_walk.Tried(100 + i, 0, "vip");
  return {
      {"empty-group", Scene(exact, incident).Explain(Token(nullptr), "runway")},
      {"unknown-group", Scene().Explain({.group = "gold", .model = "gpt-4o"})},
      {"unknown-group-auto", Scene(Policy()).Explain({.group = "auto", .model = "gpt-4o"})},
      {"group-not-allowed", Scene().Explain({.group = "default", .model = "gpt-4o", .allowed_groups = only_vip})},
      {"group-not-allowed-list-unreadable",
       Scene().Explain(
           TokenRow{
               .id = 3, .user_id = 1, .name = "alice", .status = 1, .group = "auto", .auto_groups = "vip, default"},
           "pika")},
      {"no-such-model", Scene().Explain({.group = "default", .model = "midjourney"})},
      {"model-not-in-group", Scene().Explain({.group = "default", .model = "claude-3"})},
      {"model-not-in-group-disabled-elsewhere", Scene().Explain({.group = "default", .model = "kling"})},
      {"all-disabled", Scene().Explain({.group = "default", .model = "sora"})},
      {"all-disabled-automatic", Scene().Explain({.group = "auto", .model = "sora"})},
      {"all-disabled-at-run-time", Scene().SwitchOff(4).Explain({.group = "default", .model = "pika"})},
      {"all-cooling-down", Scene().Cools("default", "pika", 4).Explain({.group = "default", .model = "pika"})},
      {"all-at-limit", Scene().IsFull("default", "pika", 4).Explain({.group = "default", .model = "pika"})},
      {"all-disabled-null-priority",
       Scene(ProfilePolicy(Profile::kNewApiDatabase), null_priority).Explain({.group = "default", .model = "runway"})},
      {"all-filtered", Scene().Explain({.group = "vip", .model = "gpt-4o", .filter = {.judge = &Says<42>}})},
      {"all-zero-weight", Scene(stays, RowsOf(Named(Channel(1, "vip", "gpt-4o", 1), "east"),
                                              Named(Channel(2, "vip", "gpt-4o", 0), "west")))
                              .SwitchOff(1)
                              .Explain({.group = "vip", .model = "gpt-4o"})},
      {"exhausted", Scene().Tried(4, 0, "default").Explain({.group = "default", .model = "pika"})},
      {"exhausted-one-per-tier",
       Scene(Changed([](Policy& p) { p.retry.tiers = RetryTiers::kOnePerTier; }),
             RowsOf(Named(Channel(1, "vip", "gpt-4o", 7), "east"), Named(Channel(2, "vip", "gpt-4o", 3), "west")))
           .Tried(1, 0, "vip")
           .Explain({.group = "vip", .model = "gpt-4o"})},
      {"budget-spent", Scene(budget_of_one).Tried(1, 5, "vip").Explain({.group = "vip", .model = "gpt-4o"})},
      {"attempt-limit", long_walk.Explain({.group = "vip", .model = "gpt-4o"})},
      {"filter-failed", Scene().Explain({.group = "vip", .model = "gpt-4o", .filter = {.judge = &Says<-1>}})},
      {"pin-unusable", Scene().SwitchOff(2).Explain({.group = "vip", .model = "gpt-4o", .pin = 2})},
      {"pin-unusable-disabled", Scene().Explain({.group = "default", .model = "sora", .pin = 6})},
      {"pin-unusable-no-candidate", Scene().Explain({.group = "vip", .model = "gpt-4o", .pin = 99})},
      {"empty-table", Scene(Policy(), Rows("nothing")).Explain({.group = "default", .model = "gpt-4o"})},
  };
}

std::vector<Case> NearMissesAndRefusals() {
  const Rows one = RowsOf(Named(Channel(1, "vip", "gpt-4o", 1), "east"));
  const auto refused = [](const std::function<void(TokenRow&)>& change, std::int64_t owner_status = 1) {
    TokenRow token = Token("default");
    change(token);
    return Scene().Explain(token, "pika", {.id = 1, .username = "ann", .status = owner_status, .group = "default"});
  };
  return {
      {"near-miss-case", Scene(Policy(), one).Explain({.group = "Vip", .model = "GPT-4o"})},
      {"near-miss-slip", Scene(Policy(), one).Explain({.group = "vip", .model = "gtp-4o"})},
      {"near-miss-group-slip", Scene().Explain({.group = "defualt", .model = "pika"})},
      {"refused-token-disabled", refused([](TokenRow& t) { t.status = 2; })},
      {"refused-token-expired", refused([](TokenRow& t) { t.expired_time = 99; })},
      {"refused-token-exhausted", refused([](TokenRow& t) { t.status = 4; })},
      {"refused-owner-disabled", refused([](TokenRow&) {}, 2)},
      {"refused-model", refused([](TokenRow& t) {
         t.model_limits_enabled = 1;
         t.model_limits = "gpt-4o";
       })},
  };
}

// Four texts, one after the other.
std::string WholeText(const Explanation& why) {
  std::string whole;
  const auto add = [&](const char* title, Language language, Audience audience) {
    whole += std::string(whole.empty() ? "" : "\n") + "== " + title + "\n" + why.Text(language, audience);
    if (whole.back() != '\n') whole += '\n';
  };
  add("operator, English", Language::kEnglish, Audience::kOperator);
  add("operator, Chinese", Language::kChinese, Audience::kOperator);
  add("caller, English", Language::kEnglish, Audience::kCaller);
  add("caller, Chinese", Language::kChinese, Audience::kCaller);
  return whole;
}

TEST(Golden, EveryExplanationReadsAsItsFileSays) {
  GoldenFolder golden(POINTSMAN_GOLDEN_PATH);
  std::set<Reason> explained;
  for (const std::vector<Case>& cases : {Successes(), Failures(), NearMissesAndRefusals()}) {
    for (const Case& c : cases) {
      golden.Compare(std::string(c.name) + ".txt", WholeText(c.why));
      explained.insert(c.why.reason);
    }
  }
  golden.ExpectNoOthers();
  for (auto reason = Reason::kNone; ReasonName(reason) != "kUnknown";
       reason = static_cast<Reason>(static_cast<int>(reason) + 1)) {
    EXPECT_TRUE(explained.contains(reason)) << ReasonName(reason);
  }
}

}  // namespace
}  // namespace pointsman::testing
