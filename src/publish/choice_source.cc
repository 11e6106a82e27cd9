#include "publish/choice_source.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

std::optional<std::uint64_t> LiveChoices::Ticket(const TurnKey& key) noexcept {
  return rotations_.Take(absl::HashOf(key.group, key.model, key.priority, key.retry));
}

std::uint64_t LiveChoices::InFlight(const Published& now, std::uint32_t channel) noexcept {
  return static_cast<std::uint64_t>(std::max(now.states[channel]->in_flight(), 0));
}

std::uint64_t LiveChoices::Latency(const Published& now, std::uint32_t channel) noexcept {
  return static_cast<std::uint64_t>(now.states[channel]->latency().count());
}

std::uint16_t LiveChoices::Key(const Published& now, std::uint32_t channel, KeyStates::Tried tried) noexcept {
  const auto key = now.states[channel]->NextKey(now.state->clock.Now().count(), tried);
  return key ? static_cast<std::uint16_t>(*key) : Selection::kNoKey;
}

bool LiveChoices::HasKey(const Published& now, std::uint32_t channel, KeyStates::Tried tried) noexcept {
  return now.states[channel]->HasKey(now.state->clock.Now().count(), tried);
}

}  // namespace pointsman::inline v0
