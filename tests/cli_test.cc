// select, explain and show as a user meets them: exit codes, one document on stdout, messages on stderr.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/incident_cli.h"

namespace pointsman::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

using Select = IncidentCli;
using Explain = IncidentCli;
using Show = IncidentCli;

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

}  // namespace
}  // namespace pointsman::testing
