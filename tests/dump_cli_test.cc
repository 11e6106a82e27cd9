// The command line with dumps: every command reads them, under their own policy and state; decisions are replayed; what
// is wrong with either is refused with 2 and says where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pointsman/load/dump.h"
#include "pointsman/router.h"
#include "pointsman/testing.h"
#include "support/command_line.h"
#include "support/rows_builder.h"

namespace pointsman::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A gateway whose policy is not the default one, with one channel switched off, and a walk that was recorded.
class DumpCli : public CommandLine {
 protected:
  DumpCli() : router_({.groups = {.default_group = "main"}}) {
    Rows rows = RowsOf(Channel(1, "main", "m", 3, 5), Channel(2, "main", "m", 1, 5), Channel(3, "main", "m", 1),
                       Channel(4, "main", "only", 1));
    RowsLoader loader(rows);
    EXPECT_TRUE(router_.Reload(loader).ok());
    EXPECT_TRUE(router_.SwitchOff(2));
    EXPECT_TRUE(router_.SwitchOff(4));
    WriteText(folder_ / "node.json", DumpToJson(router_.Dump()));
    Attempts attempts;
    for (DecisionRecord* record : {&first_, &second_}) {
      ScriptedBits bits({7});
      router_.SelectRecorded({.group = "", .model = "m"}, &attempts, RandomBits(bits), *record);
    }
    WriteText(folder_ / "record.json", DecisionToJson(second_) + "\n");
  }
  std::string From() const { return "dump:" + (folder_ / "node.json"); }
  std::string Record() const { return folder_ / "record.json"; }
  std::string Changed(const std::string& old, const std::string& with) const {
    std::string text = DumpToJson(router_.Dump());
    return "dump:" + File("changed.json", text.replace(text.find(old), old.size(), with));
  }

  Router router_;
  DecisionRecord first_;
  DecisionRecord second_;
};

TEST_F(DumpCli, SelectTakesThePolicyOfTheDump) {
  const Outcome run = Pointsman({"select", "--from", From(), "--group", "", "--model", "m", "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, IsEmpty());
  EXPECT_EQ(Document(run)["selections"][0]["group"], "main");
}

TEST_F(DumpCli, ThePolicyThatIsGivenGoesFirst) {
  const std::string policy = File("policy.json", R"({"default_group": "other"})");
  const Outcome run =
      Pointsman({"select", "--from", From(), "--policy", policy, "--group", "", "--model", "m", "--json"});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(Document(run)["reason"], "kModelNotInGroup");
}

TEST_F(DumpCli, SelectLeavesOutWhoIsSwitchedOffAndSharesAmongTheRest) {
  const Outcome run = Pointsman({"select", "--from", From(), "--group", "main", "--model", "m", "-n", "50", "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const json selections = Document(run)["selections"];
  ASSERT_EQ(selections.size(), 1u);
  EXPECT_EQ(selections[0]["channel_id"], 1);
  EXPECT_EQ(selections[0]["exact_share_fraction"], "1/1");
}

TEST_F(DumpCli, SelectAndExplainAgreeThatAllAreSwitchedOff) {
  const Outcome select = Pointsman({"select", "--from", From(), "--group", "main", "--model", "only", "--json"});
  EXPECT_EQ(select.code, 1);
  EXPECT_EQ(Document(select)["reason"], "kAllDisabled");
  const Outcome explain = Pointsman({"explain", "--from", From(), "--group", "main", "--model", "only"});
  EXPECT_EQ(explain.code, 1);
  EXPECT_THAT(explain.out, HasSubstr("out in the gateway when it was dumped, whatever the rows say: channel 4"));
}

TEST_F(DumpCli, ExplainGivesNoShareToWhoIsSwitchedOff) {
  const Outcome run = Pointsman({"explain", "--from", From(), "--group", "main", "--model", "m", "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const json candidates = Document(run)["tiers"][0]["candidates"];
  EXPECT_EQ(candidates[0]["share_exact"], "1/1");
  EXPECT_EQ(candidates[1]["share_exact"], "0/1");
}

TEST_F(DumpCli, ShowAndDoctorReadIt) {
  const Outcome show = Pointsman({"show", "--from", From(), "--json"});
  EXPECT_EQ(show.code, 0) << show.err;
  EXPECT_THAT(show.out, HasSubstr(first_.content_hash));
  const Outcome doctor = Pointsman({"doctor", "--from", From(), "--json"});
  EXPECT_NE(doctor.code, 2) << doctor.err;
  EXPECT_EQ(Document(doctor)["summary"]["channels"], 4);
}

TEST_F(DumpCli, ABarePathIsRecognised) {
  EXPECT_EQ(Pointsman({"select", "--from", folder_ / "node.json", "--group", "", "--model", "m"}).code, 0);
}

// Which node is stale? The database has no policy of its own: the node's holds.
TEST_F(DumpCli, DiffComparesANodeWithItsDatabaseUnderTheNodesPolicy) {
  Policy policy;
  policy.groups.groups["vip"].fallback = {{.group = "main"}};
  Router router(policy);
  ASSERT_TRUE(router.Publish(MustCompile(RowsOf(Channel(1, "main", "m")), policy).table).ok());
  const std::string node = "dump:" + File("vip.json", DumpToJson(router.Dump()));
  const std::string database = File("rows.json", R"({"channels": [{"id": 1, "group": "main", "models": "m"}]})");
  const Outcome fresh = Pointsman({"diff", "--before", node, "--after", database, "--json"});
  EXPECT_EQ(fresh.code, 0) << fresh.out;
  EXPECT_THAT(Document(fresh)["lost"], IsEmpty());
  EXPECT_THAT(Document(Pointsman({"diff", "--before", database, "--after", node, "--json"}))["gained"], IsEmpty());
  const std::string other = File("other.json", "{}");
  const Outcome without = Pointsman({"diff", "--before", node, "--after", database, "--policy-after", other, "--json"});
  EXPECT_EQ(Document(without)["lost"].size(), 1u) << "what is asked for goes first";
}

TEST_F(DumpCli, StandardInputIsADumpToo) {
  const std::string command =
      std::string(POINTSMAN_TOOL_PATH) + " show --json --from dump:- < " + (folder_ / "node.json");
  const Outcome run = RunProgram({"/bin/sh", "-c", command});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(first_.content_hash));
  const Outcome empty = Pointsman({"show", "--from", "dump:-"});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.err, HasSubstr("standard input:1:1: the text is empty"));
}

TEST_F(DumpCli, ALyingDumpIsRefusedWithBothHashes) {
  for (const char* command : {"select", "explain"}) {
    const Outcome run =
        Pointsman({command, "--from", Changed("\"weight\": 3", "\"weight\": 4"), "--group", "", "--model", "m"});
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_THAT(run.err, AllOf(HasSubstr("the dump says " + first_.content_hash), HasSubstr("but its rows make v1:")));
  }
}

TEST_F(DumpCli, ADumpThatIsNotThereOrIsNoneIsRefused) {
  EXPECT_THAT(Pointsman({"show", "--from", "dump:" + (folder_ / "none")}).err, HasSubstr("no such file"));
  const Outcome run = Pointsman({"show", "--from", "dump:" + File("rows.json", R"({"channels": []})")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("for tables say json:PATH"));
}

TEST_F(DumpCli, ReplayGivesTheAnswerAgainAndWhyNotTheOthers) {
  const Outcome run = Pointsman({"replay", "--from", From(), Record()});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_THAT(run.out, HasSubstr("channel 3, group \"main\", priority 0, as recorded"));
  EXPECT_THAT(run.out, HasSubstr("channel 1, group \"main\", model \"m\", priority 5, weight 3: tried"));
  EXPECT_THAT(run.out, HasSubstr("channel 2, group \"main\", model \"m\", priority 5, weight 1: out"));
  EXPECT_THAT(run.out, HasSubstr("route for"));
  const json d = Document(Pointsman({"replay", "--from", From(), Record(), "--json"}));
  EXPECT_EQ(d["ok"], true);
  EXPECT_EQ(d["answer"]["channel_id"], 3);
  EXPECT_EQ(d["rejected"].size(), 2u);
}

TEST_F(DumpCli, ReplayFromAnotherTableShowsBothHashes) {
  ASSERT_TRUE(router_.Patch(std::vector{ChannelChange::SetWeight(1, 9)}).ok());
  const RouterDump later = router_.Dump();
  const std::string from = "dump:" + File("later.json", DumpToJson(later));
  const Outcome run = Pointsman({"replay", "--from", from, Record()});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, AllOf(HasSubstr(first_.content_hash), HasSubstr(later.table->content_hash())));
  const json d = Document(Pointsman({"replay", "--from", from, Record(), "--json"}));
  EXPECT_EQ(d["same_table"], false);
  EXPECT_EQ(d["recorded_hash"], first_.content_hash);
}

TEST_F(DumpCli, ReplayOfAChangedRecordIsNotTheSame) {
  second_.answer.channel_id = 1;
  const Outcome run = Pointsman({"replay", "--from", From(), File("changed", DecisionToJson(second_))});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out,
              HasSubstr("the record says channel 1, group \"main\", priority 0; what it drew gives channel 3"));
}

TEST_F(DumpCli, ReplayRefusesWhatIsNoRecord) {
  const Outcome run = Pointsman({"replay", "--from", From(), File("none", R"({"pointsman_decision": 1})")});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("none:1:1: $ has no \"content_hash\""));
  EXPECT_EQ(Pointsman({"replay", "--from", From(), folder_ / "nowhere"}).code, 2);
  EXPECT_EQ(Pointsman({"replay", "--from", From()}).code, 2);
  EXPECT_EQ(Pointsman({"replay", "--from", "dump:-", "-"}).code, 2);
}

}  // namespace
}  // namespace pointsman::testing
