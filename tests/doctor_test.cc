// The doctor as a whole: the incident as rows, the summary, the order of findings, the filter, rejected rows.
#include "pointsman/doctor.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/examined.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// 63 enabled tokens, 12 of them without a group; their owners are in the group that channel 8 alone serves.
Rows Incident() {
  Rows rows("incident");
  Put(rows, ChannelRow{
                .id = 8, .name = "Bltcy", .type = 55, .status = 1, .groups = "default", .models = "runway,pika,kling"});
  for (const char* model : {"runway", "pika", "kling"}) {
    Put(rows, AbilityRow{.group = "default", .model = model, .channel_id = 8, .enabled = 1});
  }
  Put(rows, UserRow{.id = 1, .username = "owner", .status = 1, .group = "default"});
  for (std::int64_t id = 1; id <= 63; ++id) {
    TokenRow token{.id = id, .user_id = 1, .name = "t", .status = 1, .group = "default"};
    if (id > 51) token.group = id % 2 == 0 ? TextField("") : TextField(nullptr);
    Put(rows, token);
  }
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = nullptr});
  return rows;
}

TEST(Incident, TwelveTokensWithNoGroupAreOneFindingWithTwelveSafeUpdates) {
  const Finding finding = Only(Examined(Incident()), "token-empty-group");
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.count, 12u);
  EXPECT_EQ(finding.cure, CureClass::kSafe);
  EXPECT_THAT(finding.changes, SizeIs(12));
  EXPECT_EQ(Sql(finding)[0], R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 52 AND "group" = '')");
  EXPECT_EQ(Sql(finding)[1], R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 53 AND "group" IS NULL)");
}

TEST(Incident, FailingRequestsAreTwelveTokensTimesThreeModels) {
  const Finding finding = Only(Examined(Incident()), "token-empty-group");
  EXPECT_EQ(finding.failing_routes, 36u);
  EXPECT_EQ(finding.message, "12 of 63 enabled tokens have no group (NULL in 6, '' in 6)");
  EXPECT_EQ(
      finding.why,
      "under the lookup \"exact\" every request of these 12 tokens fails: group \"\" has no route; e.g. \"kling\" is "
      "served in group \"default\" by channel 8 (\"Bltcy\")");
}

TEST(Incident, SummaryCountsTokensAndWhatIsServed) {
  const ExaminationSummary summary = Examined(Incident()).summary;
  EXPECT_EQ(summary.tokens, 63u);
  EXPECT_EQ(summary.empty_group_tokens, 12u);
  EXPECT_EQ(summary.users, 1u);
  EXPECT_EQ(summary.channels, 1u);
  EXPECT_EQ(summary.enabled_channels, 1u);
  EXPECT_EQ(summary.abilities, 3u);
  EXPECT_EQ(summary.groups, 1u);
  EXPECT_EQ(summary.models, 3u);
}

TEST(Incident, NothingElseIsWrongButTheColumnDefault) {
  EXPECT_THAT(Codes(Examined(Incident())), ElementsAre("error token-empty-group", "warning token-group-default"));
}

TEST(Incident, DefaultPolicyWouldHaveServedAllAlong) {
  const Examination exam = Examined(Incident(), {.policy = Policy()});
  const Finding finding = Only(exam, "token-empty-group");
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
  EXPECT_THAT(finding.changes, SizeIs(12)) << "the rows are still worth mending";
}

TEST(Summary, DisabledTokensChannelsAndGroupsThatNobodyServesAreNotCounted) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "a,b", .models = "m"});
  Put(rows, ChannelRow{.id = 2, .status = 3, .groups = "c", .models = "n"});
  Put(rows, TokenRow{.id = 1, .status = 2, .group = ""});
  Put(rows, TokenRow{.id = 2, .group = " \t"});
  const ExaminationSummary summary = Examined(rows).summary;
  EXPECT_EQ(summary.tokens, 1u);
  EXPECT_EQ(summary.empty_group_tokens, 1u);
  EXPECT_EQ(summary.channels, 2u);
  EXPECT_EQ(summary.enabled_channels, 1u);
  EXPECT_EQ(summary.groups, 2u);
  EXPECT_EQ(summary.models, 1u);
}

TEST(Examine, RowsThatAgreeHaveNoFinding) {
  Rows rows;
  Put(rows,
      ChannelRow{
          .id = 1, .status = 1, .groups = "default", .models = "m", .priority = 5, .weight = nullptr, .tag = nullptr});
  Put(rows,
      AbilityRow{
          .group = "default", .model = "m", .channel_id = 1, .enabled = 1, .priority = 5, .weight = 0, .tag = ""});
  Put(rows, UserRow{.id = 1, .group = "default"});
  Put(rows, TokenRow{.id = 1, .user_id = 1, .group = "default"});
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = "'default'"});
  const Examination exam = Examined(rows);
  EXPECT_THAT(Codes(exam), IsEmpty());
  EXPECT_TRUE(exam.ok());
}

// Catches: "nothing to complain about", said of a database that can serve nobody.
TEST(NothingServed, EmptyTableOfChannelsIsAnError) {
  const Examination exam = Examined(Rows());
  EXPECT_THAT(Codes(exam), ElementsAre("error nothing-served"));
  const Finding& finding = exam.findings[0];
  EXPECT_EQ(finding.count, 0u);
  EXPECT_EQ(finding.message, "no enabled channel serves any model: the table channels is empty");
  EXPECT_EQ(finding.why, "every request fails, whatever its group and model");
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_EQ(finding.advice, "check that this is the right database: a gateway in use has channels");
}

TEST(NothingServed, ChannelsThatAreAllDisabledAreCountedAndNamed) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .name = "one", .status = 2, .groups = "g", .models = "m,n"});
  Put(rows, ChannelRow{.id = 2, .status = nullptr, .groups = "g", .models = "m"});
  const Finding finding = Only(Examined(rows), "nothing-served");
  EXPECT_EQ(finding.count, 2u);
  EXPECT_EQ(finding.failing_routes, 2u) << "(g, m) and (g, n)";
  EXPECT_EQ(finding.message, "no enabled channel serves any model: of 2 channels none is enabled");
  EXPECT_EQ(finding.advice, "check that this is the right database; if it is, enable a channel");
  EXPECT_EQ(finding.where.at(0).id, 1);
  EXPECT_EQ(finding.where.at(0).detail, "disabled (status 2)");
  EXPECT_EQ(finding.where.at(1).detail, "disabled (status NULL)");
}

TEST(NothingServed, EnabledChannelsThatServeNothingSayWhatTheyLack) {
  Rows lists;
  Put(lists, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = ""});
  Put(lists, ChannelRow{.id = 2, .status = 1, .groups = "g", .models = "m", .weight = -1});
  const Finding of_lists = Only(Examined(lists), "nothing-served");
  EXPECT_THAT(of_lists.message, HasSubstr("of 2 channels 2 are enabled"));
  EXPECT_EQ(of_lists.where.at(0).detail, "enabled, but its list of groups or of models is empty");
  EXPECT_EQ(of_lists.where.at(1).detail, "its row cannot be used");

  Rows abilities;
  Put(abilities, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m"});
  Put(abilities, AbilityRow{.group = "g", .model = "m", .channel_id = 1, .enabled = 0});
  EXPECT_EQ(Only(Examined(abilities), "nothing-served").where.at(0).detail,
            "enabled, but no enabled ability of it can be used");
}

TEST(NothingServed, ChannelsThatCouldNotBeReadAreNoEmptyTable) {
  Rows rows;
  rows.Reject({.place = {.source = "r", .table = SourceTable::kChannels, .key = "", .column = "id"},
               .problem = "id is missing"});
  const Finding finding = Only(Examined(rows), "nothing-served");
  EXPECT_EQ(finding.message, "no enabled channel serves any model: no row of channels could be read");
  EXPECT_EQ(finding.advice, "mend the channels that could not be read");
}

TEST(NothingServed, OneServedPairIsEnough) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 2, .groups = "g", .models = "m"});
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "g", .models = "m"});
  EXPECT_TRUE(Examined(rows).ok());
}

TEST(Examine, ErrorsComeFirstThenCodesInByteOrder) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "default", .models = "m,n", .priority = 1, .tag = "x"});
  Put(rows, AbilityRow{.group = "default", .model = "m", .channel_id = 1, .enabled = 1, .priority = 2, .tag = "y"});
  Put(rows, AbilityRow{.group = "default", .model = "o", .channel_id = 9, .enabled = 1});
  Put(rows, TokenRow{.id = 1, .group = ""});
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = "''"});
  EXPECT_THAT(Codes(Examined(rows)),
              ElementsAre("error ability-disagrees", "error ability-orphan", "error token-empty-group",
                          "warning ability-disagrees", "warning token-group-default", "info ability-disagrees"));
}

TEST(Only, KeepsTheNamedCodes) {
  EXPECT_THAT(Codes(Examined(Incident(), {.only = {"token-group-default"}})),
              ElementsAre("warning token-group-default"));
}

TEST(Only, UnknownCodeIsRefusedAndTheNearOneNamed) {
  const auto exam = Examine(Incident(), {.only = {"token-emtpy-group"}});
  EXPECT_EQ(exam.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(exam.status().ToString(), HasSubstr("(did you mean \"token-empty-group\"?)"));
}

TEST(Only, CodesAreInByteOrderAndEachCanBeAskedForAlone) {
  std::vector<std::string_view> codes = FindingCodes();
  EXPECT_EQ(codes.size(), 37u);
  EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
  for (const std::string_view code : codes)
    EXPECT_TRUE(Examine(Incident(), {.only = {std::string(code)}}).ok()) << code;
}

TEST(Examine, ImpossiblePolicyIsRefused) {
  const auto exam = Examine(Rows(), {.policy = Policy{.groups = {.default_group = " "}}});
  EXPECT_EQ(exam.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Where, IsBoundedAndTheCountIsNot) {
  const Finding finding = Only(Examined(Incident(), {.max_where = 5}), "token-empty-group");
  EXPECT_THAT(finding.where, SizeIs(5));
  EXPECT_EQ(finding.count, 12u);
}

TEST(Where, NamesTokenColumnAndWhetherItIsNull) {
  const Finding finding = Only(Examined(Incident()), "token-empty-group");
  const FindingRow& empty = finding.where.at(0);
  EXPECT_EQ(empty.table, SourceTable::kTokens);
  EXPECT_EQ(empty.id, 52);
  EXPECT_EQ(empty.key, "id 52");
  EXPECT_EQ(empty.name, "t");
  EXPECT_EQ(empty.column, "group");
  EXPECT_EQ(empty.value, "");
  EXPECT_EQ(finding.where.at(1).value, std::nullopt);
}

TEST(RowRejected, IsAnErrorWithPlaceAndCure) {
  Rows rows("a.db");
  Put(rows, ChannelRow{.id = 3, .name = "eu", .status = 1, .groups = "g", .models = "m,n", .weight = -5});
  Put(rows, ChannelRow{.id = 4, .status = 1, .groups = "g", .models = "n", .weight = 1});
  const Finding finding = Only(Examined(rows), "row-rejected");
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.count, 1u);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_EQ(finding.advice, "use 0 to switch it off");
  EXPECT_THAT(finding.message,
              HasSubstr("channels cannot be used, e.g. id 3, column weight: channel \"eu\": weight -5"));
  EXPECT_EQ(finding.where.at(0).id, 3);
  EXPECT_EQ(finding.where.at(0).name, "eu");
  EXPECT_EQ(finding.where.at(0).column, "weight");
  EXPECT_THAT(finding.where.at(0).detail, HasSubstr("a.db: channels id 3, column weight: "));
}

// (g, n) is served by another channel, (g, m) by nobody.
TEST(RowRejected, CountsPairsThatOnlyTheRejectedRowsWouldServe) {
  Rows rows;
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "g", .models = "m,n", .weight = -5});
  Put(rows, ChannelRow{.id = 4, .status = 1, .groups = "g", .models = "n"});
  Put(rows, ChannelRow{.id = 5, .status = 2, .groups = "g", .models = "o", .weight = -1});
  EXPECT_EQ(Only(Examined(rows), "row-rejected").failing_routes, 1u);
}

TEST(RowRejected, CountsPairsOfRejectedAbilities) {
  Rows rows;
  Put(rows, ChannelRow{.id = 3, .status = 1, .groups = "g", .models = "m,n", .weight = 0});
  Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 3, .enabled = 1, .weight = -1});
  Put(rows, AbilityRow{.group = "g", .model = "n", .channel_id = 3, .enabled = 1, .weight = 0});
  const Examination exam = Examined(rows);
  const Finding finding = Only(exam, "row-rejected");
  EXPECT_EQ(finding.failing_routes, 1u);
  EXPECT_EQ(finding.where.at(0).key, "(g, m, 3)");
  EXPECT_THAT(exam.findings, SizeIs(1)) << "a weight that is rejected is not reported as a disagreement as well";
}

TEST(RowRejected, RowsThatALoaderRejectedAreReported) {
  Rows rows("b.json");
  rows.Reject({.place = {.source = "b.json", .table = SourceTable::kTokens, .key = "id 7", .column = "group"},
               .problem = "a number where text is expected",
               .cure = "quote it"});
  const Finding finding = Only(Examined(rows), "row-rejected");
  EXPECT_EQ(finding.message,
            "1 row or list item of tokens cannot be used, e.g. id 7, column group: a number where text is expected");
  EXPECT_EQ(finding.where.at(0).table, SourceTable::kTokens);
  EXPECT_EQ(finding.advice, "quote it");
}

Rejection OfChannel(const std::string& key) {
  return {.place = {.source = "r", .table = SourceTable::kChannels, .key = key, .column = "weight"},
          .problem = "the text \"heavy\" where a whole number belongs"};
}

// Catches: "no pair has lost its only channel", said of pairs that nobody looked at.
TEST(RowRejected, AbilitiesOfChannelsThatCouldNotBeReadAreSaidNotToBeCounted) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m"});
  Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 1, .enabled = 1});
  rows.Reject(OfChannel("id 9"));
  Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 9, .enabled = 1});
  Put(rows, AbilityRow{.group = "g", .model = "n", .channel_id = 9, .enabled = 1});
  Put(rows, AbilityRow{.group = "g", .model = "o", .channel_id = 9, .enabled = 1});
  Put(rows, AbilityRow{.group = "g", .model = "p", .channel_id = 9, .enabled = 0});
  const Examination exam = Examined(rows, {.only = {"row-rejected"}});
  ASSERT_THAT(exam.findings, SizeIs(2)) << "the channel, and its abilities";
  for (const Finding& finding : exam.findings) {
    EXPECT_EQ(finding.failing_routes, 0u);
    EXPECT_EQ(finding.why,
              "such rows are left out of the route table; not counted: 2 abilities of channels that could not be read")
        << "(g, m) has another channel, and nobody enabled (g, p)";
  }
}

TEST(RowRejected, ListsOfChannelsThatCouldNotBeReadAreSaidNotToBeCounted) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m", .weight = -1});
  rows.Reject(OfChannel("id 9"));
  EXPECT_EQ(Only(Examined(rows), "row-rejected").why,
            "such rows are left out of the route table; 1 (group, model) pair has no route because of it; not counted: "
            "what channels that could not be read list");
}

TEST(RowRejected, AbilitiesThatCouldNotBeReadAreSaidNotToBeCounted) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m,n"});
  Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 1, .enabled = 1});
  rows.Reject({.place = {.source = "r", .table = SourceTable::kAbilities, .key = "(g, n, 1)", .column = "weight"},
               .problem = "the text \"heavy\" where a whole number belongs"});
  EXPECT_THAT(Only(Examined(rows), "row-rejected").why, EndsWith("; not counted: abilities that could not be read"));
}

TEST(RowRejected, NothingIsLostWhereOtherChannelsServeAllOfIt) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m", .weight = -1});
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "g", .models = "m"});
  EXPECT_THAT(Only(Examined(rows), "row-rejected").why,
              EndsWith("no pair that could be counted has lost its only channel by that"));
}

TEST(RowRejected, OneFindingATable) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m", .weight = -1});
  Put(rows, ChannelRow{.id = 2, .status = 1, .groups = "g", .models = "m", .weight = -1});
  Put(rows, AbilityRow{.group = "", .model = "m", .channel_id = 3});
  const Examination exam = Examined(rows, {.only = {"row-rejected"}});
  ASSERT_THAT(exam.findings, SizeIs(2));
  EXPECT_EQ(exam.findings[0].count, 2u);
  EXPECT_EQ(exam.findings[1].where.at(0).table, SourceTable::kAbilities);
}

TEST(RowRejected, RowThatIsThereTwiceIsReportedThoughItsColumnIsTheChannel) {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .status = 1, .groups = "g", .models = "m"});
  for (int i = 0; i < 2; ++i) Put(rows, AbilityRow{.group = "g", .model = "m", .channel_id = 1, .enabled = 1});
  EXPECT_THAT(Codes(Examined(rows)), ElementsAre("error row-rejected"));
}

// Names come from strangers: no message may carry a raw escape, and none may grow without bound.
TEST(Messages, ShowHostileNamesEscapedAndBounded) {
  const std::string hostile = "\x1b[2J" + std::string(900, 'x');
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .name = hostile, .status = 1, .groups = "default", .models = hostile, .priority = 1});
  Put(rows, ChannelRow{.id = 2, .name = hostile, .status = 1, .groups = hostile, .models = "m"});
  Put(rows, ChannelRow{.id = 4, .name = hostile, .status = 1, .groups = "default", .models = hostile, .weight = -1});
  Put(rows, AbilityRow{.group = "default", .model = hostile, .channel_id = 1, .enabled = 0, .priority = 2});
  Put(rows, AbilityRow{.group = hostile, .model = hostile, .channel_id = 3, .enabled = 1});
  for (std::int64_t id = 0; id < 100; ++id) {
    Put(rows, TokenRow{.id = id, .name = hostile, .group = rows.source() + hostile + std::to_string(id)});
  }
  Put(rows, TokenRow{.id = 100, .group = ""});
  const Examination exam = Examined(rows);
  EXPECT_GE(exam.findings.size(), 6u);
  for (const Finding& finding : exam.findings) {
    for (const std::string& text : {finding.message, finding.why, finding.advice}) {
      EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << finding.code;
      EXPECT_LT(text.size(), 1500u) << finding.code;
    }
    for (const FindingRow& where : finding.where) EXPECT_THAT(where.key + where.detail, Not(HasSubstr("\x1b")));
  }
}

}  // namespace
}  // namespace pointsman
