#include "caller_cache.h"

#include <optional>
#include <utility>

namespace gateway {

absl::StatusOr<std::shared_ptr<const pointsman::Caller>> CallerCache::Find(const std::string& key) {
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(key);
    if (found != known_.end() && now < found->second.until) return found->second.caller;
  }
  absl::StatusOr<std::optional<pointsman::Caller>> asked = database_.FindCaller(key);
  if (!asked.ok()) return asked.status();
  if (!asked->has_value()) return std::shared_ptr<const pointsman::Caller>();
  auto caller = std::make_shared<const pointsman::Caller>(**std::move(asked));
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kCallers) known_.clear();  // simpler than to find the oldest, and as rare
  if (lifetime_.count() > 0) known_[key] = {.caller = caller, .until = now + lifetime_};
  return caller;
}

}  // namespace gateway
