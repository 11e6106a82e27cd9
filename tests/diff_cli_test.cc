// diff and show --html as a user meets them: exit codes, one document on stdout, pages that stand on their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/command_line.h"
#include "support/scratch_database.h"

namespace pointsman::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DiffCli : public CommandLine {
 protected:
  std::string Before() const {
    return File("before.json", R"({"channels": [
      {"id": 1, "name": "one", "group": "default,vip", "models": "m,old", "weight": 7},
      {"id": 2, "name": "two", "group": "default", "models": "m", "weight": 3}],
      "tokens": [{"id": 5, "name": "t", "group": "vip"}]})");
  }
  std::string After() const {
    return File("after.json", R"({"channels": [
      {"id": 1, "name": "one", "group": "default,vip", "models": "m,new", "weight": 3},
      {"id": 2, "name": "<b>&two", "group": "default", "models": "m", "weight": 7}],
      "tokens": [{"id": 5, "name": "t", "group": "default"}]})");
  }
};

TEST_F(DiffCli, OfASourceWithItselfIsFine) {
  const Outcome run = Pointsman({"diff", "--before", Before(), "--after", Before(), "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const json d = Document(run);
  EXPECT_EQ(d["ok"], true);
  for (const char* list : {"lost", "gained", "changed", "tokens"}) EXPECT_THAT(d[list], IsEmpty()) << list;
}

TEST_F(DiffCli, WithALostRouteExitsWithOneAndKeepsTheContractOfItsFields) {
  const Outcome run = Pointsman({"diff", "--before", Before(), "--after", After(), "--json"});
  EXPECT_EQ(run.code, 1);
  const json d = Document(run);
  EXPECT_EQ(d["ok"], false);
  ASSERT_EQ(d["lost"].size(), 2u);
  EXPECT_EQ(d["lost"][0]["group"], "default");
  EXPECT_EQ(d["lost"][0]["model"], "old");
  EXPECT_EQ(d["lost"][0]["after"]["reason"], "kNoSuchModel");
  EXPECT_EQ(d["gained"][0]["model"], "new");
  ASSERT_EQ(d["changed"].size(), 2u);
  const json moved = d["changed"][0];
  EXPECT_EQ(moved["group"], "default");
  EXPECT_EQ(moved["model"], "m");
  EXPECT_EQ(moved["channel_id"], 1);
  EXPECT_DOUBLE_EQ(moved["before"].get<double>(), 0.7);
  EXPECT_DOUBLE_EQ(moved["after"].get<double>(), 0.3);
  EXPECT_EQ(moved["before_exact"], "7/10");
  ASSERT_EQ(d["tokens"].size(), 1u);
  EXPECT_EQ(d["tokens"][0]["id"], 5);
  EXPECT_EQ(d["tokens"][0]["gained"], json({"new"}));
  EXPECT_EQ(d["tokens"][0]["lost"], json({"old"}));
}

TEST_F(DiffCli, ShowsPeopleBarsAndEscapesNames) {
  const std::string hostile = File("hostile.json",
                                   "{\"channels\": [{\"id\": 1, \"name\": \"x\\u001b[2J\", \"group\": "
                                   "\"default\", \"models\": \"m\", \"weight\": 1}, {\"id\": 2, "
                                   "\"group\": \"default\", \"models\": \"m\", \"weight\": 1}]}");
  const Outcome run = Pointsman({"diff", "--before", Before(), "--after", hostile});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("█"));
  EXPECT_THAT(run.out, HasSubstr("7/10 -> 1/2"));
  EXPECT_THAT(run.out, HasSubstr("x\\x1b[2J"));
  EXPECT_THAT(run.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run.out, HasSubstr("tokens are not compared"));
}

TEST_F(DiffCli, ComparesPoliciesOverTheSameRows) {
  const std::string rows = File("rows.json", R"({"channels": [{"id": 1, "group": "default", "models": "m"}]})");
  const std::string policy = File("a.json", R"({"groups": {"vip": {"fallback": [{"group": "default"}]}}})");
  const std::string without = File("b.json", R"({"groups": {"vip": {}}})");
  EXPECT_EQ(Pointsman({"diff", "--before", rows, "--after", rows, "--policy", policy}).code, 0);
  const Outcome run =
      Pointsman({"diff", "--before", rows, "--after", rows, "--policy", policy, "--policy-after", without, "--json"});
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(Document(run)["lost"][0]["group"], "vip");
}

TEST_F(DiffCli, WritesAPageThatNeedsNothingElseAndTrustsNoName) {
  const std::string page = folder_ / "diff.html";
  const Outcome run = Pointsman({"diff", "--before", Before(), "--after", After(), "--html", page, "--json"});
  EXPECT_EQ(run.code, 1);
  Document(run);
  const std::string html = ReadText(page);
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;&amp;two"));
  EXPECT_THAT(html, Not(HasSubstr("<b>&two")));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(html, HasSubstr("7/10"));
}

TEST_F(DiffCli, ThatCannotWriteItsPageSaysSo) {
  const Outcome run =
      Pointsman({"diff", "--before", Before(), "--after", Before(), "--html", folder_ / "no/such/folder.html"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("cannot be written"));
}

TEST_F(DiffCli, RefusesBadUsageWithTwoAndAnEmptyStdout) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"diff", "--before", Before()},
                                                    {"diff", "--after", Before()},
                                                    {"diff", "--before", Before(), "--after", folder_ / "none.db"}}) {
    const Outcome run = Pointsman(arguments);
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.out, IsEmpty());
    EXPECT_THAT(run.err, Not(IsEmpty()));
  }
}

TEST_F(DiffCli, DoesNotSpeakChineseYetAndSaysSo) {
  const Outcome run = Pointsman({"diff", "--before", Before(), "--after", After(), "--lang", "zh"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.out, IsEmpty());
  EXPECT_THAT(run.err, HasSubstr("--lang: zh is not built yet in version"));
}

TEST_F(DiffCli, ShowWritesAPageOfATableWithExactShares) {
  const std::string page = folder_ / "show.html";
  EXPECT_EQ(Pointsman({"show", "--from", After(), "--html", page}).code, 0);
  const std::string html = ReadText(page);
  EXPECT_THAT(html, HasSubstr("3/10"));
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;&amp;two"));
  EXPECT_THAT(html, HasSubstr("Group <code>vip</code>"));
}

TEST_F(DiffCli, OfSchemasFindsTheDefaultThatAMoveLost) {
  const auto database = [&](const std::string& name, const std::string& group, const std::string& rows) {
    RunSql(folder_ / name,
           "CREATE TABLE channels (id integer PRIMARY KEY, key text NOT NULL); CREATE TABLE tokens (id "
           "integer PRIMARY KEY, key char(48) UNIQUE, \"group\" " +
               group +
               "); INSERT INTO tokens (id, "
               "key) VALUES " +
               rows);
    return folder_ / name;
  };
  const std::string before = database("old.db", "text DEFAULT 'default'", "(1, 'sk-secret'), (2, 'b')");
  const std::string after = database("new.db", "text NOT NULL DEFAULT ''", "(1, 'sk-secret')");
  EXPECT_EQ(Pointsman({"diff", "--schema", "--before", before, "--after", before}).code, 0);
  const Outcome run = Pointsman({"diff", "--schema", "--before", before, "--after", after});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.out, HasSubstr("tokens.group: default was 'default', is ''"));
  EXPECT_THAT(run.out, HasSubstr("tokens.group: NULL rule was nullable, is not null"));
  EXPECT_THAT(run.out, HasSubstr("tokens: rows was 2, is 1"));
  EXPECT_THAT(run.out, Not(HasSubstr("secret")));
  const json d = Document(Pointsman({"diff", "--schema", "--before", before, "--after", after, "--json"}));
  EXPECT_EQ(d["ok"], false);
  EXPECT_EQ(d["differences"].size(), 3u);
}

TEST_F(DiffCli, OfSchemasNamesLostTablesColumnsAndKeys) {
  const std::string before = folder_ / "a.db";
  const std::string after = folder_ / "b.db";
  RunSql(before,
         "CREATE TABLE users (id integer PRIMARY KEY, username text UNIQUE, quota int); CREATE TABLE options "
         "(key text PRIMARY KEY, value text)");
  RunSql(after, "CREATE TABLE users (id integer, USERNAME text)");
  const Outcome run = Pointsman({"diff", "--schema", "--before", before, "--after", after});
  EXPECT_EQ(run.code, 1);
  for (const char* line :
       {"options: the table was present, is none", "users: primary key was (id), is none",
        "users: unique key was (username), is none", "users.quota: the column was present, is none"}) {
    EXPECT_THAT(run.out, HasSubstr(line));
  }
}

TEST_F(DiffCli, OfSchemasRefusesWhatIsNoDatabase) {
  const Outcome run = Pointsman({"diff", "--schema", "--before", Before(), "--after", After()});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("compares databases"));
}

// 300 groups of as many routes would be a page that no browser likes.
TEST_F(DiffCli, PagesOfLargeTablesAreBoundedAndSayWhatIsLeftOut) {
  std::string rows = R"({"channels": [)";
  for (int id = 1; id <= 300; ++id) {
    const std::string n = std::to_string(id);
    rows += (id == 1 ? "" : ",") + std::string("{\"id\": ") + n + ", \"group\": \"g" + n + "\", \"models\": \"a" + n +
            ",b" + n + "\"}";
  }
  const std::string many = File("many.json", rows + "]}");
  const std::string page = folder_ / "page.html";
  EXPECT_EQ(Pointsman({"show", "--from", many, "--html", page, "--json"}).code, 0);
  EXPECT_THAT(ReadText(page), HasSubstr("And 200 groups more, which are not shown."));
  EXPECT_EQ(Pointsman({"diff", "--before", many, "--after", Before(), "--html", page, "--json"}).code, 1);
  EXPECT_THAT(ReadText(page), HasSubstr("And 200 routes more, which are not shown."));
  EXPECT_LT(ReadText(page).size(), 1'000'000u);
}

}  // namespace
}  // namespace pointsman::testing
