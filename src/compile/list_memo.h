// ListMemo: what became of a list of candidates. A channel lists its vendor's whole catalogue, so most routes have the
// candidates of another route.
//
//   if (const PooledTier* known = memo.Find(tag, list)) …;
//   else memo.Remember(tag, list, AddTiers(list));
//
// A cache and no more: it holds a few thousand lists and forgets older ones, so that routes without anything in common
// cost it one line each. Whatever it forgets, TierPool still stores once.
//
// Thread safety: thread-compatible. REQUIRES: the lists stay where they are.
#ifndef POINTSMAN_SRC_COMPILE_LIST_MEMO_H_
#define POINTSMAN_SRC_COMPILE_LIST_MEMO_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compile/offers.h"
#include "compile/tier_pool.h"

namespace pointsman::inline v0 {

class ListMemo {
 public:
  // `candidates` of all lists together: no more places than could be of use.
  ListMemo(const Offers& offers, std::size_t candidates)
      : offers_(offers), tags_(std::bit_ceil(std::clamp(candidates, kWays, kMostLists))), memos_(tags_.size()) {}

  // Equal lists have equal tags.
  std::uint64_t TagOf(std::span<const RoutedCandidate> list) const {
    std::uint64_t tag = list.size();
    for (const RoutedCandidate& c : list) tag += offers_[c.offer].mix;
    return tag;
  }

  // The first tier of an equal list, or null.
  const PooledTier* Find(std::uint64_t tag, std::span<const RoutedCandidate> list) const {
    const std::size_t set = SetOf(tag);
    for (std::size_t at = set; at < set + kWays; ++at) {
      if (tags_[at] == tag && Equal(memos_[at].list, list)) return &memos_[at].first;
    }
    return nullptr;
  }

  void Remember(std::uint64_t tag, std::span<const RoutedCandidate> list, const PooledTier& first) {
    const std::size_t at = SetOf(tag) + oldest_++ % kWays;
    tags_[at] = tag;
    memos_[at] = {.list = list, .first = first};
  }

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kMostLists = 16384;

  struct Memo {
    std::span<const RoutedCandidate> list;  // empty: free
    PooledTier first;
  };

  std::size_t SetOf(std::uint64_t tag) const { return (tag >> 32) & (tags_.size() - kWays); }

  bool Equal(std::span<const RoutedCandidate> a, std::span<const RoutedCandidate> b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const RoutedCandidate& x, const RoutedCandidate& y) {
      return x.offer == y.offer || offers_[x.offer] == offers_[y.offer];
    });
  }

  const Offers& offers_;
  std::vector<std::uint64_t> tags_;
  std::vector<Memo> memos_;
  std::size_t oldest_ = 0;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_LIST_MEMO_H_
