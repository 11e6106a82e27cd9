// TierPool: writes each distinct tier once, and knows it again by content.
//
//   TierPool pool(data);
//   PooledTier low = pool.Intern(low_candidates, priority, PooledTier::None());
//   PooledTier top = pool.Intern(top_candidates, priority, low);     // its next is part of what it is
//
// A tier is written at the end of the blocks, looked up by its digest, compared word by word with the one of the same
// digest, and taken away again if that is equal.
//
// Thread safety: thread-compatible. Cost: O(candidates) each.
#ifndef POINTSMAN_SRC_COMPILE_TIER_POOL_H_
#define POINTSMAN_SRC_COMPILE_TIER_POOL_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "table/content_hash.h"
#include "table/table_data.h"
#include "table/tier_block.h"

namespace pointsman::inline v0 {

struct PooledTier {
  TierRef ref = kAllOut;
  Digest digest;
};

class TierPool {
 public:
  // REQUIRES: the policy is set.
  explicit TierPool(TableData& data) : data_(data), writer_(data.policy.shares) {}

  // `priority` is an index into TableData::priorities.
  PooledTier Intern(std::span<const WeightedChannel> candidates, std::uint32_t priority, const PooledTier& next) {
    const Digest digest = DigestOf(candidates, priority, next.digest);
    return {.ref = Intern(candidates, priority, next.ref, digest), .digest = digest};
  }

  // The same in two steps, so that many tiers can be on their way from memory at once.
  Digest DigestOf(std::span<const WeightedChannel> candidates, std::uint32_t priority, const Digest& next) const {
    return TierDigest(data_, candidates, priority, next);
  }
  void Prefetch(const Digest& digest) const { __builtin_prefetch(&known_[TagOf(digest) & (known_.size() - 1)], 1); }
  TierRef Intern(std::span<const WeightedChannel> candidates, std::uint32_t priority, TierRef next,
                 const Digest& digest);

  std::uint32_t PriorityOf(TierRef ref) const { return TierBlock(&blocks_[ref]).priority(); }

  // All tiers, whose references point into it.
  std::vector<std::uint32_t> TakeBlocks() { return std::move(blocks_); }

 private:
  // Eight bytes, since a million of them are looked at in no order at all.
  struct Known {
    std::uint32_t tag = 0;     // of the digest; also decides the place
    TierRef ref = kNotListed;  // kNotListed: the place is free
  };

  static std::uint32_t TagOf(const Digest& digest) { return static_cast<std::uint32_t>(digest.first >> 32); }
  Known& FindPlace(std::uint32_t tag, TierRef written);
  void Grow();

  TableData& data_;
  std::vector<std::uint32_t> blocks_ = std::vector<std::uint32_t>(kFirstBlock);
  TierWriter writer_;
  std::vector<Known> known_ = std::vector<Known>(1024);
  std::size_t count_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_TIER_POOL_H_
