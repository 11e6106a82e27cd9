#include "publish/balance_source.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

std::optional<std::uint64_t> LiveBalance::Ticket(const TurnKey& key) noexcept {
  return rotations_.Take(absl::HashOf(key.group, key.model, key.priority));
}

std::uint64_t LiveBalance::InFlight(const Published& now, std::uint32_t channel) noexcept {
  return static_cast<std::uint64_t>(std::max(now.states[channel]->in_flight(), 0));
}

std::uint64_t LiveBalance::Latency(const Published& now, std::uint32_t channel) noexcept {
  return static_cast<std::uint64_t>(now.states[channel]->latency().count());
}

}  // namespace pointsman::inline v0
