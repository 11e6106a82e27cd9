// The command line as a user meets it: exit codes, one document on stdout, messages on stderr; and the incident, end to
// end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/run_program.h"

namespace pointsman::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

Outcome Pointsman(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), POINTSMAN_TOOL_PATH);
  return RunProgram(arguments);
}

json Document(const Outcome& outcome) {
  json document = json::parse(outcome.out, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << "stdout is not one JSON document: " << outcome.out << outcome.err;
  EXPECT_EQ(outcome.out.back(), '\n');
  return document;
}

class Cli : public ::testing::Test {
 protected:
  // The incident's database, fresh.
  std::string Incident() const {
    const std::string path = folder_ / "incident.db";
    EXPECT_EQ(RunProgram({MAKE_INCIDENT_PATH, path, "--force"}).code, 0);
    return path;
  }
  std::string File(const std::string& name, const std::string& text) const {
    WriteText(folder_ / name, text);
    return folder_ / name;
  }
  std::string Exact() const { return File("exact.json", R"({"empty_group": "exact"})"); }
  // Weights 2 and 1 above a lower tier.
  std::string Weighted() const {
    return File("weighted.json", R"({"channels": [
      {"id": 1, "name": "two", "group": "default", "models": "m", "weight": 2, "priority": 5},
      {"id": 2, "name": "one", "group": "default", "models": "m", "weight": 1, "priority": 5},
      {"id": 3, "name": "low", "group": "default", "models": "m", "weight": 9}]})");
  }
  // The id of one of the twelve tokens, as doctor names them.
  std::string EmptyToken(const std::string& db) const {
    const json doctor = Document(Pointsman({"doctor", "--from", db, "--only", "token-empty-group", "--json"}));
    return std::to_string(doctor["findings"][0]["where"][0]["id"].get<int>());
  }

  TempFolder folder_;
};

using Select = Cli;
using Explain = Cli;
using Show = Cli;
using Doctor = Cli;
using Usage = Cli;

TEST_F(Select, OfTheIncidentsModelIsChannelEightWithShareOne) {
  const Outcome run = Pointsman(
      {"select", "--from", "sqlite:" + Incident(), "--group", "default", "--model", "runway", "-n", "1000", "--json"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err, IsEmpty());
  const json d = Document(run);
  EXPECT_EQ(d["ok"], true);
  EXPECT_EQ(d["requested"], 1000);
  EXPECT_EQ(d["seed"], 1);
  ASSERT_EQ(d["selections"].size(), 1u);
  const json s = d["selections"][0];
  EXPECT_EQ(s["channel_id"], 8);
  EXPECT_EQ(s["count"], 1000);
  EXPECT_EQ(s["share"], 1.0);
  EXPECT_EQ(s["exact_share"], 1.0);
  EXPECT_EQ(s["group"], "default");
  EXPECT_EQ(s["priority"], 0);
}

TEST_F(Select, SetsCountsBesideExactShares) {
  const json d = Document(
      Pointsman({"select", "--from", Weighted(), "--group", "default", "--model", "m", "-n", "3000", "--json"}));
  EXPECT_EQ(d["selections"][0]["channel_id"], 1);
  EXPECT_EQ(d["selections"][0]["exact_share_fraction"], "2/3");
  EXPECT_EQ(d["selections"][1]["exact_share_fraction"], "1/3");
  EXPECT_EQ(d["selections"][0]["count"].get<int>() + d["selections"][1]["count"].get<int>(), 3000);
  EXPECT_EQ(d["selections"].size(), 2u) << "the lower tier must not serve";
}

TEST_F(Select, RepeatsItselfForASeedAndDiffersForAnother) {
  const auto with_seed = [&](const std::string& seed) {
    return Pointsman({"select", "--from", Weighted(), "--group", "default", "--model", "m", "-n", "999", "--seed", seed,
                      "--json"})
        .out;
  };
  EXPECT_EQ(with_seed("7"), with_seed("7"));
  EXPECT_NE(with_seed("7"), with_seed("8"));
}

TEST_F(Select, ShowsPeopleBarsAndFractions) {
  const Outcome run = Pointsman({"select", "--from", Weighted(), "--group", "default", "--model", "m", "-n", "300"});
  EXPECT_THAT(run.out, HasSubstr("█"));
  EXPECT_THAT(run.out, HasSubstr("2/3"));
}

TEST_F(Select, WithoutARouteSaysNoWithAReason) {
  const Outcome run = Pointsman({"select", "--from", Incident(), "--group", "default", "--model", "nope", "--json"});
  EXPECT_EQ(run.code, 1);
  const json d = Document(run);
  EXPECT_EQ(d["ok"], false);
  EXPECT_EQ(d["reason"], "kNoSuchModel");
  EXPECT_TRUE(d["message"].is_string());
  EXPECT_FALSE(d["hints"].empty());
}

TEST_F(Select, HonoursTheGroupsThatTheRequestMayUse) {
  const auto allow = [&](const std::string& groups) {
    return Document(Pointsman(
        {"select", "--from", Incident(), "--group", "default", "--model", "runway", "--allow", groups, "--json"}));
  };
  EXPECT_EQ(allow("vip")["reason"], "kGroupNotAllowed");
  EXPECT_EQ(allow("")["reason"], "kGroupNotAllowed");
  EXPECT_EQ(allow("vip,default")["ok"], true);
}

TEST_F(Select, OfADisabledTokenIsRefusedBeforeRouting) {
  const std::string file = File("t.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}],
    "tokens": [{"id": 5, "name": "off", "status": 2, "group": "default"}]})");
  const Outcome run = Pointsman({"select", "--from", file, "--token", "off", "--model", "m", "--json"});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(Document(run)["reason"], "kTokenDisabled");
}

TEST_F(Select, OfATokenNameThatIsNotUniqueAsksForAnId) {
  const std::string file = File("t.json", R"({"channels": [{"id": 1, "models": "m"}],
    "tokens": [{"id": 5, "name": "x", "group": ""}, {"id": 6, "name": "x", "group": ""}]})");
  const Outcome run = Pointsman({"select", "--from", file, "--token", "x", "--model", "m"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("name one by id: 5, 6"));
}

TEST_F(Explain, OfAnEmptyTokenBeforeAndAfterTheCure) {
  const std::string db = Incident();
  const std::string token = EmptyToken(db);
  const std::vector<std::string> ask = {"explain", "--from", db,        "--policy", Exact(),
                                        "--token", token,    "--model", "runway",   "--json"};
  const Outcome before = Pointsman(ask);
  EXPECT_EQ(before.code, 1);
  EXPECT_EQ(Document(before)["reason"], "kEmptyGroup");
  EXPECT_EQ(Document(before)["chain"][2]["holds"], false);

  ASSERT_NE(Pointsman({"doctor", "--from", db, "--apply", "--yes", "--undo", folder_ / "undo.sql"}).code, 2);
  const Outcome after = Pointsman(ask);
  EXPECT_EQ(after.code, 0);
  const json d = Document(after);
  EXPECT_EQ(d["ok"], true);
  EXPECT_EQ(d["reason"], nullptr);
  EXPECT_EQ(d["group"]["resolved"], "default");
  EXPECT_EQ(d["group"]["plan"], json::array({"default"}));
  EXPECT_EQ(d["model"]["rule"], "exact");
  EXPECT_EQ(d["tiers"][0]["candidates"][0]["channel_id"], 8);
  EXPECT_EQ(d["tiers"][0]["candidates"][0]["share_exact"], "1/1");
  EXPECT_EQ(d["tiers"][0]["candidates"][0]["status"], "eligible");
}

TEST_F(Explain, TellsACallerInChineseWhatToCheck) {
  const Outcome run = Pointsman(
      {"explain", "--from", Incident(), "--group", "vip", "--model", "runway", "--lang", "zh", "--audience", "caller"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, StartsWith("分组 vip 下模型 runway 无可用渠道。请检查："));
  EXPECT_THAT(run.out, Not(HasSubstr("Bltcy")));
}

// Catches: the operator's document handed to whoever asked for the caller's.
TEST_F(Explain, TellsACallerInJsonWhatItsTextSaysAndNoMore) {
  const Outcome run = Pointsman({"explain", "--from", Incident(), "--group", "vip", "--model", "runway", "--lang", "zh",
                                 "--audience", "caller", "--json"});
  EXPECT_EQ(run.code, 1);
  const json d = Document(run);
  EXPECT_EQ(d["ok"], false);
  EXPECT_EQ(d["reason"], "kModelNotInGroup");
  EXPECT_THAT(d["message"].get<std::string>(), StartsWith("分组 vip 下模型 runway 无可用渠道。请检查："));
  EXPECT_EQ(d["group"], json({{"requested", "vip"}}));
  EXPECT_EQ(d["model"], json({{"requested", "runway"}}));
  EXPECT_EQ(d.size(), 5u);
}

TEST_F(Explain, TellsWhoWasTriedFromWhoIsPassedOver) {
  const std::string policy = File("tiers.json", R"({"retry": {"tiers": "one_per_tier"}})");
  const json d = Document(Pointsman({"explain", "--from", Weighted(), "--group", "default", "--model", "m", "--policy",
                                     policy, "--attempts", "2", "--json"}));
  std::vector<std::string> top;
  for (const json& c : d["tiers"][0]["candidates"]) top.push_back(c["status"]);
  EXPECT_THAT(top, UnorderedElementsAre("tried", "tier_tried"));
}

TEST_F(Show, DrawsTheTreeAndItsFilters) {
  const Outcome run = Pointsman({"show", "--from", Weighted(), "--group", "default"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, StartsWith("group \"default\"\n  model \"m\"\n    priority 5\n"));
  const Outcome none = Pointsman({"show", "--from", Weighted(), "--group", "nobody", "--json"});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(Document(none)["routes"].empty());
}

TEST_F(Doctor, FindsTwelveOfSixtyThreeAndNoneAfterTheCure) {
  const std::string db = Incident();
  const Outcome before = Pointsman({"doctor", "--from", "sqlite:" + db, "--json"});
  EXPECT_EQ(before.code, 1);
  const json b = Document(before);
  EXPECT_EQ(b["summary"]["tokens"], 63);
  EXPECT_EQ(b["summary"]["empty_group_tokens"], 12);
  const json finding = b["findings"][0];
  EXPECT_EQ(finding["code"], "token-empty-group");
  EXPECT_EQ(finding["severity"], "error");
  EXPECT_EQ(finding["count"], 12);
  EXPECT_EQ(finding["where_total"], 12);
  EXPECT_EQ(finding["cure"], "safe");
  EXPECT_EQ(finding["cure_sql"].size(), 12u);
  EXPECT_EQ(finding["where"][0]["table"], "tokens");
  EXPECT_EQ(finding["where"][0]["column"], "group");

  const Outcome applied =
      Pointsman({"doctor", "--from", "sqlite:" + db, "--apply", "--yes", "--json", "--undo", folder_ / "undo.sql"});
  EXPECT_EQ(Document(applied)["summary"]["empty_group_tokens"], 0);
  EXPECT_EQ(Document(applied)["applied"]["changed_rows"], 12);
  const json after = Document(Pointsman({"doctor", "--from", db, "--json"}));
  EXPECT_EQ(after["summary"]["tokens"], 63);
  EXPECT_EQ(after["summary"]["empty_group_tokens"], 0);
  EXPECT_THAT(ReadText(folder_ / "undo.sql"), HasSubstr("UPDATE"));
}

TEST_F(Doctor, PrintsSqlThatNamesPrimaryKeys) {
  const Outcome run = Pointsman({"doctor", "--from", Incident(), "--fix", "--only", "token-empty-group"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("UPDATE tokens SET \"group\" = 'default' WHERE \"id\" = "));
  EXPECT_THAT(run.out, StartsWith("-- token-empty-group (safe)"));
}

TEST_F(Doctor, AppliesNothingWithoutATerminalOrAYes) {
  const std::string db = Incident();
  const Outcome run = Pointsman({"doctor", "--from", db, "--apply", "--undo", folder_ / "undo.sql"});
  EXPECT_EQ(run.code, 3);
  EXPECT_THAT(run.err, HasSubstr("add --yes"));
  EXPECT_EQ(Document(Pointsman({"doctor", "--from", db, "--json"}))["summary"]["empty_group_tokens"], 12);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "undo.sql"));
}

TEST_F(Doctor, NeverOverwritesAnUndoFile) {
  const std::string undo = File("undo.sql", "precious");
  const std::string db = Incident();
  EXPECT_EQ(Pointsman({"doctor", "--from", db, "--apply", "--yes", "--undo", undo}).code, 3);
  EXPECT_EQ(ReadText(undo), "precious");
  EXPECT_EQ(Document(Pointsman({"doctor", "--from", db, "--json"}))["summary"]["empty_group_tokens"], 12);
}

TEST_F(Doctor, ExitsByTheSeverityThatIsAskedFor) {
  const std::string file = File("fine.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}]})");
  EXPECT_EQ(Pointsman({"doctor", "--from", file}).code, 0);
  const std::string db = Incident();
  ASSERT_NE(Pointsman({"doctor", "--from", db, "--apply", "--yes", "--undo", folder_ / "u.sql"}).code, 2);
  EXPECT_EQ(Pointsman({"doctor", "--from", db, "--fail-on", "error"}).code, 0);
}

TEST_F(Doctor, OfADatabaseThatServesNothingExitsWithOne) {
  const Outcome none = Pointsman({"doctor", "--from", File("none.json", R"({"channels": []})")});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.out, HasSubstr("error  nothing-served  (0)\n  no enabled channel serves any model: "));
  EXPECT_THAT(none.out, Not(HasSubstr("nothing to complain about")));
  const std::string off = File("off.json", R"({"channels": [{"id": 1, "status": 2, "group": "g", "models": "m"}]})");
  EXPECT_EQ(Pointsman({"doctor", "--from", off}).code, 1);
}

// Catches: a column's default that reads like a row's value, and an offer that would be refused.
TEST_F(Doctor, TellsPeopleWhatIsWhat) {
  const Outcome of_sqlite = Pointsman({"doctor", "--from", Incident()});
  EXPECT_THAT(of_sqlite.out, HasSubstr("    tokens: column group: no default\n"));
  EXPECT_THAT(of_sqlite.out, HasSubstr("12 statements; --fix prints them, --apply runs them\n"));

  const std::string file = File("one.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}],
    "users": [{"id": 1, "group": "default"}], "tokens": [{"id": 1, "user_id": 1, "group": ""}]})");
  const Outcome of_json = Pointsman({"doctor", "--from", file});
  EXPECT_THAT(of_json.out, HasSubstr(": 1 token in use, 1 of them with an empty group; 1 channel, 1 enabled; "
                                     "0 abilities; 1 group, 1 model\n"));
  EXPECT_THAT(of_json.out, HasSubstr("1 statement; --fix prints it\n"));
}

TEST_F(Show, FollowsTheSharesOfAProfile) {
  const std::string rows = Weighted();
  EXPECT_THAT(Pointsman({"show", "--from", rows, "--profile", "new_api_memory"}).out, HasSubstr("2/3"));
  EXPECT_THAT(Pointsman({"show", "--from", rows, "--profile", "new_api_memory_2025_04"}).out, HasSubstr("12/23"));
  EXPECT_THAT(Pointsman({"show", "--from", rows, "--profile", "one_api_memory"}).out, HasSubstr("1/2"));
}

TEST_F(Show, LaysThePolicyFileOverTheProfile) {
  const std::string policy = File("p.json", R"({"shares": "plus_ten_inclusive"})");
  EXPECT_THAT(Pointsman({"show", "--from", Weighted(), "--profile", "new_api_memory", "--policy", policy}).out,
              HasSubstr("13/23"));
}

TEST_F(Show, WarnsOfOptionsThatAProfileCannotUseAndGoesOn) {
  const std::string rows = File("options.json", R"({
      "channels": [{"id": 1, "name": "one", "group": "default", "models": "m"}],
      "options": [{"key": "RetryTimes", "value": "many"}]})");
  const Outcome run = Pointsman({"show", "--from", rows, "--profile", "new_api_memory"});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err, HasSubstr("key RetryTimes"));
  EXPECT_THAT(Pointsman({"show", "--from", rows}).err, IsEmpty()) << "options are read for gateways' profiles only";
}

#ifdef POINTSMAN_WITH_POSTGRESQL
constexpr char kPostgresqlRefusal[] = "write postgresql://";
#else
constexpr char kPostgresqlRefusal[] = "PostgreSQL was left out of this build of pointsman";
#endif

TEST_F(Usage, WrongArgumentsExitWithTwoAndAnEmptyStdout) {
  const std::string db = Incident();
  const std::string json_file = Weighted();
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "subcommand"},
      {{"select"}, "--from"},
      {{"select", "--from", db, "--model", "m"}, "name who asks"},
      {{"select", "--from", db, "--group", "g"}, "--model"},
      {{"select", "--from", db, "--group", "g", "--token", "1", "--model", "m"}, "excludes"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "-n", "0"}, "-n"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "-n", "many"}, "-n"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "--attempts"}, "--attempts: 1 required K"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "--attempts", "0"}, "--attempts"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "--attempts", "3", "-n", "1"},
       "-n and --attempts do not go together"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "--profile", "new_api_memori"},
       "did you mean \"new_api_memory\"?"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "--seed", "-1"}, "--seed"},
      {{"select", "--from", db, "--token", "nobody", "--model", "m"}, "no token has the id or name \"nobody\""},
      {{"select", "--from", "postgresql:x", "--group", "g", "--model", "m"}, kPostgresqlRefusal},
      {{"select", "--from", "postgres://u:hunter2/x", "--group", "g", "--model", "m"}, kPostgresqlRefusal},
      {{"grants"}, "--from postgresql://…, or --dialect postgresql"},
      {{"grants", "--from", db}, "only a database server knows grants"},
      {{"grants", "--dialect", "sqlite"}, "--dialect"},
      {{"grants", "--dialect", "postgresql", "--from", "postgresql://x"}, "excludes"},
      {{"select", "--from", folder_ / "missing.db", "--group", "g", "--model", "m"}, "missing.db"},
      {{"explain", "--from", db, "--group", "g", "--model", "m", "--lang", "fr"}, "--lang"},
      {{"show", "--from", db, "--nonsense"}, "--nonsense"},
      {{"show", "--from", db, "--policy", folder_ / "missing.json"}, "cannot be read"},
      {{"show", "--from", db, "--policy", folder_ / ""}, "cannot be read"},
      {{"show", "--from", db, "--policy", File("no-text.json", "")}, "the text is empty; write at least {}"},
      {{"show", "--from", db, "--policy", File("p.json", R"({"empty_gruop": "exact"})")},
       "did you mean \"empty_group\"?"},
      {{"show", "--from", db, "--policy", File("q.json", R"({"empty_group": "maybe"})")}, "inherit"},
      {{"doctor", "--from", db, "--only", "token-empty-grup"}, "token-empty-group"},
      {{"doctor", "--from", db, "--baseline", "x"}, "not built yet"},
      {{"doctor", "--from", db, "--yes"}, "--yes requires --apply"},
      {{"doctor", "--from", db, "--undo", "u.sql"}, "--undo requires --apply"},
      {{"doctor", "--from", db, "--fix", "--apply"}, "excludes"},
      {{"doctor", "--from", json_file, "--apply", "--yes"}, "--apply needs a sqlite: source"},
      {{"frobnicate"}, "no command \"frobnicate\""},
      {{"docter"}, "did you mean \"doctor\"?"},
  };
  for (const auto& [arguments, expected] : cases) {
    const Outcome run = Pointsman(arguments);
    const std::string line = arguments.empty() ? "(nothing)" : ::testing::PrintToString(arguments);
    EXPECT_EQ(run.code, 2) << line;
    EXPECT_THAT(run.out, IsEmpty()) << line;
    EXPECT_THAT(run.err, HasSubstr(expected)) << line;
  }
}

TEST_F(Usage, SourcesThatAreNotWhatTheySeemAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {File("text.txt", "hello"), "neither a SQLite database nor a JSON object"},
      {"sqlite:" + File("fake.db", "hello hello hello hello"), "fake.db"},
      {"json:" + File("bad.json", "{\"channels\": [\n  {\"id\": }\n]}"), "bad.json:2:10"},
      {File("empty.db", ""), "empty.db"},
      {folder_ / "", folder_ / ""},
  };
  for (const auto& [source, expected] : cases) {
    const Outcome run = Pointsman({"show", "--from", source, "--json"});
    EXPECT_EQ(run.code, 2) << source;
    EXPECT_THAT(run.out, IsEmpty()) << source;
    EXPECT_THAT(run.err, HasSubstr(expected)) << source;
  }
}

TEST_F(Usage, RejectedRowsAreNamedOnStderrAndCostNothingElse) {
  const std::string file =
      File("rows.json",
           "{\"channels\": [\n {\"id\": 1, \"group\": \"g\", \"models\": \"m\"},\n"
           " {\"id\": 2, \"name\": \"eu-3\", \"group\": \"g\", \"models\": \"m\", \"weight\": -5}]}");
  const Outcome run = Pointsman({"select", "--from", file, "--group", "g", "--model", "m", "--json"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(Document(run)["selections"][0]["channel_id"], 1);
  EXPECT_THAT(
      run.err,
      HasSubstr(
          "rows.json:3: $.channels[1].weight (id 2): channel \"eu-3\": weight -5 is negative; use 0 to switch it off"));
}

TEST_F(Usage, HostileNamesAreEscapedInEveryOutput) {
  const std::string evil = "\x1b[31m\xff\n";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"explain"}, std::vector<std::string>{"explain", "--lang", "zh"},
        std::vector<std::string>{"select"}, std::vector<std::string>{"explain", "--json"},
        std::vector<std::string>{"select", "--json"}}) {
    std::vector<std::string> arguments = command;
    for (const std::string& word :
         {std::string("--from"), Weighted(), std::string("--group"), evil, std::string("--model"), evil}) {
      arguments.push_back(word);
    }
    const Outcome run = Pointsman(arguments);
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(run.out, Not(HasSubstr("\xff")));
  }
}

TEST_F(Usage, AnAnswerThatCannotBeWrittenIsNotSuccess) {
  const Outcome run =
      RunProgram({"/bin/sh", "-c", "\"$0\" show --from \"$1\" >/dev/full", POINTSMAN_TOOL_PATH, Weighted()});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("stdout cannot be written"));
}

TEST_F(Usage, HelpAndVersionAreFine) {
  EXPECT_EQ(Pointsman({"--version"}).code, 0);
  EXPECT_THAT(Pointsman({"--version"}).out, StartsWith("pointsman 0."));
  EXPECT_THAT(Pointsman({"--help"}).out, HasSubstr("exit codes"));
  EXPECT_THAT(Pointsman({"doctor", "--help"}).out, HasSubstr("--apply"));
}

TEST_F(Usage, TheDemoTellsItsStoryInOneScreenOrTwo) {
  const Outcome run = RunProgram({"/bin/sh", DEMO_PATH, BUILD_PATH});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("kEmptyGroup"));
  EXPECT_THAT(
      run.out,
      HasSubstr("before: 12 of 63 tokens without a group\nafter:  0 of 63 tokens without a group; 12 rows changed"));
  EXPECT_THAT(run.out, HasSubstr("channel 8 \"Bltcy\""));
  EXPECT_LT(std::count(run.out.begin(), run.out.end(), '\n'), 100);
}

}  // namespace
}  // namespace pointsman::testing
