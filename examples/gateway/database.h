// Database: what a gateway asks its own tables for beside routing: who calls, and where a channel's upstream is.
//
//   absl::StatusOr<std::unique_ptr<Database>> database = OpenDatabase("one-api.db");
//   absl::StatusOr<std::optional<Caller>> caller = (*database)->FindCaller(bearer_token);
//
// pointsman's loaders never read a `key` column. A gateway has to: callers show theirs, upstreams want theirs. That is
// all in here, in two statements, and in no log. Keys are compared by the database, in its index.
//
// Thread safety: thread-safe; each caller of it gets a connection of its own, which is kept for the next.
// Cost: FindCaller is one indexed SELECT; ReadUpstreams reads four columns of all channels.
#ifndef GATEWAY_DATABASE_H_
#define GATEWAY_DATABASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "pointsman/caller.h"
#include "pointsman/loader.h"

namespace gateway {

// A channel's row, as far as a request is sent by it.
struct UpstreamRow {
  std::int64_t channel_id = 0;
  std::string base_url;
  std::string keys;           // one; or several, as lines or as a JSON array
  std::string model_mapping;  // JSON object: public name -> the upstream's name
};

class Database {
 public:
  virtual ~Database() = default;

  // Whom a key belongs to, as presented: with "sk-" or without. Nothing where no token has it. Unavailable and the like
  // where the database cannot say.
  virtual absl::StatusOr<std::optional<pointsman::Caller>> FindCaller(std::string_view key) = 0;

  virtual absl::StatusOr<std::vector<UpstreamRow>> ReadUpstreams() = 0;

  // For a Router; a new one each time. Its source() masks passwords.
  virtual std::unique_ptr<pointsman::Loader> MakeLoader() = 0;
};

// "postgresql://…" or a path, with "sqlite:" before it or without. NotFound and the like where it cannot be read.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const std::string& source);

// What OpenDatabase chooses from.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const std::string& path);
absl::StatusOr<std::unique_ptr<Database>> OpenPostgresql(const std::string& url);

}  // namespace gateway

#endif  // GATEWAY_DATABASE_H_
