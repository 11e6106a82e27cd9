#include "select/balanced_draw.h"

#include <numeric>
#include <optional>
#include <utility>

#include "publish/choice_source.h"
#include "select/draw.h"
#include "select/rendezvous.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

std::uint64_t GoldenStep(std::uint64_t places) noexcept {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15u;  // 2^64 / 1.618…
  if (places == 1) return 0;
  std::uint64_t step = static_cast<std::uint64_t>(static_cast<Wide128>(places) * kGolden >> 64);
  if (step == 0) step = 1;
  while (std::gcd(step, places) != 1) ++step;  // places - 1 at the latest
  return step;
}

std::uint64_t PlaceOfTicket(std::uint64_t ticket, std::uint64_t places) noexcept {
  return static_cast<std::uint64_t>(static_cast<Wide128>(ticket % places) * GoldenStep(places) % places);
}

std::uint32_t BalancedDraw::Among(const TierBlock& tier, Level level) const noexcept {
  const Balance rule = published_.data->BalanceOf(group_);
  if (tier.size() > 1) {
    if (rule == Balance::kSmoothRoundRobin && published_.choices != nullptr) return ByTurn(tier, level);
    if (rule == Balance::kLeastInFlight || rule == Balance::kLowestLatency) return OfTwo(tier, level, rule);
    if (rule == Balance::kAffinity && request_.affinity.has_value()) return ByKey(tier, level);
  }
  return DrawAmong(tier, bits_, level);
}

std::uint32_t BalancedDraw::ByTurn(const TierBlock& tier, Level level) const noexcept {
  const TierWeights weights(tier);
  std::uint64_t sum = 0;
  std::uint64_t common = 0;
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    const std::uint64_t counts = weights[i] == 0 ? 0 : weights[i] * level(i);
    sum += counts;
    if (common != 1) common = std::gcd(common, counts);
  }
  if (sum == 0) return kNoIndex;
  const std::optional<std::uint64_t> ticket =
      published_.choices->Ticket({.group = published_.data->groups[group_],
                                  .model = published_.data->models[model_],
                                  .priority = published_.data->priorities[tier.priority()]});
  if (!ticket) return DrawAmong(tier, bits_, level);
  std::uint64_t place = PlaceOfTicket(*ticket, sum / common) * common;
  std::uint32_t last = kNoIndex;  // somebody may have gone since they were summed up
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    const std::uint64_t counts = weights[i] == 0 ? 0 : weights[i] * level(i);
    if (counts == 0) continue;
    last = i;
    if (place < counts) break;
    place -= counts;
  }
  return last;
}

std::uint32_t BalancedDraw::OfTwo(const TierBlock& tier, Level level, Balance rule) const noexcept {
  const std::uint32_t one = DrawAmong(tier, bits_, level);
  if (one == kNoIndex || published_.choices == nullptr) return one;
  const std::uint32_t other = DrawAmong(tier, bits_, level);
  if (other == kNoIndex || other == one) return one;
  ChoiceSource& source = *published_.choices;
  const std::uint64_t flying = source.InFlight(published_, tier.channel(one));
  const std::uint64_t flying_other = source.InFlight(published_, tier.channel(other));
  if (rule == Balance::kLeastInFlight) {
    const TierWeights weights(tier);
    return static_cast<Wide128>(flying_other) * weights[one] < static_cast<Wide128>(flying) * weights[other] ? other
                                                                                                             : one;
  }
  const std::uint64_t latency = source.Latency(published_, tier.channel(one));
  const std::uint64_t latency_other = source.Latency(published_, tier.channel(other));
  if (latency == 0 || latency_other == 0) return one;
  return static_cast<Wide128>(latency_other) * (flying_other + 1) < static_cast<Wide128>(latency) * (flying + 1) ? other
                                                                                                                 : one;
}

std::uint32_t BalancedDraw::ByKey(const TierBlock& tier, Level level) const noexcept {
  const TierWeights weights(tier);
  Rendezvous best(*request_.affinity, published_.data->policy.fleet_seed);
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    if (weights[i] == 0) continue;
    const std::int64_t id = published_.channels[tier.channel(i)].id;
    if (best.MayWin(id, weights[i] * Availability::kFull)) best.Offer(id, weights[i] * level(i), i);
  }
  return best.winner();
}

}  // namespace pointsman::inline v0
