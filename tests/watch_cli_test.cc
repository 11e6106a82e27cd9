// pointsman watch: what is printed of each change, of trouble and of its end.
#include <gmock/gmock.h>
#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "support/command_line.h"
#include "support/live_program.h"
#include "support/scratch_database.h"

namespace pointsman::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;

class Watch : public CommandLine {
 protected:
  void SetUp() override {
    RunSql(db(), R"(
      CREATE TABLE channels (id integer PRIMARY KEY, name text, status integer, models text, "group" text, weight integer);
      CREATE TABLE tokens (id integer PRIMARY KEY, user_id integer, name text, "group" text);
      CREATE TABLE users (id integer PRIMARY KEY, username text, "group" text);
      INSERT INTO channels VALUES (1, 'one', 1, 'a,b,c', 'vip', 1), (2, 'two', 1, 'a', 'default', 1);
      INSERT INTO users VALUES (1, 'alice', 'vip');
      INSERT INTO tokens VALUES (1, 1, 'ci', 'default'))");
  }
  std::string db() const { return folder_ / "one-api.db"; }

  std::vector<std::string> Command(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {POINTSMAN_TOOL_PATH, "watch", "--from", db(), "--interval", "0.02"});
    return more;
  }
  static Json Event(LiveProgram& program) {
    Json event = Json::parse(program.Line(), nullptr, false);
    EXPECT_TRUE(event.is_object());
    return event.is_object() ? event : Json::object();
  }
};

TEST_F(Watch, PrintsALineForEachChangeAndEndsOnASignal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    RunSql(db(), "UPDATE channels SET status = 1, weight = 1");
    LiveProgram watch(Command({"--json"}));
    const Json start = Event(watch);
    EXPECT_EQ(start["event"], "start");
    EXPECT_THAT(start["message"], HasSubstr("4 routes served by 2 channels, 1 tokens"));
    EXPECT_EQ(start["generation"], 1);

    RunSql(db(), "INSERT INTO channels VALUES (3, 'three', 1, 'a', 'default', 3)");
    const Json change = Event(watch);
    EXPECT_EQ(change["event"], "change");
    EXPECT_EQ(change["generation"], 2);
    EXPECT_EQ(change["changed"].size(), 2u);
    EXPECT_EQ(change["changed"][0]["after_exact"], "1/4");
    EXPECT_EQ(change["before"]["source"], "generation 1");

    RunSql(db(), "DELETE FROM channels WHERE id = 3");
    EXPECT_EQ(Event(watch)["event"], "change");
    watch.Signal(signal);
    const Json end = Event(watch);
    EXPECT_EQ(end["event"], "end");
    EXPECT_EQ(end["message"], "2 changes");
    EXPECT_EQ(watch.Line(), "");
    EXPECT_EQ(watch.Wait(), 0);
  }
}

TEST_F(Watch, SpeaksToPeople) {
  LiveProgram watch(Command({"--changes", "1"}));
  EXPECT_THAT(watch.Line(), HasSubstr("Z start: " + db() + ": 4 routes served"));
  RunSql(db(), "UPDATE channels SET models = 'a,b' WHERE id = 1");
  EXPECT_EQ(watch.Line(), "");
  EXPECT_THAT(watch.Line(), HasSubstr("Z change: 1 route lost"));
  std::string rest;
  for (std::string line = watch.Line(); rest.find("Z end: 1 change") == std::string::npos; line = watch.Line()) {
    rest += line + "\n";
    if (rest.size() > 10'000) break;
  }
  EXPECT_THAT(rest, HasSubstr("group \"vip\": \"c\""));
  EXPECT_EQ(watch.Wait(), 0) << "it ends by itself after so many changes";
}

// The incident's own kind of change: no channel has anything to do with it.
TEST_F(Watch, SeesTokensThatGainOrLoseModels) {
  LiveProgram watch(Command({"--json"}));
  EXPECT_EQ(Event(watch)["event"], "start");
  RunSql(db(), "UPDATE tokens SET \"group\" = 'vip'");
  const Json change = Event(watch);
  EXPECT_EQ(change["tokens"][0]["gained"], Json({"b", "c"}));
  EXPECT_EQ(change["generation"], 1);
  RunSql(db(), "UPDATE tokens SET name = 'renamed'; UPDATE channels SET weight = 2 WHERE id = 2");
  EXPECT_EQ(Event(watch)["generation"], 2) << "a name changes nothing";
}

// Would catch: a policy that is read once to begin with and once more to be followed.
TEST_F(Watch, ReadsAPolicyFromStandardInputOnce) {
  const std::string tool = POINTSMAN_TOOL_PATH;
  LiveProgram watch({"/bin/sh", "-c",
                     "echo '{\"retry\": {\"budget\": 3}}' | " + tool +
                         " watch --json --changes 1 --interval 0.02 --policy - --profile new_api_memory --from '" +
                         db() + "'"});
  EXPECT_EQ(Event(watch)["event"], "start");
  RunSql(db(), "UPDATE channels SET models = 'a,b' WHERE id = 1");
  EXPECT_EQ(Event(watch)["event"], "change");
  EXPECT_EQ(Event(watch)["event"], "end");
  EXPECT_EQ(watch.Wait(), 0);
}

TEST_F(Watch, SaysOnceThatTheSourceFailsAndThatItIsBack) {
  LiveProgram watch(Command({"--json"}));
  EXPECT_EQ(Event(watch)["event"], "start");
  const std::string away = folder_ / "away.db";
  ASSERT_EQ(std::rename(db().c_str(), away.c_str()), 0);
  const Json failed = Event(watch);
  EXPECT_EQ(failed["event"], "failed");
  EXPECT_THAT(failed["message"], HasSubstr("no such file"));
  ASSERT_EQ(std::rename(away.c_str(), db().c_str()), 0);
  EXPECT_EQ(Event(watch)["event"], "recovered");
}

TEST_F(Watch, ShowsWhatAGatewayWouldHoldBack) {
  LiveProgram watch(Command({"--json"}));
  EXPECT_EQ(Event(watch)["event"], "start");
  RunSql(db(), "DELETE FROM channels WHERE id = 1");
  const Json held_back = Event(watch);
  EXPECT_EQ(held_back["event"], "held_back");
  EXPECT_THAT(held_back["message"], HasSubstr("3 of 4 serving routes would be lost"));
  const Json recovered = Event(watch);
  EXPECT_EQ(recovered["event"], "recovered");
  EXPECT_EQ(recovered["message"], "what was lost is still lost; shown as if it were accepted");
  const Json change = Event(watch);
  EXPECT_EQ(change["event"], "change");
  EXPECT_EQ(change["lost"].size(), 3u);
}

// Under a gateway's profile its saved options are part of what is followed.
TEST_F(Watch, SeesWhatAnAdministratorSaves) {
  RunSql(db(), "CREATE TABLE options (key text PRIMARY KEY, value text); UPDATE tokens SET \"group\" = 'auto'");
  LiveProgram watch(Command({"--json", "--profile", "new_api_memory"}));
  EXPECT_EQ(Event(watch)["event"], "start");
  RunSql(db(), R"(INSERT INTO options VALUES ('AutoGroups', '["vip"]'))");
  const Json change = Event(watch);
  EXPECT_EQ(change["event"], "change");
  EXPECT_EQ(change["generation"], 2);
  EXPECT_EQ(change["tokens"][0]["gained"], Json({"a", "b", "c"})) << change;
}

TEST_F(Watch, OfWhatCannotBeReadFromTheStartExitsWithTwo) {
  const Outcome missing = Pointsman({"watch", "--from", folder_ / "missing.db"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.out, IsEmpty());
  EXPECT_THAT(missing.err, HasSubstr("missing.db: no such file"));
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--listen", db()}, {"--interval", "0"}, {"--interval", "soon"}, {"--changes", "0"}}) {
    const Outcome refused = Pointsman({"watch", "--from", db(), option, value});
    EXPECT_EQ(refused.code, 2) << option;
    EXPECT_THAT(refused.err, HasSubstr(option));
  }
}

}  // namespace
}  // namespace pointsman::testing
