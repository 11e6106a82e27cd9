// The doctor on how a database declares its tables: keys that a move lost, and numbers that are taken.
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

std::vector<Finding> Found(const Schema& schema, const char* code, Dialect dialect = Dialect::kPostgresql) {
  return Examined(Rows("test"), {.schema = schema, .dialect = dialect, .only = {code}}).findings;
}

TEST(PrimaryKeyMissing, IsFoundAndOfferedWhereADatabaseCanAddOne) {
  const Schema schema{.tables = {{.name = "tokens"}, {.name = "abilities", .primary_key = {"group", "model"}}}};
  const std::vector<Finding> found = Found(schema, "primary-key-missing");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].statements,
              ElementsAre(R"(ALTER TABLE tokens ADD PRIMARY KEY ("id"))",
                          R"(ALTER TABLE abilities ADD PRIMARY KEY ("group", "model", "channel_id"))"));
  const std::vector<Finding> sqlite = Found(schema, "primary-key-missing", Dialect::kSqlite);
  ASSERT_THAT(sqlite, SizeIs(1));
  EXPECT_EQ(sqlite[0].cure, CureClass::kAdvice);
  EXPECT_THAT(sqlite[0].statements, IsEmpty());
}

TEST(PrimaryKeyMissing, AUniqueKeyOfTheSameColumnsInAnyOrderIsEnough) {
  EXPECT_THAT(Found({.tables = {{.name = "abilities", .primary_key = {"channel_id", "Model", "group"}},
                                {.name = "options", .unique_keys = {{"key"}}},
                                {.name = "users", .primary_key = {"ID"}}}},
                    "primary-key-missing"),
              IsEmpty());
}

TEST(SequenceBehind, IsFoundFromTheFirstIdThatIsTaken) {
  const auto users = [](std::int64_t next) {
    return Schema{
        .tables = {
            {.name = "users",
             .primary_key = {"id"},
             .numbering = Numbering{
                 .sequence = R"("gw"."users_id_seq")", .table = R"("gw"."users")", .next = next, .highest = 7}}}};
  };
  EXPECT_THAT(Found(users(8), "sequence-behind"), IsEmpty());
  const std::vector<Finding> found = Found(users(7), "sequence-behind");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].message, HasSubstr("users: the next id is 7, the highest one is 7"));
  EXPECT_THAT(
      found[0].statements,
      ElementsAre("SELECT pg_catalog.setval('\"gw\".\"users_id_seq\"', GREATEST((SELECT pg_catalog.max(id) FROM "
                  "\"gw\".\"users\"), last_value)) FROM \"gw\".\"users_id_seq\""));
}

TEST(PrimaryKeyRepeated, OfTokensAndUsersIsAnError) {
  Rows rows("test");
  Put(rows, TokenRow{.id = 3, .status = 1, .group = "default"});
  Put(rows, TokenRow{.id = 3, .status = 1, .group = "vip"});
  const Finding finding = Only(Examined(rows, {.only = {"primary-key-repeated"}}), "primary-key-repeated");
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.count, 1U);
}

}  // namespace
}  // namespace pointsman
