#include "simulator/upstream.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pointsman/random.h"

namespace pointsman::bench {
namespace {

// Log-normal: half of the answers take less than 0.8 s, one in a hundred more than 2.6 s; 0.9 s in the mean.
constexpr double kMedianSeconds = 0.8;
constexpr double kSigma = 0.5;
constexpr double kRefusalSeconds = 0.005;

double UsualSeconds(SplitMix64& bits) {
  const double radius = std::sqrt(2 * Exponential(bits()));
  return kMedianSeconds * std::exp(kSigma * radius * std::cos(2 * std::numbers::pi * Uniform(bits())));
}

Answer Error(double usual) { return {.status = 500, .body = "upstream error", .takes = FromSeconds(usual / 8)}; }

// What a request meets that does not get the usual answer.
Answer Troubled(const Phase& phase, double usual) {
  switch (phase.trouble) {
    case Trouble::kRefuses: return {.status = 0, .takes = FromSeconds(kRefusalSeconds)};
    case Trouble::kTimesOut: return {.status = 0, .takes = FromSeconds(phase.gives_up_after)};
    case Trouble::kSlow: return {.takes = FromSeconds(usual * phase.slower)};
    case Trouble::kOutOfQuota:
      return {.status = 429, .body = R"({"error":{"code":"insufficient_quota"}})", .takes = FromSeconds(0.1)};
    case Trouble::kRateLimited:
      return {.status = 429,
              .retry_after = phase.retry_after > 0 ? std::to_string(phase.retry_after) : std::string(),
              .body = R"({"error":{"code":"rate_limit_exceeded"}})",
              .takes = FromSeconds(0.1)};
    case Trouble::kErrors:
    case Trouble::kOverloaded:
    case Trouble::kNone: break;
  }
  return Error(usual);
}

}  // namespace

Outcome Answer::ToOutcome() const {
  Outcome outcome = ClassifyHttp({.status = status, .retry_after = retry_after, .body = body});
  outcome.latency = std::chrono::nanoseconds(takes);
  return outcome;
}

bool RateMeter::Admit(double per_second, Instant now) {
  tokens_ = std::min(per_second, tokens_ + per_second * Seconds(now - filled_at_));
  filled_at_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

Answer Upstream::Ask(std::uint64_t request, std::size_t attempt, Instant now) {
  SplitMix64 bits(SplitMix64(seed_ ^ request << 8 ^ attempt << 4)() ^ static_cast<std::uint64_t>(channel_->id));
  const double usual = UsualSeconds(bits);
  const double luck = Uniform(bits());
  const double background = Uniform(bits());
  const Phase& phase = channel_->At(Seconds(now));
  const bool metered = phase.trouble == Trouble::kRateLimited || phase.trouble == Trouble::kOverloaded;
  const bool meets =
      metered ? !meter_.Admit(phase.allowed_per_second, now) : phase.trouble != Trouble::kNone && luck < phase.share;
  if (meets) return Troubled(phase, usual);
  if (background < channel_->background_errors) return Error(usual);
  return {.takes = FromSeconds(usual)};
}

double Uniform(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1p-53; }
double Exponential(std::uint64_t word) { return -std::log1p(-Uniform(word)); }

}  // namespace pointsman::bench
