// What a host writes down, it writes down with the fields that it means: this file is compiled with the warning about
// fields that were left out, as an error.
#include <gtest/gtest.h>

#include "pointsman/cure.h"
#include "pointsman/diff.h"
#include "pointsman/doctor.h"
#include "pointsman/patch.h"
#include "pointsman/policy.h"
#include "pointsman/profile.h"
#include "pointsman/refresher.h"
#include "pointsman/router.h"
#include "pointsman/rows.h"

namespace pointsman {
namespace {

TEST(Aggregates, OfRowsNeedNoFieldThatIsAbsent) {
  EXPECT_EQ((ChannelRow{.id = 8, .groups = "default"}.weight), IntField());
  EXPECT_EQ((AbilityRow{.channel_id = 8}.enabled), IntField());
  EXPECT_EQ((TokenRow{.id = 1}.group), TextField());
  EXPECT_EQ((UserRow{.id = 1}.group), TextField());
  EXPECT_EQ((OptionRow{.key = "AutoGroups"}.value), TextField());
}

TEST(Aggregates, OfRequestsAndPoliciesNeedNoFieldThatIsAsUsual) {
  constexpr Request kRequest{.group = "vip", .model = "gpt-4o"};
  static_assert(!kRequest.pin && !kRequest.allowed_groups && kRequest.user_group.empty());
  EXPECT_FALSE((Request{.model = "gpt-4o"}.affinity));
  EXPECT_TRUE((GroupRule{.aliases = {"VIP"}}.fallback.empty()));
  EXPECT_FALSE((GroupPolicy{.default_group = "all"}.usable));
  EXPECT_EQ((Policy{.fleet_seed = 7}.balance), Balance::kWeightedRandom);
  EXPECT_TRUE((ModelRules{.prefixes = true}.aliases.empty()));
}

TEST(Aggregates, OfOptionsNeedNoFieldThatIsAsUsual) {
  EXPECT_FALSE((ProfileOptions{.automatic_groups = {"a"}}.retry_times));
  EXPECT_TRUE((DoctorOptions{.only = {"token-empty-group"}}.only.size() == 1));
  EXPECT_FALSE((DiffOptions{.now = 1}.now == std::nullopt));
  EXPECT_FALSE((ChannelChange{.channel_id = 8}.weight));
  EXPECT_TRUE((CureOptions{.undo_file = "undo.sql"}.doctor.only.empty()));
}

}  // namespace
}  // namespace pointsman
