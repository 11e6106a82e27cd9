#include "select/balanced_draw.h"

#include <numeric>
#include <optional>
#include <utility>

#include "publish/choice_source.h"
#include "select/draw.h"
#include "select/key_choice.h"
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

namespace {

// The usable candidates side by side, each as wide as what counts of its weight.
class Arcs {
 public:
  Arcs(const TierBlock& tier, BalancedDraw::Level level) : tier_(tier), weights_(tier), level_(level) {
    for (std::uint32_t i = 0; i < tier.size(); ++i) {
      const std::uint64_t wide = Judged(i);
      if (i < kKept) kept_[i] = wide;
      sum_ += wide;
      if (common_ == 0 || wide % common_ != 0) common_ = std::gcd(common_, wide);
    }
  }
  std::uint64_t sum() const { return sum_; }
  // What all of the widths have in common.
  std::uint64_t common() const { return common_; }

  // Somebody beyond the kept ones may have gone since they were summed up: then the last who has not.
  std::uint32_t HolderOf(std::uint64_t place) const {
    std::uint32_t last = kNoIndex;
    for (std::uint32_t i = 0; i < tier_.size(); ++i) {
      const std::uint64_t wide = i < kKept ? kept_[i] : Judged(i);
      if (wide == 0) continue;
      last = i;
      if (place < wide) break;
      place -= wide;
    }
    return last;
  }

 private:
  static constexpr std::uint32_t kKept = 1024;  // 8 KiB of stack
  std::uint64_t Judged(std::uint32_t i) const {
    const std::uint64_t weight = weights_[i];
    return weight == 0 ? 0 : weight * level_(i);
  }

  const TierBlock& tier_;
  const TierWeights weights_;
  const BalancedDraw::Level level_;
  std::uint64_t sum_ = 0;
  std::uint64_t common_ = 0;
  std::uint64_t kept_[kKept];
};

}  // namespace

std::uint32_t BalancedDraw::Among(const TierBlock& tier, Level level) const noexcept {
  const Balance rule = published_.data->BalanceOf(group_);
  if (tier.size() > 1) {
    if (rule == Balance::kSmoothRoundRobin && published_.choices != nullptr) return ByTurn(tier, level);
    if (rule == Balance::kLeastInFlight || rule == Balance::kLowestLatency) return OfTwo(tier, level, rule);
    if (IsByKey(rule) && request_.affinity) return ChooseByKey(published_, tier, rule, *request_.affinity, level);
  }
  return DrawAmong(tier, bits_, level);
}

std::uint32_t BalancedDraw::ByTurn(const TierBlock& tier, Level level) const noexcept {
  const Arcs arcs(tier, level);
  if (arcs.sum() == 0) return kNoIndex;
  const std::optional<std::uint64_t> ticket =
      published_.choices->Ticket({.group = published_.data->groups[group_],
                                  .model = published_.data->models[model_],
                                  .priority = published_.data->priorities[tier.priority()],
                                  .retry = retry_});
  if (!ticket) return DrawAmong(tier, bits_, level);
  return arcs.HolderOf(PlaceOfTicket(*ticket, arcs.sum() / arcs.common()) * arcs.common());
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

}  // namespace pointsman::inline v0
