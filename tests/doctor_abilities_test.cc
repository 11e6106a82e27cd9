// The doctor on abilities: channels without them, and orphans.
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/doctor.h"
#include "support/examined.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kWithout[] = "channel-without-abilities";
constexpr char kOrphan[] = "ability-orphan";
constexpr char kServesNothing[] = "channel-serves-nothing";

TEST(ChannelWithoutAbilities, IsAnErrorWherePairsHaveNoOtherChannel) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2,
                       .name = "two",
                       .status = 1,
                       .groups = "default",
                       .models = "b,c",
                       .priority = -3,
                       .weight = 7,
                       .tag = "t"});
  const Finding finding = Only(Examined(rows), kWithout);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.count, 1u);
  EXPECT_EQ(finding.failing_routes, 1u) << "(default, c); channel 1 serves (default, b)";
  EXPECT_EQ(finding.message, "1 enabled channel has no ability row, while others have: channel 2 (\"two\")");
  EXPECT_EQ(finding.cure, CureClass::kReview);
  EXPECT_THAT(Sql(finding), ElementsAre("INSERT INTO abilities (\"group\", \"model\", \"channel_id\", \"enabled\", "
                                        "\"priority\", \"weight\", \"tag\") "
                                        "VALUES ('default', 'b', 2, 1, -3, 7, 't')",
                                        HasSubstr("VALUES ('default', 'c', 2, 1, -3, 7, 't')")));
}

TEST(ChannelWithoutAbilities, IsAWarningWhereOthersServeAllOfIt) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "b"});
  const Finding finding = Only(Examined(rows), kWithout);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
}

TEST(ChannelWithoutAbilities, PairThatTwoOfThemListFailsOnce) {
  Rows rows = Agreeing();
  for (const std::int64_t id : {2, 3}) Put(rows, ChannelRow{.id = id, .status = 1, .groups = "default", .models = "c"});
  const Finding finding = Only(Examined(rows), kWithout);
  EXPECT_EQ(finding.count, 2u);
  EXPECT_EQ(finding.failing_routes, 1u);
}

TEST(ChannelWithoutAbilities, ChannelThatListsNothingOrIsDisabledNeedsNone) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 2, .groups = "default", .models = "c"});
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "default", .models = " , "});
  Put(rows, ChannelRow{.id = 4, .status = 1, .groups = "", .models = "c"});
  EXPECT_TRUE(Examined(rows, {.only = {kWithout}}).ok());
}

TEST(ChannelWithoutAbilities, NobodyNeedsAbilitiesWhereThereAreNoneOrTheyAreNotBelieved) {
  Rows none;
  Put(none, ChannelRow{.id = 1, .status = 1, .groups = "default", .models = "a"});
  EXPECT_TRUE(Examined(none, {.only = {kWithout}}).ok());
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "b"});
  EXPECT_TRUE(Examined(rows, {.policy = Policy{.source = RowSource::kChannels}, .only = {kWithout}}).ok());
}

TEST(ChannelWithoutAbilities, OneDisabledAbilityIsAnAbility) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "b"});
  Put(rows, AbilityRow{.group = "default", .model = "b", .channel_id = 2, .enabled = 0});
  EXPECT_TRUE(Examined(rows, {.only = {kWithout}}).ok());
}

TEST(ChannelWithoutAbilities, RejectedChannelIsReportedAsThatAlone) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "b", .weight = -1});
  EXPECT_TRUE(Examined(rows, {.only = {kWithout}}).ok());
}

// one-api keeps no weight and no tag in its abilities: an insert that names them would not run.
// Catches: inserting rows that are there already, and only could not be read.
TEST(ChannelWithoutAbilities, ChannelWhoseAbilitiesTheLoaderRejectedHasSome) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "default", .models = "b,c", .weight = 1});
  rows.Reject({.place = {.source = "r", .table = SourceTable::kAbilities, .key = "(default, c, 2)", .column = "weight"},
               .problem = "the text \"heavy\" where a whole number belongs"});
  EXPECT_THAT(Codes(Examined(rows)), ElementsAre("error row-rejected"));

  Put(rows, AbilityRow{.group = "default", .model = "b", .channel_id = 2});
  EXPECT_THAT(Codes(Examined(rows)), ElementsAre("error row-rejected")) << "(default, c) is not missing";
}

TEST(ChannelWithoutAbilities, CureNamesOnlyColumnsThatTheTableHas) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "a", .priority = 4, .weight = 5, .tag = "t"});
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "g", .models = "a", .priority = 4, .weight = 5, .tag = "t"});
  Put(rows, AbilityRow{.group = "g", .model = "a", .channel_id = 1, .enabled = 1, .priority = 4});
  EXPECT_THAT(Sql(Only(Examined(rows), kWithout)),
              ElementsAre("INSERT INTO abilities (\"group\", \"model\", \"channel_id\", \"enabled\", \"priority\") "
                          "VALUES ('g', 'a', 2, 1, 4)"));
}

TEST(ChannelWithoutAbilities, ListsThatNameTooManyPairsAreOnlyCounted) {
  std::string names;
  for (int i = 0; i < 3000; ++i) names += "n" + std::to_string(i) + ",";
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = names, .models = names});
  const Finding finding = Only(Examined(rows), kWithout);
  EXPECT_EQ(finding.count, 1u);
  EXPECT_THAT(finding.changes, IsEmpty());
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.advice, HasSubstr("9000000 pairs were only counted"));
}

TEST(ChannelServesNothing, EnabledChannelWithoutGroupsOrModelsIsAWarning) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .name = "two", .status = 1, .groups = "default", .models = nullptr});
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "", .models = "c"});
  Put(rows, ChannelRow{.id = 4, .status = 1, .groups = "", .models = ""});
  const Examination exam = Examined(rows);
  EXPECT_THAT(Codes(exam), ElementsAre("warning channel-serves-nothing"));
  const Finding finding = Only(exam, kServesNothing);
  EXPECT_EQ(finding.count, 3u);
  EXPECT_EQ(finding.message,
            "3 enabled channels list no groups or no models and can serve nothing: channel 2 (\"two\"), channel 3, "
            "channel 4");
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_EQ(finding.where.at(0).detail, "lists no models");
  EXPECT_EQ(finding.where.at(1).detail, "lists no groups");
  EXPECT_EQ(finding.where.at(2).detail, "lists neither groups nor models");
}

TEST(ChannelServesNothing, DisabledChannelsAndThoseWithAbilitiesAreNotAmongThem) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 2, .groups = "default", .models = ""});
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "default", .models = ""});
  Put(rows, AbilityRow{.group = "default", .model = "c", .channel_id = 3, .enabled = 1});
  EXPECT_TRUE(Examined(rows, {.only = {kServesNothing}}).ok());
}

TEST(ChannelServesNothing, AbilitiesHelpNobodyWhereTheChannelsAreBelieved) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "default", .models = ""});
  Put(rows, AbilityRow{.group = "default", .model = "c", .channel_id = 3, .enabled = 1});
  const DoctorOptions options{.policy = Policy{.source = RowSource::kChannels}, .only = {kServesNothing}};
  EXPECT_EQ(Only(Examined(rows, options), kServesNothing).count, 1u);
}

TEST(ChannelServesNothing, SourceWithoutAGroupColumnMeansTheDefaultGroup) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .models = "a"});
  EXPECT_TRUE(Examined(rows).ok());
}

TEST(AbilityOrphan, IsAnErrorWherePairsHaveOnlyOrphans) {
  Rows rows = Agreeing();
  Put(rows, AbilityRow{.group = "default",
                       .model = "z",
                       .channel_id = 9,
                       .enabled = 1,
                       .priority = 3,
                       .weight = nullptr,
                       .tag = "old"});
  const Examination exam = Examined(rows);
  const Finding finding = Only(exam, kOrphan);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.failing_routes, 1u);
  EXPECT_EQ(finding.message, "1 ability names a channel that does not exist: 9");
  EXPECT_THAT(finding.why, HasSubstr("e.g. (\"default\", \"z\")"));
  EXPECT_EQ(finding.where.at(0).key, "(default, z, 9)");
  EXPECT_EQ(finding.where.at(0).column, "channel_id");
  EXPECT_EQ(finding.where.at(0).value, "9");
  EXPECT_THAT(exam.findings, SizeIs(1)) << "an orphan is not reported as a rejected row as well";
}

TEST(AbilityOrphan, CureDeletesAndItsUndoRestoresEveryValue) {
  Rows rows = Agreeing();
  Put(rows, AbilityRow{.group = "default",
                       .model = "z",
                       .channel_id = 9,
                       .enabled = 1,
                       .priority = 3,
                       .weight = nullptr,
                       .tag = "old"});
  const Finding finding = Only(Examined(rows), kOrphan);
  EXPECT_EQ(finding.cure, CureClass::kReview);
  EXPECT_THAT(
      Sql(finding),
      ElementsAre("DELETE FROM abilities WHERE \"group\" = 'default' AND \"model\" = 'z' AND \"channel_id\" = 9 AND "
                  "\"enabled\" = 1 AND \"priority\" = 3 AND \"weight\" IS NULL AND \"tag\" = 'old'"));
  EXPECT_EQ(
      *RenderSql(finding.changes.at(0).Undo(), Dialect::kSqlite),
      "INSERT INTO abilities (\"group\", \"model\", \"channel_id\", \"enabled\", \"priority\", \"weight\", \"tag\") "
      "VALUES ('default', 'z', 9, 1, 3, NULL, 'old')");
}

TEST(AbilityOrphan, IsAWarningWhereAnotherChannelServesThePair) {
  Rows rows = Agreeing();
  Put(rows, AbilityRow{.group = "default", .model = "a", .channel_id = 9, .enabled = 1});
  const Finding finding = Only(Examined(rows), kOrphan);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
}

TEST(AbilityOrphan, DisabledOrphanFailsNothing) {
  Rows rows = Agreeing();
  Put(rows, AbilityRow{.group = "default", .model = "z", .channel_id = 9, .enabled = 0});
  EXPECT_EQ(Only(Examined(rows), kOrphan).severity, Severity::kWarning);
}

// The pair fails because its channel is disabled, not because of the orphan beside it.
TEST(AbilityOrphan, PairWithADisabledChannelDoesNotFailBecauseOfTheOrphan) {
  Rows rows = Agreeing();
  Put(rows, ChannelRow{.id = 2, .status = 2, .groups = "default", .models = "z"});
  Put(rows, AbilityRow{.group = "default", .model = "z", .channel_id = 2, .enabled = 1});
  Put(rows, AbilityRow{.group = "default", .model = "z", .channel_id = 9, .enabled = 1});
  EXPECT_EQ(Only(Examined(rows), kOrphan).failing_routes, 0u);
}

TEST(AbilityOrphan, FailsNothingWhereChannelsAreBelieved) {
  Rows rows = Agreeing();
  Put(rows, AbilityRow{.group = "default", .model = "z", .channel_id = 9, .enabled = 1});
  EXPECT_EQ(Only(Examined(rows, {.policy = Policy{.source = RowSource::kChannels}}), kOrphan).failing_routes, 0u);
}

// Deleting its abilities would be the wrong cure for a channel whose row a loader could not read.
TEST(AbilityOrphan, AbilityOfAChannelThatTheLoaderRejectedIsNoOrphan) {
  Rows rows = Agreeing();
  rows.Reject({.place = {.source = "r", .table = SourceTable::kChannels, .key = "id 9", .column = "weight"},
               .problem = "text where a number is expected",
               .cure = "write a number"});
  Put(rows, AbilityRow{.group = "default", .model = "z", .channel_id = 9, .enabled = 1});
  EXPECT_TRUE(Examined(rows, {.only = {kOrphan}}).ok());
}

}  // namespace
}  // namespace pointsman
