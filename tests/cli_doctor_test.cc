// doctor as a user meets it, on the incident's database: what it finds, prints, applies, and never does unasked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/incident_cli.h"
#include "support/scratch_database.h"

namespace pointsman::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Doctor = IncidentCli;

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

TEST_F(Doctor, ExplainsWhatApplyDoesBeforeAnybodyUsesIt) {
  const Outcome help = Pointsman({"doctor", "--help"});
  EXPECT_THAT(help.out, HasSubstr("--apply changes the database that it reads"));
  EXPECT_THAT(help.out, HasSubstr("writes the undo file"));
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

TEST_F(Doctor, OnlyWhatIsNewSinceTheBaselineFails) {
  const std::string db = Incident();
  const std::string baseline = File("baseline.json", Pointsman({"doctor", "--from", db, "--json"}).out);
  const Outcome known = Pointsman({"doctor", "--from", db, "--baseline", baseline});
  EXPECT_EQ(known.code, 0) << known.out;
  EXPECT_THAT(known.out, HasSubstr("error  token-empty-group  (12)  known\n"));
  EXPECT_EQ(Document(Pointsman({"doctor", "--from", db, "--baseline", baseline, "--json"}))["findings"][0]["known"],
            true);

  const std::string other = File("other.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}],
    "users": [{"id": 1, "group": "default"}], "tokens": [{"id": 9999, "user_id": 1, "group": ""}]})");
  EXPECT_EQ(Pointsman({"doctor", "--from", other, "--baseline", baseline}).code, 1) << "another row of the same code";
}

// Catches: a comparison of the first fifty rows, or of numbers, where one row goes and another comes.
TEST_F(Doctor, ANewRowAmongFourHundredKnownOnesIsNew) {
  const auto with_orphans = [&](const std::string& name, int first, int last) {
    std::string abilities = R"({"group": "default", "model": "m", "channel_id": 1})";
    for (int id = first; id <= last; ++id) {
      abilities += R"(, {"group": "default", "model": "m", "channel_id": )" + std::to_string(id) + "}";
    }
    return File(name,
                R"({"channels": [{"id": 1, "group": "default", "models": "m"}], "abilities": [)" + abilities + "]}");
  };
  const std::string before = with_orphans("before.json", 1000, 1399);
  nlohmann::json document = Document(Pointsman({"doctor", "--from", before, "--json"}));
  const std::string baseline = File("baseline.json", document.dump());
  const auto code = [&](const std::string& from, const std::string& known) {
    return Pointsman({"doctor", "--from", from, "--baseline", known}).code;
  };
  EXPECT_EQ(code(before, baseline), 0);
  EXPECT_EQ(code(with_orphans("fewer.json", 1001, 1399), baseline), 0) << "one was mended";
  EXPECT_EQ(code(with_orphans("after.json", 1001, 1400), baseline), 1) << "one went, one came";

  for (nlohmann::json& finding : document["findings"]) finding.erase("fingerprints");
  const std::string old = File("old.json", document.dump());
  EXPECT_EQ(code(before, old), 0) << "a baseline of an earlier version";
  EXPECT_EQ(code(with_orphans("more.json", 1000, 1400), old), 1);
}

TEST_F(Doctor, WritesAPageWithoutScriptsOrMarkupFromNames) {
  const std::string file = File("evil.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}],
    "users": [{"id": 1, "group": "default"}],
    "tokens": [{"id": 1, "user_id": 1, "name": "<script>alert(1)</script>", "group": ""}]})");
  const std::string page = folder_ / "doctor.html";
  EXPECT_EQ(Pointsman({"doctor", "--from", file, "--html", page}).code, 1);
  const std::string text = ReadText(page);
  EXPECT_THAT(text, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_THAT(text, HasSubstr("token-empty-group"));
  EXPECT_THAT(text, HasSubstr("UPDATE tokens SET &quot;group&quot; = &#39;default&#39;"));
}

TEST_F(Doctor, ApplyLeavesOneLineForTheLog) {
  const std::string db = Incident();
  const Outcome fix = Pointsman({"doctor", "--from", db, "--apply", "--yes", "--json", "--undo", folder_ / "u.sql"});
  EXPECT_THAT(fix.err, HasSubstr("{\"event\":\"pointsman doctor --apply\""));
  EXPECT_THAT(fix.err, HasSubstr("\"codes\":[\"token-empty-group\"],\"changed_rows\":12"));
}

TEST_F(Doctor, TellsWhatACureRevealsBeforeItAsks) {
  const std::string db = Incident();
  RunSql(db, "UPDATE tokens SET model_limits_enabled = 1, model_limits = 'no-such-model' WHERE id = 3");
  const Outcome unasked = Pointsman({"doctor", "--from", db, "--apply", "--undo", folder_ / "u.sql"});
  EXPECT_EQ(unasked.code, 3);
  EXPECT_THAT(unasked.out, HasSubstr("  which reveals: token-limits-unserved (1): "));
  EXPECT_THAT(unasked.out, HasSubstr("    tokens id 3 "));
}

// Catches: a column's default that reads like a row's value, and an offer that would be refused.
TEST_F(Doctor, TellsPeopleWhatIsWhat) {
  const Outcome of_sqlite = Pointsman({"doctor", "--from", Incident()});
  EXPECT_THAT(of_sqlite.out, HasSubstr("    tokens: column group: no default\n"));
  EXPECT_THAT(of_sqlite.out, HasSubstr("12 statements; --fix prints them, --apply runs them\n"));
  EXPECT_THAT(of_sqlite.out, HasSubstr("; so have 3 that are not enabled, which no cure touches\n"));

  const std::string file = File("one.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}],
    "users": [{"id": 1, "group": "default"}], "tokens": [{"id": 1, "user_id": 1, "group": ""}]})");
  const Outcome of_json = Pointsman({"doctor", "--from", file});
  EXPECT_THAT(of_json.out, HasSubstr(": 1 token in use, 1 of them with an empty group; 1 channel, 1 enabled; "
                                     "0 abilities; 1 group, 1 model\n"));
  EXPECT_THAT(of_json.out, HasSubstr("1 statement; --fix prints it\n"));
}

}  // namespace
}  // namespace pointsman::testing
