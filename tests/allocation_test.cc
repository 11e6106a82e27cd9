// A selection allocates nothing: hit or miss, by name or by handle, with channels out or not. Every allocation of this
// program is counted.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/router.h"
#include "policy/model_matcher.h"
#include "policy/plans.h"
#include "support/every_new.h"
#include "support/rows_builder.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

void* pointsman::testing::Allocated(std::size_t size, std::size_t alignment) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return FromMalloc(size, alignment);
}

namespace pointsman::testing {
namespace {

std::size_t AllocationsOf(const std::function<void()>& work) {
  work();  // what a thread needs once
  const std::size_t before = allocations.load();
  for (int i = 0; i < 1000; ++i) work();
  return allocations.load() - before;
}

class Allocation : public ::testing::Test {
 protected:
  Allocation() {
    Rows rows("test");
    for (std::int64_t id = 1; id <= 5; ++id) rows.Add(Channel(id, "g", "small", id));
    for (std::int64_t id = 10; id <= 200; ++id) rows.Add(Channel(id, "g", "wide", id));
    EXPECT_TRUE(router_.Publish(MustCompile(rows).table).ok());
  }
  Router router_;
};

TEST_F(Allocation, CounterSeesAnAllocationOfEveryKind) {
  EXPECT_EQ(AllocationsOf([] { ::operator delete(::operator new(10)); }), 1000u);
  constexpr std::align_val_t kLine{64};
  EXPECT_EQ(AllocationsOf([] { ::operator delete(::operator new(64, kLine), kLine); }), 1000u);
}

TEST_F(Allocation, OfAHitIsNone) {
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select({.group = "g", .model = "small"}); }), 0u);
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select({.group = "g", .model = "wide"}); }), 0u);
}

TEST_F(Allocation, OfAMissIsNoneWhateverTheName) {
  const std::string huge(1 << 20, 'x');
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select({.group = "g", .model = "nobody"}); }), 0u);
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select({.group = huge, .model = huge}); }), 0u);
}

TEST_F(Allocation, ByHandlesIsNone) {
  const GroupHandle group = *router_.FindGroup("g");
  const ModelHandle model = *router_.FindModel("wide");
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select(group, model); }), 0u);
}

TEST_F(Allocation, WithChannelsOutIsNone) {
  for (const std::int64_t id : {1, 2, 3, 4}) router_.SwitchOff(id);
  for (std::int64_t id = 10; id < 200; ++id) router_.SwitchOff(id);
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select({.group = "g", .model = "small"}); }), 0u);
  EXPECT_EQ(AllocationsOf([&] { (void)router_.Select({.group = "g", .model = "wide"}); }), 0u);
}

TEST_F(Allocation, OfAWalkIsNone) {
  EXPECT_EQ(AllocationsOf([&] {
              Attempts attempts;
              while (router_.Select({.group = "g", .model = "wide"}, attempts)) {
              }
            }),
            0u);
}

TEST_F(Allocation, AlongAPlanWithPatternsAFilterAndAPinIsNone) {
  Policy policy;
  policy.groups.groups["vip"] = {.aliases = {"VIP"}, .fallback = {{.group = "g"}}};
  policy.groups.usable.emplace()["*"] = {"g"};
  policy.models.aliases["little"] = "small";
  Router router(policy);
  ASSERT_TRUE(
      router.Publish(MustCompile(RowsOf(Channel(1, "g", "small,sm*"), Channel(2, "g", "small")), policy).table).ok());
  const auto nobody = [](void*, const FilterCandidate&) noexcept -> std::int32_t { return 1; };
  for (const std::string_view model : {"small", "smaller", "little", "nothing"}) {
    Request request{.group = "VIP", .user_group = "vip", .model = model};
    EXPECT_EQ(AllocationsOf([&] { (void)router.Select(request); }), 0u);
    request.pin = 2;
    EXPECT_EQ(AllocationsOf([&] { (void)router.Select(request); }), 0u);
    request.filter.judge = nobody;
    EXPECT_EQ(AllocationsOf([&] { (void)router.Select(request); }), 0u);
  }
}

TEST_F(Allocation, OfAReadIsNone) {
  EXPECT_EQ(AllocationsOf([&] { router_.Read([](const RouteTable& table) { return table.route_count(); }); }), 0u);
}

TEST(PolicyAllocation, OfPlansAndPermissionsIsNone) {
  const GroupPolicy policy{.groups = {{"vip", {.aliases = {"VIP"}, .fallback = {{"default"}}}}},
                           .automatic = {{"auto", {"default", "vip"}}},
                           .usable = GroupLists{{"vip", {"default"}}, {"*", {}}}};
  const Plans plans = Plans::Build(policy, NameTable());
  const std::string huge(1 << 20, 'x');
  for (const std::string& name : {std::string("vip"), std::string("VIP"), std::string("auto"), huge}) {
    EXPECT_EQ(AllocationsOf([&] { (void)plans.Find(name); }), 0u);
    EXPECT_EQ(AllocationsOf([&] { (void)plans.MayUse(name, "default"); }), 0u);
    EXPECT_EQ(AllocationsOf([&] { (void)plans.MayUse("vip", name); }), 0u);
  }
}

TEST(PolicyAllocation, OfMatchingAModelIsNone) {
  const std::vector<std::string_view> models = {"*", "gpt-4*", "gpt-4-gizmo-*", "o3"};
  const ModelMatcher matcher =
      ModelMatcher::Build(models, {.normalizer = NewApiNormalizer(), .aliases = {{"gpt-4-gizmo-x", "o3"}}});
  const std::string huge(1 << 20, 'x');
  for (const std::string& name : {std::string("gpt-4-gizmo-x"), std::string("claude"), huge}) {
    EXPECT_EQ(AllocationsOf([&] { matcher.ForEachAfterExact(name, [](std::uint32_t, MatchRule) { return false; }); }),
              0u);
  }
}

}  // namespace
}  // namespace pointsman::testing
