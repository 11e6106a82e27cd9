#include "select/key_choice.h"

#include <bit>

#include "select/rendezvous.h"
#include "state/slot_word.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {
namespace {

using Level = absl::FunctionRef<std::uint32_t(std::uint32_t)>;

// In order of the ids as they are, negative ones first.
std::uint64_t InOrder(std::int64_t id) { return static_cast<std::uint64_t>(id) ^ std::uint64_t{1} << 63; }

class Halving {
 public:
  Halving(const Published& published, const TierBlock& tier, std::uint64_t key) noexcept
      : published_(published), tier_(tier), weights_(tier), numbers_(key, published.data->policy.fleet_seed) {}

  // The place that it ends at. REQUIRES: the tier's weights are not all 0, which no tier's are.
  std::uint32_t Run() const noexcept {
    std::uint32_t first = 0;
    std::uint32_t end = tier_.size();
    std::uint64_t sum = tier_.tickets();
    while (end - first > 1) {
      const int bit = 63 - std::countl_zero(InOrder(IdOf(first)) ^ InOrder(IdOf(end - 1)));
      const std::uint32_t middle = FirstWith(bit, first, end);
      const std::uint64_t left = Sum(first, middle);
      const auto place =
          static_cast<std::uint64_t>(static_cast<Wide128>(numbers_.OfSplit(IdOf(first), bit)) * sum >> 64);
      if (place < left) {
        end = middle;
        sum = left;
      } else {
        first = middle;
        sum -= left;
      }
    }
    return first;
  }

  bool Counts(std::uint32_t i, std::uint32_t level) const noexcept {
    return level == Availability::kFull || numbers_.OfPart(IdOf(i)) < level;
  }

 private:
  std::int64_t IdOf(std::uint32_t i) const noexcept { return published_.channels[tier_.channel(i)].id; }

  // The first place from which on the bit is set. REQUIRES: it is not at `first`, but at `end - 1`.
  std::uint32_t FirstWith(int bit, std::uint32_t first, std::uint32_t end) const noexcept {
    std::uint32_t last_without = first;
    std::uint32_t with = end - 1;
    while (with - last_without > 1) {
      const std::uint32_t at = last_without + (with - last_without) / 2;
      ((InOrder(IdOf(at)) >> bit & 1) != 0 ? with : last_without) = at;
    }
    return with;
  }

  // Most of the time is spent here.
  std::uint64_t Sum(std::uint32_t first, std::uint32_t end) const noexcept {
    std::uint64_t sum = 0;
    if (tier_.wide()) {
      for (std::uint32_t i = first; i < end; ++i) sum += tier_.WideDrawnWeight(i);
    } else {
      for (std::uint32_t i = first; i < end; ++i) sum += weights_[i];
    }
    return sum;
  }

  const Published& published_;
  const TierBlock& tier_;
  const TierWeights weights_;
  const HalvingNumbers numbers_;
};

std::uint32_t BestOfAll(const Published& published, const TierBlock& tier, std::uint64_t key, Level level) noexcept {
  const TierWeights weights(tier);
  Rendezvous best(key, published.data->policy.fleet_seed);
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    const std::uint64_t weight = weights[i];
    if (weight == 0) continue;
    const std::int64_t id = published.channels[tier.channel(i)].id;
    if (best.MayWin(id, weight * Availability::kFull)) best.Offer(id, weight * level(i), i);
  }
  return best.winner();
}

}  // namespace

HalvingNumbers::HalvingNumbers(std::uint64_t key, std::uint64_t fleet_seed) noexcept
    : seeded_key_(SeededKey(SeededKey(key, fleet_seed), fleet_seed)) {}

std::uint64_t HalvingNumbers::OfSplit(std::int64_t id, int bit) const noexcept {
  const std::uint64_t below = (std::uint64_t{2} << bit) - 1;
  // The bits above, then a one: no two splits are the same number.
  return RendezvousNumber(seeded_key_, static_cast<std::int64_t>((InOrder(id) & ~below) | std::uint64_t{1} << bit));
}

std::uint32_t HalvingNumbers::OfPart(std::int64_t id) const noexcept {
  return static_cast<std::uint32_t>(RendezvousNumber(~seeded_key_, id) % Availability::kFull);
}

std::uint32_t ChooseByKey(const Published& published, const TierBlock& tier, Balance rule, std::uint64_t key,
                          Level level) noexcept {
  if (rule == Balance::kAffinityByHalves) {
    const Halving halving(published, tier, key);
    const std::uint32_t i = halving.Run();
    if (halving.Counts(i, level(i))) return i;
  }
  return BestOfAll(published, tier, key, level);
}

}  // namespace pointsman::inline v0
