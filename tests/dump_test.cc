// What dumps promise: the rows and the policy in one compile to the very table that was served; state and decisions
// come back; names keep their bytes; whatever is cut, malformed or untrue is refused with its place and a cure.
#include "pointsman/load/dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "load/json/byte_text.h"
#include "pointsman/doctor.h"
#include "pointsman/load/json.h"
#include "pointsman/router.h"
#include "support/random_tables.h"
#include "support/rows_builder.h"
#include "support/run_program.h"

namespace pointsman::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

// What is wrong with a dump's text.
std::string Refusal(const std::string& text) {
  const absl::StatusOr<LoadedDump> loaded = ParseDump(text, "node.json");
  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  return MessageOf(loaded.status());
}

std::string Replaced(std::string text, const std::string& old, const std::string& with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old << " is not in " << text;
  return at == std::string::npos ? text : text.replace(at, old.size(), with);
}

RouterDump DumpOf(const Rows& rows, const Policy& policy = {}) {
  return {.table = MustCompile(rows, policy).table, .generation = 3};
}

std::string SmallDump() { return DumpToJson(DumpOf(RowsOf(Bltcy(), Channel(9, "vip", "m", 4, -2)))); }

TEST(TableRows, CompileToTheSameTableWhateverItWasMadeFrom) {
  RandomTables tables(1);
  for (int i = 0; i < 3000; ++i) {
    const auto table = tables.Next();
    const Compiled again = MustCompile(TableRows(*table), table->policy());
    EXPECT_THAT(again.report.rejections, IsEmpty());
    ASSERT_EQ(again.table->content_hash(), table->content_hash()) << "table " << i;
  }
}

// A row as it will be met by a policy that never selects those without a priority, and by one that takes them for 0.
Rows WithoutPriorities(RowSource believed) {
  Rows rows = RowsOf(Bltcy(), ChannelRow{.id = 9, .status = 1, .groups = "vip", .models = "m", .priority = nullptr},
                     ChannelRow{.id = 10, .status = 2, .groups = "vip", .models = "m", .priority = nullptr});
  if (believed == RowSource::kChannels) return rows;
  rows.Add(AbilityRow{.group = "vip", .model = "m", .channel_id = 8, .enabled = 1, .priority = 0, .weight = 1});
  rows.Add(AbilityRow{.group = "vip", .model = "m", .channel_id = 9, .enabled = 1, .priority = nullptr, .weight = 2});
  rows.Add(AbilityRow{.group = "vip", .model = "n", .channel_id = 9, .enabled = 0, .priority = nullptr, .weight = 3});
  rows.Add(AbilityRow{.group = "vip", .model = "m", .channel_id = 10, .enabled = 1, .priority = nullptr, .weight = 4});
  return rows;
}

CandidateStatus StatusIn(const RouteTable& table, std::string_view model, std::int64_t channel) {
  const RouteInfo route = table.Describe("vip", model).value();
  for (const TierInfo& tier : route.tiers) {
    for (const CandidateInfo& c : tier.candidates) {
      if (c.channel_id == channel) return c.status;
    }
  }
  ADD_FAILURE() << "channel " << channel << " does not serve " << model;
  return {};
}

// Would catch: NULL written as 0, which comes back eligible; or as disabled, which it is not.
TEST(Dump, KeepsWhatHasNoPriorityUnderEitherRule) {
  for (const RowSource believed : {RowSource::kChannels, RowSource::kAbilities}) {
    const Policy never{.source = believed, .priorities = {.null_priority = NullPriority::kNever}};
    const RouterDump dump = DumpOf(WithoutPriorities(believed), never);
    const std::string text = DumpToJson(dump);
    EXPECT_THAT(text, HasSubstr("\"priority\": null"));
    const absl::StatusOr<LoadedDump> loaded = ParseDump(text);
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
    const RouteTable& table = *loaded->dump.table;
    EXPECT_EQ(table.content_hash(), dump.table->content_hash());
    EXPECT_EQ(StatusIn(table, "m", 9), CandidateStatus::kNoPriority);
    EXPECT_EQ(StatusIn(table, "m", 10), CandidateStatus::kChannelDisabled);
    const auto zero = MustCompile(loaded->rows, {.source = believed}).table;
    EXPECT_EQ(StatusIn(*zero, "m", 9), CandidateStatus::kEligible) << "the rows do not say that it is disabled";
    if (believed == RowSource::kChannels) continue;
    EXPECT_EQ(StatusIn(table, "n", 9), CandidateStatus::kAbilityDisabled);
    EXPECT_EQ(StatusIn(*zero, "n", 9), CandidateStatus::kAbilityDisabled);
  }
}

TEST(Dump, ComesBackWithTheSameTableStateAndText) {
  RandomTables tables(2);
  for (int i = 0; i < 2000; ++i) {
    RouterDump dump{.table = tables.Next(), .generation = tables.OneIn(2) ? ~std::uint64_t{0} : tables.Below(9)};
    if (dump.table->FindChannel(1).has_value()) dump.out.push_back({.channel_id = 1});
    const std::string text = DumpToJson(dump);
    const absl::StatusOr<LoadedDump> loaded = ParseDump(text);
    ASSERT_TRUE(loaded.ok()) << loaded.status() << "\n" << text;
    EXPECT_EQ(loaded->dump.table->content_hash(), dump.table->content_hash());
    EXPECT_EQ(loaded->dump.table->policy(), dump.table->policy());
    EXPECT_EQ(loaded->dump.generation, dump.generation);
    EXPECT_EQ(loaded->dump.out, dump.out);
    ASSERT_EQ(DumpToJson(loaded->dump), text);
  }
}

TEST(Dump, OfARouterIsWhatItServesAndWhoIsSwitchedOff) {
  Router router;
  Rows rows = RowsOf(Bltcy(), Channel(9, "vip", "m"));
  RowsLoader loader(rows);
  ASSERT_TRUE(router.Reload(loader).ok());
  ASSERT_TRUE(router.SwitchOff(9));
  const RouterDump dump = router.Dump();
  EXPECT_EQ(dump.table, router.TakeSnapshot().table);
  EXPECT_EQ(dump.generation, 1u);
  EXPECT_THAT(dump.out, ElementsAre(OutChannel{.channel_id = 9}));
  EXPECT_THAT(dump.decisions, IsEmpty());
  ASSERT_TRUE(router.Patch(std::vector{ChannelChange::Remove(9)}).ok());
  EXPECT_THAT(router.Dump().out, IsEmpty()) << "a removed channel is no longer anywhere";
}

TEST(Dump, BeforeTheFirstPublishCanBeReadToo) {
  for (const RowSource source : {RowSource::kBoth, RowSource::kAbilities, RowSource::kChannels}) {
    const Router router({.source = source});
    const absl::StatusOr<LoadedDump> loaded = ParseDump(DumpToJson(router.Dump()));
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->dump.generation, 0u);
  }
}

TEST(Dump, IsOneJsonObjectThatOthersCanRead) {
  const nlohmann::json d = nlohmann::json::parse(SmallDump());
  EXPECT_EQ(d["pointsman_dump"], 1);
  EXPECT_EQ(d["believed"], "channels");
  EXPECT_EQ(d["tables"]["channels"][0]["name"], "Bltcy");
  EXPECT_EQ(d["tables"]["channels"][0]["models"], "kling,pika,runway");
  EXPECT_EQ(d["tables"]["channels"][1]["priority"], -2);
  EXPECT_EQ(d["policy"]["source"], "both");
}

TEST(Dump, TablesAreThoseOfTheJsonLoader) {
  const nlohmann::json d = nlohmann::json::parse(SmallDump());
  JsonLoader loader = JsonLoader::Text(d["tables"].dump());
  Rows rows("json");
  ASSERT_TRUE(loader.Load(rows, {}).ok());
  EXPECT_EQ(MustCompile(rows).table->content_hash(), d["content_hash"].get<std::string>());
}

TEST(Dump, ByteOrderMarkAndCommentsAreNoMistake) {
  EXPECT_TRUE(ParseDump("\xef\xbb\xbf// of node 3\n" + SmallDump()).ok());
}

TEST(Dump, ReadUnderAnotherPolicyIsRowsLikeOthers) {
  const LoadedDump loaded = *ParseDump(SmallDump());
  const Compiled other = MustCompile(loaded.rows, {.groups = {.default_group = "vip"}});
  EXPECT_THAT(other.report.rejections, IsEmpty());
  EXPECT_NE(other.table->content_hash(), loaded.dump.table->content_hash());
  EXPECT_TRUE(other.table->Describe("default", "runway").has_value());
}

// The rows of a dump are made up from a table: what they do not know must not look like a fault of somebody's database.
TEST(Dump, DoctorFindsNothingThatOnlyTheFormOfADumpIsToBlameFor) {
  Rows rows = RowsOf(ChannelRow{.id = 1, .status = 1, .groups = "default", .models = "a,b", .weight = 1},
                     ChannelRow{.id = 2, .status = 2, .groups = "default", .models = "a", .weight = 2});
  for (const char* model : {"a", "b"}) {
    rows.Add(AbilityRow{.group = "default", .model = model, .channel_id = 1, .enabled = 1, .priority = 0, .weight = 1});
  }
  rows.Add(AbilityRow{.group = "default", .model = "a", .channel_id = 2, .enabled = 0, .priority = 0, .weight = 2});
  const auto codes = [](const Rows& examined, const Policy& policy) {
    std::vector<std::string> found;
    const Examination examination = Examine(examined, {.policy = policy}).value();
    for (const Finding& finding : examination.findings) found.push_back(finding.code);
    return found;
  };
  const LoadedDump loaded = *ParseDump(DumpToJson(DumpOf(rows)));
  EXPECT_EQ(codes(loaded.rows, loaded.dump.table->policy()), codes(rows, {}));
}

TEST(ByteText, AnyBytesComeBack) {
  std::string every;
  for (int a = 0; a < 256; ++a) {
    every += static_cast<char>(a);
    for (int b = 0; b < 256; ++b) {
      const std::string two = {static_cast<char>(a), static_cast<char>(b)};
      ASSERT_EQ(BytesOfText(TextOfBytes(two)), two);
    }
  }
  EXPECT_EQ(BytesOfText(TextOfBytes(every)), every);
  RandomPolicies random(3);
  for (int i = 0; i < 20000; ++i) {
    static const std::vector<std::string> parts = {"\xf4", "\x8f", "\xbe",     "\xbf",
                                                   "\x80", "a",    "\xc3\xa9", "\xf4\x8f\xbe\x80"};
    std::string bytes;
    for (std::size_t n = random.Below(9); n > 0; --n) bytes += parts[random.Below(parts.size())];
    ASSERT_EQ(BytesOfText(TextOfBytes(bytes)), bytes);
  }
}

TEST(ByteText, Utf8StaysAsItIs) {
  EXPECT_EQ(TextOfBytes("caf\xc3\xa9 \xe5\x90\x8d"), "caf\xc3\xa9 \xe5\x90\x8d");
  EXPECT_EQ(TextOfBytes("caf\xe9"), "caf\xf4\x8f\xbf\xa9");
}

TEST(DumpRefusal, ALieAboutTheHashShowsBothHashes) {
  const std::string message = Refusal(Replaced(SmallDump(), "\"weight\": 4", "\"weight\": 5"));
  EXPECT_THAT(message, StartsWith("node.json:2:"));
  EXPECT_THAT(message, HasSubstr("the dump says v1:"));
  EXPECT_THAT(message, HasSubstr(" but its rows make v1:"));
  EXPECT_THAT(message, HasSubstr("; write it anew"));
}

// Each part of a table is under the hash: none can be changed unseen.
TEST(DumpRefusal, AnyChangeOfATableIsSeen) {
  const std::vector<std::pair<std::string, std::string>> changes = {{"\"id\": 8", "\"id\": 7"},
                                                                    {"Bltcy", "Bltcz"},
                                                                    {"\"type\": 55", "\"type\": 5"},
                                                                    {"\"status\": 1", "\"status\": 2"},
                                                                    {"\"tag\": \"\"", "\"tag\": \"t\""},
                                                                    {"\"cookie\": 0", "\"cookie\": 1"},
                                                                    {"pika", "pike"},
                                                                    {"\"group\": \"vip\"", "\"group\": \"vup\""},
                                                                    {"\"priority\": -2", "\"priority\": 2"},
                                                                    {"\"budget\": 5", "\"budget\": 6"},
                                                                    {"\"groups\": []", "\"groups\": [\"more\"]"}};
  for (const auto& [old, with] : changes) {
    const std::string text = SmallDump();
    const std::string message = Refusal(old == "\"groups\": []" ? text.substr(0, text.rfind(old)) + with +
                                                                      text.substr(text.rfind(old) + old.size())
                                                                : Replaced(text, old, with));
    EXPECT_THAT(message, HasSubstr("its rows make")) << old;
  }
}

TEST(DumpRefusal, CutAnywhereIsSeen) {
  const std::string text = SmallDump();
  for (std::size_t bytes = 0; bytes + 2 < text.size(); ++bytes) {
    const std::string message = Refusal(text.substr(0, bytes));
    ASSERT_THAT(message, AllOf(StartsWith("node.json:"), HasSubstr("; "))) << bytes;
  }
}

TEST(DumpRefusal, EachMemberThatIsMissingIsNamed) {
  const nlohmann::ordered_json whole = nlohmann::ordered_json::parse(SmallDump());
  for (const auto& [key, value] : whole.items()) {
    if (key == "pointsman_dump") continue;
    nlohmann::ordered_json cut = whole;
    cut.erase(key);
    EXPECT_THAT(Refusal(cut.dump()), HasSubstr("the dump has no \"" + key + "\"")) << key;
  }
}

TEST(DumpRefusal, EachMemberOfAnotherKindIsRefusedAtItsPlace) {
  const nlohmann::ordered_json whole = nlohmann::ordered_json::parse(SmallDump());
  for (const auto& [key, value] : whole.items()) {
    for (const char* other : {"null", "true", "-1", "1.5", "\"text\"", "[[]]", "{\"a\":{}}"}) {
      nlohmann::ordered_json changed = whole;
      changed[key] = nlohmann::ordered_json::parse(other);
      if (key == "library" && other == std::string("\"text\"")) continue;
      EXPECT_THAT(Refusal(changed.dump()), StartsWith("node.json:1:")) << key << ": " << other;
    }
  }
}

TEST(DumpRefusal, SaysWhatIsWrongAndWhatToDo) {
  const std::string text = SmallDump();
  EXPECT_THAT(Refusal(R"({"channels": []})"),
              "node.json:1:2: this is no dump, which would begin with \"pointsman_dump\"; for tables say json:PATH");
  EXPECT_THAT(Refusal(R"([1])"), "node.json:1:1: a dump is an object, not a list; write one with DumpToJson");
  EXPECT_THAT(Refusal(Replaced(text, "\"pointsman_dump\": 1", "\"pointsman_dump\": 2")),
              HasSubstr("$.pointsman_dump is 2, and this version knows format 1; read it with a newer one"));
  EXPECT_THAT(Refusal(Replaced(text, "\"believed\"", "\"beleived\"")),
              HasSubstr("unknown key \"beleived\" (did you mean \"believed\"?)"));
  EXPECT_THAT(Refusal(Replaced(text, "\"id\": 8", "\"id\": \"eight\"")), HasSubstr("channels[0].id"));
  EXPECT_THAT(Refusal(Replaced(text, "\"weight\": 4", "\"weight\": -4")), HasSubstr("weight -4 is negative"));
  EXPECT_THAT(Refusal(Replaced(text, "\"cookie\": 0", "\"cookie\": -1")),
              HasSubstr("cookie is -1; write a whole number"));
  EXPECT_THAT(Refusal(Replaced(text, "\"out\": [", "\"out\": [{\"channel_id\": 5, \"reason\": \"switched_off\"}")),
              HasSubstr("$.out[0] names channel 5, which the tables do not have"));
  EXPECT_THAT(Refusal(Replaced(text, "\"out\": [", "\"out\": [{\"channel_id\": 8, \"reason\": \"tired\"}")),
              HasSubstr("$.out[0].reason is \"tired\""));
  EXPECT_THAT(Refusal(Replaced(text, "\"empty_group\": \"inherit\"", "\"empty_group\": \"inherti\"")),
              HasSubstr("$.policy.empty_group is \"inherti\""));
  EXPECT_THAT(Refusal(Replaced(text, "\"default_group\": \"default\"", "\"default_group\": \" \"")),
              HasSubstr("$.policy.default_group"));
}

TEST(DumpRefusal, AHostileFileIsBounded) {
  EXPECT_THAT(Refusal(R"({"pointsman_dump": 1, "decisions": )" + std::string(5000, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(Refusal(R"({"pointsman_dump": 1, ")" + std::string(100000, 'x') + "\": 1}").size(), ::testing::Lt(1000u));
}

TEST(DumpLoader, FeedsARouterOfTheSamePolicyTheSameTable) {
  const TempFolder folder;
  WriteText(folder / "node.json", SmallDump());
  Router router;
  DumpLoader loader = DumpLoader::File(folder / "node.json");
  const auto report = router.Reload(loader);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->content_hash, ParseDump(SmallDump())->dump.table->content_hash());
  DumpLoader missing = DumpLoader::File(folder / "none.json");
  EXPECT_EQ(router.Reload(missing).status().code(), absl::StatusCode::kNotFound);
}

TEST(DumpLoader, KeepsTheLastGoodTableWhenTheDumpIsWrong) {
  Router router;
  DumpLoader good = DumpLoader::Text(SmallDump());
  ASSERT_TRUE(router.Reload(good).ok());
  DumpLoader wrong = DumpLoader::Text(Replaced(SmallDump(), "\"weight\": 4", "\"weight\": 5"));
  EXPECT_EQ(router.Reload(wrong).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(router.TakeSnapshot().generation, 1u);
}

std::size_t Upper(void*, std::string_view, std::span<char>) noexcept { return 0; }

// Catches: a dump that forgets the host's own rule and makes another table of the rows.
TEST(Dump, UnderANormaliserOfTheHostsOwnIsReadWithItAndRefusedWithout) {
  Policy policy;
  policy.models.normalizer = {.name = "upper", .normalize = &Upper};
  const std::string text = DumpToJson(DumpOf(RowsOf(Bltcy()), policy));
  const absl::StatusOr<LoadedDump> loaded = ParseDump(text, "node.json", std::span(&policy.models.normalizer, 1));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->dump.table->policy().models.normalizer.normalize, &Upper);
  EXPECT_THAT(Refusal(text), HasSubstr("\"upper\""));
  Rows rows("test");
  EXPECT_FALSE(DumpLoader::Text(text).Load(rows, {}).ok());
}

}  // namespace
}  // namespace pointsman::testing
