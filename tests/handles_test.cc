// Handles: whatever the policy says and however channels stand, the answer is that of the names that they were asked
// for.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

TEST(Handles, SelectWhatNamesSelect) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m"), Channel(2, "default", "n"))).table).ok());
  const GroupHandle g = *router.FindGroup("g");
  const GroupHandle by_default = *router.FindGroup("");
  const ModelHandle m = *router.FindModel("m");
  const ModelHandle n = *router.FindModel("n");
  EXPECT_EQ(router.Select(g, m).channel_id(), 1);
  EXPECT_EQ(router.Select(g, m).group(), "g");
  EXPECT_EQ(router.Select(by_default, n).channel_id(), 2);
  EXPECT_EQ(router.Select(g, n).reason(), Reason::kModelNotInGroup);
  EXPECT_FALSE(router.FindGroup("unheard of"));
  EXPECT_FALSE(router.FindModel("unheard of"));
}

TEST(Handles, OutliveTheTablesThatTheyCameFrom) {
  Router router;
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m"))).table).ok());
  const GroupHandle g = *router.FindGroup("g");
  const ModelHandle m = *router.FindModel("m");
  // Names that sort before: every number of the table moves.
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(7, "a,g", "a,b,m"))).table).ok());
  EXPECT_EQ(router.Select(g, m).channel_id(), 7);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(7, "a", "a,m"))).table).ok());
  EXPECT_EQ(router.Select(g, m).reason(), Reason::kUnknownGroup);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "g", "m"))).table).ok());
  EXPECT_EQ(router.Select(g, m).channel_id(), 1);
}

// A router whose policy is asked for more than the names, and what handles and names say to it.
class HandlesUnderAPolicy : public ::testing::Test {
 protected:
  void Serve(const Policy& policy, const Rows& rows) {
    if (!router_) {
      const CooldownPolicy cooldown{.consecutive_failures = 1, .jitter = 0, .max_cooling_share = 1};
      router_.emplace(policy, RouterOptions{.max_lost_share = 1, .state = {.cooldown = cooldown}});
    }
    ASSERT_TRUE(router_->Publish(MustCompile(rows, policy).table).ok());
  }
  void Find(std::string_view group, std::string_view user_group) {
    group_ = router_->FindGroup(group, user_group);
    model_ = router_->FindModel("m");
    named_ = {.group = group, .user_group = user_group, .model = "m"};
    ASSERT_TRUE(group_ && model_);
  }
  Selection Select() { return router_->Select(*group_, *model_); }
  // Expects the handles' answer to be the names', and both to be this channel, or none.
  void ExpectChannel(std::int64_t id) {
    const Selection by_names = router_->Select(named_);
    const Selection by_handles = Select();
    EXPECT_EQ(by_names.channel_id(), id) << ReasonName(by_names.reason());
    EXPECT_EQ(by_handles.channel_id(), id) << ReasonName(by_handles.reason());
    EXPECT_EQ(by_handles.reason(), by_names.reason());
    EXPECT_EQ(by_handles.group(), by_names.group());
    EXPECT_EQ(by_handles.degraded(), by_names.degraded());
  }

  std::optional<Router> router_;
  std::optional<GroupHandle> group_;
  std::optional<ModelHandle> model_;
  Request named_;
};

Policy UsableBy(std::string_view user_group, std::vector<std::string> groups) {
  Policy policy;
  policy.groups.usable = GroupLists{{std::string(user_group), std::move(groups)}};
  return policy;
}

TEST_F(HandlesUnderAPolicy, AskOnBehalfOfTheUserGroupUnderEveryBalance) {
  for (int balance = 0; BalanceName(static_cast<Balance>(balance)) != "unknown"; ++balance) {
    router_.reset();
    Policy policy = UsableBy("vip", {"svip"});
    policy.balance = static_cast<Balance>(balance);
    Serve(policy, RowsOf(Channel(1, "svip", "m"), Channel(2, "svip", "m")));
    EXPECT_FALSE(router_->FindGroup("svip"));
    EXPECT_FALSE(router_->FindGroup("svip", "basic"));
    Find("svip", "vip");
    for (int i = 0; i < 10; ++i) {
      const Selection s = Select();
      EXPECT_TRUE(s) << BalanceName(policy.balance) << ": " << ReasonName(s.reason());
    }
  }
}

TEST_F(HandlesUnderAPolicy, FailOpenForWhoMayUseTheGroup) {
  Serve(UsableBy("vip", {"svip"}), RowsOf(Channel(1, "svip", "m")));
  Find("svip", "vip");
  ExpectChannel(1);
  Selection s = Select();
  router_->Report(s, {.kind = OutcomeKind::kTransient});
  ASSERT_EQ(router_->ChannelStates()[0].phase, ChannelPhase::kCooling);
  ExpectChannel(1);
  EXPECT_TRUE(Select().degraded());
}

// Would catch: a handle that serves at once what a later policy closes.
TEST_F(HandlesUnderAPolicy, FollowThePolicyThatIsPublished) {
  const Rows rows = RowsOf(Channel(1, "vip", "m"), Channel(2, "svip", "m"));
  Policy opened = UsableBy("u", {"vip", "svip"});
  opened.groups.groups["vip"].aliases = {"V"};
  opened.groups.automatic["auto"] = {"vip"};
  opened.groups.default_group = "vip";
  opened.groups.empty_group = EmptyGroup::kDefault;
  Policy closed = opened;
  closed.groups.usable = GroupLists{{"u", {"svip"}}};
  Policy moved = opened;
  moved.groups.groups = {{"svip", {.aliases = {"V"}}}};
  moved.groups.automatic["auto"] = {"svip"};
  moved.groups.default_group = "svip";
  for (const std::string_view name : {"V", "auto", ""}) {
    router_.reset();
    Serve(opened, rows);
    Find(name, "u");
    ExpectChannel(1);
    Serve(closed, rows);
    EXPECT_EQ(Select().reason(), router_->Select(named_).reason()) << name;
    EXPECT_FALSE(Select()) << name;
    Serve(moved, rows);
    ExpectChannel(2);
    Find(name, "u");
    ExpectChannel(2);
    Serve({}, rows);  // names mean themselves: neither is a group
    EXPECT_EQ(Select().reason(), router_->Select(named_).reason()) << name;
    Serve(opened, rows);
    ExpectChannel(1);
  }
}

TEST_F(HandlesUnderAPolicy, FallBackToWhatOnlyTheUserGroupMayUse) {
  Policy policy = UsableBy("u", {"vip", "svip"});
  policy.groups.groups["vip"] = {.aliases = {"VIP"}, .fallback = {{"svip", FallbackWhen::kExhausted}}};
  Serve(policy, RowsOf(Channel(1, "vip", "m"), Channel(2, "svip", "m")));
  for (const char* name : {"vip", "VIP"}) {
    router_->SwitchOn(1);
    Find(name, "u");
    ExpectChannel(1);
    router_->SwitchOff(1);
    ExpectChannel(2);
  }
}

// Would catch: a handle that knows the first group of a list, and not the list.
TEST_F(HandlesUnderAPolicy, FollowTheListOfAnAutomaticName) {
  Policy policy = UsableBy("u", {"b", "c"});
  policy.groups.automatic["auto"] = {"a", "b", "c"};
  Serve(policy, RowsOf(Channel(1, "a", "m"), Channel(2, "b", "m"), Channel(3, "c", "m")));
  Find("auto", "u");
  ExpectChannel(2);
  router_->SwitchOff(2);
  ExpectChannel(3);
  router_->SwitchOff(3);
  ExpectChannel(0);
}

TEST_F(HandlesUnderAPolicy, OfAGroupAndAModelThatVanishedGoWhereTheirNamesGo) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{"default", FallbackWhen::kNoRoute}};
  policy.models.aliases["m"] = "n";
  Serve(policy, RowsOf(Channel(1, "vip", "m"), Channel(2, "default", "n")));
  Find("vip", "");
  ExpectChannel(1);
  Serve(policy, RowsOf(Channel(2, "default", "m,n")));
  ExpectChannel(2);
  Serve(policy, RowsOf(Channel(2, "default", "n"), Channel(3, "vip", "n")));
  ExpectChannel(3);
}

TEST_F(HandlesUnderAPolicy, InheritTheUserGroupWhereTheTokensIsEmpty) {
  Serve(UsableBy("other", {}), RowsOf(Channel(1, "u", "m"), Channel(2, "default", "m")));
  Find(" ", "u");
  ExpectChannel(1);
  router_->SwitchOff(1);
  ExpectChannel(0);
}

// What a router keeps of them is bounded by the names that can mean something.
TEST_F(HandlesUnderAPolicy, KeepEachPairOfNamesOnce) {
  Serve(Policy(), RowsOf(Channel(1, "g", "m")));
  Find("g", "u");
  const std::size_t bytes = router_->memory_bytes();
  const std::string too_long(kMaxNameBytes + 1, 'u');
  Find("g", "u");
  EXPECT_EQ(router_->memory_bytes(), bytes);
  Find("g", too_long);
  EXPECT_GT(router_->memory_bytes(), bytes);
  EXPECT_LT(router_->memory_bytes(), bytes + 200) << "a name that is nobody's is not kept";
}

// Stands in for a thread that still reads the old table while another has got a handle from the new one.
TEST(Handles, OfNamesThatTheTableDoesNotKnowYetFindNothing) {
  Router old;
  ASSERT_TRUE(old.Publish(MustCompile(RowsOf(Channel(1, "g", "m"))).table).ok());
  Router later;
  Rows rows("later");
  for (int i = 0; i < 100; ++i) {
    const std::string name = "new" + std::to_string(i);
    static_cast<void>(rows.Add(Channel(2 + i, name, name)));
  }
  ASSERT_TRUE(later.Publish(MustCompile(rows).table).ok());
  const GroupHandle young_group = *later.FindGroup("new99");
  const ModelHandle young_model = *later.FindModel("new99");
  EXPECT_EQ(old.Select(young_group, *old.FindModel("m")).reason(), Reason::kUnknownGroup);
  EXPECT_EQ(old.Select(*old.FindGroup("g"), young_model).reason(), Reason::kNoSuchModel);
}

// Every round has a group and a model of its own, whose only channel is the round's; those of the rounds before are
// gone, or back.
class ComingAndGoing {
 public:
  static constexpr std::int64_t kRounds = 400;

  ComingAndGoing() : router_({}, {.max_lost_share = 1}) { Publish(1); }

  void Run() {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < answers_.size(); ++t) threads.emplace_back([this, t] { Ask(answers_[t]); });
    for (std::int64_t round = 2; round <= kRounds; ++round) Publish(round);
    while (std::any_of(answers_.begin(), answers_.end(), [](const Answers& a) { return a.served < 100; })) {
      std::this_thread::yield();
    }
    stop_ = true;
    for (std::thread& thread : threads) thread.join();
    for (const Answers& answers : answers_) EXPECT_EQ(answers.wrong, 0);
  }

 private:
  struct Answers {
    std::atomic<int> served{0};
    std::atomic<int> wrong{0};
  };
  static std::string Name(std::int64_t round) { return "round-" + std::to_string(round % 50 == 0 ? 1 : round); }

  void Publish(std::int64_t round) {
    const std::string name = Name(round);
    const Rows rows = RowsOf(Channel(round, name, name), Channel(10'000, "always", "always"));
    EXPECT_TRUE(router_.Publish(MustCompile(rows).table).ok());
    round_ = round;
  }

  void Ask(Answers& answers) {
    const GroupHandle always = *router_.FindGroup("always");
    const ModelHandle always_model = *router_.FindModel("always");
    while (!stop_) {
      const std::int64_t before = round_;
      const auto group = router_.FindGroup(Name(before));
      const auto model = router_.FindModel(Name(before));
      if (!group || !model || router_.Select(always, always_model).channel_id() != 10'000) {
        ++answers.wrong;
        continue;
      }
      const Selection s = router_.Select(*group, *model);
      const bool is_right =
          s ? s.group() == Name(s.channel_id()) && s.channel_id() >= before : s.reason() == Reason::kUnknownGroup;
      ++(is_right ? answers.served : answers.wrong);
    }
  }

  Router router_;
  std::atomic<std::int64_t> round_{0};
  std::atomic<bool> stop_{false};
  std::array<Answers, 2> answers_;
};

TEST(HandlesThreads, ServeOrRefuseWhileTheirNamesComeAndGo) { ComingAndGoing().Run(); }

}  // namespace
}  // namespace pointsman::testing
