// Variant: the examined rows with some channels changed, compiled under the same policy or another, to be asked what
// would be served then. What a finding costs is the difference between two of them.
//
//   const Variant without(evidence, [](ChannelRow& row) { if (row.id == 8) row.status = 2; });
//   const PairSet lost = PairsLost(evidence, evidence, without);
//
// Thread safety: thread-compatible. Cost: a copy of the channels and abilities, and one compilation.
#ifndef POINTSMAN_SRC_DOCTOR_VARIANT_H_
#define POINTSMAN_SRC_DOCTOR_VARIANT_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "doctor/evidence.h"
#include "pointsman/compile.h"
#include "select/intact_table.h"

namespace pointsman::inline v0 {

class Variant {
 public:
  using Change = std::function<void(ChannelRow&)>;
  Variant(const Evidence& evidence, const Change& change) : Variant(evidence, change, evidence.policy()) {}
  Variant(const Evidence& evidence, const Change& change, const Policy& policy);

  bool Serves(std::string_view group, std::string_view model) const;

 private:
  Compiled compiled_;
  std::optional<IntactTable> intact_;  // nothing: the policy cannot be, and nothing is served
};

using ChannelIds = absl::flat_hash_set<std::int64_t>;

// The listed pairs that `before` serves and `after` does not; each is the evidence or a variant of it.
template <class Before, class After>
PairSet PairsLost(const Evidence& evidence, const Before& before, const After& after) {
  PairSet lost;
  const TableData& data = evidence.table().data();
  for (std::uint32_t g = 0; g < data.groups.size(); ++g) {
    for (const ListedRoute& route : data.rows.RoutesOf(g)) {
      const GroupAndModel pair(data.groups[g], data.models[route.model]);
      if (before.Serves(pair.first, pair.second) && !after.Serves(pair.first, pair.second)) lost.insert(pair);
    }
  }
  return lost;
}

// The pairs that would lose their route if these channels were disabled.
PairSet PairsServedOnlyBy(const Evidence& evidence, const ChannelIds& channels);

// "2 (group, model) pairs have no route because of it, e.g. ("default", "runway")", or that none fails.
std::string PairsFail(const PairSet& pairs);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_VARIANT_H_
