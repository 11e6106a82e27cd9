// RoutePacker: packs routes into a table, one group after the other.
//
//   RoutePacker packer(data, offers, count, repeated);
//   for (g = 0; g < data.groups.size(); ++g) packer.AddGroup(g, candidates_of[g]);
//   packer.Finish();                                     // the content hash too
//
// Memory is far away, and each new tier is looked for at some place in megabytes. So routes are worked on by the dozen:
// what their tiers are is found out for all of them, and each tier's place asked for, before the first is stored.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_COMPILE_ROUTE_PACKER_H_
#define POINTSMAN_SRC_COMPILE_ROUTE_PACKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "compile/list_memo.h"
#include "compile/offers.h"
#include "compile/tier_pool.h"
#include "table/content_hash.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

class RoutePacker {
 public:
  // `count` candidates will come, all in all. `repeated` is told of rows that an earlier row makes useless.
  // REQUIRES: groups, models, channels and priorities of `data` are set.
  RoutePacker(TableData& data, const Offers& offers, std::size_t count,
              const std::function<void(std::uint32_t row)>& repeated);

  // All candidates of the next group, in the order of their rows. Reorders them. REQUIRES: they stay until Finish.
  void AddGroup(std::uint32_t group, std::span<RoutedCandidate> candidates);
  void Finish();

 private:
  // A tier whose digest is known and whose candidates wait in staged_candidates_.
  struct StagedTier {
    std::uint32_t size = 0;
    std::uint32_t priority = 0;
    Digest digest;
  };
  struct StagedRoute {
    std::span<const RoutedCandidate> list;
    std::uint64_t tag = 0;  // of the list
    std::uint32_t new_tiers = 0;
    bool known = false;  // as a list: `first` is set, and no tier is staged
    PooledTier first;
  };

  void SortByModel(std::span<RoutedCandidate> candidates);
  void AddRoute(std::span<RoutedCandidate> candidates);
  std::span<const RoutedCandidate> DropRepeats(std::span<RoutedCandidate> candidates);
  void StageTiers(StagedRoute& route);
  void StoreStaged();
  // Whether all candidates that serve are one tier although their priorities differ.
  bool IsMixed(std::uint32_t top_priority) const;
  void NoteOuts(std::span<const RoutedCandidate> list);
  void NoteMixed(const StagedRoute& route);

  TableData& data_;
  const Offers& offers_;
  const std::function<void(std::uint32_t)>& repeated_;
  TierPool pool_;
  ListMemo lists_;
  std::uint32_t group_ = 0;
  std::vector<ListedRoute> row_;  // of the group
  std::vector<StagedRoute> routes_;
  std::vector<StagedTier> tiers_;
  std::vector<WeightedChannel> staged_candidates_;
  std::vector<NumberedOffer> in_order_;
  std::vector<RoutedCandidate> sorted_;
  std::vector<std::uint32_t> place_of_model_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_ROUTE_PACKER_H_
