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

#include "compile/name_pool.h"
#include "pointsman/loader.h"
#include "pointsman/policy.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

// What a candidate is apart from its route. Gateways repeat a channel's weight and priority in each of its rows, so
// that there are far fewer of these than candidates.
struct Offer {
  std::int64_t priority = 0;
  std::uint32_t channel = 0;  // index into Draft::channels
  std::uint32_t weight = 0;
  CandidateStatus status = CandidateStatus::kEligible;
};

// Sixteen bytes, since there may be millions.
struct DraftCandidate {
  std::uint32_t group = 0;  // as NamePool numbers them
  std::uint32_t model = 0;
  std::uint32_t offer = 0;  // index into Draft::offers
  std::uint32_t row = 0;    // of the table that is believed
};

struct Draft {
  RowSource believed = RowSource::kChannels;
  std::vector<ChannelRecord> channels;  // sorted by id
  NamePool groups;
  NamePool models;
  std::vector<Offer> offers;               // each is somebody's; equal ones may be there
  std::vector<DraftCandidate> candidates;  // in the order of the rows; a primary key may still repeat
};

// Gathers rejections, each with its place.
class Judge {
 public:
  Judge(const std::string& source, std::vector<Rejection>& rejections) : source_(source), rejections_(rejections) {}

  void RejectChannel(const ChannelRow& row, std::string_view column, const std::string& problem, std::string cure);
  void RejectAbility(const AbilityRow& row, std::string_view column, std::string problem, std::string cure);

 private:
  void Reject(SourceTable table, std::string key, std::string_view column, const Origin& origin, std::string problem,
              std::string cure);

  const std::string& source_;
  std::vector<Rejection>& rejections_;
};

// Judges every row. Rejections are appended to `rejections`.
Draft JudgeRows(const Rows& rows, const Policy& policy, std::vector<Rejection>& rejections);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_DRAFT_H_
