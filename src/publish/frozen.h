// FrozenChannels: how every channel stands at one moment, models left out of some of them included: as it is now, or as
// somebody wrote it down. Whoever explains, sums up or records works on these: several questions are answered from one
// moment, and nothing is claimed.
//
//   const FrozenChannels frozen(now);
//   const Published still = frozen.Over(now);           // REQUIRES: `frozen` stays
//   frozen.Out();                                       // as data
//
// Thread safety: immutable but for Set. Cost: O(channels), allocates.
#ifndef POINTSMAN_SRC_PUBLISH_FROZEN_H_
#define POINTSMAN_SRC_PUBLISH_FROZEN_H_

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "pointsman/decision.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

class FrozenChannels {
 public:
  explicit FrozenChannels(const Published& now);
  // Of a table that no router serves. What names a channel or model that the table does not have is left aside.
  FrozenChannels(const Published& unserved, std::span<const OutChannel> out);
  FrozenChannels(const FrozenChannels&) = delete;
  FrozenChannels& operator=(const FrozenChannels&) = delete;

  Published Over(const Published& published) const;
  // In order of id: what holds for all models of a channel, then single models by name.
  std::vector<OutChannel> Out() const;
  // From now on that channel stands like this, its models aside.
  void Set(std::uint32_t channel, const Availability& a);

 private:
  void Freeze(std::span<const BoundChannel> channels);
  bool IsInOrder(std::uint32_t channel) const;

  const TableData* data_;
  std::vector<Stand> stands_;
  std::vector<ModelOut> models_;  // in order
  std::deque<SlotWord> words_;
  std::vector<BoundChannel> channels_;
};

// The same table with its channels frozen as they are now, which it owns.
Published Frozen(const Published& now);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_FROZEN_H_
