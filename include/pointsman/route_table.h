// RouteTable: the compiled index group -> model -> tiers of candidates. One of them answers one request wholly.
//
//   absl::StatusOr<pointsman::Compiled> compiled = pointsman::Compile(rows, policy);
//   for (const TierInfo& tier : compiled->table->Describe("default", "gpt-4o")->tiers) Print(tier);
//
// What Select reads is packed and private. What this header shows is for people and tools: it copies, and is exact.
//
// Thread safety: immutable.
// Cost: Describe is O(candidates) and allocates; the counts and the hash are O(1).
// Limits: 2^32-1 each of groups, models, channels, routes, tiers and stored candidates.
#ifndef POINTSMAN_ROUTE_TABLE_H_
#define POINTSMAN_ROUTE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/export.h"
#include "pointsman/policy.h"

namespace pointsman::inline v0 {

struct TableData;  // the packed form: src/table/table_data.h

// Whether a candidate can be drawn, and if not, what keeps it out.
enum class CandidateStatus : std::uint8_t {
  kEligible,
  kZeroWeight,       // weight 0 beside others that weigh more: never drawn
  kChannelDisabled,  // the channel's status is not 1
  kAbilityDisabled,  // the ability row is not enabled
  kNoPriority,       // its priority is NULL, and the policy never selects those
};

// "eligible", "zero_weight", "channel_disabled", "ability_disabled", "no_priority".
POINTSMAN_EXPORT std::string_view CandidateStatusName(CandidateStatus status);

// A share of a tier as an exact fraction in lowest terms.
struct Share {
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 1;

  POINTSMAN_EXPORT static Share Of(std::uint64_t part, std::uint64_t whole);  // whole 0 gives 0/1
  double value() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
  POINTSMAN_EXPORT std::string Text() const;  // "2/3"
  friend bool operator==(const Share&, const Share&) = default;
};

struct CandidateInfo {
  std::int64_t channel_id = 0;
  std::string_view channel_name;  // valid as long as the table
  std::uint32_t weight = 0;       // as the rows say it
  Share share;                    // of its tier; 0/1 unless eligible
  CandidateStatus status = CandidateStatus::kEligible;
  std::int64_t priority = 0;  // as the rows say it: its tier's, unless the policy makes one tier of several
};

// The candidates of one priority, in order of channel id, those that are out included.
struct TierInfo {
  std::int64_t priority = 0;
  std::vector<CandidateInfo> candidates;
  POINTSMAN_EXPORT bool serves() const;  // has an eligible candidate
};

struct RouteInfo {
  std::string_view group;  // valid as long as the table, as is the next
  std::string_view model;
  std::vector<TierInfo> tiers;                   // highest priority first
  POINTSMAN_EXPORT const TierInfo* top() const;  // the tier that a first selection draws from; null: all are disabled
};

struct ChannelInfo {
  std::int64_t id = 0;
  std::string_view name;  // valid as long as the table
  std::int64_t type = 0;
  std::int64_t status = 0;
  bool enabled = false;
};

class POINTSMAN_EXPORT RouteTable {
 public:
  explicit RouteTable(std::unique_ptr<const TableData> data);
  ~RouteTable();
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // Everything about one (group, model) pair, both matched exactly; nothing where no row lists the pair.
  std::optional<RouteInfo> Describe(std::string_view group, std::string_view model) const;

  // Calls `visit` for every listed pair, in byte order of group, then model.
  void ForEachRoute(const std::function<void(const RouteInfo&)>& visit) const;

  bool HasGroup(std::string_view group) const;  // the rows or the policy know it
  bool HasModel(std::string_view model) const;  // some row lists it
  std::optional<ChannelInfo> FindChannel(std::int64_t id) const;

  // Names in byte order. Valid as long as the table.
  const std::vector<std::string_view>& groups() const;
  const std::vector<std::string_view>& models() const;

  std::size_t channel_count() const;
  std::size_t route_count() const;          // pairs that are listed
  std::size_t serving_route_count() const;  // pairs that have an eligible candidate
  std::size_t tier_count() const;           // distinct tiers that are stored
  std::size_t memory_bytes() const;         // all that the table retains, estimated from its arrays

  const Policy& policy() const;
  // Which table was believed: kChannels or kAbilities.
  RowSource believed() const;

  // "v1:" and 32 hexadecimal digits. A function of everything that the table holds, names and policy included, and of
  // nothing else: the same on every machine, in every process, for rows in any order.
  const std::string& content_hash() const;

  // For the library's own rooms.
  const TableData& data() const { return *data_; }

 private:
  std::unique_ptr<const TableData> data_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_ROUTE_TABLE_H_
