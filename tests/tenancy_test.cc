// Whose channels a request may be served from. Random policies, rows and walks, with every way in which a selection can
// come about; judged by rows and policy as they are written, and not by the library's plans.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "pointsman/caller.h"
#include "pointsman/decision.h"
#include "pointsman/distribution.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/random_world.h"

namespace pointsman::testing {
namespace {

int Seeds() {
  const char* wanted = std::getenv("POINTSMAN_SEEDS");
  return wanted == nullptr ? 3000 : std::atoi(wanted);
}

// What a person makes of policy and rows.
class Reading {
 public:
  Reading(const Policy& policy, const std::vector<NaiveCandidate>& candidates)
      : policy_(policy), plans_(policy.groups) {
    for (const NaiveCandidate& c : candidates) {
      if (c.enabled) serve_[c.group].insert(c.channel);
    }
  }

  bool MayUse(const Request& request, const std::string& group) const {
    if (!request.allowed_groups) return plans_.MayUse(std::string(request.user_group), group);
    for (const std::string_view allowed : *request.allowed_groups) {
      if (allowed == group || plans_.Canonical(std::string(allowed)) == group) return true;
    }
    return false;
  }

  // Every group that anything which the request names could lead to, whatever the conditions.
  std::set<std::string> WithinReach(const Request& request) const {
    std::set<std::string> reached;
    if (request.ordered_groups) {
      for (const std::string_view name : *request.ordered_groups) reached.insert(plans_.Canonical(std::string(name)));
      return reached;
    }
    const auto is_blank = [](std::string_view name) { return name.find_first_not_of(" \t") == std::string_view::npos; };
    std::vector<std::string> open = {std::string(request.group)};
    if (is_blank(request.group)) open = {std::string(request.user_group), policy_.groups.default_group};
    while (!open.empty()) {
      const std::string name = open.back();
      open.pop_back();
      if (const auto list = policy_.groups.automatic.find(name); list != policy_.groups.automatic.end()) {
        for (const std::string& group : list->second) reached.insert(plans_.Canonical(group));
        continue;
      }
      const std::string group = plans_.Canonical(name);
      if (!reached.insert(group).second) continue;
      const auto rule = policy_.groups.groups.find(group);
      if (rule == policy_.groups.groups.end()) continue;
      for (const Fallback& edge : rule->second.fallback) open.push_back(edge.group);
    }
    return reached;
  }

  bool Serves(const std::string& group, std::int64_t channel) const {
    const auto found = serve_.find(group);
    return found != serve_.end() && found->second.contains(channel);
  }

 private:
  const Policy& policy_;
  NaivePlans plans_;
  std::map<std::string, std::set<std::int64_t>> serve_;  // what the rows enable
};

class Tenancy {
 public:
  explicit Tenancy(unsigned seed)
      : world_([bits = std::mt19937(seed)](std::size_t n) mutable { return bits() % n; }),
        bits_(seed),
        router_(Policy(), {.state = {.cooldown = {.consecutive_failures = 1, .max_cooling_share = 1},
                                     .all_cooling = world_.OneIn(3) ? AllCooling::kRefuse : AllCooling::kFailOpen,
                                     .clock = clock_.clock(),
                                     .jitter_seed = 1}}) {
    Publish();
  }

  void WalkOnce() {
    WorldRequest asked;
    world_.MakeRequest(asked);
    const Request& request = asked.request;
    Attempts attempts;
    const bool alone = world_.OneIn(4);
    for (int i = 0; i < 8; ++i) {
      ASSERT_NO_FATAL_FAILURE(JudgeTexts(request, attempts));
      ASSERT_NO_FATAL_FAILURE(JudgeShares(request, attempts));
      Selection s = Select(request, alone ? nullptr : &attempts);
      if (!s) break;
      ASSERT_NO_FATAL_FAILURE(Judge(request, s.group(), s.channel_id()));
      ++served;
      degraded += s.degraded() ? 1 : 0;
      elsewhere += s.group() != request.group ? 1 : 0;
      Count(request, attempts, s);
      if (request.pin) {
        ASSERT_EQ(s.channel_id(), *request.pin);
      }
      was_keys_fault_ = false;
      if (world_.OneIn(2)) Report(s, alone ? nullptr : &attempts);
      if (world_.OneIn(6)) Disturb();
      if (world_.OneIn(6)) Publish();
    }
    FindHandles(request);
    ASSERT_NO_FATAL_FAILURE(SelectByHandles());
  }

  // What was met, so that a test can demand that it was.
  static inline int served = 0, degraded = 0, elsewhere = 0, replayed = 0;
  static inline std::map<std::string, int> ways;  // that served

 private:
  void Count(const Request& request, const Attempts& attempts, const Selection& s) const {
    const std::string group(request.group);
    if (request.pin) ++ways["pin"];
    if (request.affinity && policy_.balance == Balance::kAffinity) ++ways["affinity"];
    if (request.allowed_groups) ++ways["allowed groups"];
    if (request.ordered_groups) ++ways["ordered groups"];
    if (policy_.groups.automatic.contains(group)) ++ways["automatic group"];
    for (const auto& [name, rule] : policy_.groups.groups) {
      if (std::find(rule.aliases.begin(), rule.aliases.end(), group) != rule.aliases.end()) ++ways["alias of a group"];
    }
    if (policy_.models.aliases.contains(std::string(request.model))) ++ways["alias of a model"];
    if (was_keys_fault_ && attempts.size() > 1 && attempts[attempts.size() - 2].channel_id == s.channel_id()) {
      ++ways["another key"];
    }
    for (std::size_t i = 0; i + 1 < attempts.size(); ++i) {
      if (attempts[i].channel_id != s.channel_id()) continue;
      ++ways["repetition"];
      break;
    }
  }

  Policy MakePolicy() {
    Policy policy = world_.MakePolicy();
    policy.balance = static_cast<Balance>(world_.Below(6));
    return policy;
  }

  void Report(Selection& s, Attempts* attempts) {
    const Outcome outcome{.kind = static_cast<OutcomeKind>(world_.Below(8))};
    was_keys_fault_ = outcome.kind == OutcomeKind::kCredentialRefused || outcome.kind == OutcomeKind::kRateLimited ||
                      outcome.kind == OutcomeKind::kQuotaExhausted;
    attempts == nullptr ? router_.Report(s, outcome) : router_.Report(s, outcome, *attempts);
  }

  Selection Select(const Request& request, Attempts* attempts) {
    if (!world_.OneIn(4)) {
      return attempts == nullptr ? router_.Select(request, RandomBits(bits_))
                                 : router_.Select(request, *attempts, RandomBits(bits_));
    }
    DecisionRecord record;
    Selection s = router_.SelectRecorded(request, attempts, RandomBits(bits_), record);
    const Replay replay = ReplayDecision(*router_.TakeSnapshot().table, record);
    EXPECT_EQ(replay.answer.channel_id, s.channel_id()) << ReasonName(s.reason());
    if (replay.answer.reason == Reason::kNone) Judge(request, replay.answer.group, replay.answer.channel_id);
    JudgeText(request, replay.explanation);
    ++replayed;
    return s;
  }

  void Judge(const Request& request, std::string_view group, std::int64_t channel) const {
    const std::string name(group);
    const std::string where = "group " + name + ", channel " + std::to_string(channel) + ", asked for by \"" +
                              std::string(request.group) + "\" of \"" + std::string(request.user_group) + "\"";
    ASSERT_TRUE(reading_->MayUse(request, name)) << where;
    ASSERT_TRUE(reading_->WithinReach(request).contains(name)) << where;
    ASSERT_TRUE(reading_->Serves(name, channel)) << where;
  }

  void JudgeShares(const Request& request, const Attempts& attempts) const {
    const Distribution next = router_.Distribute(request, &attempts);
    for (const ChannelShare& share : next.shares) {
      if (share.share.numerator == 0) continue;
      ASSERT_NO_FATAL_FAILURE(Judge(request, next.group, share.channel_id));
    }
  }

  void JudgeTexts(const Request& request, const Attempts& attempts) const {
    const Caller caller = CallerOf(request);
    for (const Caller* asks : {static_cast<const Caller*>(nullptr), &caller}) {
      JudgeText(request, router_.Explain(request, asks));
      JudgeText(request, router_.Explain(request, attempts, asks));
    }
  }

  // Who might ask for it: the token says its group, its limits may name the model, or it may not call at all.
  Caller CallerOf(const Request& request) const {
    const std::string group(request.group);
    const std::string user_group(request.user_group);
    const std::string limits = request.model.size() % 2 == 0 ? std::string(request.model) : "b,ab";
    const TokenRow token{.id = 5,
                         .user_id = 7,
                         .name = "t",
                         .status = request.model.size() % 3 == 0 ? 2 : 1,
                         .group = group,
                         .model_limits_enabled = group.size() % 2 == 0 ? 1 : 0,
                         .model_limits = limits};
    const UserRow owner{.id = 7, .username = "u", .status = user_group.size() % 3 == 0 ? 2 : 1, .group = user_group};
    return ResolveCaller(token, &owner, std::nullopt);
  }

  // No channel, and no group that the request may not use, unless it named that group itself.
  void JudgeText(const Request& request, const Explanation& why) const {
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      const std::string text = why.Text(language, Audience::kCaller);
      ASSERT_EQ(text.find("77000"), text.npos) << text;
      ASSERT_EQ(text.find("upstream-of"), text.npos) << text;
      for (const std::string& group : named_) {
        if (reading_->MayUse(request, group) || IsNamedBy(request, group)) continue;
        ASSERT_FALSE(Mentions(text, group))
            << "\"" << group << "\" for group \"" << request.group << "\", user group \"" << request.user_group
            << "\", " << (request.ordered_groups ? "an" : "no") << " ordered list, in\n"
            << text;
      }
    }
  }

  // Or the gateway for it, where it names none.
  bool IsNamedBy(const Request& request, const std::string& group) const {
    const auto in = [&](const std::optional<std::span<const std::string_view>>& list) {
      return list && std::find(list->begin(), list->end(), group) != list->end();
    };
    const bool is_for_none = request.group.empty() && group == policy_.groups.default_group;
    return is_for_none || request.group == group || request.user_group == group || request.model == group ||
           in(request.allowed_groups) || in(request.ordered_groups);
  }

  // As a word of its own.
  static bool Mentions(const std::string& text, const std::string& name) {
    const auto is_part = [&](std::size_t at) {
      return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '-');
    };
    for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
      if ((at == 0 || !is_part(at - 1)) && !is_part(at + name.size())) return true;
    }
    return false;
  }

  // These outlive tables and policies.
  void FindHandles(const Request& request) {
    const auto group = router_.FindGroup(request.group, request.user_group);
    const auto model = router_.FindModel(request.model);
    if (!group || !model) return;
    handles_.push_back({.group = *group,
                        .model = *model,
                        .asked_group = std::string(request.group),
                        .user_group = std::string(request.user_group),
                        .asked_model = std::string(request.model),
                        .policies = policies_});
  }

  void SelectByHandles() {
    for (const Handles& h : handles_) {
      const Selection s = router_.Select(h.group, h.model, RandomBits(bits_));
      if (!s) continue;
      ++ways[h.policies == policies_ ? "handles" : "handles of an earlier policy"];
      const Request named{.group = h.asked_group, .user_group = h.user_group, .model = h.asked_model};
      ASSERT_NO_FATAL_FAILURE(Judge(named, s.group(), s.channel_id()));
    }
  }

  void Publish() {
    if (policies_ == 0 || world_.OneIn(3)) {
      policy_ = MakePolicy();
      ++policies_;
    }
    WorldRows rows = world_.MakeRows(policy_);
    named_ = rows.named;
    reading_.emplace(policy_, rows.candidates);
    const absl::StatusOr<Compiled> compiled = Compile(rows.rows, policy_);
    ASSERT_TRUE(compiled.ok() && router_.Publish(compiled->table).ok());
  }

  void Disturb() {
    const std::int64_t channel = world_.Channel();
    switch (world_.Below(6)) {
      case 0: router_.SwitchOff(channel); break;
      case 1: router_.SwitchOn(channel); break;
      case 2: router_.SwitchOffTag("even", {.lasts = std::chrono::seconds(30)}); break;
      case 3: ASSERT_TRUE(router_.SetLimits(channel, {.max_in_flight = 1, .requests_per_minute = 3}).ok()); break;
      case 4: ASSERT_TRUE(router_.SetLimits(channel, {}).ok()); break;
      default: clock_.Advance(std::chrono::seconds(world_.Below(60)));
    }
  }

  struct Handles {
    GroupHandle group;
    ModelHandle model;
    std::string asked_group, user_group, asked_model;
    int policies;
  };

  FakeClock clock_;
  RandomWorld world_;
  SplitMix64 bits_;
  Policy policy_;
  int policies_ = 0;  // so many were published
  Router router_;
  bool was_keys_fault_ = false;
  std::vector<Handles> handles_;
  std::set<std::string> named_;
  std::optional<Reading> reading_;
};

// Would catch: any way past the permissions of a policy or of a request: fallbacks, automatic and ordered groups,
// aliases, affinity, pins, last resorts, failing open, other keys, replays, handles that are older than the policy; and
// a text for callers that tells of them.
TEST(Tenancies, NoSelectionIsOfAGroupThatTheRequestMayNotUseAndNoTextTellsOfOne) {
  for (int seed = 1; seed <= Seeds(); ++seed) {
    SCOPED_TRACE(seed);
    Tenancy tenancy(static_cast<unsigned>(seed));
    for (int walk = 0; walk < 4; ++walk) tenancy.WalkOnce();
    if (::testing::Test::HasFailure()) return;
  }
  // A property of what never comes up says nothing.
  EXPECT_GT(Tenancy::served, Seeds());
  EXPECT_GT(Tenancy::degraded, Seeds() / 40);
  EXPECT_GT(Tenancy::elsewhere, Seeds() / 4);
  EXPECT_GT(Tenancy::replayed, Seeds());
  for (const char* way : {"pin", "affinity", "allowed groups", "ordered groups", "automatic group", "alias of a group",
                          "alias of a model", "repetition", "another key", "handles", "handles of an earlier policy"}) {
    EXPECT_GT(Tenancy::ways[way], Seeds() / 40) << way << " hardly ever served";
  }
}

}  // namespace
}  // namespace pointsman::testing
