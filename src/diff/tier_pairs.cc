#include "diff/tier_pairs.h"

#include <vector>

namespace pointsman::inline v0 {
namespace {

struct Drawn {
  std::int64_t channel_id = 0;
  std::uint64_t weight = 0;
};

std::vector<Drawn> DrawnFrom(const TableData& data, const TierBlock& tier, std::uint64_t& total) {
  std::vector<Drawn> drawn;
  const TierWeights weights(tier);
  for (std::uint32_t i = 0; i < tier.size(); ++i) {
    if (weights[i] == 0) continue;
    drawn.push_back({.channel_id = data.channels[tier.channel(i)].id, .weight = weights[i]});
    total += weights[i];
  }
  return drawn;
}

bool AreDrawnAlike(const TableData& before, const TierBlock& b, const TableData& after, const TierBlock& a) {
  __extension__ using Wide = unsigned __int128;
  std::uint64_t total_before = 0;
  std::uint64_t total_after = 0;
  const std::vector<Drawn> x = DrawnFrom(before, b, total_before);
  const std::vector<Drawn> y = DrawnFrom(after, a, total_after);
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i].channel_id != y[i].channel_id) return false;
    if (Wide{x[i].weight} * total_after != Wide{y[i].weight} * total_before) return false;
  }
  return true;
}

}  // namespace

bool TierPairs::AreAlike(TierRef before, TierRef after) {
  const std::uint64_t key = std::uint64_t{before} << 32 | after;
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const bool alike = Compare(before, after);
  known_.emplace(key, alike);
  return alike;
}

// In a loop: a route may have as many tiers as it has candidates, too many for a stack.
bool TierPairs::Compare(TierRef before, TierRef after) {
  while (before != kAllOut && after != kAllOut) {
    const TierBlock b = before_.tier(before);
    const TierBlock a = after_.tier(after);
    if (!AreDrawnAlike(before_, b, after_, a)) return false;
    before = b.next();
    after = a.next();
  }
  return before == after;
}

}  // namespace pointsman::inline v0
