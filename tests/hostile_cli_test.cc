// Names that mean harm through every command: what is said of them, on stdout and stderr, is valid UTF-8 without
// anything that a terminal would obey, bounded, and JSON where that was asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/load/dump.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/command_line.h"
#include "support/eventually.h"
#include "support/hostile_database.h"
#include "support/hostile_names.h"
#include "support/live_program.h"
#include "support/plain_text.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;

// A name is cut at 80 bytes, and a byte is at most four characters long; a line holds a dozen of names (a list of
// eight, a group, a model, a channel) and some words, or the path of a file. An error is cut as a whole.
constexpr std::size_t kMostOfALine = 12 * (4 * 80 + 24) + 1024;
constexpr std::size_t kMostOfAnError = 4 * 8 * 1024 + 64;
constexpr std::size_t kMostOfAText = 64 * 1024;
// Data is never cut: a document holds a name as often as its rows and findings do, each byte as \u0000 at most.
constexpr std::size_t kMostMentions = 64;

class HostileCommandLine : public CommandLine {
 protected:
  // What can be an argument: no NUL, and not too long for the system.
  static std::vector<std::string> Names() {
    std::vector<std::string> names = HostileNames();
    std::erase_if(names, [](const std::string& name) { return name.find('\0') != name.npos; });
    for (std::string& name : names) name = name.substr(0, 100'000);
    return names;
  }

  void ExpectHarmless(std::vector<std::string> arguments, const std::string& name) const {
    const bool is_json = std::ranges::find(arguments, "--json") != arguments.end();
    const Outcome run = Pointsman(arguments);
    for (std::string& argument : arguments) argument = Shown(argument);
    const std::string line = ::testing::PrintToString(arguments) + " with " + ::testing::PrintToString(Shown(name));
    EXPECT_LE(run.code, 2) << line;
    EXPECT_TRUE(run.code < 2 || run.out.empty()) << line;
    ExpectText(run.err, line + " on stderr", kMostOfAnError);
    if (!is_json) return ExpectText(run.out, line);
    EXPECT_TRUE(run.code == 2 || Document(run).is_object()) << line;
    EXPECT_EQ(WhatIsWrong(run.out, kMostOfAText + kMostMentions * 6 * name.size()), "") << line;
  }

  static void ExpectText(std::string_view text, const std::string& line, std::size_t most_of_a_line = kMostOfALine) {
    EXPECT_EQ(WhatIsWrong(text, kMostOfAText), "") << line;
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
      end = std::min(text.find('\n', begin), text.size());
      EXPECT_LE(end - begin, most_of_a_line) << line << ": " << text.substr(begin, 200);
    }
  }

  // As select and explain ask, in all languages and forms, each form two of the questions.
  void ExpectHarmlessAnswers(const std::string& from, const std::string& name) const {
    const std::vector<std::vector<std::string>> questions = {
        {"--group", name, "--model", name},
        {"--group", "g", "--model", name, "--user-group", name},
        {"--group", name, "--model", "m", "--allow", name, "--affinity", name},
        {"--token", "1", "--model", name},
        {"--token", name, "--model", "m"}};
    const std::vector<std::vector<std::string>> forms = {{"select", "-n", "9"},
                                                         {"select", "--attempts", "3"},
                                                         {"select", "--json", "--lang", "zh"},
                                                         {"explain", "--attempts", "2"},
                                                         {"explain", "--lang", "zh"},
                                                         {"explain", "--json"},
                                                         {"explain", "--json", "--lang", "zh"},
                                                         {"explain", "--audience", "caller"},
                                                         {"explain", "--audience", "caller", "--lang", "zh", "--json"}};
    for (std::size_t i = 0; i < 2 * forms.size(); ++i) {
      std::vector<std::string> arguments = forms[i % forms.size()];
      const std::vector<std::string>& question = questions[i % questions.size()];
      arguments.insert(arguments.end(), {"--from", from});
      arguments.insert(arguments.end(), question.begin(), question.end());
      ExpectHarmless(arguments, name);
    }
  }
};

TEST_F(HostileCommandLine, AnswersAndReasonsOfADatabaseAreHarmless) {
  int number = 0;
  for (const std::string& name : Names()) {
    ExpectHarmlessAnswers(HostileDatabase(folder_ / (std::to_string(++number) + ".db"), name), name);
  }
}

// Would catch: a message that repeats what was typed, such as the parser's own.
TEST_F(HostileCommandLine, WrongArgumentsAreNotRepeatedAsTheyAre) {
  const std::string rows = File("rows.json", R"({"channels": [{"id": 1, "group": "g", "models": "m"}]})");
  const std::vector<std::string> select = {"select", "--from", rows, "--group", "g", "--model", "m"};
  for (const std::string& name : Names()) {
    for (const char* option : {"--lang=", "--profile=", "--policy=", "--seed=", "-n=", "--", ""}) {
      std::vector<std::string> arguments = select;
      arguments.push_back(option + name);
      ExpectHarmless(arguments, name);
    }
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{name},
                                               {"show", "--from=" + name},
                                               {"show", "--from=json:" + name},
                                               {"show", "--from=dump:" + name},
                                               {"show", "--from=postgresql://127.0.0.1:1/" + name},
                                               {"doctor", "--from", rows, "--only=" + name},
                                               {"doctor", "--from", rows, "--baseline=" + name},
                                               {"doctor", "--from", rows, "--html=" + name + "/page"},
                                               {"diff", "--before", rows, "--after=" + name},
                                               {"watch", "--from", rows, "--interval=" + name},
                                               {"replay", "--from", rows, name},
                                               {"grants", "--dialect", "postgresql", "--role=" + name},
                                               {"triggers", "--from=" + name},
                                               {"export-sql", "--dialect", "mysql", "--without=" + name},
                                               {"export-sql", "--dialect=" + name}}) {
      ExpectHarmless(arguments, name);
    }
  }
}

TEST_F(HostileCommandLine, WhatIsSaidOfADatabaseIsHarmless) {
  const std::string usual = HostileDatabase(folder_ / "usual.db", "usual");
  int number = 0;
  for (const std::string& name : HostileNames()) {
    const std::string db = HostileDatabase(folder_ / (std::to_string(++number) + ".db"), name);
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"show", "--from", db, "--json"},
                                               {"show", "--from", db, "--profile", "new_api_memory"},
                                               {"doctor", "--from", db, "--json"},
                                               {"doctor", "--from", db, "--profile", "one_api_memory"},
                                               {"diff", "--before", db, "--after", usual, "--json"},
                                               {"diff", "--before", db, "--after", usual, "--schema"}}) {
      ExpectHarmless(command, name);
    }
  }
}

// A file that holds the name as its own, where it can, and as JSON's, where JSON can.
TEST_F(HostileCommandLine, FilesOfSuchNamesAndContentsAreHarmless) {
  for (const std::string& name : HostileNames()) {
    const std::string file = File("rows.json", R"({"channels": [{"id": 1, "group": "g", "models": ")" + name + "\"}]}");
    ExpectHarmless({"show", "--from", file}, name);
    ExpectHarmless({"doctor", "--from", "json:" + file, "--json"}, name);
    std::string own = name.substr(0, name.find('\0')).substr(0, 200);
    std::ranges::replace(own, '/', '|');
    const std::string db = HostileDatabase(folder_ / own, "usual");
    for (const char* command : {"show", "doctor"}) {
      ExpectHarmless({command, "--from", db}, name);
      ExpectHarmless({command, "--from", db, "--json"}, name);
    }
    ExpectHarmless({"diff", "--before", db, "--after", db}, name);
    ExpectHarmless({"doctor", "--from", db, "--apply", "--yes", "--undo", folder_ / (own + ".sql")}, name);
    std::remove(db.c_str());
  }
}

// A node that serves somebody of such a name, and a decision about it.
TEST_F(HostileCommandLine, DumpsAndReplaysAreHarmless) {
  for (const std::string& name : Names()) {
    Router router;
    Rows rows = RowsOf(Channel(1, "g", "m", 1), Channel(2, "g", "m", 2));
    for (const std::int64_t id : {3, 4}) {
      ASSERT_TRUE(
          rows.Add(ChannelRow{.id = id, .name = name, .status = 1, .groups = name, .models = name, .tag = name}));
    }
    ASSERT_TRUE(router.Publish(MustCompile(rows).table).ok());
    ASSERT_TRUE(router.SwitchOff(3, {.why = name}));
    DecisionRecord record;
    static_cast<void>(router.SelectRecorded({.group = name, .model = name}, nullptr, ThreadBits(), record));
    const std::string from = "dump:" + File("node.json", DumpToJson(router.Dump()));
    const std::string decision = File("record.json", DecisionToJson(record));
    record.answer.group = name + "!";
    const std::string changed = File("changed.json", DecisionToJson(record));
    record.content_hash = name;
    const std::string other = File("other.json", DecisionToJson(record));
    for (const std::string& file : {decision, changed, other}) {
      ExpectHarmless({"replay", "--from", from, file}, name);
      ExpectHarmless({"replay", "--from", from, file, "--json", "--lang", "zh"}, name);
    }
    ExpectHarmless({"replay", "--from", from, decision, "--lang", "zh"}, name);
    ExpectHarmless({"select", "--from", from, "--group", name, "--model", name}, name);
    ExpectHarmless({"explain", "--from", from, "--group", name, "--model", name, "--json"}, name);
    ExpectHarmless({"doctor", "--from", from}, name);
    ExpectHarmless({"show", "--from", File("none.json", "{\"pointsman_dump\": \"" + name)}, name);
  }
}

TEST_F(HostileCommandLine, ARoundOfWatchIsHarmless) {
  for (const std::string& name : HostileNames()) {
    for (const std::string& form : {std::string(), std::string("--json")}) {
      const TempFolder folder;
      const std::string db = HostileDatabase(folder / "one-api.db", "usual");
      const std::string out = folder / "out";
      const std::string err = folder / "err";
      LiveProgram watch({"/bin/sh", "-c",
                         "exec \"$0\" watch --from \"$1\" --interval 0.02 --changes 1 " + form + " >\"$2\" 2>\"$3\"",
                         POINTSMAN_TOOL_PATH, db, out, err});
      ASSERT_TRUE(Eventually([&] { return ReadText(out).ends_with('\n'); })) << ReadText(err);
      const std::string usual = "name = 'usual'";
      RunSql(db,
             "BEGIN; DELETE FROM channels WHERE id > 1; DELETE FROM abilities WHERE channel_id > 1; DELETE FROM users; "
             "DELETE FROM tokens; DELETE FROM options; UPDATE channels SET id = 11; UPDATE abilities SET channel_id = "
             "11; " +
                 HostileRows(name) + "; COMMIT");
      EXPECT_EQ(watch.Wait(), 0) << ReadText(err);
      ExpectText(ReadText(err), "watch, stderr");
      const std::string said = ReadText(out);
      EXPECT_THAT(said.substr(0, 100'000'000), HasSubstr("change"));
      EXPECT_EQ(WhatIsWrong(said, kMostOfAText + (form.empty() ? 0 : kMostMentions * 6 * name.size())), "")
          << Shown(name);
    }
  }
}

}  // namespace
}  // namespace pointsman::testing
