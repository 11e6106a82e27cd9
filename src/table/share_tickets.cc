#include "table/share_tickets.h"

#include <algorithm>
#include <cstddef>

#include "table/tier_block.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::uint64_t kBonus = 10;

// A uniform r below the sum S is drawn, and the first candidate, heaviest first, at which r minus all weights so far is
// not above 0 is taken. So the first has one outcome more than its weight, and the last one less.
void BendInclusive(std::span<const WeightedChannel> candidates, std::vector<std::uint64_t>& tickets) {
  if (candidates.size() == 1) return;
  const auto lighter = [](const WeightedChannel& a, const WeightedChannel& b) { return a.weight < b.weight; };
  const auto first = std::max_element(candidates.begin(), candidates.end(), lighter);
  // The last of the lightest.
  const auto last = std::min_element(candidates.rbegin(), candidates.rend(), lighter);
  ++tickets[static_cast<std::size_t>(first - candidates.begin())];
  --tickets[static_cast<std::size_t>(candidates.rend() - last - 1)];
}

}  // namespace

void ShareTickets(ShareRule rule, std::span<const WeightedChannel> candidates, std::vector<std::uint64_t>& tickets) {
  tickets.clear();
  for (const WeightedChannel& c : candidates) {
    switch (rule) {
      case ShareRule::kWeight: tickets.push_back(c.weight); break;
      case ShareRule::kPlusTen:
      case ShareRule::kPlusTenInclusive: tickets.push_back(c.weight + kBonus); break;
      case ShareRule::kUniform: tickets.push_back(1); break;
    }
  }
  if (rule == ShareRule::kPlusTenInclusive) BendInclusive(candidates, tickets);
}

}  // namespace pointsman::inline v0
