// The example gateway on PostgreSQL: the same answers, changes heard at once, and a server that dies and returns.
#include <string>

#include "gateway/running_gateway.h"
#include "gmock/gmock.h"
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
