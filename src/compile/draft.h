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
//
// Rows keep each distinct text once, so a view of the same bytes at the same address is the same name: most rows are
// answered from a small table of addresses, without hashing the name. REQUIRES: the rows stay as they are meanwhile.
class NamePool {
 public:
  std::uint32_t Number(std::string_view name);

  // The number if this very view was numbered not long ago, else kNoIndex.
  std::uint32_t Recent(std::string_view name) const {
    const Seen& seen = recent_[PlaceOf(name)];
    return seen.name.data() == name.data() && seen.name.size() == name.size() ? seen.number : kNoIndex;
  }
  const std::vector<std::string_view>& names() const { return names_; }

 private:
  static constexpr std::size_t kRecent = 4096;
  struct Seen {
    std::string_view name;
    std::uint32_t number = kNoIndex;
  };
  static std::size_t PlaceOf(std::string_view name) {
    return (reinterpret_cast<std::uintptr_t>(name.data()) * 0x9e3779b97f4a7c15u >> 40) % kRecent;
  }

  NameIndex index_;
  std::vector<std::string_view> names_;
  std::vector<Seen> recent_ = std::vector<Seen>(kRecent);
};

struct DraftCandidate {
  std::uint32_t group = 0;  // as NamePool numbers them
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
  void Reject(SourceTable table, std::string key, std::string_view column, const Origin& origin, std::string problem,
              std::string cure);

  const std::string& source_;
  std::vector<Rejection>& rejections_;
};

// Judges every row. Rejections are appended to `rejections`.
Draft JudgeRows(const Rows& rows, const Policy& policy, std::vector<Rejection>& rejections);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_COMPILE_DRAFT_H_
