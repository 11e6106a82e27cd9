// The listener on a real server: what it hears, how it survives the server, and how soon a change is routed by.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql_changes.h"
#include "pointsman/refresher.h"
#include "support/eventually.h"
#include "support/postgres_loader_fixture.h"
#include "support/scratch_database.h"
#include "support/silent_server.h"

namespace pointsman {
namespace {

using testing::Eventually;
using ::testing::HasSubstr;
using ::testing::Not;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PostgresqlListenerTest : public PostgresLoaderTest {
 protected:
  // Until it says something, or too long.
  static Waited Wait(PostgresqlListener& listener, milliseconds time = seconds(10)) {
    return listener.Wait(Clock::now() + time);
  }
  void Notify() { Sql("NOTIFY pointsman"); }

  // The server's process that serves the listener.
  std::string Backend() {
    return db_->Ask(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'pointsman' AND datname = current_database()");
  }
};

TEST_F(PostgresqlListenerTest, SaysChangedOnceItIsConnectedSinceItMayHaveMissedSomething) {
  PostgresqlListener listener(db_->uri());
  EXPECT_EQ(listener.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  EXPECT_TRUE(listener.status().ok());
  EXPECT_EQ(Wait(listener, milliseconds(30)), Waited::kTimedOut);
}

TEST_F(PostgresqlListenerTest, HearsWhatIsNotifiedWhileItWaitsAndWhileItDoesNot) {
  PostgresqlListener listener(db_->uri());
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  Notify();
  Notify();
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(30));
    Notify();
  });
  // The second of the two above may have come apart from the first.
  while (Wait(listener, milliseconds(10)) == Waited::kChanged) {
  }
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  other.join();
  Sql("NOTIFY somebody_else");
  EXPECT_EQ(Wait(listener, milliseconds(30)), Waited::kTimedOut);
}

TEST_F(PostgresqlListenerTest, IsInterruptedAtOnceAndAlsoBeforehand) {
  PostgresqlListener listener(db_->uri());
  listener.Interrupt();
  EXPECT_EQ(Wait(listener), Waited::kInterrupted);
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  const Clock::time_point start = Clock::now();
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(30));
    listener.Interrupt();
  });
  EXPECT_EQ(Wait(listener), Waited::kInterrupted);
  other.join();
  EXPECT_LT(Clock::now() - start, seconds(5));
}

TEST_F(PostgresqlListenerTest, IsInterruptedWhileItConnects) {
  const ScratchFolder folder;
  const SilentServer silent(folder.path());
  PostgresqlListener listener("postgresql://reader@/one_api?host=" + folder.path());
  const Clock::time_point start = Clock::now();
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(50));
    listener.Interrupt();
  });
  EXPECT_EQ(Wait(listener), Waited::kInterrupted);
  other.join();
  EXPECT_LT(Clock::now() - start, milliseconds(900));
}

// Polling waits for it.
TEST_F(PostgresqlListenerTest, OutlastsItsDeadlineByNoMoreThanASecondWhereNobodyAnswers) {
  const ScratchFolder folder;
  const SilentServer silent(folder.path());
  PostgresqlListener listener("postgresql://reader@/one_api?host=" + folder.path());
  const Clock::time_point start = Clock::now();
  EXPECT_EQ(Wait(listener, milliseconds(100)), Waited::kTimedOut);
  EXPECT_LT(Clock::now() - start, milliseconds(2500));
  EXPECT_FALSE(listener.status().ok());
}

TEST_F(PostgresqlListenerTest, ConnectsAgainWhenItsConnectionIsCut) {
  PostgresqlListener listener(db_->uri());
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  for (int i = 0; i < 3; ++i) {
    Sql("SELECT pg_terminate_backend(" + Backend() + ")");
    EXPECT_EQ(Wait(listener), Waited::kChanged) << "what was notified meanwhile is not known";
    EXPECT_TRUE(listener.status().ok());
  }
  Notify();
  EXPECT_EQ(Wait(listener), Waited::kChanged);
}

// A frozen process keeps its connections alive: only a question shows that it is not.
TEST_F(PostgresqlListenerTest, NoticesAServerThatHasFallenSilent) {
  PostgresqlListener listener(db_->uri(), {.check_every = milliseconds(100)});
  EXPECT_EQ(Wait(listener), Waited::kChanged);
  EXPECT_EQ(Wait(listener, milliseconds(500)), Waited::kTimedOut) << "several questions, all of them answered";
  EXPECT_TRUE(listener.status().ok());
  const pid_t frozen = std::atoi(Backend().c_str());
  ASSERT_GT(frozen, 0);
  ASSERT_EQ(kill(frozen, SIGSTOP), 0);
  EXPECT_EQ(Wait(listener), Waited::kChanged) << "by another connection";
  EXPECT_TRUE(listener.status().ok());
  kill(frozen, SIGCONT);
}

TEST_F(PostgresqlListenerTest, SaysWhyItHearsNothingAndNeverThePassword) {
  PostgresqlListener listener("postgresql://postgres:hunter2@/missing?host=" + server_->folder());
  EXPECT_EQ(Wait(listener, milliseconds(300)), Waited::kTimedOut);
  EXPECT_EQ(listener.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("no such database"));
  EXPECT_THAT(std::string(listener.status().message()), Not(HasSubstr("hunter2")));
  PostgresqlListener malformed("postgresql://a:hunter2@b@/x");
  EXPECT_EQ(Wait(malformed, milliseconds(30)), Waited::kTimedOut);
  EXPECT_THAT(malformed.status().ToString(), Not(HasSubstr("hunter2")));
}

TEST_F(PostgresqlListenerTest, DoesNotBesiegeAServerThatRefuses) {
  PostgresSession(db_->uri()).TryRun("CREATE ROLE counted LOGIN");
  Sql("CREATE TABLE attempts (n bigint)");
  PostgresqlListener listener(server_->Uri("missing"), {.first_backoff = milliseconds(200)});
  const auto refused = [&] {
    const std::string log = ReadFile(server_->folder() + "/log");
    int count = 0;
    for (std::size_t at = 0; (at = log.find("database \"missing\" does not exist", at)) != std::string::npos; ++at)
      ++count;
    return count;
  };
  const int before = refused();
  EXPECT_EQ(Wait(listener, milliseconds(1000)), Waited::kTimedOut);
  EXPECT_GE(refused() - before, 1);
  EXPECT_LT(refused() - before, 15);
}

class Following : public PostgresqlListenerTest {
 protected:
  void SetUp() override {
    PostgresqlListenerTest::SetUp();
    if (db_ == nullptr) return;
    Sql(kPostgresSchema);
    Sql("INSERT INTO channels (id, name, models, priority) VALUES (1, 'one', 'm', 5), (2, 'two', 'm', 0)");
  }

  // How long after a commit by another client a selection goes to the other channel, over and over.
  std::vector<double> Delays(Refresher& refresher, int changes) {
    std::vector<double> delays;
    PostgresSession admin(db_->uri());
    EXPECT_TRUE(refresher.Start().ok());
    EXPECT_TRUE(Eventually([&] { return refresher.status().published == 1; }));
    std::this_thread::sleep_for(milliseconds(100));  // until the listener has had its word about connecting
    for (int i = 0; i < changes; ++i) {
      const std::int64_t wanted = i % 2 == 0 ? 2 : 1;
      const Clock::time_point start = Clock::now();
      admin.Run("UPDATE channels SET priority = " + std::to_string(i % 2 == 0 ? 9 : 0) + " WHERE id = 2");
      EXPECT_TRUE(Eventually([&] { return Chosen() == wanted; }));
      delays.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    std::sort(delays.begin(), delays.end());
    return delays;
  }
  std::int64_t Chosen() { return router_.Select({.group = "default", .model = "m"}).channel_id(); }

  Router router_;
};

TEST_F(Following, AChangeByAnotherClientIsRoutedByWithinATenthOfASecond) {
  for (const std::string& statement : PostgresqlTriggers()) Sql(statement);
  PostgresqlLoader loader(db_->uri());
  PostgresqlListener listener(db_->uri());
  Refresher refresher(router_, loader, {.pace = {.interval = std::chrono::hours(1)}, .notifier = &listener});
  const std::vector<double> delays = Delays(refresher, 31);
  std::printf("from a commit to a selection: least %.1f ms, median %.1f ms, greatest %.1f ms\n", delays.front(),
              delays[delays.size() / 2], delays.back());
  EXPECT_LT(delays[delays.size() / 2], 100.0);
  refresher.Stop();
  const RefreshStatus status = refresher.status();
  EXPECT_TRUE(status.notifier->ok());
  EXPECT_EQ(status.failed, 0u);
}

TEST_F(Following, WithoutTriggersPollingSeesIt) {
  PostgresqlLoader loader(db_->uri());
  PostgresqlListener listener(db_->uri());
  Refresher refresher(router_, loader, {.pace = {.interval = milliseconds(50)}, .notifier = &listener});
  EXPECT_EQ(Delays(refresher, 4).size(), 4u);
}

TEST_F(Following, WithAListenerThatHearsNothingPollingSeesIt) {
  PostgresqlLoader loader(db_->uri());
  PostgresqlListener deaf(server_->Uri("missing"));
  Refresher refresher(router_, loader, {.pace = {.interval = milliseconds(50)}, .notifier = &deaf});
  EXPECT_EQ(Delays(refresher, 4).size(), 4u);
  EXPECT_THAT(refresher.status().Text(), HasSubstr("; not notified: "));
}

TEST_F(Following, StopsAtOnceWhateverItsListenerIsDoing) {
  const ScratchFolder folder;
  const SilentServer silent(folder.path());
  PostgresqlLoader loader(db_->uri());
  PostgresqlListener listener("postgresql://reader@/one_api?host=" + folder.path());
  Refresher refresher(router_, loader, {.pace = {.interval = std::chrono::hours(1)}, .notifier = &listener});
  ASSERT_TRUE(refresher.Start().ok());
  EXPECT_TRUE(Eventually([&] { return Chosen() == 1; }));
  std::this_thread::sleep_for(milliseconds(50));
  const Clock::time_point start = Clock::now();
  refresher.Stop();
  EXPECT_LT(Clock::now() - start, milliseconds(900));
}

}  // namespace
}  // namespace pointsman
