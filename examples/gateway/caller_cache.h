// CallerCache: who a key belongs to, remembered for a moment, as gateways do: a busy token need not be looked up for
// each of its requests. A token that is changed or revoked counts for that moment longer.
//
//   CallerCache callers(*database, std::chrono::milliseconds(1000));
//   absl::StatusOr<std::shared_ptr<const Caller>> caller = callers.Find(key);        // null: nobody's
//
// Keys that nobody has are not remembered, so that strangers cannot fill it.
//
// Thread safety: thread-safe. Cost of a hit: a lock and a lookup. Limits: kCallers at a time.
#ifndef GATEWAY_CALLER_CACHE_H_
#define GATEWAY_CALLER_CACHE_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "database.h"

namespace gateway {

class CallerCache {
 public:
  static constexpr std::size_t kCallers = 20'000;

  // `lifetime` 0: the database is asked each time.
  CallerCache(Database& database, std::chrono::milliseconds lifetime) : database_(database), lifetime_(lifetime) {}

  absl::StatusOr<std::shared_ptr<const pointsman::Caller>> Find(const std::string& key);

 private:
  struct Known {
    std::shared_ptr<const pointsman::Caller> caller;
    std::chrono::steady_clock::time_point until;
  };

  Database& database_;
  const std::chrono::milliseconds lifetime_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace gateway

#endif  // GATEWAY_CALLER_CACHE_H_
