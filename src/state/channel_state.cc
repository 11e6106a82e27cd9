#include "pointsman/channel_state.h"

#include <string>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

absl::Status OutOfRange(std::string_view field, std::string_view range) {
  return absl::InvalidArgumentError("state." + std::string(field) + " must be " + std::string(range));
}

}  // namespace

std::chrono::nanoseconds Clock::Now() const noexcept {
  return now != nullptr ? now(context) : std::chrono::steady_clock::now().time_since_epoch();
}

std::string_view ChannelPhaseName(ChannelPhase phase) {
  switch (phase) {
    case ChannelPhase::kInOrder: return "in_order";
    case ChannelPhase::kCooling: return "cooling";
    case ChannelPhase::kTrial: return "trial";
    case ChannelPhase::kSlowStart: return "slow_start";
  }
  return "unknown";
}

absl::Status ChannelStateOptions::Validate() const {
  const CooldownPolicy& c = cooldown;
  constexpr std::chrono::hours kDay(24);
  if (c.consecutive_failures < 0) return OutOfRange("cooldown.consecutive_failures", "0 (none) or more");
  if (!(c.failure_share > 0)) return OutOfRange("cooldown.failure_share", "above 0; above 1 switches it off");
  if (c.minimum_volume < 1) return OutOfRange("cooldown.minimum_volume", "1 or more");
  if (c.window.count() < 1 || c.window > kDay) return OutOfRange("cooldown.window", "1 ms to a day");
  if (c.longest.count() < 1 || c.longest > kDay) return OutOfRange("cooldown.longest", "1 ms to a day");
  if (c.longest_backoff < c.first || c.longest_backoff > c.longest) {
    return OutOfRange("cooldown.longest_backoff", "between cooldown.first and cooldown.longest");
  }
  const auto in_range = [&](std::chrono::milliseconds time) { return time.count() >= 0 && time <= c.longest; };
  if (!in_range(c.first)) return OutOfRange("cooldown.first", "0 to cooldown.longest");
  if (!in_range(c.quota)) return OutOfRange("cooldown.quota", "0 to cooldown.longest");
  if (!in_range(c.credential)) return OutOfRange("cooldown.credential", "0 to cooldown.longest");
  if (!(c.jitter >= 0 && c.jitter <= 1)) return OutOfRange("cooldown.jitter", "0 to 1");
  if (c.trials < 1 || c.trials > 1000) return OutOfRange("cooldown.trials", "1 to 1000");
  if (c.trial_timeout.count() < 1 || c.trial_timeout > kDay)
    return OutOfRange("cooldown.trial_timeout", "1 ms to a day");
  if (c.slow_start.count() < 0 || c.slow_start > kDay) return OutOfRange("cooldown.slow_start", "0 (none) to a day");
  if (!(c.slow_start_floor >= 0 && c.slow_start_floor <= 1)) return OutOfRange("cooldown.slow_start_floor", "0 to 1");
  if (!(c.max_cooling_share >= 0 && c.max_cooling_share <= 1))
    return OutOfRange("cooldown.max_cooling_share", "0 to 1");
  if (nodes < 1) return OutOfRange("nodes", "1 or more");
  if (rotations < 1 || rotations > 1u << 24) return OutOfRange("rotations", "1 to 16777216");
  return absl::OkStatus();
}

}  // namespace pointsman::inline v0
