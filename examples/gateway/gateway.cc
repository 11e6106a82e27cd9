#include "gateway.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "admin.h"
#include "answers.h"
#include "caller_cache.h"
#include "callers.h"
#include "database.h"
#include "journal.h"
#include "pointsman/load/json.h"
#include "proxy.h"
#include "upstreams.h"
#ifdef GATEWAY_WITH_POSTGRESQL
#include "pointsman/load/postgresql_changes.h"
#endif

namespace gateway {
namespace {

bool IsPostgresql(const std::string& source) {
  return source.starts_with("postgresql://") || source.starts_with("postgres://");
}

absl::StatusOr<pointsman::Policy> ReadPolicy(const Options& options) {
  if (options.policy_file.empty()) return pointsman::Policy();
  std::ifstream file(options.policy_file, std::ios::binary);
  if (!file) return absl::NotFoundError(options.policy_file + ": cannot be read");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return pointsman::ParsePolicy(text, options.policy_file);
}

class Assembled final : public Gateway {
 public:
  Assembled(const Options& options, std::unique_ptr<Database> database, const pointsman::Policy& policy)
      : options_(options),
        database_(std::move(database)),
        upstreams_(*database_, options.log),
        known_(*database_, options.caller_cache),
        loader_(database_->MakeLoader(), upstreams_),
        router_(policy, {.state = options.state, .recent_decisions = 200, .most_route_counts = 10'000}),
        connections_(options.upstream),
        refresher_(router_, loader_, RefresherOptions()),
        proxy_(router_, upstreams_, connections_, journal_),
        callers_(known_, router_, upstreams_, proxy_, options.operators_token, options.log),
        admin_(router_, refresher_, upstreams_, journal_, options.operators_token),
        listener_(options.listener, [this] { connections_.DropStale(); }) {}

  absl::Status Begin() {
    const pointsman::RefreshTurn first = refresher_.Step();
    if (first.outcome != pointsman::RefreshOutcome::kPublished) return first.status;
    if (const absl::Status started = refresher_.Start(); !started.ok()) return started;
    if (options_.fixed_upstream.empty()) {
      callers_.Register(listener_.server());
    } else if (const absl::Status fixed = RegisterFixed(); !fixed.ok()) {
      return fixed;
    }
    admin_.Register(listener_.server());
    const absl::StatusOr<int> port = listener_.Start(options_.host, options_.port);
    if (!port.ok()) return port.status();
    port_ = *port;
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  pointsman::Router& router() override { return router_; }
  pointsman::Refresher& refresher() override { return refresher_; }

 private:
  pointsman::RefresherOptions RefresherOptions() {
    pointsman::RefresherOptions refresh{.pace = {.interval = options_.refresh}};
    // Over the file's policy, what an administrator saves: groups, who may use them, retries.
    refresh.follow_options = [this](std::span<const pointsman::OptionRow> saved,
                                    std::vector<pointsman::Rejection>& rejections) {
      pointsman::PolicyOfOptions said = pointsman::PolicyFromOptions(saved, router_.policy(), loader_.source());
      rejections = std::move(said.rejections);
      return std::move(said.policy);
    };
    if (options_.log != nullptr) {
      refresh.observe = [this](const pointsman::RefreshTurn& turn) {
        if (turn.outcome != pointsman::RefreshOutcome::kUnchanged) options_.log(Line(turn));
      };
    }
#ifdef GATEWAY_WITH_POSTGRESQL
    if (!options_.listen_url.empty()) refresh.notifier = &notifier_.emplace(options_.listen_url);
#endif
    return refresh;
  }

  static std::string Line(const pointsman::RefreshTurn& turn) {
    return "routes: " + std::string(pointsman::RefreshOutcomeName(turn.outcome)) +
           (turn.status.ok() ? "" : ": " + std::string(turn.status.message()));
  }

  absl::Status RegisterFixed() {
    absl::StatusOr<Upstream> upstream = ParseBaseUrl(options_.fixed_upstream);
    if (!upstream.ok()) return upstream.status();
    Post(listener_.server(), "/v1/chat/completions",
         [this, fixed = *std::move(upstream)](const auto& request, const auto& body, auto& response) {
           proxy_.Forward(fixed, request, body, response);
         });
    return absl::OkStatus();
  }

  // In the order in which one needs the other; the listener is the first to go.
  const Options options_;
  std::unique_ptr<Database> database_;
  Upstreams upstreams_;
  CallerCache known_;
  KeptInStep loader_;
  pointsman::Router router_;
#ifdef GATEWAY_WITH_POSTGRESQL
  std::optional<pointsman::PostgresqlListener> notifier_;
#endif
  Connections connections_;
  pointsman::Refresher refresher_;
  Journal journal_;
  Proxy proxy_;
  Callers callers_;
  Admin admin_;
  Listener listener_;
  int port_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const std::string& source) {
  if (!IsPostgresql(source)) return OpenSqlite(source.starts_with("sqlite:") ? source.substr(7) : source);
#ifdef GATEWAY_WITH_POSTGRESQL
  return OpenPostgresql(source);
#else
  return absl::InvalidArgumentError("this gateway was built without PostgreSQL: set POINTSMAN_POSTGRESQL=ON");
#endif
}

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(const Options& options) {
  if (!options.listen_url.empty() && !IsPostgresql(options.source)) {
    return absl::InvalidArgumentError("--listen is for PostgreSQL; a SQLite file is asked every --refresh-ms");
  }
  absl::StatusOr<std::unique_ptr<Database>> database = OpenDatabase(options.source);
  if (!database.ok()) return database.status();
  const absl::StatusOr<pointsman::Policy> policy = ReadPolicy(options);
  if (!policy.ok()) return policy.status();
  auto gateway = std::make_unique<Assembled>(options, *std::move(database), *policy);
  if (const absl::Status begun = gateway->Begin(); !begun.ok()) return begun;
  return std::unique_ptr<Gateway>(std::move(gateway));
}

}  // namespace gateway
