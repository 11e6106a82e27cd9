// The doctor on abilities that say something else than their channel, kind by kind.
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"
#include "support/examined.h"

namespace pointsman {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kDisagrees[] = "ability-disagrees";

// Changes channel 1 or its first ability before they are put together, and examines disagreements.
struct Pair {
  ChannelRow channel{
      .id = 1, .name = "one", .status = 1, .groups = "default", .models = "a", .priority = 2, .weight = 3, .tag = "t"};
  AbilityRow ability{
      .group = "default", .model = "a", .channel_id = 1, .enabled = 1, .priority = 2, .weight = 3, .tag = "t"};

  Examination Examine() const {
    Rows rows;
    Put(rows, channel);
    Put(rows, ability);
    return Examined(rows, {.only = {kDisagrees}});
  }
};

TEST(AbilityDisagrees, NotWhereAllIsEqual) { EXPECT_TRUE(Pair().Examine().ok()); }

TEST(AbilityDisagrees, AbilityOffUnderAnEnabledChannelIsAnErrorIfNobodyElseServes) {
  Pair pair;
  pair.ability.enabled = 0;
  const Finding finding = Only(pair.Examine(), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.failing_routes, 1u);
  EXPECT_EQ(finding.message, "1 ability differs from its channel in enabled");
  EXPECT_THAT(finding.why, AllOf(HasSubstr("though the channel is enabled"), HasSubstr("(\"default\", \"a\")")));
  EXPECT_EQ(finding.where.at(0).column, "enabled");
  EXPECT_EQ(finding.where.at(0).value, "0");
  EXPECT_EQ(finding.where.at(0).name, "one");
  EXPECT_EQ(finding.cure, CureClass::kReview);
  EXPECT_THAT(Sql(finding, Dialect::kPostgresql),
              ElementsAre("UPDATE abilities SET \"enabled\" = '1' WHERE \"group\" = 'default' AND \"model\" = 'a' AND "
                          "\"channel_id\" = 1 AND \"enabled\" = '0'"));
}

TEST(AbilityDisagrees, NullEnabledIsOff) {
  Pair pair;
  pair.ability.enabled = nullptr;
  const Finding finding = Only(pair.Examine(), kDisagrees);
  EXPECT_EQ(finding.where.at(0).value, std::nullopt);
  EXPECT_THAT(Sql(finding), ElementsAre(HasSubstr("SET \"enabled\" = 1 WHERE"))) << "and the old value is NULL";
  EXPECT_THAT(Sql(finding), ElementsAre(HasSubstr("\"enabled\" IS NULL")));
}

TEST(AbilityDisagrees, AbilityOffIsAWarningIfAnotherChannelServes) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "a"});
  Put(rows, AbilityRow{.group = "default", .model = "a", .channel_id = 2, .enabled = 0});
  const Finding finding = Only(Examined(rows), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
}

TEST(AbilityDisagrees, AbilityOnUnderADisabledChannelIsAWarning) {
  Pair pair;
  pair.channel.status = 3;
  const Finding finding = Only(pair.Examine(), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
  EXPECT_THAT(finding.why, HasSubstr("1 is on though the channel is not enabled"));
  EXPECT_THAT(Sql(finding), ElementsAre(HasSubstr("SET \"enabled\" = 0 ")));
}

// Switching on an ability that the channel does not list would serve nothing there.
TEST(AbilityDisagrees, EnabledFailsNothingWhereChannelsAreBelieved) {
  Pair pair;
  pair.ability.model = "unlisted";
  pair.ability.enabled = 0;
  Rows rows;
  Put(rows, pair.channel);
  Put(rows, pair.ability);
  const Examination exam =
      Examined(rows, {.policy = Policy{.source = RowSource::kChannels}, .only = {"ability-disagrees"}});
  ASSERT_THAT(exam.findings, SizeIs(3));
  EXPECT_EQ(exam.findings[0].message, "1 ability differs from its channel in enabled");
  EXPECT_EQ(exam.findings[0].severity, Severity::kWarning);
  EXPECT_EQ(exam.findings[0].failing_routes, 0u);
}

TEST(AbilityDisagrees, NothingIsComparedWithARejectedChannel) {
  Pair pair;
  pair.channel.weight = -1;
  EXPECT_TRUE(pair.Examine().ok());
}

TEST(AbilityDisagrees, RowWithoutANameIsRejectedAndNothingElse) {
  for (const TextField& name : {TextField(nullptr), TextField(" ")}) {
    Pair pair;
    pair.channel.models = "";
    pair.ability.group = name;
    pair.ability.weight = 9;
    EXPECT_TRUE(pair.Examine().ok());
  }
}

TEST(AbilityDisagrees, PriorityIsAWarningWithAnUpdateToTheChannels) {
  Pair pair;
  pair.ability.priority = 5;
  const Finding finding = Only(pair.Examine(), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
  EXPECT_EQ(finding.message, "1 ability differs from its channel in priority");
  EXPECT_EQ(finding.where.at(0).column, "priority");
  EXPECT_EQ(finding.where.at(0).value, "5");
  EXPECT_EQ(finding.cure, CureClass::kReview);
  EXPECT_THAT(Sql(finding), ElementsAre(AllOf(HasSubstr("SET \"priority\" = 2 "), HasSubstr(" AND \"priority\" = 5"))));
}

TEST(AbilityDisagrees, PriorityOfADisabledChannelIsAnInfo) {
  Pair pair;
  pair.channel.status = 2;
  pair.ability.enabled = 0;
  pair.ability.priority = 5;
  EXPECT_EQ(Only(pair.Examine(), kDisagrees).severity, Severity::kInfo);
}

// By abilities channel 1 has 3 of 4, by the channels' own rows 1 of 2.
TEST(AbilityDisagrees, WeightNamesAShareThatDiffers) {
  Rows rows;
  for (const std::int64_t id : {1, 2})
    Put(rows, ChannelRow{.id = id, .status = 1, .groups = "g", .models = "m", .weight = 1});
  Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 1, .enabled = 1, .weight = 3});
  Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 2, .enabled = 1, .weight = 1});
  const Finding finding = Only(Examined(rows), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.count, 1u);
  EXPECT_THAT(
      finding.why,
      HasSubstr(
          "for (\"g\", \"m\") channel 1 gets 3/4 of first selections by abilities and 1/2 by the channels' own rows"));
  EXPECT_THAT(Sql(finding), ElementsAre(HasSubstr("SET \"weight\" = 1 ")));
}

TEST(AbilityDisagrees, PriorityNamesTheShareThatMovesToAnotherTier) {
  Rows rows;
  for (const std::int64_t id : {1, 2}) {
    Put(rows, ChannelRow{.id = id, .status = 1, .groups = "g", .models = "m", .priority = 0});
    Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = id, .enabled = 1, .priority = id - 1});
  }
  EXPECT_THAT(Only(Examined(rows), kDisagrees).why,
              HasSubstr("channel 2 gets 1/1 of first selections by abilities and 1/2 by the channels' own rows"));
}

TEST(AbilityDisagrees, NullCountsAsZero) {
  Pair pair;
  pair.channel.priority = nullptr;
  pair.channel.weight = 0;
  pair.ability.priority = 0;
  pair.ability.weight = nullptr;
  EXPECT_TRUE(pair.Examine().ok());
}

TEST(AbilityDisagrees, AbsentColumnsAgreeWithAnything) {
  Pair pair;
  pair.ability = {.group = "default", .model = "a", .channel_id = 1};
  EXPECT_TRUE(pair.Examine().ok());
}

TEST(AbilityDisagrees, TagIsAnInfoAndMayBecomeNull) {
  Pair pair;
  pair.channel.tag = nullptr;
  const Finding finding = Only(pair.Examine(), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kInfo);
  EXPECT_EQ(finding.message, "1 ability differs from its channel in tag");
  EXPECT_THAT(Sql(finding), ElementsAre(AllOf(HasSubstr("SET \"tag\" = NULL "), HasSubstr(" AND \"tag\" = 't'"))));
}

TEST(AbilityDisagrees, NullTagAndEmptyTagAreTheSame) {
  Pair pair;
  pair.channel.tag = nullptr;
  pair.ability.tag = "";
  EXPECT_TRUE(pair.Examine().ok());
}

// The list may have been cut short by its column: deleting the ability would end a route that serves.
TEST(AbilityDisagrees, AbilityThatItsChannelDoesNotListIsAdvice) {
  Rows rows = Agreeing();
  Put(rows,
      AbilityRow{
          .group = "default", .model = "x", .channel_id = 1, .enabled = 1, .priority = 0, .weight = 1, .tag = nullptr});
  Put(rows,
      AbilityRow{
          .group = "vip", .model = "a", .channel_id = 1, .enabled = 1, .priority = 0, .weight = 1, .tag = nullptr});
  const Finding finding = Only(Examined(rows), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.changes, IsEmpty());
  EXPECT_EQ(finding.message, "2 abilities are for a pair that the channel does not list");
  EXPECT_EQ(finding.where.at(0).column, "model");
  EXPECT_EQ(finding.where.at(0).value, "x");
  EXPECT_EQ(finding.where.at(1).column, "group");
  EXPECT_EQ(finding.where.at(1).value, "vip");
  EXPECT_THAT(finding.why, HasSubstr("2 of them serve where abilities are believed"));
}

TEST(AbilityDisagrees, UnlistedAbilityOfADisabledChannelIsAnInfo) {
  Pair pair;
  pair.channel.status = 2;
  pair.channel.models = "b";
  pair.ability.enabled = 0;
  EXPECT_EQ(Only(pair.Examine(), kDisagrees).severity, Severity::kInfo);
}

TEST(AbilityDisagrees, PairWithoutARowIsAnErrorIfNobodyServesIt) {
  Pair pair;
  pair.channel.models = "a,b";
  const Finding finding = Only(pair.Examine(), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.failing_routes, 1u);
  EXPECT_EQ(finding.message, "1 pair that an enabled channel lists has no ability row, while its other pairs have");
  EXPECT_EQ(finding.where.at(0).key, "(default, b, 1)");
  EXPECT_EQ(finding.where.at(0).detail, "there is no such row");
  EXPECT_EQ(finding.cure, CureClass::kReview);
  EXPECT_THAT(Sql(finding), ElementsAre(HasSubstr("VALUES ('default', 'b', 1, 1, 2, 3, 't')")));
}

TEST(AbilityDisagrees, PairWithoutARowIsAWarningIfAnotherChannelServesIt) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "a,b"});
  Put(rows, AbilityRow{.group = "default", .model = "a", .channel_id = 2, .enabled = 1});
  const Finding finding = Only(Examined(rows), kDisagrees);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
}

TEST(AbilityDisagrees, DisabledChannelMayLackRows) {
  Pair pair;
  pair.channel.status = 2;
  pair.channel.models = "a,b";
  pair.ability.enabled = 0;
  EXPECT_TRUE(pair.Examine().ok());
}

TEST(AbilityDisagrees, EachKindIsAFindingOfItsOwn) {
  Pair pair;
  pair.channel.models = "a,b";
  pair.ability.priority = 9;
  pair.ability.weight = 9;
  pair.ability.tag = "x";
  const Examination exam = pair.Examine();
  ASSERT_THAT(exam.findings, SizeIs(4));
  EXPECT_THAT(exam.findings[0].message, StartsWith("1 pair that an enabled channel lists"));
  EXPECT_THAT(exam.findings[1].message, HasSubstr("in priority"));
  EXPECT_THAT(exam.findings[2].message, HasSubstr("in weight"));
  EXPECT_THAT(exam.findings[3].message, HasSubstr("in tag"));
}

TEST(AbilityDisagrees, OneMissingRowAmongAThousandIsFound) {
  std::string models;
  for (int i = 0; i < 1000; ++i) models += "m" + std::to_string(i) + ",";
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = models});
  for (int i = 0; i < 999; ++i) {
    Put(rows, AbilityRow{.group = "g", .model = "m" + std::to_string(i), .channel_id = 1, .enabled = 1});
  }
  const Finding finding = Only(Examined(rows), kDisagrees);
  EXPECT_EQ(finding.count, 1u);
  EXPECT_EQ(finding.where.at(0).key, "(g, m999, 1)");
}

}  // namespace
}  // namespace pointsman
