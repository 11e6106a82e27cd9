// Draft: what the rows say after judgement and before anything is packed: channels, names, and one entry per candidate.
//
//   Draft draft = JudgeRows(rows, policy);     // nothing wrong gets past here
//   TableData data; Pack(draft, data);         // nothing here can fail
//
// Thread safety: thread-compatible. Views point into the Rows that were judged.
#ifndef POINTSMAN_SRC_COMPILE_DRAFT_H_
#define POINTSMAN_SRC_COMPILE_DRAFT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "rows/name_hash.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// Numbers names in the order in which they first appear.
class NamePool {
 public:
  std::uint32_t Number(std::string_view name);
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  NameIndex index_;
  std::vector<std::string_view> names_;
};

struct DraftCandidate {
  std::uint32_t group = 0;    // as NamePool numbers them
  std::uint32_t model = 0;
  std::uint32_t channel = 0;  // index into Draft::channels
  std::uint32_t row = 0;      // of the table that is believed
  std::int64_t priority = 0;
  std::uint32_t weight = 0;
  CandidateStatus status = CandidateStatus::kEligible;
};

struct Draft {
  RowSource believed = RowSource::kChannels;
  std::vector<ChannelRecord> channels;  // sorted by id
  NamePool groups;
  NamePool models;
  std::vector<DraftCandidate> candidates;  // in the order of the rows; a primary key may still repeat
};

// Gathers rejections, each with its place.
class Judge {
 public:
  Judge(const std::string& source, std::vector<Rejection>& rejections) : source_(source), rejections_(rejections) {}

  void RejectChannel(const ChannelRow& row, std::string_view column, const std::string& problem, std::string cure);
  void RejectAbility(const AbilityRow& row, std::string_view column, std::string problem, std::string cure);

 private:
  const std::string& source_;
  std::vector<Rejection>& rejections_;
};

// Judges every row. Rejections are appended to `rejections`.
Draft JudgeRows(const Rows& rows, const Policy& policy, std::vector<Rejection>& rejections);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_DRAFT_H_
