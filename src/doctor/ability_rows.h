// Ability rows that ought to exist: which pairs a channel lists and has no row for, and the inserts that would cure it.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_SRC_DOCTOR_ABILITY_ROWS_H_
#define POINTSMAN_SRC_DOCTOR_ABILITY_ROWS_H_

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "doctor/evidence.h"
#include "pointsman/doctor.h"

namespace pointsman::inline v0 {

// Which columns the source's abilities have beside the key. Some gateways keep no weight there.
struct AbilityColumns {
  bool enabled = false;
  bool priority = false;
  bool weight = false;
  bool tag = false;

  static AbilityColumns Of(std::span<const AbilityRow> rows);
};

// Compares what channels list with the rows that are there.
class MissingAbilities {
 public:
  explicit MissingAbilities(const Evidence& evidence)
      : evidence_(evidence), columns_(AbilityColumns::Of(evidence.rows().abilities())) {}

  // Calls `visit` for each pair that `channel` lists and `present` lacks, and proposes a row for it.
  // Returns the number of those pairs. REQUIRES: `present` holds pairs that the channel lists, nothing else.
  std::size_t Propose(const ChannelRow& channel, const PairSet& present,
                      const std::function<void(std::string_view group, std::string_view model)>& visit);

  // Gives changes, count of failing pairs and class to a finding, and `advice`, with a remark where rows were only
  // counted.
  void Prescribe(Finding& finding, std::string advice) &&;

 private:
  // Lists are comma lists: two short texts can name more pairs than memory holds.
  static constexpr std::size_t kMostPairs = 4'000'000;

  RowChange Insert(const ChannelRow& channel, std::string_view group, std::string_view model) const;

  const Evidence& evidence_;
  AbilityColumns columns_;
  std::size_t compared_ = 0;
  std::size_t only_counted_ = 0;
  PairSet failing_;  // missing, and served by nobody else
  std::vector<RowChange> changes_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_ABILITY_ROWS_H_
