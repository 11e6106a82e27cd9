// CheckToken and CheckChannel: a row is judged before it is written, against the table that is served.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"
#include "pointsman/router.h"
#include "support/examined.h"
#include "support/rows_builder.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MustCompile;

std::vector<std::string> CodesOf(const std::vector<Finding>& findings) { return Codes({.findings = findings}); }

// Channel 1 serves a and b in default, channel 2 serves a in vip.
Rows Served(bool with_abilities) {
  Rows rows("test");
  Put(rows, ChannelRow{.id = 1, .name = "one", .status = 1, .groups = "default", .models = "a,b", .weight = 5});
  Put(rows, ChannelRow{.id = 2, .name = "two", .status = 1, .groups = "vip", .models = "a", .weight = 5});
  if (!with_abilities) return rows;
  Put(rows, AbilityRow{.group = "default", .model = "a", .channel_id = 1, .enabled = 1, .weight = 5});
  Put(rows, AbilityRow{.group = "default", .model = "b", .channel_id = 1, .enabled = 1, .weight = 5});
  Put(rows, AbilityRow{.group = "vip", .model = "a", .channel_id = 2, .enabled = 1, .weight = 5});
  return rows;
}

std::vector<Finding> Token(const TokenRow& token, const UserRow* owner = nullptr, const Policy& policy = {}) {
  return CheckToken(*MustCompile(Served(false), policy).table, token, owner);
}

TEST(CheckToken, AnEmptyGroupIsRefusedWhereItIsLookedUpExactly) {
  const UserRow owner{.id = 1, .status = 1, .group = "default"};
  const std::vector<Finding> exact = Token({.id = 5, .group = ""}, &owner, WithEmptyGroup(EmptyGroup::kExact));
  EXPECT_THAT(CodesOf(exact), ElementsAre("error token-empty-group"));
  EXPECT_EQ(exact[0].failing_routes, 2U);
  EXPECT_THAT(CodesOf(Token({.id = 5, .group = nullptr}, &owner)), ElementsAre("warning token-empty-group"))
      << "the owner's group is used here, not everywhere";
}

TEST(CheckToken, AGroupThatNobodyServesIsNamedWithTheNearOne) {
  const std::vector<Finding> findings = Token({.id = 5, .status = 2, .group = "VIP"});
  EXPECT_THAT(CodesOf(findings), ElementsAre("error token-group-unserved")) << "as if it were enabled";
  EXPECT_THAT(findings[0].message, HasSubstr("\"vip\" is served and differs only in case"));
}

TEST(CheckToken, ModelLimitsAndOwnersAreJudged) {
  EXPECT_THAT(CodesOf(Token({.id = 5, .group = "vip", .model_limits_enabled = 1, .model_limits = ""})),
              ElementsAre("error token-limits-empty"));
  EXPECT_THAT(CodesOf(Token({.id = 5, .group = "vip", .model_limits_enabled = 1, .model_limits = "b"})),
              ElementsAre("warning token-limits-unserved"));
  const UserRow disabled{.id = 1, .status = 2, .group = "vip"};
  EXPECT_THAT(CodesOf(Token({.id = 5, .group = "vip"}, &disabled)), ElementsAre("warning token-owner-gone"));
}

TEST(CheckToken, AGoodOneIsFine) {
  const UserRow owner{.id = 1, .status = 1, .group = "default"};
  EXPECT_THAT(Token({.id = 5, .user_id = 1, .group = "vip"}, &owner), IsEmpty());
  EXPECT_THAT(Token({.id = 5, .group = "default", .model_limits_enabled = 1, .model_limits = "a,b"}), IsEmpty());
}

class CheckChannelTest : public ::testing::TestWithParam<bool> {
 protected:
  std::vector<Finding> Check(const ChannelRow& row) {
    return CheckChannel(*MustCompile(Served(GetParam())).table, row);
  }
};

TEST_P(CheckChannelTest, AGoodOneIsFine) {
  EXPECT_THAT(CodesOf(Check({.id = 9, .status = 1, .groups = "vip", .models = "b", .weight = 1})), IsEmpty());
  EXPECT_THAT(CodesOf(Check({.id = 1, .status = 1, .groups = "default", .models = "a,b", .weight = 7})), IsEmpty())
      << "an update";
}

TEST_P(CheckChannelTest, NamesThatDifferOnlyInCaseFromServedOnesAreNamed) {
  EXPECT_THAT(CodesOf(Check({.id = 9, .status = 1, .groups = "VIP", .models = "a", .weight = 1})),
              ElementsAre("warning name-near-duplicate"));
}

TEST_P(CheckChannelTest, AWeightOfZeroBesideOthersIsNamed) {
  const std::vector<Finding> findings = Check({.id = 9, .status = 1, .groups = "default", .models = "a", .weight = 0});
  EXPECT_THAT(CodesOf(findings), ElementsAre("warning weight-zero-beside-others"));
  EXPECT_EQ(findings[0].count, 1U);
}

TEST_P(CheckChannelTest, ABadRowIsNamedAndTheOthersAreNot) {
  EXPECT_THAT(CodesOf(Check({.id = 9, .status = 1, .groups = "vip", .models = "a", .weight = -1})),
              ElementsAre("error row-rejected"));
  EXPECT_THAT(
      CodesOf(Check({.id = 9, .status = 1, .groups = "vip", .models = "a", .weight = 1, .model_mapping = "{broken"})),
      ElementsAre("warning model-mapping-malformed"));
  EXPECT_THAT(CodesOf(Check({.id = 9, .status = 1, .groups = "vip", .models = ""})),
              ElementsAre("warning channel-serves-nothing"));
}

// Would catch: a table's own rows without a priority, found again with each row that is checked.
TEST_P(CheckChannelTest, OnlyARowOfItsOwnIsSaidToHaveNoPriority) {
  Rows rows = Served(GetParam());
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "vip", .models = "a", .priority = nullptr, .weight = 5});
  if (GetParam()) {
    Put(rows,
        AbilityRow{.group = "vip", .model = "a", .channel_id = 3, .enabled = 1, .priority = nullptr, .weight = 5});
  }
  const Policy never{.priorities = {.null_priority = NullPriority::kNever}};
  const auto table = MustCompile(rows, never).table;
  ChannelRow row{.id = 9, .status = 1, .groups = "vip", .models = "b", .weight = 1};
  EXPECT_THAT(CodesOf(CheckChannel(*table, row)), IsEmpty());
  row.priority = nullptr;
  const std::vector<Finding> findings = CheckChannel(*table, row);
  EXPECT_THAT(CodesOf(findings), ElementsAre("warning priority-null"));
  EXPECT_EQ(findings[0].count, 1U);
}

INSTANTIATE_TEST_SUITE_P(ListsAndAbilities, CheckChannelTest, ::testing::Bool());

TEST(ExamineLoader, LoadsEverythingAndSaysWhatWentWrong) {
  Rows rows = Served(true);
  RowsLoader loader(rows);
  const absl::StatusOr<Examination> exam = Examine(loader);
  ASSERT_TRUE(exam.ok()) << exam.status();
  EXPECT_EQ(exam->summary.abilities, 3U);
}

}  // namespace
}  // namespace pointsman
