// The doctor on tokens: empty groups, the column's default, groups that nobody serves.
#include <cstdint>
#include <optional>
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
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kEmpty[] = "token-empty-group";
constexpr char kDefault[] = "token-group-default";
constexpr char kAutoGroups[] = "token-auto-groups-unserved";
constexpr char kUnserved[] = "token-group-unserved";

// Two groups: default serves a and b, vip serves b and c. Users 1 and 2 are in them, 3 in a group that nobody serves,
// 4 in none, 5 is disabled.
Rows TwoGroups() {
  Rows rows;
  Put(rows, ChannelRow{.id = 1, .name = "one", .status = 1, .groups = "default", .models = "a,b"});
  Put(rows, ChannelRow{.id = 2, .name = "two", .status = 1, .groups = "vip", .models = "b,c"});
  Put(rows, ChannelRow{.id = 3, .name = "three", .status = 2, .groups = "dead", .models = "a"});
  Put(rows, UserRow{.id = 1, .status = 1, .group = "default"});
  Put(rows, UserRow{.id = 2, .status = 1, .group = "vip"});
  Put(rows, UserRow{.id = 3, .status = 1, .group = "dead"});
  Put(rows, UserRow{.id = 4, .status = 1, .group = nullptr});
  Put(rows, UserRow{.id = 5, .status = 2, .group = "default"});
  return rows;
}

Rows WithToken(const TokenRow& token) {
  Rows rows = TwoGroups();
  Put(rows, token);
  return rows;
}

TEST(TokenEmptyGroup, NullEmptyAndBlankAreCountedApart) {
  Rows rows = TwoGroups();
  Put(rows, TokenRow{.id = 1, .user_id = 1, .group = nullptr});
  Put(rows, TokenRow{.id = 2, .user_id = 1, .group = ""});
  Put(rows, TokenRow{.id = 3, .user_id = 1, .group = " \t "});
  Put(rows, TokenRow{.id = 4, .user_id = 1, .group = "default"});
  const Finding finding = Only(Examined(rows), kEmpty);
  EXPECT_EQ(finding.message, "3 of 4 enabled tokens have no group (NULL in 1, '' in 1, blank in 1)");
  EXPECT_EQ(Sql(finding)[2],
            "UPDATE tokens SET \"group\" = 'default' WHERE \"id\" = 3 AND \"group\" = ' '||char(9)||' '");
}

TEST(TokenEmptyGroup, TokensWithoutAGroupColumnAreFine) {
  EXPECT_TRUE(Examined(WithToken({.id = 1, .user_id = 1}), {.only = {kEmpty}}).ok());
}

TEST(TokenEmptyGroup, DisabledTokensAreNotTheDoctorsBusiness) {
  for (const std::int64_t status : {0, 2, 3, 4}) {
    const Rows rows = WithToken({.id = 1, .user_id = 1, .status = status, .group = ""});
    EXPECT_TRUE(Examined(rows, {.only = {kEmpty}}).ok()) << status;
  }
}

TEST(TokenEmptyGroup, CureIsTheOwnersGroupNotTheDefault) {
  const Finding finding = Only(Examined(WithToken({.id = 1, .user_id = 2, .group = ""})), kEmpty);
  EXPECT_THAT(Sql(finding), ElementsAre(R"(UPDATE tokens SET "group" = 'vip' WHERE "id" = 1 AND "group" = '')"));
  EXPECT_THAT(finding.why, HasSubstr("every request of this token fails"));
  EXPECT_THAT(finding.why, HasSubstr("\"b\" is served in group \"vip\" by channel 2 (\"two\")"));
}

TEST(TokenEmptyGroup, TokenWithoutAnOwnerRowIsAdviceOnly) {
  const Finding finding = Only(Examined(WithToken({.id = 1, .user_id = 99, .group = ""})), kEmpty);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.changes, IsEmpty());
  EXPECT_EQ(finding.advice,
            "1 token remains to be cured by hand: 1 without an owner row; assume_default (--assume-default) makes them "
            "\"default\"");
}

TEST(TokenEmptyGroup, OwnersGroupThatNobodyServesIsNoCure) {
  const Finding finding = Only(Examined(WithToken({.id = 1, .user_id = 3, .group = ""})), kEmpty);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.advice, HasSubstr("1 whose owner's group no enabled channel serves"));
  EXPECT_EQ(finding.failing_routes, 0u) << "the owner's group would serve nothing either";
  EXPECT_EQ(finding.severity, Severity::kError) << "its requests fail all the same";
}

TEST(TokenEmptyGroup, OwnerWithoutAGroupIsNoCureAndCountsAgainstTheDefaultGroup) {
  const Finding finding = Only(Examined(WithToken({.id = 1, .user_id = 4, .group = ""})), kEmpty);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.advice, HasSubstr("1 whose owner has no group either"));
  EXPECT_EQ(finding.failing_routes, 2u);
}

TEST(TokenEmptyGroup, MixedCaseIsSafeForTheCurableAndSaysHowManyRemain) {
  Rows rows = TwoGroups();
  Put(rows, TokenRow{.id = 1, .user_id = 1, .group = ""});
  Put(rows, TokenRow{.id = 2, .user_id = 99, .group = ""});
  Put(rows, TokenRow{.id = 3, .user_id = 3, .group = ""});
  const Finding finding = Only(Examined(rows), kEmpty);
  EXPECT_EQ(finding.cure, CureClass::kSafe);
  EXPECT_EQ(finding.count, 3u);
  EXPECT_THAT(finding.changes, SizeIs(1));
  EXPECT_THAT(finding.advice,
              HasSubstr("2 tokens remain to be cured by hand: 1 without an owner row, 1 whose owner's group"));
}

TEST(TokenEmptyGroup, AssumeDefaultCuresTheRest) {
  Rows rows = TwoGroups();
  Put(rows, TokenRow{.id = 1, .user_id = 2, .group = ""});
  Put(rows, TokenRow{.id = 2, .user_id = 99, .group = nullptr});
  Put(rows, TokenRow{.id = 3, .user_id = 3, .group = ""});
  const Finding finding = Only(Examined(rows, {.assume_default = true}), kEmpty);
  EXPECT_THAT(Sql(finding), ElementsAre(R"(UPDATE tokens SET "group" = 'vip' WHERE "id" = 1 AND "group" = '')",
                                        R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 2 AND "group" IS NULL)",
                                        R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 3 AND "group" = '')"));
  EXPECT_THAT(finding.advice, Not(HasSubstr("remain")));
}

void RejectUser(Rows& rows, const std::string& key) {
  rows.Reject({.place = {.source = "r", .table = SourceTable::kUsers, .key = key, .column = "status"},
               .problem = "the text \"on\" where a whole number belongs"});
}

// Catches: the default group written over that of an owner who is there, and whose row only wants mending.
TEST(TokenEmptyGroup, TokenWhoseOwnersRowCouldNotBeReadIsNeverCuredByAssumeDefault) {
  Rows rows = TwoGroups();
  RejectUser(rows, "id 99");
  Put(rows, TokenRow{.id = 1, .user_id = 99, .group = ""});
  Put(rows, TokenRow{.id = 2, .user_id = 99, .group = nullptr});
  for (const bool assume_default : {false, true}) {
    const Finding finding = Only(Examined(rows, {.assume_default = assume_default}), kEmpty);
    EXPECT_THAT(finding.changes, IsEmpty());
    EXPECT_EQ(finding.cure, CureClass::kAdvice);
    EXPECT_EQ(
        finding.advice,
        "2 tokens remain to be cured by hand: 2 whose owner's row could not be read (users id 99; mend it first)");
    EXPECT_EQ(finding.severity, Severity::kError);
    EXPECT_EQ(finding.failing_routes, 0u) << "nobody knows which group was meant";
  }
}

TEST(TokenEmptyGroup, AssumeDefaultIsOfferedOnlyToTokensWhoseOwnerIsMissing) {
  Rows rows = TwoGroups();
  RejectUser(rows, "id 98");
  Put(rows, TokenRow{.id = 1, .user_id = 98, .group = ""});
  Put(rows, TokenRow{.id = 2, .user_id = 99, .group = ""});
  EXPECT_EQ(Only(Examined(rows), kEmpty).advice,
            "2 tokens remain to be cured by hand: 1 without an owner row, 1 whose owner's row could not be read (users "
            "id 98; mend it first); assume_default (--assume-default) makes the others \"default\"");
  EXPECT_THAT(Sql(Only(Examined(rows, {.assume_default = true}), kEmpty)),
              ElementsAre(R"(UPDATE tokens SET "group" = 'default' WHERE "id" = 2 AND "group" = '')"));
}

TEST(TokenEmptyGroup, UserThatCouldNotBeReadAndNamesNoIdMayOwnAnyTokenWithoutAnOwner) {
  Rows rows = TwoGroups();
  RejectUser(rows, "");
  Put(rows, TokenRow{.id = 1, .user_id = 99, .group = ""});
  Put(rows, TokenRow{.id = 2, .user_id = 2, .group = ""});
  Put(rows, TokenRow{.id = 3, .user_id = nullptr, .group = ""});
  const Finding finding = Only(Examined(rows, {.assume_default = true}), kEmpty);
  EXPECT_THAT(Sql(finding), ElementsAre(HasSubstr("'vip' WHERE \"id\" = 2"), HasSubstr("'default' WHERE \"id\" = 3")));
  EXPECT_THAT(finding.advice, HasSubstr("1 whose owner may be among the users that could not be read"));
}

TEST(TokenEmptyGroup, AssumeDefaultNeverWritesAGroupThatNobodyServes) {
  const DoctorOptions options{.policy = Policy{.groups = {.default_group = "dead", .empty_group = EmptyGroup::kExact}},
                              .assume_default = true};
  const Finding finding = Only(Examined(WithToken({.id = 1, .user_id = 99, .group = ""}), options), kEmpty);
  EXPECT_THAT(finding.changes, IsEmpty());
  EXPECT_THAT(finding.advice, HasSubstr("the default group \"dead\" is not served either"));
}

TEST(TokenEmptyGroup, AssumeDefaultWritesThePolicysDefaultGroup) {
  const DoctorOptions options{.policy = Policy{.groups = {.default_group = "vip", .empty_group = EmptyGroup::kExact}},
                              .assume_default = true};
  const Finding finding = Only(Examined(WithToken({.id = 1, .user_id = 99, .group = ""}), options), kEmpty);
  EXPECT_THAT(Sql(finding), ElementsAre(R"(UPDATE tokens SET "group" = 'vip' WHERE "id" = 1 AND "group" = '')"));
}

TEST(TokenEmptyGroup, ModelLimitsBoundWhatFails) {
  const Finding finding = Only(
      Examined(WithToken({.id = 1, .user_id = 1, .group = "", .model_limits_enabled = 1, .model_limits = "b, c,x"})),
      kEmpty);
  EXPECT_EQ(finding.failing_routes, 1u) << "only b is both allowed and served in default";
  EXPECT_THAT(finding.why, HasSubstr("e.g. \"b\" is served"));
}

TEST(TokenEmptyGroup, ModelLimitsThatAreSwitchedOffBoundNothing) {
  const Finding finding =
      Only(Examined(WithToken({.id = 1, .user_id = 1, .group = "", .model_limits_enabled = 0, .model_limits = "b"})),
           kEmpty);
  EXPECT_EQ(finding.failing_routes, 2u);
}

TEST(TokenEmptyGroup, DisabledOwnerLosesNothingByTheGroup) {
  EXPECT_EQ(Only(Examined(WithToken({.id = 1, .user_id = 5, .group = ""})), kEmpty).failing_routes, 0u);
}

TEST(TokenEmptyGroup, UnderInheritNothingFailsAndItIsAWarning) {
  const Finding finding =
      Only(Examined(WithToken({.id = 1, .user_id = 2, .group = ""}), {.policy = WithEmptyGroup(EmptyGroup::kInherit)}),
           kEmpty);
  EXPECT_EQ(finding.severity, Severity::kWarning);
  EXPECT_EQ(finding.failing_routes, 0u);
  EXPECT_THAT(finding.why,
              StartsWith("under the lookup \"inherit\" none of their requests fails: the owner's group is used"));
}

TEST(TokenEmptyGroup, UnderInheritAnOwnersGroupThatNobodyServesIsAnError) {
  const Finding finding =
      Only(Examined(WithToken({.id = 1, .user_id = 3, .group = ""}), {.policy = WithEmptyGroup(EmptyGroup::kInherit)}),
           kEmpty);
  EXPECT_EQ(finding.severity, Severity::kError);
}

// The default group serves a and b, the owner's b and c: c is lost.
TEST(TokenEmptyGroup, UnderDefaultOnlyWhatTheDefaultGroupLacksFails) {
  const Finding finding =
      Only(Examined(WithToken({.id = 1, .user_id = 2, .group = ""}), {.policy = WithEmptyGroup(EmptyGroup::kDefault)}),
           kEmpty);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.failing_routes, 1u);
  EXPECT_THAT(finding.why,
              AllOf(HasSubstr("some of their requests fail"), HasSubstr("\"c\" is served in group \"vip\"")));
}

TEST(TokenEmptyGroup, UnderRefuseEverythingFails) {
  const Finding finding =
      Only(Examined(WithToken({.id = 1, .user_id = 2, .group = ""}), {.policy = WithEmptyGroup(EmptyGroup::kRefuse)}),
           kEmpty);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.failing_routes, 2u);
}

Finding DefaultFinding(const TextField& default_sql, Dialect dialect = Dialect::kPostgresql) {
  Rows rows;
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = default_sql});
  return Only(Examined(rows, {.dialect = dialect}), kDefault);
}

bool HasDefaultFinding(const ColumnFact& fact) {
  Rows rows = TwoGroups();
  rows.Describe(fact);
  return !Examined(rows, {.only = {kDefault}}).ok();
}

TEST(TokenGroupDefault, EverySpellingOfNoGroupIsFound) {
  const std::vector<TextField> spellings = {nullptr,
                                            "NULL",
                                            "null",
                                            "''",
                                            "''::character varying",
                                            "NULL::character varying",
                                            "(NULL)",
                                            "('')",
                                            "\"\"",
                                            "",
                                            "' '",
                                            "E''::text",
                                            "N''",
                                            " '' "};
  for (const TextField& spelling : spellings) {
    const Finding finding = DefaultFinding(spelling);
    EXPECT_EQ(finding.severity, Severity::kWarning) << spelling.value_or("NULL");
    EXPECT_EQ(finding.count, 1u);
    EXPECT_EQ(finding.failing_routes, 0u);
  }
}

TEST(TokenGroupDefault, DefaultThatNamesAGroupIsFine) {
  for (const char* spelling : {"'default'", "'default'::character varying", "('vip')", "default", "'it''s'", "''''",
                               "NULLIF('a','b')", "lower('')", "'' || 'x'"}) {
    EXPECT_FALSE(HasDefaultFinding({.table = SourceTable::kTokens, .column = "group", .default_sql = spelling}))
        << spelling;
  }
}

TEST(TokenGroupDefault, NothingIsSaidAboutAColumnThatIsNotThereOrNotDescribed) {
  EXPECT_TRUE(Examined(TwoGroups(), {.only = {kDefault}}).ok());
  EXPECT_FALSE(
      HasDefaultFinding({.table = SourceTable::kTokens, .column = "group", .present = false, .default_sql = nullptr}));
  EXPECT_FALSE(HasDefaultFinding({.table = SourceTable::kUsers, .column = "group", .default_sql = nullptr}));
  EXPECT_FALSE(HasDefaultFinding({.table = SourceTable::kTokens, .column = "group"}));
}

TEST(TokenGroupDefault, PostgresqlAndMysqlGetAStatementToReview) {
  const Finding postgresql = DefaultFinding(nullptr, Dialect::kPostgresql);
  EXPECT_EQ(postgresql.cure, CureClass::kReview);
  EXPECT_THAT(postgresql.changes, IsEmpty());
  EXPECT_THAT(postgresql.statements, ElementsAre(R"(ALTER TABLE tokens ALTER COLUMN "group" SET DEFAULT 'default')"));
  EXPECT_THAT(DefaultFinding(nullptr, Dialect::kMysql).statements,
              ElementsAre("ALTER TABLE tokens ALTER COLUMN `group` SET DEFAULT 'default'"));
}

TEST(TokenGroupDefault, NoDefaultIsOfferedWhereUsersAreOutsideTheDefaultGroup) {
  Rows rows = TwoGroups();
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = nullptr});
  const Finding finding = Only(Examined(rows, {.dialect = Dialect::kPostgresql}), kDefault);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.statements, IsEmpty());
  EXPECT_THAT(finding.advice, HasSubstr("to tokens of 2 users who are in another group"));
}

TEST(TokenGroupDefault, WhatTakesTheStatementBackIsTheOldDefault) {
  EXPECT_THAT(DefaultFinding(nullptr).undo_statements,
              ElementsAre(R"(ALTER TABLE tokens ALTER COLUMN "group" DROP DEFAULT)"));
  EXPECT_THAT(DefaultFinding("''::text").undo_statements,
              ElementsAre(R"(ALTER TABLE tokens ALTER COLUMN "group" SET DEFAULT ''::text)"));
}

TEST(TokenGroupDefault, SqliteGetsAdviceWithATrigger) {
  const Finding finding = DefaultFinding("''", Dialect::kSqlite);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_THAT(finding.statements, IsEmpty());
  EXPECT_THAT(finding.advice, HasSubstr("CREATE TRIGGER"));
}

TEST(TokenGroupDefault, CureWarnsOfMigrationsAndCachedTokens) {
  for (const Dialect dialect : {Dialect::kSqlite, Dialect::kPostgresql, Dialect::kMysql}) {
    EXPECT_THAT(DefaultFinding(nullptr, dialect).advice,
                AllOf(HasSubstr("migration may undo"), HasSubstr("cache token rows for a while")));
  }
}

TEST(TokenGroupDefault, WritesThePolicysDefaultGroupQuoted) {
  Rows rows;
  rows.Describe({.table = SourceTable::kTokens, .column = "group", .default_sql = nullptr});
  const DoctorOptions options{.policy = Policy{.groups = {.default_group = "it's"}}, .dialect = Dialect::kPostgresql};
  EXPECT_THAT(Only(Examined(rows, options), kDefault).statements, ElementsAre(HasSubstr("SET DEFAULT 'it''s'")));
}

TEST(TokenGroupDefault, ShowsTheDefaultAsTheSourceSpellsIt) {
  EXPECT_EQ(DefaultFinding("''::text").where.at(0).value, "''::text");
  EXPECT_EQ(DefaultFinding(nullptr).where.at(0).value, std::nullopt);
}

TEST(TokenGroupUnserved, IsAnErrorWithAdvice) {
  const Finding finding = Only(Examined(WithToken({.id = 7, .user_id = 1, .group = "svip"})), kUnserved);
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.cure, CureClass::kAdvice);
  EXPECT_EQ(finding.message, "1 enabled token is in 1 group that no enabled channel serves: \"svip\" (1 token)");
  EXPECT_EQ(finding.where.at(0).value, "svip");
  EXPECT_EQ(finding.failing_routes, 2u) << "what the owner's group default serves";
}

TEST(TokenGroupUnserved, GroupOfDisabledChannelsIsNotServed) {
  const Finding finding = Only(Examined(WithToken({.id = 7, .user_id = 1, .group = "dead"})), kUnserved);
  EXPECT_THAT(finding.message, HasSubstr("\"dead\" (1 token; every channel of it is disabled"));
}

TEST(TokenGroupUnserved, NearMissByCaseOrBlanksIsNamedAndCounted) {
  Rows rows = TwoGroups();
  Put(rows, ChannelRow{.id = 9, .status = 1, .groups = "vip", .models = "d"});
  Put(rows, TokenRow{.id = 1, .user_id = 1, .group = "VIP"});
  Put(rows, TokenRow{.id = 2, .user_id = 1, .group = " vip"});
  const Finding finding = Only(Examined(rows), kUnserved);
  EXPECT_EQ(finding.message,
            "2 enabled tokens are in 2 groups that no enabled channel serves: \" vip\" (1 token; \"vip\" is served and "
            "differs only in case or blanks), \"VIP\" (1 token; \"vip\" is served and differs only in case or blanks)");
  EXPECT_EQ(finding.failing_routes, 6u) << "b, c and d of vip, for each of the two";
}

TEST(TokenGroupUnserved, AutoIsNoGroup) {
  EXPECT_TRUE(Examined(WithToken({.id = 1, .group = "auto"}), {.only = {kUnserved}}).ok());
}

// Catches: a policy without automatic groups making an error of a token that names its own.
TEST(TokenGroupUnserved, AutoWithAListOfItsOwnIsNone) {
  for (const char* list : {R"(["vip"])", "vip"}) {
    const Rows rows = WithToken({.id = 1, .group = "auto", .auto_groups = list});
    EXPECT_TRUE(Examined(rows, {.policy = Policy(), .only = {kUnserved}}).ok()) << list;
  }
}

TEST(TokenAutoGroups, AListThatOpensNoGroupFailsEveryRequest) {
  Rows rows = WithToken({.id = 1, .user_id = 1, .group = "auto", .auto_groups = "vip"});
  Put(rows, TokenRow{.id = 2, .user_id = 2, .group = "auto", .auto_groups = R"(["dead", "nowhere"])"});
  Put(rows, TokenRow{.id = 3, .user_id = 1, .status = 2, .group = "auto", .auto_groups = "vip"});
  Put(rows, TokenRow{.id = 4, .user_id = 1, .group = "default", .auto_groups = "means nothing here"});
  Put(rows, TokenRow{.id = 5, .user_id = 1, .group = "auto", .auto_groups = "[]"});
  for (const std::optional<Policy>& policy : {std::optional<Policy>(), std::optional<Policy>(Policy())}) {
    const Finding finding = Only(Examined(rows, {.policy = policy}), kAutoGroups);
    EXPECT_EQ(finding.severity, Severity::kError);
    EXPECT_EQ(finding.message,
              "2 enabled tokens have a list of automatic groups that is not served as it is written: token 1, "
              "auto_groups is no JSON array of names, and so no group at all, token 2, no enabled channel serves "
              "\"dead\", \"nowhere\"");
    EXPECT_EQ(finding.failing_routes, 4u) << "a and b of default, b and c of vip";
    EXPECT_EQ(finding.cure, CureClass::kAdvice);
  }
}

TEST(TokenAutoGroups, AListOfWhichSomeGroupServesIsAWarning) {
  const auto codes = [](const char* list) {
    return Codes(
        Examined(WithToken({.id = 1, .user_id = 1, .group = "auto", .auto_groups = list}), {.only = {kAutoGroups}}));
  };
  EXPECT_THAT(codes(R"(["vip", "nowhere"])"), ElementsAre(std::string("warning ") + kAutoGroups));
  EXPECT_THAT(codes(R"(["vip", "default"])"), IsEmpty());
}

TEST(TokenGroupUnserved, ServedEmptyAndDisabledTokensAreNotAmongThem) {
  Rows rows = TwoGroups();
  Put(rows, TokenRow{.id = 1, .group = "vip"});
  Put(rows, TokenRow{.id = 2, .group = " "});
  Put(rows, TokenRow{.id = 3, .status = 2, .group = "svip"});
  EXPECT_TRUE(Examined(rows, {.only = {kUnserved}}).ok());
}

TEST(TokenGroupUnserved, ListOfGroupsIsBounded) {
  Rows rows = TwoGroups();
  for (std::int64_t i = 0; i < 14; ++i) Put(rows, TokenRow{.id = i, .group = "g" + std::to_string(10 + i)});
  EXPECT_THAT(Only(Examined(rows), kUnserved).message, HasSubstr("\"g14\" (1 token) and 9 more"));
}

// A selection and the doctor must agree: a group that only abilities serve is served.
TEST(TokenGroupUnserved, AbilitiesDecideWhoServesWhereTheyAreBelieved) {
  Rows rows = WithToken({.id = 1, .group = "only-abilities"});
  Put(rows, AbilityRow{.group = "only-abilities", .model = "a", .channel_id = 1, .enabled = 1});
  EXPECT_TRUE(Examined(rows, {.only = {kUnserved}}).ok());
  const DoctorOptions channels{.policy = Policy{.source = RowSource::kChannels}, .only = {kUnserved}};
  EXPECT_THAT(Codes(Examined(rows, channels)), ElementsAre("error token-group-unserved"));
}

}  // namespace
}  // namespace pointsman
