#include "compile/tier_pool.h"

#include <algorithm>

namespace pointsman::inline v0 {

Digest TierPool::DigestOf(std::span<const WeightedChannel> candidates, std::uint32_t priority, const Digest& next) const {
  WordHasher hash;
  hash.Add(static_cast<std::uint64_t>(data_.priorities[priority]));
  hash.Add(next.first);
  hash.Add(next.second);
  hash.Add(static_cast<std::uint64_t>(candidates.size()));
  for (const WeightedChannel& c : candidates) {
    hash.Add(std::uint64_t{c.channel});
    hash.Add(std::uint64_t{c.weight});
  }
  return hash.Finish();
}

PooledTier TierPool::Intern(std::span<const WeightedChannel> candidates, std::uint32_t priority, const PooledTier& next) {
  const auto at = static_cast<TierRef>(data_.blocks.size());
  const auto words = static_cast<std::uint32_t>(writer_.Append(candidates, priority, next.ref, data_.blocks));
  const Digest digest = DigestOf(candidates, priority, next.digest);
  Known& place = FindPlace(digest.first, words);
  if (place.ref != kNotListed) {
    data_.blocks.resize(at);
    return {.ref = place.ref, .digest = digest};
  }
  place = {.digest = digest.first, .ref = at, .words = words};
  ++data_.tiers;
  if (++count_ * 2 > known_.size()) Grow();
  return {.ref = at, .digest = digest};
}

// The place of the tier that stands at the end of the blocks: taken by its equal, or free.
TierPool::Known& TierPool::FindPlace(std::uint64_t digest, std::uint32_t words) {
  const auto last = data_.blocks.end() - words;
  for (std::size_t at = digest & (known_.size() - 1);; at = (at + 1) & (known_.size() - 1)) {
    Known& place = known_[at];
    if (place.ref == kNotListed) return place;
    if (place.digest == digest && place.words == words && std::equal(last, data_.blocks.end(), data_.blocks.begin() + place.ref)) {
      return place;
    }
  }
}

void TierPool::Grow() {
  std::vector<Known> larger(2 * known_.size());
  for (const Known& known : known_) {
    if (known.ref == kNotListed) continue;
    std::size_t at = known.digest & (larger.size() - 1);
    while (larger[at].ref != kNotListed) at = (at + 1) & (larger.size() - 1);
    larger[at] = known;
  }
  known_ = std::move(larger);
}

}  // namespace pointsman::inline v0
