// Eight processes follow one server through a thousand changes of routing, as a fleet of gateways does: all of them end
// on the same content hash. The figures are printed.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "pointsman/load/postgresql_changes.h"
#include "pointsman/refresher.h"
#include "support/eventually.h"
#include "support/postgres_loader_fixture.h"

namespace pointsman {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kNodes = 8;
constexpr int kChanges = 1000;

// What a node reports of itself. Clock's epoch is the machine's, so processes can compare.
struct NodeReport {
  char content_hash[80] = {};
  std::int64_t arrived = 0;  // when that hash was served, in nanoseconds of Clock
  std::uint64_t loads = 0, published = 0, failed = 0, notifications = 0;
};

// One gateway. It follows until it serves the hash that it is told, or gives up.
class Node {
 public:
  Node(int told, int answers, const std::string& uri) : told_(told), answers_(answers), uri_(uri) {}

  [[noreturn]] void Run() {
    Router router;
    PostgresqlLoader loader(uri_);
    PostgresqlListener listener(uri_);
    Refresher refresher(router, loader, {.pace = {.interval = std::chrono::seconds(5)}, .notifier = &listener});
    const bool started = refresher.Start().ok() && testing::Eventually([&] {
                           return refresher.status().published > 0 && listener.status().ok();
                         });
    Answer({});  // it is up
    char wanted[80] = {};
    if (!started || read(told_, wanted, sizeof wanted) != sizeof wanted) _exit(1);
    testing::Eventually([&] { return router.TakeSnapshot().table->content_hash() == wanted; },
                        std::chrono::seconds(20));
    NodeReport report{.arrived = Clock::now().time_since_epoch().count()};
    const RefreshStatus status = refresher.status();
    refresher.Stop();  // which ends a load that is going on: that is no failure of the source's
    status.content_hash.copy(report.content_hash, sizeof report.content_hash - 1);
    report.loads = status.loads;
    report.published = status.published;
    report.failed = status.failed;
    if (!status.last_error.ok()) std::fprintf(stderr, "  node: %s\n", status.last_error.ToString().c_str());
    report.notifications = status.notifications;
    Answer(report);
    _exit(0);
  }

 private:
  void Answer(const NodeReport& report) const {
    if (write(answers_, &report, sizeof report) != sizeof report) _exit(1);
  }
  int told_, answers_;
  std::string uri_;
};

class Fleet : public PostgresLoaderTest {
 protected:
  void SetUp() override {
    PostgresLoaderTest::SetUp();
    if (db_ == nullptr) return;
    Sql(kPostgresSchema);
    Sql(R"(INSERT INTO channels (id, name, models) SELECT i, 'c' || i, 'm' || i % 20 FROM generate_series(1, 100) i;
           INSERT INTO abilities SELECT 'default', 'm' || i % 20, i, true, 0, 1 + i % 7, NULL FROM generate_series(1, 100) i)");
    for (const std::string& statement : PostgresqlTriggers()) Sql(statement);
  }

  // Not yet a thread in this process: its children may go on after fork.
  void StartNodes() {
    for (int i = 0; i < kNodes; ++i) {
      int told[2], answers[2];
      ASSERT_EQ(pipe(told), 0);
      ASSERT_EQ(pipe(answers), 0);
      const pid_t child = fork();
      if (child == 0) Node(told[0], answers[1], db_->uri()).Run();
      close(told[0]);
      close(answers[1]);
      children_.push_back(child);
      told_.push_back(told[1]);
      answers_.push_back(answers[0]);
    }
    for (const int answer : answers_) Read(answer);
  }
  void TearDown() override {
    for (const int told : told_) close(told);
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
    for (const int answer : answers_) close(answer);
  }

  static NodeReport Read(int from) {
    NodeReport report;
    pollfd answer{.fd = from, .events = POLLIN, .revents = 0};
    if (poll(&answer, 1, 30'000) != 1 || read(from, &report, sizeof report) != sizeof report) {
      ADD_FAILURE() << "a node has died or hangs";
    }
    return report;
  }

  std::vector<pid_t> children_;
  std::vector<int> told_, answers_;
};

TEST_F(Fleet, OfEightProcessesEndsOnTheSameContentAfterAThousandChanges) {
  StartNodes();
  PostgresSession admin(db_->uri());
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < kChanges; ++i) {
    const std::string id = std::to_string(1 + i * 37 % 100);
    if (i % 10 == 9) {
      admin.Run("UPDATE abilities SET enabled = NOT enabled WHERE channel_id = " + id);
    } else {
      admin.Run("UPDATE abilities SET weight = " + std::to_string(i + 1) + " WHERE channel_id = " + id);
    }
  }
  const Clock::time_point last = Clock::now();

  Router reference;
  PostgresqlLoader loader(db_->uri());
  const absl::StatusOr<BuildReport> built = reference.Reload(loader);
  ASSERT_TRUE(built.ok()) << built.status();
  char wanted[80] = {};
  built->content_hash.copy(wanted, sizeof wanted - 1);
  for (const int told : told_) ASSERT_EQ(write(told, wanted, sizeof wanted), static_cast<ssize_t>(sizeof wanted));

  std::printf("%d changes in %.2f s\n", kChanges, std::chrono::duration<double>(last - start).count());
  for (const int answer : answers_) {
    const NodeReport report = Read(answer);
    EXPECT_EQ(report.content_hash, built->content_hash);
    EXPECT_EQ(report.failed, 0u);
    EXPECT_LT(report.published, static_cast<std::uint64_t>(kChanges)) << "changes that come together are one load";
    const Clock::time_point arrived{Clock::duration(report.arrived)};
    std::printf(
        "  node: the last change served after at most %.0f ms; %llu notifications, %llu loads, %llu published\n",
        std::chrono::duration<double, std::milli>(arrived - last).count(),
        static_cast<unsigned long long>(report.notifications), static_cast<unsigned long long>(report.loads),
        static_cast<unsigned long long>(report.published));
  }
}

}  // namespace
}  // namespace pointsman
