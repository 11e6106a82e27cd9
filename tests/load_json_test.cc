// Rows from JSON: what arrives, what is rejected, and that the one never disturbs the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "pointsman/load/json.h"

namespace pointsman {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Rows Load(const std::string& text, const Wanted& wanted = Wanted::Everything()) {
  Rows rows("routes.json");
  const absl::Status status = JsonLoader::Text(text, "routes.json").Load(rows, wanted);
  EXPECT_TRUE(status.ok()) << status;
  return rows;
}

std::vector<std::string> Rejections(const Rows& rows) {
  std::vector<std::string> texts;
  for (const Rejection& rejection : rows.rejections()) texts.push_back(rejection.Text());
  return texts;
}

// The one rejection that a channel with this column draws.
std::string ChannelRejection(const std::string& column) {
  const Rows rows = Load(R"({"channels": [{"id": 8, )" + column + "}]}");
  EXPECT_THAT(rows.channels(), IsEmpty());
  EXPECT_THAT(rows.rejections(), SizeIs(1));
  return rows.rejections().empty() ? "" : rows.rejections()[0].problem + "; " + rows.rejections()[0].cure;
}

// Would catch a column that is read into another's field.
TEST(JsonRows, EveryColumnOfAChannelArrivesInItsField) {
  const Rows rows = Load(R"({"channels": [{"id": 8, "name": "Bltcy", "type": 55, "status": 1, "group": "default,vip",
      "models": "runway,pika", "priority": -3, "weight": 7, "tag": "t", "model_mapping": "{\"a\":\"b\"}",
      "channel_info": ""}]})");
  ASSERT_THAT(rows.channels(), SizeIs(1));
  const ChannelRow& channel = rows.channels()[0];
  EXPECT_EQ(channel.id, 8);
  EXPECT_EQ(channel.name, TextField("Bltcy"));
  EXPECT_EQ(channel.type, IntField(55));
  EXPECT_EQ(channel.status, IntField(1));
  EXPECT_EQ(channel.groups, TextField("default,vip"));
  EXPECT_EQ(channel.models, TextField("runway,pika"));
  EXPECT_EQ(channel.priority, IntField(-3));
  EXPECT_EQ(channel.weight, IntField(7));
  EXPECT_EQ(channel.tag, TextField("t"));
  EXPECT_EQ(channel.model_mapping, TextField(R"({"a":"b"})"));
  EXPECT_EQ(channel.channel_info, TextField(""));
}

TEST(JsonRows, EveryColumnOfAnAbilityArrivesInItsField) {
  const Rows rows = Load(R"({"abilities": [{"group": "vip", "model": "runway", "channel_id": 8, "enabled": true,
      "priority": 2, "weight": 3, "tag": "t"}]})");
  ASSERT_THAT(rows.abilities(), SizeIs(1));
  const AbilityRow& ability = rows.abilities()[0];
  EXPECT_EQ(ability.group, TextField("vip"));
  EXPECT_EQ(ability.model, TextField("runway"));
  EXPECT_EQ(ability.channel_id, 8);
  EXPECT_EQ(ability.enabled, IntField(1));
  EXPECT_EQ(ability.priority, IntField(2));
  EXPECT_EQ(ability.weight, IntField(3));
  EXPECT_EQ(ability.tag, TextField("t"));
}

TEST(JsonRows, EveryColumnOfATokenArrivesInItsField) {
  const Rows rows = Load(R"({"tokens": [{"id": 3, "user_id": 1, "name": "n", "status": 2, "group": "g",
      "expired_time": -1, "model_limits_enabled": 1, "model_limits": "a,b", "cross_group_retry": false,
      "auto_groups": "[]"}]})");
  ASSERT_THAT(rows.tokens(), SizeIs(1));
  const TokenRow& token = rows.tokens()[0];
  EXPECT_EQ(token.id, 3);
  EXPECT_EQ(token.user_id, IntField(1));
  EXPECT_EQ(token.name, TextField("n"));
  EXPECT_EQ(token.status, IntField(2));
  EXPECT_EQ(token.group, TextField("g"));
  EXPECT_EQ(token.expired_time, IntField(-1));
  EXPECT_EQ(token.model_limits_enabled, IntField(1));
  EXPECT_EQ(token.model_limits, TextField("a,b"));
  EXPECT_EQ(token.cross_group_retry, IntField(0));
  EXPECT_EQ(token.auto_groups, TextField("[]"));
}

TEST(JsonRows, EveryColumnOfUsersAndOptionsArrivesInItsField) {
  const Rows rows = Load(R"({"users": [{"id": 1, "username": "ada", "status": 1, "group": "vip"}],
                             "options": [{"key": "GroupRatio", "value": "{\"vip\":1}"}, {"key": "AutoGroups", "value": null}]})");
  ASSERT_THAT(rows.users(), SizeIs(1));
  EXPECT_EQ(rows.users()[0].id, 1);
  EXPECT_EQ(rows.users()[0].username, TextField("ada"));
  EXPECT_EQ(rows.users()[0].status, IntField(1));
  EXPECT_EQ(rows.users()[0].group, TextField("vip"));
  ASSERT_THAT(rows.options(), SizeIs(2));
  EXPECT_EQ(rows.options()[0].key, "GroupRatio");
  EXPECT_EQ(rows.options()[0].value, TextField(R"({"vip":1})"));
  EXPECT_EQ(rows.options()[1].value, TextField(nullptr));
}

// An ability without a weight takes its channel's, one whose weight is NULL weighs 0: they must not be mixed up, nor
// may a row inherit a cell from the row before it.
TEST(JsonRows, MissingColumnIsAbsentAndNullIsNull) {
  const Rows rows = Load(R"({"abilities": [{"group": "g", "model": "m", "channel_id": 1, "weight": 5, "tag": "t"},
                                           {"group": "g", "model": "m", "channel_id": 2},
                                           {"group": null, "model": "m", "channel_id": 3, "weight": null}]})");
  ASSERT_THAT(rows.abilities(), SizeIs(3));
  EXPECT_TRUE(rows.abilities()[1].weight.is_absent());
  EXPECT_TRUE(rows.abilities()[1].tag.is_absent());
  EXPECT_TRUE(rows.abilities()[2].weight.is_null());
  EXPECT_TRUE(rows.abilities()[2].group.is_null());
}

TEST(JsonRows, OriginIsTheLineOfTheBraceAndThePositionInTheList) {
  const Rows rows = Load(
      "{\"users\": [\n  {\"id\": 1}, {\"id\": 2,\n \"group\": \"g\"},\n\n  {\n\"id\": 3}],\n"
      "\"tokens\":\n[{\"id\": 4}]}");
  ASSERT_THAT(rows.users(), SizeIs(3));
  EXPECT_EQ(rows.users()[0].origin.line, 2U);
  EXPECT_EQ(rows.users()[1].origin.line, 2U);
  EXPECT_EQ(rows.users()[1].origin.index, 1U);
  EXPECT_EQ(rows.users()[2].origin.line, 5U);
  EXPECT_EQ(rows.users()[2].origin.index, 2U);
  ASSERT_THAT(rows.tokens(), SizeIs(1));
  EXPECT_EQ(rows.tokens()[0].origin.line, 8U);
  EXPECT_EQ(rows.tokens()[0].origin.index, 0U);
}

TEST(JsonRows, WeightAsTextRejectsItsRowAndNothingElse) {
  const Rows rows = Load(R"({"channels": [
    {"id": 7},
    {"weight": "7", "id": 8},
    {"id": 9}]})");
  ASSERT_THAT(rows.channels(), SizeIs(2));
  EXPECT_EQ(rows.channels()[1].id, 9);
  EXPECT_THAT(Rejections(rows),
              ElementsAre("routes.json:3: $.channels[1].weight (id 8): weight is the text \"7\", not a whole number; "
                          "write 7 without the quotes"));
}

TEST(JsonRows, EveryProblemOfARowIsNamed) {
  const Rows rows = Load(R"({"abilities": [{"group": "default", "model": "runway", "channel_id": 8,
                                            "enabled": 2, "weight": 2.5}]})");
  EXPECT_THAT(rows.abilities(), IsEmpty());
  const std::string place = "routes.json:1: $.abilities[0].";
  EXPECT_THAT(
      Rejections(rows),
      ElementsAre(place + "enabled ((default, runway, 8)): enabled is 2, not true or false; write true or false",
                  place + "weight ((default, runway, 8)): weight is 2.5, not a whole number; "
                          "write a whole number such as 10"));
}

TEST(JsonRows, NumbersAreWholeAndWithin64Bits) {
  const Rows rows = Load(R"({"channels": [{"id": 2.0, "priority": -9223372036854775808, "weight": 4e2,
                                           "type": 9223372036854775807}]})");
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].id, 2);
  EXPECT_EQ(rows.channels()[0].weight, IntField(400));
  EXPECT_EQ(rows.channels()[0].priority, IntField(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(rows.channels()[0].type, IntField(std::numeric_limits<std::int64_t>::max()));
  const std::string beyond =
      ", which 64 bits with a sign cannot hold; "
      "write a number from -9223372036854775808 to 9223372036854775807";
  EXPECT_EQ(ChannelRejection(R"("weight": 9223372036854775808)"), "weight is 9223372036854775808" + beyond);
  EXPECT_EQ(ChannelRejection(R"("priority": -9223372036854775809)"), "priority is -9223372036854775809" + beyond);
  EXPECT_EQ(ChannelRejection(R"("weight": 1e300)"), "weight is 1e300" + beyond);
  EXPECT_EQ(ChannelRejection(R"("weight": 9007199254740993.0)"),
            "weight is 9007199254740993.0, too large to be exact in this form; write all its digits");
}

TEST(JsonRows, WrongTypesAreNamedWithTheirCure) {
  EXPECT_EQ(ChannelRejection(R"("status": true)"),
            "status is true, not a whole number; write a whole number such as 10");
  EXPECT_EQ(ChannelRejection(R"("weight": "heavy")"),
            "weight is the text \"heavy\", not a whole number; write a whole number such as 10");
  EXPECT_EQ(ChannelRejection(R"("name": 5)"), "name is a number, not text; write it in double quotes");
  EXPECT_EQ(ChannelRejection(R"("models": ["a", "b"])"),
            "models is a list, not text with commas; write a comma list in double quotes, such as \"a,b\"");
  EXPECT_EQ(ChannelRejection(R"("model_mapping": 5)"),
            "model_mapping is a number, not JSON; write JSON text in double quotes, an object or a list");
  EXPECT_EQ(ChannelRejection(R"("weight": {"value": [1]})"),
            "weight is an object, not a whole number; write a whole number such as 10");
}

TEST(JsonRows, RowWithoutItsKeyIsRejectedByPosition) {
  const Rows rows = Load(R"({"channels": [{"name": "a"}], "abilities": [{"group": "g", "model": "m"}],
                             "tokens": [{"id": null}], "users": [{"id": "x"}], "options": [{"value": "v"}]})");
  const std::string id_cure = "write the id as the database has it, such as 8";
  EXPECT_THAT(Rejections(rows),
              ElementsAre("routes.json:1: $.channels[0].id: id is missing; " + id_cure,
                          "routes.json:1: $.abilities[0].channel_id: channel_id is missing; " + id_cure,
                          "routes.json:2: $.tokens[0].id: id is NULL; " + id_cure,
                          "routes.json:2: $.users[0].id: id is the text \"x\", not a whole number; " + id_cure,
                          "routes.json:2: $.options[0].key: key is missing; write its name"));
  EXPECT_THAT(rows.channels(), IsEmpty());
  EXPECT_THAT(rows.options(), IsEmpty());
}

TEST(JsonRows, ColumnThatStandsTwiceRejectsItsRow) {
  EXPECT_EQ(ChannelRejection(R"("weight": 1, "weight": 2)"),
            "weight stands in the row more than once; keep one of them");
  EXPECT_EQ(ChannelRejection(R"("weight": null, "weight": null)"),
            "weight stands in the row more than once; keep one of them");
}

// Would catch a nested value whose inner keys are taken for columns, and a secret in rows or messages.
TEST(JsonRows, UnknownColumnsAreSkippedWhateverTheyHold) {
  const Rows rows = Load(R"({"channels": [{"id": 8, "key": "sk-secret", "base_url": {"id": 9, "weight": "x"},
      "setting": [[{"id": 10}], {"key": "sk-secret"}], "prioriy": "sk-secret", "weight": "sk", "name": "n"}]})");
  EXPECT_THAT(Rejections(rows), ElementsAre(Not(HasSubstr("sk-secret"))));
  EXPECT_EQ(rows.rejections()[0].place.key, "id 8");
}

// Options hold secrets of the gateway: a value of the wrong type is not repeated.
TEST(JsonRows, ValueOfAnOptionIsNeverRepeated) {
  const Rows rows = Load(R"({"options": [{"key": "RetryTimes", "value": 424242}]})");
  EXPECT_THAT(Rejections(rows),
              ElementsAre("routes.json:1: $.options[0].value (key RetryTimes): value is a number, not "
                          "JSON; write JSON text in double quotes, an object or a list"));
}

TEST(JsonRows, OptionsThatDoNotConcernRoutingAreNotHandedOver) {
  const Rows rows =
      Load(R"({"options": [{"key": "SMTPToken", "value": "sk-secret"}, {"key": "SMTPToken", "value": 424242},
                                         {"key": "RetryTimes", "value": "3"}]})");
  ASSERT_THAT(rows.options(), SizeIs(1));
  EXPECT_EQ(rows.options()[0].key, "RetryTimes");
  EXPECT_THAT(Rejections(rows), IsEmpty());
}

TEST(JsonRows, DeletedTokensAndUsersAreNothingAtAll) {
  const Rows rows = Load(R"({"tokens": [{"id": 1, "deleted_at": "2025-01-01"}, {"id": 2, "deleted_at": null},
                                        {"deleted_at": 5, "status": "bad"}],
                             "users": [{"id": 3, "deleted_at": {"Valid": true}}],
                             "channels": [{"id": 4, "deleted_at": "2025-01-01"}]})");
  ASSERT_THAT(rows.tokens(), SizeIs(1));
  EXPECT_EQ(rows.tokens()[0].id, 2);
  EXPECT_THAT(rows.users(), IsEmpty());
  EXPECT_THAT(rows.channels(), SizeIs(1));  // channels are deleted for good: their column means nothing
  EXPECT_THAT(rows.rejections(), IsEmpty());
}

TEST(JsonRows, NestedJsonIsCarriedAsCompactText) {
  const Rows rows = Load(R"({"channels": [{"id": 8, "model_mapping": { "a b" : "c\" // d", /* why */ "n": [1.50, {}] },
      "channel_info": null}], "tokens": [{"id": 1, "auto_groups": [ "default" , // first
      "vip" ]}]})");
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].model_mapping, TextField(R"({"a b":"c\" // d","n":[1.50,{}]})"));
  EXPECT_EQ(rows.channels()[0].channel_info, TextField(nullptr));
  ASSERT_THAT(rows.tokens(), SizeIs(1));
  EXPECT_EQ(rows.tokens()[0].auto_groups, TextField(R"(["default","vip"])"));
}

TEST(JsonRows, TablesThatAreNotWantedDeliverNothing) {
  const Rows rows = Load(R"({"tokens": [{"id": "bad"}, {"id": 1}], "channels": [{"id": 8}]})", Wanted());
  EXPECT_THAT(rows.tokens(), IsEmpty());
  EXPECT_THAT(rows.rejections(), IsEmpty());
  EXPECT_THAT(rows.channels(), SizeIs(1));
}

TEST(JsonRows, NamesPassWhateverTheirBytesAndLength) {
  const std::string name(10000, 'x');
  const Rows rows =
      Load("{\"channels\": [{\"id\": 8, \"name\": \"" + name + "\", \"tag\": \"a\\u0000b\\ud83d\\ude00\"}]}");
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].name.value(), name);
  EXPECT_EQ(rows.channels()[0].tag.value(), std::string_view("a\0b\xf0\x9f\x98\x80", 7));
}

TEST(JsonRows, ByteOrderMarkAndCommentsAreSkipped) {
  const Rows rows = Load("\xef\xbb\xbf// routes\n{/* none */\"channels\": [{\"id\": 8}]} // end");
  ASSERT_THAT(rows.channels(), SizeIs(1));
  EXPECT_EQ(rows.channels()[0].origin.line, 2U);
}

TEST(JsonRows, LoaderMayBeAskedAgain) {
  JsonLoader loader = JsonLoader::Text(R"({"channels": [{"id": 8}]})");
  Rows first;
  Rows second;
  EXPECT_TRUE(loader.Load(first, {}).ok());
  EXPECT_TRUE(loader.Load(second, {}).ok());
  EXPECT_THAT(second.channels(), SizeIs(1));
}

}  // namespace
}  // namespace pointsman
