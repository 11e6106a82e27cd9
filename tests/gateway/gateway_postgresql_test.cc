// The example gateway on PostgreSQL: the same answers, changes heard at once, and a server that dies and returns.
#include <mutex>
#include <string>
#include <vector>

#include "gateway/running_gateway.h"
#include "gmock/gmock.h"
#include "pointsman/load/postgresql.h"
#include "pointsman/load/postgresql_changes.h"
#include "support/move_database.h"
#include "support/postgres_loader_fixture.h"
#include "support/postgres_server.h"

namespace pointsman::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The SQLite file of the fixture, moved into the server, and the gateway started on that.
gateway::Options OnPostgresql(gateway::Options options, const PostgresDatabase& database) {
  PostgresSession(database.uri()).Run(kPostgresSchema);
  MoveDatabase(options.source, database);
  options.source = database.uri();
  return options;
}

TEST(GatewayPostgresql, AnswersAsOnSqlite) {
  PostgresServer* const server = PostgresServer::Shared();
  if (server == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
  PostgresDatabase database(*server);
  RunningGateway g([&](gateway::Options& options) { options = OnPostgresql(options, database); });
  const HttpAnswer chat = g.Chat(kDefaultToken, "gpt-4o");
  EXPECT_EQ(chat.status, 200);
  EXPECT_THAT(chat.header("X-Pointsman-Channel"), AnyOf("1", "2"));
  EXPECT_EQ(g.Post("/runway/tasks", kTokenWithoutGroup, "{}").status, 202);
  EXPECT_EQ(g.Chat("not-a-real-key-1", "gpt-4o").status, 401);
  EXPECT_EQ(g.Chat("' OR true --", "gpt-4o").status, 401);
  EXPECT_EQ(g.Chat("sk-not-a-real-key-12", "gpt-4o").status, 401);  // deleted
  EXPECT_EQ(g.Chat("sk-not-a-real-key-70", "gpt-4o").status, 403);  // spent
  const std::string models = g.Get("/v1/models", kSvipToken).body;
  EXPECT_THAT(models, HasSubstr(R"("id":"gemini-2.5-pro")"));
  EXPECT_THAT(models, Not(HasSubstr("runway")));
  database.Run("UPDATE tokens SET model_limits_enabled = true, model_limits = 'o3' WHERE id = 1");
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 403);
  EXPECT_EQ(g.Chat(kDefaultToken, "o3").status, 200);
}

TEST(GatewayPostgresql, HearsOfAChangeLongBeforeItWouldAsk) {
  PostgresServer* const server = PostgresServer::Shared();
  if (server == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
  PostgresDatabase database(*server);
  RunningGateway g([&](gateway::Options& options) {
    options = OnPostgresql(options, database);
    for (const std::string& statement : PostgresqlTriggers()) database.Run(statement);
    options.listen_url = options.source;
    options.refresh = std::chrono::hours(1);
  });
  EXPECT_TRUE(Eventually([&] { return g.gateway->refresher().status().notifier == absl::OkStatus(); }));
  EXPECT_EQ(g.Chat(kDefaultToken, "glm-4.5").status, 200);
  database.Run("UPDATE abilities SET enabled = false WHERE channel_id = 11");
  EXPECT_TRUE(Eventually([&] { return g.Chat(kDefaultToken, "glm-4.5").status == 503; }));
}

// The server refuses such values; each stranger would cost it a connection.
TEST(GatewayPostgresql, KeysThatNoColumnCanHoldAreNobodysAndCostNoConnection) {
  PostgresServer* const server = PostgresServer::Shared();
  if (server == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
  PostgresDatabase database(*server);
  RunningGateway g([&](gateway::Options& options) {
    options = OnPostgresql(options, database);
    options.refresh = std::chrono::hours(1);  // which takes connections of its own
  });
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 200);
  const auto sessions = [&] {
    return database.Ask(
        "SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_activity WHERE datname = current_database() AND "
        "application_name = 'pointsman gateway'");
  };
  const std::string before = sessions();
  EXPECT_NE(before, "");
  for (const char* const key : {"%ff", "sk-%c0%80", "sk-%ed%a0%80", "sk-%00"}) {
    EXPECT_EQ(g.Chat(key, "gpt-4o").status, 401) << key;
  }
  EXPECT_EQ(sessions(), before);
  database.Run("ALTER TABLE tokens ALTER key TYPE bigint USING id");  // a server of another mind about values
  EXPECT_EQ(g.Chat("sk-letters", "gpt-4o").status, 401);
  EXPECT_EQ(sessions(), before);
}

TEST(GatewayPostgresql, AMissingGrantIsNamedInTheLogNowAndThen) {
  PostgresServer* const server = PostgresServer::Shared();
  if (server == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
  PostgresDatabase database(*server);
  std::vector<std::string> log;
  std::mutex mutex;
  PostgresSession(database.uri()).TryRun("CREATE ROLE gateway_reader LOGIN");
  RunningGateway g([&](gateway::Options& options) {
    options = OnPostgresql(options, database);
    const auto grants = ReadPostgresqlGrants(options.source, "gateway_reader");
    EXPECT_TRUE(grants.ok()) << grants.status();
    for (const std::string& statement : *grants) database.Run(statement);
    database.Run("GRANT SELECT (key) ON tokens TO gateway_reader");  // as README.md says
    database.Run("GRANT SELECT (key, base_url, model_mapping) ON channels TO gateway_reader");
    options.source = database.uri("gateway_reader");
    options.log = [&](const std::string& line) {
      const std::lock_guard lock(mutex);
      log.push_back(line);
    };
  });
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 200);
  database.Run("REVOKE SELECT (key) ON tokens FROM gateway_reader");
  for (int i = 0; i < 5; ++i) {
    const HttpAnswer reply = g.Chat(kDefaultToken, "gpt-4o");
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.body, Not(HasSubstr("tokens")));
  }
  const std::lock_guard lock(mutex);
  int lookups = 0;
  for (const std::string& line : log) {
    EXPECT_THAT(line, Not(HasSubstr("not-a-real-key")));
    lookups += line == "keys cannot be looked up: PostgreSQL: 42501: permission denied for table tokens";
  }
  EXPECT_EQ(lookups, 1) << ::testing::PrintToString(log);
}

TEST(GatewayPostgresql, ADeadServerIs503ForUnknownCallersAndNothingAfterItsReturn) {
  PostgresServer* const shared = PostgresServer::Shared();
  if (shared == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
  PostgresServer server;  // its own, since it dies
  PostgresDatabase database(server);
  RunningGateway g([&](gateway::Options& options) {
    options = OnPostgresql(options, database);
    options.caller_cache = std::chrono::minutes(10);
  });
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 200);
  server.Kill();
  EXPECT_EQ(g.Chat(kDefaultToken, "gpt-4o").status, 200);  // who is known, and the last good table
  const HttpAnswer unknown = g.Chat(kVipToken, "gpt-4o");
  EXPECT_EQ(unknown.status, 503);
  EXPECT_THAT(unknown.body, HasSubstr("no_database"));
  EXPECT_THAT(unknown.body, Not(HasSubstr("postgres")));
  server.StartAgain();
  EXPECT_EQ(g.Chat(kVipToken, "gpt-4o").status, 200);
  EXPECT_TRUE(Eventually([&] { return g.gateway->refresher().status().ok(); }));
}

}  // namespace
}  // namespace pointsman::testing
