// Random rows, policies and walks, with channels switched and tables published between the attempts, are asked of the
// library and of the naive walker; the two must agree about every attempt. POINTSMAN_SEEDS sets how many seeds.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pointsman/router.h"
#include "support/naive_balance.h"
#include "support/naive_walker.h"
#include "support/random_policy.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

int Seeds() {
  const char* wanted = std::getenv("POINTSMAN_SEEDS");
  return wanted == nullptr ? 10000 : std::atoi(wanted);
}

class WalkOracle {
 public:
  explicit WalkOracle(unsigned seed)
      : random_(seed), bits_(seed), policy_(Usual(random_.Next())), router_(policy_), balance_(policy_) {
    Publish();
  }

  // One request, walked to its end while the world changes. What each attempt came to is counted in `seen`, and what
  // decided it beside chance, among several, in `met`.
  void WalkOnce(std::map<Reason, int>& seen, std::map<std::string, int>& met) {
    const std::string group = Group();
    const std::string user_group = Group();
    const std::string model = Model();
    const std::vector<std::string> other = {Group(), random_.Name(), Group()};
    const std::vector<std::string_view> list(other.begin(), other.end());
    Request request{.group = OneIn(6) ? std::string_view() : group, .user_group = user_group, .model = model};
    if (OneIn(6)) request.allowed_groups = list;
    if (OneIn(6)) request.ordered_groups = std::span(list).first(random_.Below(4));
    request.stay_in_group = OneIn(6);
    if (OneIn(12)) request.pin = Channel();
    if (OneIn(2)) request.affinity = random_.Below(1000);
    naive_->filtered.clear();
    filtered_.clear();
    if (OneIn(4)) {
      filtered_ = {Channel(), Channel()};
      request.filter = {.judge = &Judge, .context = this};
    }
    const bool alone = OneIn(4);
    Attempts attempts;
    std::vector<NaiveAttempt> tried;
    for (int i = 0; i < 30; ++i) {
      naive_->filtered = filtered_;
      NaiveWalker::Answer expected = naive_->Ask(request, alone ? nullptr : &tried);
      if (expected.reason == Reason::kNone && balance_.GiveToKey(request, expected)) ++met["affinity"];
      if (expected.is_pinned && !request.pin) ++met["another key"];
      const Explanation why = alone ? router_.Explain(request) : router_.Explain(request, attempts);
      const Selection drawn =
          alone ? router_.Select(request, RandomBits(bits_)) : router_.Select(request, attempts, RandomBits(bits_));
      ASSERT_NO_FATAL_FAILURE(Compare(why, expected)) << "attempt " << i << "\n"
                                                      << why.Text(Language::kEnglish, Audience::kOperator);
      ++seen[expected.reason];
      ASSERT_EQ(drawn.reason(), expected.reason)
          << "attempt " << i << ": " << ReasonName(drawn.reason()) << " instead of " << ReasonName(expected.reason);
      if (!drawn) break;
      ASSERT_EQ(drawn.group(), expected.group);
      ASSERT_EQ(drawn.priority(), expected.priority);
      ASSERT_TRUE(expected.weights.contains(drawn.channel_id())) << drawn.channel_id();
      if (const auto turn = balance_.Turn(expected, !alone && !tried.empty())) {
        ASSERT_EQ(drawn.channel_id(), *turn) << "whose turn it is";
        ++met["turn"];
      }
      ASSERT_NO_FATAL_FAILURE(CompareKey(drawn, alone ? NaiveWalker::Tried() : tried));
      tried.push_back({.channel = drawn.channel_id(), .group = expected.group, .priority = expected.priority});
      if (drawn.key_index()) tried.back().key = *drawn.key_index();
      if (!alone && drawn.key_index() && OneIn(2)) {
        attempts.NoteKeysFault(drawn.channel_id());
        tried.back().keys_fault = true;
      }
      ASSERT_EQ(attempts.size(), alone ? 0 : tried.size());
      if (alone) break;
      if (OneIn(4)) Switch();
      if (OneIn(6)) Publish();
      // Another process goes on.
      if (OneIn(3)) attempts = Attempts::Parse(attempts.Text()).value();
    }
  }

 private:
  // The gateways' own rules have their own oracle: profile_walks_test.cc.
  static Policy Usual(Policy policy) {
    policy.source = RowSource::kAbilities;
    policy.shares = ShareRule::kWeight;
    policy.priorities = {};
    if (policy.retry.tiers > RetryTiers::kOnePerTier) policy.retry.tiers = RetryTiers::kExhaust;
    return policy;
  }

  // The explanation's verdict, and the shares of the tier that the draw is from.
  static void Compare(const Explanation& why, const NaiveWalker::Answer& expected) {
    ASSERT_EQ(ReasonName(why.reason), ReasonName(expected.reason));
    if (!why.ok) return;
    ASSERT_EQ(why.serving_group, expected.group);
    std::uint64_t sum = 0;
    for (const auto& [id, weight] : expected.weights) sum += weight;
    std::map<std::int64_t, std::string> shares;
    for (const auto& [id, weight] : expected.weights) shares[id] = Share::Of(weight, sum).Text();
    std::map<std::int64_t, std::string> explained;
    for (const ExplainedTier& tier : why.tiers) {
      if (tier.group != expected.group || tier.priority < expected.priority) continue;
      for (const ExplainedCandidate& c : tier.candidates) {
        if (c.share.numerator > 0) explained[c.channel_id] = c.share.Text();
      }
    }
    ASSERT_EQ(explained, shares);
  }

  // Named where the channel has several; one that was not tried, as long as there is one.
  void CompareKey(const Selection& drawn, const NaiveWalker::Tried& tried) {
    const std::int64_t keys = naive_->keys[drawn.channel_id()];
    ASSERT_EQ(drawn.key_index().has_value(), keys > 1);
    if (keys < 2) return;
    ASSERT_LT(*drawn.key_index(), keys);
    if (naive_->HasUntriedKey(drawn.channel_id(), tried)) {
      ASSERT_FALSE(NaiveWalker::WasTried(drawn.channel_id(), *drawn.key_index(), tried)) << *drawn.key_index();
    }
  }

  static std::int32_t Judge(void* self, const FilterCandidate& c) noexcept {
    return static_cast<const WalkOracle*>(self)->filtered_.contains(c.channel_id) ? 7 : 0;
  }

  bool OneIn(std::size_t n) { return random_.Below(n) == 0; }
  std::int64_t Channel() { return static_cast<std::int64_t>(1 + random_.Below(8)); }
  // Some are patterns, one is what the normaliser makes of another.
  std::string Model() {
    static const std::vector<std::string> names = {
        "a", "ab", "abc", "a*", "ab*", "*", "b", "gpt-4-gizmo-*", "gpt-4-gizmo-x", "default"};
    return OneIn(2) ? "a" : names[random_.Below(names.size())];
  }
  // Few names, so that routes have siblings.
  std::string Group() { return OneIn(2) ? "default" : OneIn(2) ? "vip" : random_.Name(); }

  void Publish() {
    Rows rows("random");
    std::set<std::int64_t> enabled_channels;
    std::map<std::int64_t, std::int64_t> channel_keys;
    for (std::int64_t id = 1; id <= 8; ++id) {
      const bool enabled = !OneIn(8);
      if (enabled) enabled_channels.insert(id);
      channel_keys[id] = static_cast<std::int64_t>(random_.Below(4));
      rows.Add(ChannelRow{.id = id,
                          .status = enabled ? 1 : 2,
                          .groups = "default",
                          .models = "",
                          .keys = {.count = static_cast<std::uint32_t>(channel_keys[id])}});
    }
    std::vector<NaiveCandidate> candidates;
    std::set<std::string> groups = {"default", policy_.groups.default_group};
    std::set<std::string> keys;
    for (std::size_t n = OneIn(20) ? 0 : random_.Below(30); n > 0; --n) {
      NaiveCandidate c{.group = Group(),
                       .model = Model(),
                       .channel = Channel(),
                       .priority = static_cast<std::int64_t>(random_.Below(3)),
                       .weight = random_.Below(3)};
      const bool enabled = !OneIn(8);
      if (!keys.insert(c.group + "/" + c.model + "/" + std::to_string(c.channel)).second) continue;
      rows.Add(AbilityRow{.group = c.group,
                          .model = c.model,
                          .channel_id = c.channel,
                          .enabled = enabled ? 1 : 0,
                          .priority = c.priority,
                          .weight = static_cast<std::int64_t>(c.weight)});
      c.enabled = enabled && enabled_channels.contains(c.channel);
      groups.insert(c.group);
      candidates.push_back(c);
    }
    const std::set<std::int64_t> off = naive_ ? naive_->off : std::set<std::int64_t>();
    naive_.emplace(std::move(candidates), std::move(groups), policy_);
    naive_->off = off;
    naive_->keys = std::move(channel_keys);
    ASSERT_TRUE(router_.Publish(MustCompile(rows, policy_).table).ok());
  }

  void Switch() {
    const std::int64_t id = Channel();
    if (naive_->off.erase(id) > 0) {
      ASSERT_TRUE(router_.SwitchOn(id));
    } else {
      naive_->off.insert(id);
      ASSERT_TRUE(router_.SwitchOff(id));
    }
  }

  RandomPolicies random_;
  SplitMix64 bits_;
  Policy policy_;
  Router router_;
  std::optional<NaiveWalker> naive_;
  NaiveBalance balance_;
  std::set<std::int64_t> filtered_;
};

TEST(WalkOracle, EveryAttemptOfRandomWalksIsWhatTheNaiveWalkerSays) {
  std::map<Reason, int> seen;
  std::map<std::string, int> met;
  for (int seed = 1; seed <= Seeds(); ++seed) {
    SCOPED_TRACE(seed);
    WalkOracle oracle(static_cast<unsigned>(seed));
    for (int walk = 0; walk < 4; ++walk) oracle.WalkOnce(seen, met);
    if (HasFatalFailure()) return;
  }
  // A comparison that never meets a reason proves nothing about it. The rarest, kAllZeroWeight, comes up once in 250
  // seeds or so; half of that is demanded.
  const int enough = Seeds() / 500;
  for (const Reason reason :
       {Reason::kNone, Reason::kUnknownGroup, Reason::kEmptyGroup, Reason::kGroupNotAllowed, Reason::kNoSuchModel,
        Reason::kModelNotInGroup, Reason::kAllDisabled, Reason::kAllFiltered, Reason::kAllZeroWeight,
        Reason::kExhausted, Reason::kBudgetSpent, Reason::kPinUnusable, Reason::kEmptyTable}) {
    EXPECT_GE(seen[reason], enough) << ReasonName(reason);
  }
  for (const char* what : {"affinity", "turn", "another key"}) EXPECT_GE(met[what], Seeds() / 250) << what;
}

}  // namespace
}  // namespace pointsman::testing
