#include "table/tier_block.h"

#include <algorithm>
#include <numeric>

#include "table/share_tickets.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::uint32_t kMostCompact = 15;
constexpr std::uint64_t kMostTickets = 4095;
constexpr std::uint32_t kPriorities = 1u << 12;
constexpr std::uint32_t kChannels = 1u << 16;

}  // namespace

std::uint64_t TierBlock::DrawnWeight(std::uint32_t i) const {
  return wide() ? WideDrawnWeight(i) : TierWeights(*this)[i];
}

TierWeights::TierWeights(const TierBlock& tier) : tier_(tier) {
  if (tier.wide()) return;
  const std::uint32_t n = tier.size();
  const auto tickets = static_cast<std::uint32_t>(tier.tickets());
  if (n == 1) {
    compact_[0] = tickets;
    return;
  }
  // What each holds over all columns is n times its weight.
  for (std::uint32_t column = 0; column < n; ++column) {
    const std::uint32_t packed = tier.Half(n + column);
    compact_[column] += packed & 0xfff;
    compact_[packed >> 12] += tickets - (packed & 0xfff);
  }
  for (std::uint32_t i = 0; i < n; ++i) compact_[i] /= n;
}

std::uint32_t TierBlock::RawWeight(std::uint32_t i) const { return TierWeights(*this).Raw(i); }

std::size_t TierWriter::Append(std::span<const WeightedChannel> candidates, std::uint32_t priority, TierRef next,
                               std::vector<std::uint32_t>& blocks) {
  const std::size_t before = blocks.size();
  std::uint64_t total = 0;
  ShareTickets(rule_, candidates, weights_);
  for (const std::uint64_t weight : weights_) total += weight;
  const bool uniform = total == 0;
  if (uniform) {
    std::fill(weights_.begin(), weights_.end(), 1);
    total = weights_.size();
  }
  const std::uint32_t head = (next == kAllOut ? 0 : TierBlock::kHasNext) | (uniform ? TierBlock::kUniform : 0);
  std::uint64_t divisor = 1;
  if (total > kMostTickets) {  // else dividing would gain nothing and cost a word
    divisor =
        std::accumulate(weights_.begin(), weights_.end(), std::uint64_t{0}, std::gcd<std::uint64_t, std::uint64_t>);
  }
  const bool keep = !uniform && DrawsByOther(candidates);
  const bool compact = candidates.size() <= kMostCompact && total / divisor <= kMostTickets && priority < kPriorities &&
                       candidates.back().channel < kChannels;
  if (compact) {
    if (divisor > 1) {
      for (std::uint64_t& weight : weights_) weight /= divisor;
      total /= divisor;
    }
    BuildColumns(total);
    AppendCompact(candidates, head | priority << 16 | static_cast<std::uint32_t>(total) << 4, next, keep ? 0 : divisor,
                  blocks);
  } else {
    BuildColumns(total);
    AppendWide(candidates, head | priority | TierBlock::kWide | (keep ? TierBlock::kHasDrawn : 0), next, total, blocks);
  }
  return blocks.size() - before;
}

bool TierWriter::DrawsByOther(std::span<const WeightedChannel> candidates) const {
  if (rule_ == ShareRule::kWeight) return false;
  return !std::equal(candidates.begin(), candidates.end(), weights_.begin(),
                     [](const WeightedChannel& c, std::uint64_t drawn) { return c.weight == drawn; });
}

void TierWriter::AppendCopy(const TierBlock& tier, TierRef next, std::vector<std::uint32_t>& blocks) {
  const std::size_t at = blocks.size();
  blocks.insert(blocks.end(), tier.words_, tier.words_ + tier.words());
  if (next != kAllOut) blocks[at + (tier.wide() ? 4 : TierBlock::CompactWords(tier.size()))] = next;
}

// Vose's order of Walker's construction (1991), in whole numbers: a candidate with fewer than W of the n * weight
// tickets that it must hold leaves the rest of its column to one that has more.
void TierWriter::BuildColumns(std::uint64_t total) {
  const std::size_t n = weights_.size();
  columns_.resize(n);
  if (n <= 2) {
    BuildFewColumns(total);
    return;
  }
  std::vector<Wide>& left = left_;
  left.assign(n, 0);
  small_.clear();
  large_.clear();
  for (std::uint32_t i = 0; i < n; ++i) {
    left[i] = static_cast<Wide>(weights_[i]) * n;
    (left[i] < total ? small_ : large_).push_back(i);
  }
  while (!small_.empty()) {
    const std::uint32_t poor = small_.back();
    const std::uint32_t rich = large_.back();
    small_.pop_back();
    columns_[poor] = {.threshold = static_cast<std::uint64_t>(left[poor]), .alias = rich};
    left[rich] -= total - static_cast<std::uint64_t>(left[poor]);
    if (left[rich] < total) {
      large_.pop_back();
      small_.push_back(rich);
    }
  }
  for (const std::uint32_t full : large_) columns_[full] = {.threshold = total, .alias = full};
}

// What the construction comes to for one candidate and for two, which most tiers have.
void TierWriter::BuildFewColumns(std::uint64_t total) {
  for (std::uint32_t i = 0; i < weights_.size(); ++i) columns_[i] = {.threshold = total, .alias = i};
  if (weights_.size() == 1 || weights_[0] == weights_[1]) return;
  const std::uint32_t poor = weights_[0] < weights_[1] ? 0 : 1;
  columns_[poor] = {.threshold = 2 * weights_[poor], .alias = 1 - poor};
}

void TierWriter::AppendCompact(std::span<const WeightedChannel> candidates, std::uint32_t head, TierRef next,
                               std::uint64_t divisor, std::vector<std::uint32_t>& blocks) {
  const auto n = static_cast<std::uint32_t>(candidates.size());
  const std::size_t at = blocks.size();
  blocks.resize(at + TierBlock::CompactWords(n), 0);
  blocks[at] = head | n | (divisor != 1 ? TierBlock::kHasDivisor : 0);
  std::uint16_t halves[2 * kMostCompact + 1] = {};
  for (std::uint32_t i = 0; i < n; ++i) {
    halves[i] = static_cast<std::uint16_t>(candidates[i].channel);
    if (n > 1)
      halves[n + i] = static_cast<std::uint16_t>(columns_[i].threshold | std::uint64_t{columns_[i].alias} << 12);
  }
  std::memcpy(&blocks[at + 1], halves, 2 * std::size_t{TierBlock::CompactHalves(n)});
  if (next != kAllOut) blocks.push_back(next);
  if (divisor != 1) blocks.push_back(static_cast<std::uint32_t>(divisor));
  for (std::size_t i = 0; divisor == 0 && i < n; ++i) blocks.push_back(candidates[i].weight);
}

void TierWriter::AppendWide(std::span<const WeightedChannel> candidates, std::uint32_t head, TierRef next,
                            std::uint64_t total, std::vector<std::uint32_t>& blocks) {
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  blocks.insert(blocks.end(), {head, static_cast<std::uint32_t>(candidates.size()), low(total), high(total), next});
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    blocks.insert(blocks.end(),
                  {low(columns_[i].threshold), high(columns_[i].threshold), columns_[i].alias, candidates[i].channel});
  }
  for (const WeightedChannel& c : candidates) blocks.push_back(c.weight);
  if ((head & TierBlock::kHasDrawn) == 0) return;
  for (const std::uint64_t drawn : weights_) blocks.insert(blocks.end(), {low(drawn), high(drawn)});
}

}  // namespace pointsman::inline v0
