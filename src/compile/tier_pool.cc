#include "compile/tier_pool.h"

#include <algorithm>

namespace pointsman::inline v0 {

TierRef TierPool::Intern(std::span<const WeightedChannel> candidates, std::uint32_t priority, TierRef next,
                         const Digest& digest) {
  const auto written = static_cast<TierRef>(blocks_.size());
  writer_.Append(candidates, priority, next, blocks_);
  const std::uint32_t tag = TagOf(digest);
  Known& place = FindPlace(tag, written);
  if (place.ref != kNotListed) {
    blocks_.resize(written);
    return place.ref;
  }
  place = {.tag = tag, .ref = written};
  ++data_.tiers;
  if (++count_ * 2 > known_.size()) Grow();
  return written;
}

// The place of the tier that was just written at the end of the blocks: taken by its equal, or free. Blocks say their
// own size, so equal words are equal tiers, and a block before the last is long enough to be compared.
TierPool::Known& TierPool::FindPlace(std::uint32_t tag, TierRef written) {
  const auto begin = blocks_.begin() + written;
  const auto equal = [&](TierRef ref) {
    const auto size = blocks_.end() - begin;
    return written - ref >= size && std::equal(begin, blocks_.end(), blocks_.begin() + ref);
  };
  for (std::size_t at = tag & (known_.size() - 1);; at = (at + 1) & (known_.size() - 1)) {
    Known& place = known_[at];
    if (place.ref == kNotListed || (place.tag == tag && equal(place.ref))) return place;
  }
}

void TierPool::Grow() {
  std::vector<Known> larger(4 * known_.size());
  for (const Known& known : known_) {
    if (known.ref == kNotListed) continue;
    std::size_t at = known.tag & (larger.size() - 1);
    while (larger[at].ref != kNotListed) at = (at + 1) & (larger.size() - 1);
    larger[at] = known;
  }
  known_ = std::move(larger);
}

}  // namespace pointsman::inline v0
