// What holds for every command: bad usage and bad sources exit with 2 and an empty stdout, whatever they hold; and the
// demo.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/incident_cli.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Usage = IncidentCli;

#ifdef POINTSMAN_WITH_POSTGRESQL
constexpr char kPostgresqlRefusal[] = "write postgresql://";
#else
constexpr char kPostgresqlRefusal[] = "PostgreSQL was left out of this build of pointsman";
#endif

TEST_F(Usage, WrongArgumentsExitWithTwoAndAnEmptyStdout) {
  const std::string db = Incident();
  const std::string json_file = Weighted();
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "pointsman: name a command: select, explain,"},
      {{"select"}, "pointsman: --from is required"},
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
      {{"select", "--from", db, "--group", "g", "--model", "m", "--seed", "-1"}, "pointsman: --seed"},
      {{"select", "--from", db, "--group", "g", "--model", "m", "--seed", "x"},
       "is no whole number from 0 to 18446744073709551615"},
      {{"select", "--from", db, "--token", "nobody", "--model", "m"}, "no token has the id or name \"nobody\""},
      {{"select", "--from", "postgresql:x", "--group", "g", "--model", "m"}, kPostgresqlRefusal},
      {{"select", "--from", "postgres://u:hunter2/x", "--group", "g", "--model", "m"}, kPostgresqlRefusal},
      {{"grants"}, "--from postgresql://…, or --dialect postgresql"},
      {{"grants", "--from", db}, "only a database server knows grants"},
      {{"grants", "--dialect", "sqlite"}, "--dialect"},
      {{"grants", "--dialect", "postgresql", "--from", "postgresql://x"}, "excludes"},
      {{"triggers"}, "--from postgresql://…, or --dialect postgresql"},
      {{"triggers", "--from", db}, "only a database server knows triggers"},
      {{"triggers", "--dialect", "postgresql", "--drop", "--normalize"}, "excludes"},
      {{"watch"}, "--from"},
      {{"watch", "--from", db, "--listen", "x"}, "--listen: only a PostgreSQL database notifies"},
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
      {{"doctor", "--from", db, "--baseline", folder_ / "x"}, "x: cannot be read; write one with: pointsman"},
      {{"doctor", "--from", db, "--baseline", File("b.json", "[]")}, "no baseline; write one with"},
      {{"doctor", "--from", db, "--lang", "zh"}, "--lang: zh is not built yet in version"},
      {{"show", "--from", db, "--lang", "zh"}, "--lang: zh is not built yet in version"},
      {{"watch", "--from", db, "--lang", "zh"}, "--lang: zh is not built yet in version"},
      {{"doctor", "--from", db, "--lang", "fr"}, "\"fr\" is no language; there is: en"},
      {{"export-sql"}, "--dialect is required"},
      {{"export-sql", "--dialect", "sqlite", "--without", "tokens.grop"}, "did you mean \"tokens.group\"?"},
      {{"doctor", "--from", db, "--yes"}, "--yes requires --apply"},
      {{"doctor", "--from", db, "--undo", "u.sql"}, "--undo requires --apply"},
      {{"doctor", "--from", db, "--fix", "--apply"}, "excludes"},
      {{"doctor", "--from", json_file, "--apply", "--yes"}, "--apply needs a database"},
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
