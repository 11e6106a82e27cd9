// Policies, rows, requests and walks as the bytes choose them, asked of the library and of the naive walker.
#include <optional>

#include "fuzz/bodies.h"
#include "pointsman/router.h"
#include "support/random_world.h"

namespace pointsman::fuzz {
namespace {

using testing::NaiveWalker;

// The gateways' own rules have an oracle of their own: profile_walks_test.cc.
Policy Usual(Policy policy) {
  policy.shares = ShareRule::kWeight;
  policy.priorities = {};
  if (policy.retry.tiers > RetryTiers::kOnePerTier) policy.retry.tiers = RetryTiers::kExhaust;
  return policy;
}

class Comparison {
 public:
  explicit Comparison(std::string_view bytes)
      : choices_(bytes),
        world_([this](std::size_t n) { return choices_.empty() ? further_() % n : choices_.Below(n); }),
        policy_(Usual(world_.MakePolicy())),
        router_(policy_) {
    Publish();
  }

  void Run() {
    for (int walks = 0; walks < 4 && !choices_.empty(); ++walks) WalkOnce();
  }

 private:
  void Publish() {
    testing::WorldRows rows = world_.MakeRows(policy_);
    const std::set<std::int64_t> off = naive_ ? naive_->off : std::set<std::int64_t>();
    naive_.emplace(std::move(rows.candidates), std::move(rows.named), policy_);
    naive_->off = off;
    const absl::StatusOr<Compiled> compiled = Compile(rows.rows, policy_);
    Demand(compiled.ok() && router_.Publish(compiled->table).ok(), "valid rows are published");
  }

  void WalkOnce() {
    testing::WorldRequest asked;
    world_.MakeRequest(asked);
    Attempts attempts;
    std::vector<testing::NaiveAttempt> tried;
    for (int i = 0; i < 20; ++i) {
      const NaiveWalker::Answer expected = naive_->Ask(asked.request, &tried);
      const RandomBits bits([](void* choices) noexcept { return static_cast<Choices*>(choices)->Word(); }, &choices_);
      const Selection drawn = router_.Select(asked.request, attempts, bits);
      Demand(drawn.reason() == expected.reason, ReasonName(drawn.reason()), ReasonName(expected.reason));
      Demand(router_.Explain(asked.request, Before(attempts, drawn)).reason == expected.reason, "explained alike");
      if (!drawn) return;
      Demand(drawn.group() == expected.group && drawn.priority() == expected.priority, "from the same tier");
      Demand(expected.weights.contains(drawn.channel_id()), "one of its candidates");
      tried.push_back({drawn.channel_id(), expected.group, expected.priority});
      if (world_.OneIn(4)) Switch();
      if (world_.OneIn(6)) Publish();
    }
  }

  // The walk as it was when `drawn` was asked for.
  static Attempts Before(const Attempts& attempts, const Selection& drawn) {
    Attempts before;
    for (std::size_t i = 0; i + (drawn ? 1 : 0) < attempts.size(); ++i) before.Add(attempts[i]);
    return before;
  }

  void Switch() {
    const std::int64_t id = world_.Channel();
    if (naive_->off.erase(id) > 0) {
      Demand(router_.SwitchOn(id), "a channel of the table is switched on");
    } else {
      naive_->off.insert(id);
      Demand(router_.SwitchOff(id), "a channel of the table is switched off");
    }
  }

  Choices choices_;
  SplitMix64 further_{1};  // where the bytes end in the middle of a policy
  testing::RandomWorld world_;
  Policy policy_;
  Router router_;
  std::optional<NaiveWalker> naive_;
};

}  // namespace

bool Walks(std::string_view bytes) {
  Comparison(bytes).Run();
  return true;
}

}  // namespace pointsman::fuzz
